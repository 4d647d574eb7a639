"""What a field and a record kind are: one declaration from which everything else follows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType

from blockdata.errors import DeclarationError

NAME = re.compile(r"[a-z][a-z0-9_]{0,39}\Z")


class Type(StrEnum):
    """What a value is. TEXT is free text and is masked; CODE is text that never is a number."""

    TEXT = "text"
    CODE = "code"
    INT = "int"
    FLOAT = "float"
    BOOL = "bool"
    DATE = "date"
    TIME = "time"


class Held(StrEnum):
    """Which file of a snapshot holds a field, and in which form."""

    OPEN = "open"
    """In the open file, as it came."""
    PEOPLE = "people"
    """In the steward's encrypted file, as it came."""
    PSEUDONYM = "pseudonym"
    """In the steward's encrypted file, as a keyed pseudonym; the original is never stored."""
    TEXT = "text"
    """In the analyst's encrypted file, with phone numbers, id numbers and names masked."""


class Geometry(StrEnum):
    """The shape a kind's geometry must have; a multi-part of the same shape is accepted."""

    POINT = "point"
    LINE = "line"
    POLYGON = "polygon"
    ANY = "any"


@dataclass(frozen=True, slots=True)
class Field:
    """One column of a record kind.

    Parameters
    ----------
    name : str
        Column name, snake_case; a measured number carries its unit in it (`area_m2`).
    type : Type
    zh, en : str
        Labels in Chinese and English.
    doc : str, optional
        One sentence for the generated documentation.
    unit : str, optional
        Unit of a number; "1" for a count or a ratio. Numbers must have one.
    required : bool, default False
        A row without a value is rejected.
    ge, le : float, optional
        Smallest and largest allowed value.
    codes : mapping of str to str, optional
        Allowed codes with their Chinese labels; a label is accepted in place of its code.
    identifier : str, optional
        Name of a rule in `blockdata.records.identifiers.IDENTIFIERS`.
    pattern : str, optional
        Regular expression that the whole text must match.
    aliases : tuple of str, optional
        Names under which source columns carry the field, besides its name and labels.
    held : Held, default Held.OPEN

    Raises
    ------
    DeclarationError
        If the declaration contradicts itself.

    Examples
    --------
    >>> Field("height_m", Type.FLOAT, "高度", "Height", unit="m", ge=0, le=1000).unit
    'm'
    """

    name: str
    type: Type
    zh: str
    en: str
    doc: str = ""
    unit: str | None = None
    required: bool = False
    ge: float | None = None
    le: float | None = None
    codes: Mapping[str, str] | None = None
    identifier: str | None = None
    pattern: str | None = None
    aliases: tuple[str, ...] = ()
    held: Held = Held.OPEN

    def __post_init__(self) -> None:
        if not NAME.match(self.name):
            raise DeclarationError(
                f"field name {self.name!r}", allowed="snake_case, at most 40 characters"
            )
        is_number = self.type in (Type.INT, Type.FLOAT)
        if is_number and not self.unit:
            raise DeclarationError(f"number {self.name!r} has no unit", allowed="'m', '1', ...")
        if not is_number and (self.ge is not None or self.le is not None):
            raise DeclarationError(f"field {self.name!r} has bounds but is no number")
        if self.codes is not None:
            if self.type is not Type.CODE:
                raise DeclarationError(f"field {self.name!r} has a code list but is no code")
            object.__setattr__(self, "codes", MappingProxyType(dict(self.codes)))

    @property
    def source_names(self) -> tuple[str, ...]:
        """Every column name that stands for this field, own name first."""
        return tuple(dict.fromkeys((self.name, self.zh, self.en, *self.aliases)))


@dataclass(frozen=True, slots=True)
class Kind:
    """A record kind: what one row is, and how it takes part in the base.

    Parameters
    ----------
    name : str
        Table name, singular.
    prefix : str
        Three letters that begin every id of the kind.
    zh, en, doc : str
        Labels and one sentence.
    fields : tuple of Field
    key : tuple of str
        Fields that identify a row within a source unless the source names others.
    natural_key : str, optional
        Field that identifies the thing across sources.
    geometry : Geometry, optional
    address : str, optional
        Field with the address text to be resolved.
    time : str, optional
        Field with the moment of an event; such a row has no later validity than its own.
    begins, ends : str, optional
        DATE fields with the validity of the thing itself.
    private : bool, default False
        The whole table lies in the steward's encrypted file, current state only.
    refused : mapping of str to str, optional
        Source columns that must never be mapped, with the reason.
    dropped : mapping of str to str, optional
        Source columns that are known and left out on loading, with the reason.

    Raises
    ------
    DeclarationError
        If a named field does not exist, a name stands twice, or the kind has no key.
    """

    name: str
    prefix: str
    zh: str
    en: str
    doc: str
    fields: tuple[Field, ...]
    key: tuple[str, ...]
    natural_key: str | None = None
    geometry: Geometry | None = None
    address: str | None = None
    time: str | None = None
    begins: str | None = None
    ends: str | None = None
    private: bool = False
    refused: Mapping[str, str] = field(default_factory=dict)
    dropped: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not NAME.match(self.name) or not re.fullmatch(r"[a-z]{3}", self.prefix):
            raise DeclarationError(
                f"kind {self.name!r} with prefix {self.prefix!r}",
                allowed="a snake_case name and a prefix of three letters",
            )
        names = [f.name for f in self.fields]
        if twice := {n for n in names if names.count(n) > 1}:
            raise DeclarationError(f"kind {self.name!r} declares {sorted(twice)} twice")
        singles = (self.natural_key, self.address, self.time, self.begins, self.ends)
        if missing := {n for n in (*self.key, *singles) if n} - set(names):
            raise DeclarationError(f"kind {self.name!r} names unknown fields {sorted(missing)}")
        if not self.key:
            raise DeclarationError(f"kind {self.name!r} has no key")

    def field(self, name: str) -> Field:
        """Return the field called `name`.

        Raises
        ------
        DeclarationError
            If the kind has no such field.
        """
        for candidate in self.fields:
            if candidate.name == name:
                return candidate
        raise DeclarationError(
            f"kind {self.name!r} has no field {name!r}",
            allowed=", ".join(f.name for f in self.fields),
        )

    def held_in(self, *held: Held) -> tuple[Field, ...]:
        """Return the fields that one of the given files holds."""
        return tuple(f for f in self.fields if f.held in held)

    @property
    def has_private_fields(self) -> bool:
        """Whether a row has values for the steward's encrypted file."""
        return self.private or bool(self.held_in(Held.PEOPLE, Held.PSEUDONYM))

    def extended(self, *extra: Field) -> Kind:
        """Return the kind with fields of a city's own added at the end."""
        return replace(self, fields=(*self.fields, *extra))
