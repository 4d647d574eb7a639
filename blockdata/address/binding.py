"""Which regions a bound parser may name: those of the library, or those with support."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping

import numpy as np
import numpy.typing as npt

from blockdata.address.parsed import ELEMENTS
from blockdata.address.writing.divisions import areas, short_name

__all__ = ["bind_regions", "doubtful_regions", "known_divisions", "with_short_names"]

_REGIONS = 3
_CERTAIN = 0.95
_GOES_ON = frozenset(
    ELEMENTS.index(name)
    for name in ("city", "district", "town", "community", "zone", "road", "estate", "place")
)

Column = npt.NDArray[np.int32]


def with_short_names(names: Iterable[str]) -> frozenset[str]:
    """Return names of divisions, each also without its class word.

    Examples
    --------
    >>> sorted(with_short_names(["市北区"]))
    ['市北', '市北区']
    """
    return frozenset(form for name in names for form in (name, short_name(name)))


@functools.cache
def known_divisions() -> Mapping[str, frozenset[str]]:
    """Return every division of the national list with the names that may stand before it.

    Examples
    --------
    >>> "浙江" in known_divisions()["杭州市"]
    True
    """
    above: dict[str, set[str]] = {}
    for province, city, districts in areas():
        for form in with_short_names([province]):
            above.setdefault(form, set())
        for form in with_short_names([city]):
            above.setdefault(form, set()).update(with_short_names([province]))
        for form in with_short_names(districts):
            above.setdefault(form, set()).update(with_short_names([province, city]))
    return {name: frozenset(wider) for name, wider in above.items()}


def doubtful_regions(
    texts: list[str | None],
    text: Column,
    spans: tuple[Column, Column, Column],
    confidence: npt.NDArray[np.float32],
) -> npt.NDArray[np.bool_]:
    """Say which regions are in no list and not nearly certain either.

    Parameters
    ----------
    texts, text, spans
        As for `bind_regions`.
    confidence : ndarray of float32

    Returns
    -------
    ndarray of bool
    """
    starts, ends, elements = spans
    known = known_divisions()
    doubtful = np.zeros(len(text), dtype=bool)
    for at in np.flatnonzero((elements < _REGIONS) & (confidence < _CERTAIN)).tolist():
        doubtful[at] = (texts[text[at]] or "")[starts[at] : ends[at]] not in known
    return doubtful


def bind_regions(
    texts: list[str | None],
    text: Column,
    spans: tuple[Column, Column, Column],
    divisions: frozenset[str],
) -> tuple[npt.NDArray[np.bool_], Column]:
    """Say which spans stay, and where those begin that take in a region that does not.

    A province, city or district stays if the library has it; else if it is in the national list
    and either stands next to one that belongs to it, or is written with its class word and
    followed by an element that goes on below it. One that is written without its class word and
    touches a road or a name belongs to that name (重庆 in 重庆路).

    Parameters
    ----------
    texts : list of str or None
    text : ndarray of int32
        Index of the text of each span, sorted.
    spans : (start, end, element), each ndarray of int32
        In order of place within a text; element indexes `ELEMENTS`.
    divisions : frozenset of str
        Names that the library supports, also the short ones.

    Returns
    -------
    (ndarray of bool, ndarray of int32)
    """
    starts, ends, elements = spans
    keep, begins = np.ones(len(text), dtype=bool), starts.copy()
    for at in np.flatnonzero(elements < _REGIONS).tolist():
        value = (texts[text[at]] or "")[starts[at] : ends[at]]
        if value in divisions:
            continue
        after = _following(at, text, starts, ends)
        if _is_supported(value, _beside(at, texts, text, spans), after, elements):
            continue
        keep[at] = False
        if after is not None and elements[after] >= _REGIONS and short_name(value) == value:
            begins[after] = begins[at]
    return keep, begins


def _following(at: int, text: Column, starts: Column, ends: Column) -> int | None:
    """Return the span that begins where this one ends."""
    after = at + 1
    touches = after < len(text) and text[after] == text[at] and starts[after] == ends[at]
    return after if touches else None


def _beside(
    at: int, texts: list[str | None], text: Column, spans: tuple[Column, Column, Column]
) -> tuple[str, str]:
    """Return the regions just before and after this one, "" where there is none."""
    starts, ends, elements = spans
    found = ["", ""]
    for side, other in enumerate((at - 1, at + 1)):
        inside = 0 <= other < len(text) and text[other] == text[at]
        if inside and elements[other] < _REGIONS:
            found[side] = (texts[text[other]] or "")[starts[other] : ends[other]]
    return found[0], found[1]


def _is_supported(value: str, beside: tuple[str, str], after: int | None, elements: Column) -> bool:
    known = known_divisions()
    if value not in known:
        return False
    before, behind = beside
    if before in known[value] or value in known.get(behind, ()):
        return True
    full = short_name(value) != value
    return full and after is not None and int(elements[after]) in _GOES_ON
