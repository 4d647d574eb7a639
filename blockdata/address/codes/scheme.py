"""A code scheme: segments in a row, prefixes that mean levels, and how one code is read.

A code says where and when it was given out, and nothing about today: it stays when the border of
a district moves. So nothing here leads from a code to a name or to the district of a day; the
address's own row and `blockdata.address.tree.Divisions` answer that.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from blockdata.address.codes.checking import CHECKS, DIGITS, CheckName
from blockdata.errors import DeclarationError

if TYPE_CHECKING:
    from blockdata.address.codes.column import CodeColumn, Values
    from blockdata.address.codes.value import Code

__all__ = ["REASONS", "CodeScheme", "Segment"]

REASONS = ("", "missing", "length", "characters", "mask", "check")
"""Why a text is no code of a scheme: in the order in which the rules are asked."""

_FILLERS = ("", "*", "0")


@dataclass(frozen=True, slots=True)
class Segment:
    """Some characters of a code that say one thing.

    Parameters
    ----------
    name : str
    width : int
        Characters.
    alphabet : str
        The characters that may stand in it.
    level : str, optional
        What a code is that ends with this segment; without it no code may end here.
    filler : {"", "*", "0"}
        Character that fills the segment when the code names nothing this deep. After a "*" only
        "*" may follow; a segment of "0" may stand before a used one (a city without districts).
    written : bool
        Whether a canonical code writes the filler out, or ends before it.
    leading_zero : bool
        Whether a used segment may begin with 0.
    """

    name: str
    width: int
    alphabet: str = DIGITS
    level: str | None = None
    filler: str = ""
    written: bool = True
    leading_zero: bool = True

    def __post_init__(self) -> None:
        if self.width < 1 or not self.alphabet or not self.alphabet.isascii():
            raise DeclarationError(
                "a segment is empty, or its alphabet is not ASCII", where=f"segment {self.name!r}"
            )
        if self.filler not in _FILLERS:
            raise DeclarationError(
                "unknown filler", where=f"segment {self.name!r}", allowed='"", "*", "0"'
            )
        if "*" in self.alphabet:
            raise DeclarationError('"*" is a mask, no character', where=f"segment {self.name!r}")


@dataclass(frozen=True)
class CodeScheme:
    """How codes of one kind are built, and everything that is read from a code itself.

    The functions in the plural take a column of texts (sequence, Series, ndarray or Arrow) and
    never raise for a row: a row that is no code has a reason, and nothing else.

    Parameters
    ----------
    name : str
    segments : tuple of Segment
        From the widest to the finest; the last has a level. Neither names nor levels repeat.
    check : {"iso7064_mod11_2", "iso7064_mod11_10", "iso7064_mod37_36"}, optional
        Algorithm of the check character, which is the last segment. None of the schemes that
        come with the toolkit has one. A scheme with a check has no fillers.

    Raises
    ------
    DeclarationError
        If the declaration contradicts itself.

    Examples
    --------
    >>> scheme = CodeScheme("well", (Segment("area", 3, level="area"),
    ...                              Segment("well", 2, level="well", filler="*")))
    >>> scheme.parse("12307").parent
    Code('well', '123**')
    >>> scheme.levels(["12307", "123", None]).tolist()
    ['well', 'area', nan]
    """

    name: str
    segments: tuple[Segment, ...]
    check: CheckName | None = None

    def __post_init__(self) -> None:
        where = f"code scheme {self.name!r}"
        if not self.segments or self.segments[-1].level is None or self.segments[0].filler:
            raise DeclarationError(
                "the last segment needs a level, and the first cannot be left open", where=where
            )
        for names in ([s.name for s in self.segments], list(self.level_names)):
            if len(set(names)) < len(names):
                raise DeclarationError("a name or a level stands twice", where=where)
        if self.check is not None:
            self._check_fits(self.check, where)

    def _check_fits(self, check: str, where: str) -> None:
        if check not in CHECKS:
            raise DeclarationError("unknown check", where=where, allowed=", ".join(CHECKS))
        body, written = CHECKS[check]
        *rest, last = self.segments
        wrong = last.width != 1 or set(written) - set(last.alphabet) or not rest
        if wrong or any(s.filler or set(s.alphabet) - set(body) for s in rest):
            raise DeclarationError(
                f"the check {check} does not fit the segments",
                where=where,
                allowed=f"segments of {body} without fillers, then one character of {written}",
            )

    @cached_property
    def ends(self) -> tuple[int, ...]:
        """Where each segment ends: the length of the prefix through it."""
        return tuple(accumulate(s.width for s in self.segments))

    @property
    def width(self) -> int:
        """Length of the longest code."""
        return self.ends[-1]

    @property
    def level_names(self) -> tuple[str, ...]:
        """The levels, widest first."""
        return tuple(s.level for s in self.segments if s.level is not None)

    @cached_property
    def prefix_lengths(self) -> dict[str, int]:
        """Level: how many characters name a thing of this level."""
        pairs = zip(self.segments, self.ends, strict=True)
        return {s.level: end for s, end in pairs if s.level is not None}

    def written_length(self, depth: int) -> int:
        """Return the length of a canonical code that uses the segments through `depth`."""
        end = depth
        while (
            end + 1 < len(self.segments)
            and self.segments[end + 1].filler
            and self.segments[end + 1].written
        ):
            end += 1
        return self.ends[end]

    def parse(self, text: str | None) -> Code:
        """Read one code.

        Parameters
        ----------
        text : str or None
            In full or as the prefix of a level, without blanks, letters in upper case.

        Returns
        -------
        Code

        Raises
        ------
        DeclarationError
            If the text is no code of this scheme. The error says which rule it breaks, and never
            the text.
        """
        from blockdata.address.codes.value import Code

        column = self.read([text])
        reason = REASONS[column.reasons[0]]
        if reason:
            lengths = ", ".join(map(str, self.prefix_lengths.values()))
            raise DeclarationError(
                f"the text is no code of this scheme: {_SAID[reason]}",
                where=f"code scheme {self.name!r}",
                allowed=f"{lengths} characters",
            )
        return Code(self, str(column.canonical().iloc[0]), int(column.depths[0]))

    def read(self, values: Values) -> CodeColumn:
        """Read a column of codes once, for several questions."""
        from blockdata.address.codes.column import CodeColumn

        return CodeColumn.read(self, values)

    def reasons(self, values: Values) -> npt.NDArray[np.uint8]:
        """Return for each text why it is no code: a place in `REASONS`, 0 for a code."""
        return self.read(values).reasons

    def is_valid(self, values: Values) -> npt.NDArray[np.bool_]:
        """Tell which texts are codes of this scheme: structure, characters, masks and check."""
        valid: npt.NDArray[np.bool_] = self.read(values).reasons == 0
        return valid

    def levels(self, values: Values) -> pd.Series:
        """Return each code's level as a categorical, widest first; missing where it is no code."""
        return self.read(values).levels()

    def canonical(self, values: Values) -> pd.Series:
        """Return each code in the one form in which equal codes are equal texts."""
        return self.read(values).canonical()

    def parents(self, values: Values) -> pd.Series:
        """Return the code of the next wider level; missing at the top and where it is no code."""
        return self.read(values).parents()

    def within(self, values: Values, others: Values | str) -> npt.NDArray[np.bool_]:
        """Tell which codes lie within another (or are the same), by the codes alone.

        Parameters
        ----------
        values : column of texts, shape (n,)
        others : str, or column of texts, shape (n,)
            One code for all, or one for each.

        Returns
        -------
        ndarray of bool
            False where either is no code.
        """
        return self.read(values).within(self.read([others] if isinstance(others, str) else others))


_SAID = {
    "missing": "nothing is there",
    "length": "no level has this length",
    "characters": "a segment has a character that is not of its alphabet",
    "mask": "a mask covers part of a segment, stands before a used one, or where none may stand",
    "check": "the check character is wrong",
}
