"""All record kinds of one base: the declared ones and those a city adds in its configuration."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from blockdata.errors import DeclarationError
from blockdata.records.field import Field, Kind
from blockdata.records.kinds import base, cases, holders, places, things

CORE = (*places.KINDS, *holders.KINDS, *things.KINDS, *cases.KINDS)
"""Kinds that sources deliver, in the order in which a base lists them."""

PREFIX_LENGTH = 3
"""Letters at the beginning of an id that tell its kind."""

OF_THE_BASE = base.KINDS
"""Kinds that the base writes itself."""


@dataclass(frozen=True)
class Catalogue:
    """The record kinds of one base.

    Parameters
    ----------
    kinds : tuple of Kind
        Kinds that sources may deliver.

    Raises
    ------
    DeclarationError
        If two kinds share a name or a prefix.

    Examples
    --------
    >>> Catalogue().kind("building").prefix
    'bld'
    """

    kinds: tuple[Kind, ...] = CORE

    def __post_init__(self) -> None:
        everything = (*self.kinds, *OF_THE_BASE)
        for label, values in (
            ("name", [k.name for k in everything]),
            ("prefix", [k.prefix for k in everything]),
        ):
            if twice := sorted({v for v in values if values.count(v) > 1}):
                raise DeclarationError(f"two record kinds share the {label} {twice[0]!r}")

    def __iter__(self) -> Iterator[Kind]:
        return iter(self.kinds)

    def kind(self, name: str) -> Kind:
        """Return the kind called `name`.

        Raises
        ------
        DeclarationError
            If there is none.
        """
        for candidate in (*self.kinds, *OF_THE_BASE):
            if candidate.name == name:
                return candidate
        raise DeclarationError(
            f"there is no record kind {name!r}", allowed=", ".join(k.name for k in self.kinds)
        )

    def kind_of_id(self, identifier: str) -> Kind | None:
        """Return the kind of a record by its id, or None if no kind has such ids.

        Examples
        --------
        >>> Catalogue().kind_of_id("inclbodx7pq7npsz").name
        'incident'
        """
        return next((k for k in self.kinds if k.prefix == identifier[:PREFIX_LENGTH]), None)

    def with_additions(
        self,
        new_kinds: Sequence[Kind] = (),
        new_fields: Mapping[str, Sequence[Field]] | None = None,
    ) -> Catalogue:
        """Return a catalogue with a city's own kinds and fields.

        Parameters
        ----------
        new_kinds : sequence of Kind
        new_fields : mapping of kind name to sequence of Field
            Fields added to kinds that exist.

        Raises
        ------
        DeclarationError
            If a name is taken or a kind to be extended does not exist, or is the person record,
            which is complete by promise.
        """
        additions = new_fields or {}
        if "person" in additions:
            raise DeclarationError(
                "the person record takes no further fields",
                next_step="Places, not people: see docs/DESIGN.md section 2.",
            )
        for name in additions:
            self.kind(name)
        extended = tuple(k.extended(*additions.get(k.name, ())) for k in self.kinds)
        return Catalogue((*extended, *new_kinds))
