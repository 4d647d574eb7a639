"""The passes of matching: whole texts, structure, and structure with a misspelt name mended."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from blockdata.address.matching.codes import Codes, encode
from blockdata.address.matching.fields import Bools, Ints, Small
from blockdata.address.matching.library import Library
from blockdata.address.matching.reading import MOST_CHUNKS, MOST_NAMES
from blockdata.address.matching.searching import (
    ABSENT_HERE,
    CONFLICTING,
    FEATURES,
    FOUND,
    MISSING_NUMBERS,
    MOST_DEPENDS,
    NOTHING,
    REASON,
    ROW,
    RUNNER,
    TIED,
    match_texts,
)
from blockdata.address.matching.table import Lookup, find
from blockdata.address.names import NameIndex
from blockdata.kernels.blocks import each_block
from blockdata.kernels.jit import jit

__all__ = ["Found", "candidates", "mend", "search", "whole"]

_BLOCK = 1 << 13
#: Names less alike than this are other names.
LEAST_SIMILAR = 0.7
#: Words of a kind as they are misheard, and how like the right ones they count.
_MISSPELT = {"陆": "路", "接": "街", "圆": "园", "员": "园", "院": "苑", "苑": "院"}
_MISSPELT_CLASS = 0.9
#: What people write after the name of an estate that has none of it.
_MAY_FOLLOW = ("小区", "社区", "大院")
#: Mended texts that lead to two addresses are told apart by so much.
_APART = 0.05
_MENDABLE = (NOTHING, ABSENT_HERE, CONFLICTING)


class Found(NamedTuple):
    """What searching gives, one row a text.

    Parameters
    ----------
    found : ndarray of int64, shape (n, FEATURES)
        See `blockdata.address.matching.searching`.
    depends : ndarray of int64, shape (n, k)
    fuzzy : ndarray of bool
    chunks : ndarray of int64
    """

    found: Ints
    depends: Ints
    fuzzy: Bools
    chunks: Ints


def search(codes: Codes, offsets: Ints, library: Library) -> Found:
    """Match normalised texts by structure, on as many threads as there are cores."""
    count = len(offsets) - 1
    result = Found(
        np.zeros((count, FEATURES), np.int64),
        np.zeros((count, MOST_DEPENDS + MOST_NAMES), np.int64),
        np.zeros(count, np.bool_),
        np.zeros((count, 2 * MOST_CHUNKS), np.int64),
    )
    vocabulary, index = tuple(library.vocabulary), tuple(library.searched)

    def work(start: int, stop: int) -> None:
        part = tuple(array[start:stop] for array in result)
        match_texts(codes, offsets[start : stop + 1], vocabulary, index, part)

    each_block(count, work, _BLOCK)
    return result


@jit
def _whole(hashes: Ints, known: Any, ids: Ints, row: Small, tied: Small) -> None:
    slots, first, count, rows = known
    for text in range(len(hashes)):
        row[text], tied[text] = -1, -1
        slot = find(slots, hashes[text]) if hashes[text] != 0 else -1
        if slot < 0:
            continue
        begin = first[slot]
        row[text] = rows[begin]
        for at in range(begin + 1, begin + count[slot]):
            if ids[rows[at]] != ids[rows[begin]]:
                tied[text] = rows[at]
                break


def whole(hashes: Ints, known: Lookup, library: Library) -> tuple[Small, Small]:
    """Return the row of each whole text, and another of another id; -1 where there is none."""
    row, tied = np.zeros(len(hashes), np.int32), np.zeros(len(hashes), np.int32)
    _whole(hashes, tuple(known), library.searched.ids, row, tied)
    return row, tied


class Mended(NamedTuple):
    """Texts in which a piece is replaced by a name that is like it."""

    text: list[int]
    written: list[str]
    similarity: list[float]


def mend(
    texts: Sequence[str],
    result: Found,
    wanted: Bools,
    names: tuple[NameIndex, list[str]],
    library: Library,
) -> tuple[Ints, Found, npt.NDArray[np.float64]]:
    """Match texts without an answer once more, with unknown pieces taken for names like them.

    Returns
    -------
    which : ndarray of int64
        Texts that then have an answer, or are ambiguous.
    found : Found
        Their answers.
    similarity : ndarray of float64
        How like the names are.
    """
    open_texts = np.flatnonzero(
        wanted & np.isin(result.found[:, REASON], _MENDABLE) & (result.chunks[:, 0] >= 0)
    )
    tried = candidates(texts, open_texts, result.chunks, names)
    again = search(*encode(tried.written), library)
    return _best_of(tried, again, library)


def candidates(
    texts: Sequence[str], which: Ints, chunks: Ints, names: tuple[NameIndex, list[str]]
) -> Mended:
    """Return texts with each unknown piece replaced by each name that is like it."""
    tried = Mended([], [], [])
    spans = [
        (text, int(begin), int(end))
        for text in which.tolist()
        for begin, end in chunks[text].reshape(-1, 2).tolist()
        if begin >= 0
    ]
    pieces = sorted({texts[text][begin:end] for text, begin, end in spans})
    near = _nearest(pieces, names)
    for text, begin, end in spans:
        given = texts[text]
        for name, similarity in near.get(given[begin:end], ()):
            tried.text.append(text)
            tried.written.append(given[:begin] + name + given[end:])
            tried.similarity.append(similarity)
    return tried


def _nearest(
    pieces: list[str], names: tuple[NameIndex, list[str]]
) -> dict[str, list[tuple[str, float]]]:
    index, written = names
    found: dict[str, list[tuple[str, float]]] = {}
    if not pieces or not written:
        return found
    known = set(written)
    for piece in pieces:
        mended = piece[:-1] + _MISSPELT.get(piece[-1], "")
        if piece[-1] in _MISSPELT and mended in known:
            found[piece] = [(mended, _MISSPELT_CLASS)]
    near = index.nearest(pieces, limit=3)
    rows = zip(near.query.tolist(), near.name.tolist(), near.similarity.tolist(), strict=True)
    for query, name, similarity in rows:
        if similarity >= LEAST_SIMILAR and not _cuts(pieces[query], written[name]):
            found.setdefault(pieces[query], []).append((written[name], similarity))
    return found


def _cuts(piece: str, name: str) -> bool:
    """Tell whether a name leaves out what was written: 锦澜 is not 锦澜公寓, whatever it is."""
    return len(name) < len(piece) and piece.removeprefix(name) not in _MAY_FOLLOW


def _best_of(
    tried: Mended, again: Found, library: Library
) -> tuple[Ints, Found, npt.NDArray[np.float64]]:
    """Keep one answer a text: the likest name, then most numbers explained; else ambiguous."""
    best: dict[int, int] = {}
    found, ids = again.found, library.searched.ids
    for number, text in enumerate(tried.text):
        if found[number, REASON] not in (FOUND, TIED) or found[number, ROW] < 0:
            continue
        before = best.get(text)
        if before is None:
            best[text] = number
            continue
        gain = tried.similarity[number] - tried.similarity[before]
        fewer = found[before, MISSING_NUMBERS] - found[number, MISSING_NUMBERS]
        other = ids[found[number, ROW]] != ids[found[before, ROW]]
        if other and fewer == 0 and abs(gain) < _APART:
            found[before, REASON], found[before, RUNNER] = TIED, found[number, ROW]
        elif gain >= _APART or (gain > -_APART and fewer > 0):
            best[text] = number
    rows = np.array(list(best.values()), np.int64)
    which = np.array(list(best), np.int64)
    similarity = np.array([tried.similarity[n] for n in best.values()])
    return (
        which,
        Found(again.found[rows], again.depends[rows], again.fuzzy[rows], again.chunks[rows]),
        similarity,
    )
