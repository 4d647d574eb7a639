"""Kinds and fields that a city declares of its own."""

from __future__ import annotations

from blockdata.config.section import Section
from blockdata.records import Field as RecordField
from blockdata.records import Geometry, Held, Kind, Type


class FieldAddition(Section):
    """A field of a city's own."""

    name: str
    type: Type
    zh: str
    en: str
    doc: str = ""
    unit: str | None = None
    required: bool = False
    ge: float | None = None
    le: float | None = None
    codes: dict[str, str] | None = None
    identifier: str | None = None
    pattern: str | None = None
    aliases: tuple[str, ...] = ()
    held: Held = Held.OPEN

    def declared(self) -> RecordField:
        """Return the field as kinds declare theirs."""
        return RecordField(**{name: getattr(self, name) for name in type(self).model_fields})


class KindAddition(Section):
    """A record kind of a city's own."""

    name: str
    prefix: str
    zh: str
    en: str
    doc: str = ""
    fields: tuple[FieldAddition, ...]
    key: tuple[str, ...]
    natural_key: str | None = None
    geometry: Geometry | None = None
    address: str | None = None
    time: str | None = None
    begins: str | None = None
    ends: str | None = None

    def declared(self) -> Kind:
        """Return the kind as the catalogue has it."""
        values = {name: getattr(self, name) for name in type(self).model_fields}
        return Kind(**(values | {"fields": tuple(f.declared() for f in self.fields)}))
