"""One code as a typed value."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import total_ordering

from blockdata.address.codes.scheme import CodeScheme
from blockdata.errors import DeclarationError

__all__ = ["Code"]


@total_ordering
@dataclass(frozen=True, slots=True)
class Code:
    """A code of one scheme, in its canonical form; made by `CodeScheme.parse`.

    Codes of one scheme are ordered as their texts; a thing stands before what lies within it.
    Codes of two schemes are never equal and have no order.

    Examples
    --------
    >>> from blockdata.address.codes import SZDB_281
    >>> room = SZDB_281.parse("4403040010010100001000001")
    >>> room.level, room.parent.text, room.parent.level
    ('room', '4403040010010100001******', 'building')
    >>> room.is_within(SZDB_281.parse("44030400100101")), room["building"]
    (True, '00001')
    """

    scheme: CodeScheme = field(repr=False)
    text: str
    depth: int = field(repr=False, compare=False)

    def __repr__(self) -> str:
        return f"Code({self.scheme.name!r}, {self.text!r})"

    def __str__(self) -> str:
        return self.text

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, Code) or other.scheme != self.scheme:
            return NotImplemented
        return self.text < other.text

    def __getitem__(self, segment: str) -> str | None:
        """Return the characters of one segment, None where the code does not reach it."""
        for place, own in enumerate(self.scheme.segments):
            if own.name == segment:
                end = self.scheme.ends[place]
                return self.text[end - own.width : end] if place <= self.depth else None
        raise DeclarationError(
            "unknown segment",
            where=f"code scheme {self.scheme.name!r}",
            allowed=", ".join(s.name for s in self.scheme.segments),
        )

    @property
    def level(self) -> str:
        """What the code is a code of."""
        return str(self.scheme.segments[self.depth].level)

    @property
    def prefix(self) -> str:
        """The characters that are used: the code without masks and filling zeros."""
        return self.text[: self.scheme.ends[self.depth]]

    @property
    def parent(self) -> Code | None:
        """The code of the next wider level under which this one was given out, None at the top."""
        text = self.scheme.parents([self.text]).iloc[0]
        return self.scheme.parse(text) if isinstance(text, str) else None

    def is_within(self, other: Code) -> bool:
        """Tell whether this code was given out within another one, or is the same.

        Raises
        ------
        DeclarationError
            If the codes are of two schemes.
        """
        if other.scheme != self.scheme:
            raise DeclarationError(
                f"codes of {self.scheme.name!r} and {other.scheme.name!r} are not compared"
            )
        return self.prefix.startswith(other.prefix)
