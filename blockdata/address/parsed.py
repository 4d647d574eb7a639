"""What parsing gives: labelled pieces of many texts as columns, and one text's as an object."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

__all__ = ["ELEMENTS", "REASONS", "Parsed", "ParsedAddress", "ParsedSpan"]

#: Everything that a piece of an address can be, widest first. zone: a development zone or
#: industrial park; lane and lane_no: a second road inside (12弄, 5号), also a village's group
#: (5组); estate: a named compound, village or site; place: a named thing inside it; relative:
#: 对面, 东50米, 交叉口; remark: whatever else is recognised.
ELEMENTS = (
    "province",
    "city",
    "district",
    "zone",
    "town",
    "community",
    "road",
    "road_no",
    "lane",
    "lane_no",
    "estate",
    "place",
    "building",
    "unit",
    "floor",
    "room",
    "relative",
    "remark",
)

#: Why a text has no pieces; "" where it has some.
REASONS = ("", "missing", "empty", "too_long", "not_chinese", "nothing_found")

_SHOWN = 80


class ParsedSpan(NamedTuple):
    """A piece of a text: what it is, how it is written, where it stands, how sure that is.

    Examples
    --------
    >>> ParsedSpan("road", "延安三路", 0, 4, 0.99).value
    '延安三路'
    """

    element: str
    value: str
    start: int
    end: int
    confidence: float


@dataclass(frozen=True)
class ParsedAddress:
    """One text with its pieces in order.

    Parameters
    ----------
    text : str or None
        As given; None where it was no string.
    spans : tuple of ParsedSpan
    reason : str
        Why there are none, a name of `REASONS`; "" where there are some.

    Examples
    --------
    >>> address = ParsedAddress("甲路3号", (ParsedSpan("road", "甲路", 0, 2, 0.98),), "")
    >>> address.get("road"), address.get("room")
    ('甲路', None)
    >>> address
    ParsedAddress('甲路3号': road 甲路)
    """

    text: str | None
    spans: tuple[ParsedSpan, ...]
    reason: str

    def get(self, element: str) -> str | None:
        """Return an element as written, its pieces joined by a space; None where it has none."""
        return " ".join(span.value for span in self.spans if span.element == element) or None

    def __repr__(self) -> str:
        """Name the text and its elements on one line."""
        told = ", ".join(f"{span.element} {span.value}" for span in self.spans) or self.reason
        text = self.text
        if text is not None and len(text) > _SHOWN:
            text = f"{text[:_SHOWN]}…"
        return f"ParsedAddress({text!r}: {told})"


@dataclass(frozen=True)
class Parsed:
    """The pieces of many texts as columns, sorted by text and start; those of a text lie apart.

    Parameters
    ----------
    texts : list of str or None
        As given; None for whatever was no string.
    text : ndarray of int32
        Index of the text.
    start, end : ndarray of int32
        Half-open range of characters of the text as given.
    element : ndarray of int32
        Index into `ELEMENTS`.
    confidence : ndarray of float32
        Probability that the piece is this element and ends where it does, in [0, 1].
    reasons : ndarray of uint8
        For each text the index into `REASONS`.
    """

    texts: list[str | None]
    text: npt.NDArray[np.int32]
    start: npt.NDArray[np.int32]
    end: npt.NDArray[np.int32]
    element: npt.NDArray[np.int32]
    confidence: npt.NDArray[np.float32]
    reasons: npt.NDArray[np.uint8]

    def __len__(self) -> int:
        """Return the number of texts."""
        return len(self.texts)

    def __getitem__(self, index: int) -> ParsedAddress:
        """Return one text with its pieces; a negative index counts from the end."""
        at = range(len(self.texts))[index]
        spans = tuple(self._spans(self._bounds[at], self._bounds[at + 1]))
        return ParsedAddress(self.texts[at], spans, REASONS[self.reasons[at]])

    def __iter__(self) -> Iterator[ParsedAddress]:
        """Go through the texts in order."""
        return (self[at] for at in range(len(self.texts)))

    @cached_property
    def values(self) -> list[str]:
        """The characters of every piece, in the order of the columns."""
        texts = self.texts
        rows = zip(self.text.tolist(), self.start.tolist(), self.end.tolist(), strict=True)
        return [(texts[text] or "")[start:end] for text, start, end in rows]

    def spans(self) -> pd.DataFrame:
        """Return one row a piece: text (index), element, value, start, end, confidence."""
        return pd.DataFrame(
            {
                "text": self.text,
                "element": _categories(self.element, ELEMENTS),
                "value": pd.Series(self.values, dtype="str"),
                "start": self.start,
                "end": self.end,
                "confidence": self.confidence,
            }
        )

    def df(self) -> pd.DataFrame:
        """Return one row a text: a column for each element, and the reason where it has none.

        Several pieces of one element are joined by a space; an element that a text lacks is
        missing.
        """
        columns: dict[str, list[str | None]] = {name: [None] * len(self) for name in ELEMENTS}
        by_number = [columns[name] for name in ELEMENTS]
        rows = zip(self.text.tolist(), self.element.tolist(), self.values, strict=True)
        for text, element, value in rows:
            cells = by_number[element]
            before = cells[text]
            cells[text] = value if before is None else f"{before} {value}"
        frame = pd.DataFrame(
            {name: pd.Series(cells, dtype="str") for name, cells in columns.items()}
        )
        frame["reason"] = _categories(self.reasons, REASONS)
        return frame

    @cached_property
    def _bounds(self) -> npt.NDArray[np.int64]:
        return np.searchsorted(self.text, np.arange(len(self.texts) + 1))

    def _spans(self, first: int, last: int) -> Iterator[ParsedSpan]:
        for at in range(first, last):
            start, end = int(self.start[at]), int(self.end[at])
            value = (self.texts[self.text[at]] or "")[start:end]
            element = ELEMENTS[self.element[at]]
            yield ParsedSpan(element, value, start, end, float(self.confidence[at]))


def _categories(codes: npt.NDArray[np.integer], names: tuple[str, ...]) -> pd.Categorical[str]:
    return pd.Categorical.from_codes(codes, categories=pd.Index(names))
