"""Entities of a DXF drawing (text form), as they stand in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from blockdata.errors import SourceError
from blockdata_loaders.reader.dbf import truncated

__all__ = ["Entity", "entities_of"]

_START, _NAME, _VARIABLE, _PAPER_SPACE = 0, 2, 9, 67
_EMBEDDED = 101  # what follows belongs to another object and repeats the codes of this one
# Names, texts, layer, coordinates, bulge, angle, space, flags and counts, direction of the plane.
_KEPT = frozenset({1, 2, 3, 8, 9, 10, 11, 20, 21, 42, 50, 67, 70, 71, 210, 220, 230})
_PARTS = {"INSERT": "ATTRIB", "POLYLINE": "VERTEX"}
_VARIABLES = ("$ACADVER", "$DWGCODEPAGE")

_Tag = tuple[int, bytes]


@dataclass(frozen=True)
class Entity:
    """One entity of a drawing.

    Parameters
    ----------
    kind : str
        As DXF names it: POINT, INSERT, LINE.
    tags : list of (int, bytes)
        Group codes and values that somebody asks for, in their order.
    parts : list of Entity
        Attributes of a block, vertices of a polyline.
    """

    kind: str
    tags: list[_Tag] = field(default_factory=list)
    parts: list[Entity] = field(default_factory=list)

    def first(self, code: int, default: bytes = b"") -> bytes:
        """Return the first value of a group code."""
        return next((value for found, value in self.tags if found == code), default)

    def numbers(self, code: int) -> list[float]:
        """Return all values of a group code as numbers.

        Raises
        ------
        ValueError
            If one is no number.
        """
        return [float(value) for found, value in self.tags if found == code]


def entities_of(path: Path, variables: dict[str, str]) -> Iterator[Entity]:
    """Yield the entities in the model space of a drawing, one after the other.

    Parameters
    ----------
    path : Path
    variables : dict
        Takes up the variables that tell the encoding, before the first entity comes.

    Raises
    ------
    SourceError
        Reasons "unreadable_dxf" and "truncated" (the mark at the end is missing).

    References
    ----------
    Autodesk, DXF Reference; group codes.
    """
    section, kind = b"", ""
    waiting: Entity | None = None
    for group in _groups(path):
        kind = group.kind
        if waiting is not None and _PARTS.get(waiting.kind) == kind:
            waiting.parts.append(group)
            continue
        if waiting is not None and waiting.first(_PAPER_SPACE).strip() != b"1":
            yield waiting
        waiting = None
        if kind == "SECTION":
            section = group.first(_NAME)
            variables |= _variables(group.tags) if section == b"HEADER" else {}
        elif kind == "ENDSEC":
            section = b""
        elif section == b"ENTITIES" and kind != "SEQEND":
            waiting = group
    if kind != "EOF":
        raise truncated(path)


def _groups(path: Path) -> Iterator[Entity]:
    """What lies between two group codes of zero."""
    group: Entity | None = None
    embedded = False
    for code, value in _tags(path):
        if code == _START:
            if group is not None:
                yield group
            group, embedded = Entity(value.strip().decode("latin-1")), False
        elif code == _EMBEDDED:
            embedded = True
        elif group is not None and code in _KEPT and not embedded:
            group.tags.append((code, value))
    if group is not None:
        yield group


def _tags(path: Path) -> Iterator[_Tag]:
    with path.open("rb") as file:
        for number, code in enumerate(file):
            value = next(file, None)
            if value is None and not code.strip():
                return
            if value is None:
                raise truncated(path)
            try:
                yield int(code), value.rstrip(b"\r\n")
            except ValueError:
                raise SourceError(
                    f"no group code stands where one should (line {2 * number + 1})",
                    reason="unreadable_dxf",
                    where=path.name,
                    next_step="Save the drawing again as text DXF",
                ) from None


def _variables(tags: list[_Tag]) -> dict[str, str]:
    found: dict[str, str] = {}
    name = ""
    for code, value in tags:
        if code == _VARIABLE:
            name = value.strip().decode("latin-1")
        elif name in _VARIABLES:
            found.setdefault(name, value.strip().decode("latin-1"))
    return found
