"""Many codes at once: read as bytes, answered as arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from blockdata.address.codes.checking import check_characters
from blockdata.address.codes.scheme import REASONS, CodeScheme, Segment
from blockdata.errors import AnalysisError
from blockdata.records.texts import text_bytes

__all__ = ["CodeColumn", "Values", "as_texts"]

Values: TypeAlias = "Sequence[str | None] | pd.Series | npt.NDArray[np.object_] | pa.Array"
_Bytes = npt.NDArray[np.uint8]
_Booleans = npt.NDArray[np.bool_]

_MISSING, _LENGTH, _CHARACTERS, _MASK, _CHECK = range(1, len(REASONS))
_BLOCK_ROWS = 1 << 15  # stays in the processor's cache


@dataclass(frozen=True)
class CodeColumn:
    """A column of codes that was read once.

    Attributes
    ----------
    scheme : CodeScheme
    characters : ndarray of uint8, shape (n, scheme.width)
        ASCII codes; what a row does not have or does not use is 0.
    reasons : ndarray of uint8, shape (n,)
        Places in `REASONS`; 0 for a code.
    depths : ndarray of int8, shape (n,)
        The last segment that is used; -1 where it is no code.
    index : Index
        Of the answers; the Series' own where one was read.
    """

    scheme: CodeScheme
    characters: _Bytes
    reasons: npt.NDArray[np.uint8]
    depths: npt.NDArray[np.int8]
    index: pd.Index

    @classmethod
    def read(cls, scheme: CodeScheme, values: Values) -> CodeColumn:
        """Read a column; every row gets a reason or a depth, and none raises."""
        texts = as_texts(values)
        data, offsets = text_bytes(texts)
        lengths = np.diff(offsets)
        count = len(texts)
        reasons = np.full(count, _LENGTH, np.uint8)
        if texts.null_count:
            reasons[np.asarray(texts.is_null())] = _MISSING
        depths = np.full(count, -1, np.int8)
        characters = np.zeros((count, scheme.width), np.uint8)
        for place, (segment, end) in enumerate(zip(scheme.segments, scheme.ends, strict=True)):
            rows = np.flatnonzero(lengths == end) if segment.level is not None else ()
            for begin in range(0, len(rows), _BLOCK_ROWS):
                block = rows[begin : begin + _BLOCK_ROWS]
                matrix = data[offsets[block, None] + np.arange(end)]
                reasons[block], depths[block] = _judge(scheme, place, matrix)
                matrix[np.arange(end) >= _used(scheme, depths[block])[:, None]] = 0
                characters[block, :end] = matrix
        index = values.index if isinstance(values, pd.Series) else pd.RangeIndex(count)
        return cls(scheme, characters, reasons, depths, index)

    def levels(self) -> pd.Series:
        """Return the level of each row; see `CodeScheme.levels`."""
        names = self.scheme.level_names
        of_depth = np.full(len(self.scheme.segments) + 1, -1)
        for place, segment in enumerate(self.scheme.segments):
            of_depth[place] = -1 if segment.level is None else names.index(segment.level)
        codes = of_depth[self.depths]
        return pd.Series(
            pd.Categorical.from_codes(codes, pd.Index(names), ordered=True), self.index
        )

    def canonical(self) -> pd.Series:
        """Return the one written form of each row; see `CodeScheme.canonical`."""
        return self._written(self.depths)

    def parents(self) -> pd.Series:
        """Return the parent of each row; see `CodeScheme.parents`."""
        return self._written(self._parent_depths())

    def within(self, others: CodeColumn) -> _Booleans:
        """Tell which rows lie within the same row of `others`, or within its only one.

        Raises
        ------
        AnalysisError
            If the columns differ in length, and the other has more than one row.
        """
        if len(others.depths) not in (1, len(self.depths)):
            raise AnalysisError("two columns of codes differ in length")
        used = _used(self.scheme, others.depths)[:, None]
        open_there = np.arange(self.scheme.width) >= used
        same = ((self.characters == others.characters) | open_there).all(axis=1)
        within: _Booleans = same & (self.reasons == 0) & (others.reasons == 0)
        return within

    def _parent_depths(self) -> npt.NDArray[np.int8]:
        """Return the deepest used segment above the own one at which a code may end."""
        parents = np.full(len(self.depths), -1, np.int8)
        for place, segment in enumerate(self.scheme.segments[:-1]):
            if segment.level is None:
                continue
            end = self.scheme.ends[place]
            own = self.characters[:, end - segment.width : end]
            below = self.depths > place
            parents[below & ~_is_all(own, segment.filler) if segment.filler else below] = place
        return parents

    def _written(self, depths: npt.NDArray[np.int8]) -> pd.Series:
        """Return the codes that use the segments through `depths`, fillers written out."""
        lengths = np.zeros(len(depths), np.int64)
        matrix = self.characters.copy()
        for place in range(len(self.scheme.segments)):
            rows = np.flatnonzero(depths == place)
            end = lengths[rows] = self.scheme.written_length(place)
            matrix[rows, self.scheme.ends[place] : end] = _fillers(self.scheme, place, end)
        kept = np.arange(self.scheme.width) < lengths[:, None]
        offsets = np.concatenate([[0], np.cumsum(lengths)])
        texts = _texts_of(matrix[kept], offsets, depths >= 0)
        return pd.Series(texts, self.index, dtype="str")


def as_texts(values: Values) -> pa.Array:
    """Return the values as one array of texts; what is no text is missing."""
    if isinstance(values, pd.Series):
        values = (
            values.array if isinstance(values.dtype, pd.StringDtype) else values.to_numpy(object)
        )
    if hasattr(values, "__arrow_array__"):
        values = pa.array(values)
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    if isinstance(values, pa.Array):
        return values.cast(pa.string())
    texts = (v.encode("utf-8", "replace") if isinstance(v, str) else None for v in values)
    return pa.array(texts, pa.binary())


def _texts_of(data: _Bytes, offsets: npt.NDArray[np.int64], there: _Booleans) -> pa.Array:
    bits = pa.py_buffer(np.packbits(there, bitorder="little"))
    return pa.Array.from_buffers(
        pa.large_string(), len(there), [bits, pa.py_buffer(offsets), pa.py_buffer(data.tobytes())]
    )


def _used(scheme: CodeScheme, depths: npt.NDArray[np.int8]) -> npt.NDArray[np.int64]:
    """Return how many characters a code of this depth uses; none where it is no code."""
    return np.array([*scheme.ends, 0])[depths]


def _fillers(scheme: CodeScheme, place: int, end: int) -> _Bytes:
    """Return the characters that fill a code from the end of a segment on."""
    text = "".join(s.filler * s.width for s in scheme.segments[place + 1 :])
    return np.frombuffer(text.encode(), np.uint8)[: end - scheme.ends[place]]


def _is_all(characters: _Bytes, character: str) -> _Booleans:
    all_same: _Booleans = (characters == ord(character)).all(axis=1)
    return all_same


def _judge(scheme: CodeScheme, last: int, matrix: _Bytes) -> tuple[_Bytes, npt.NDArray[np.int8]]:
    """Judge rows of one length, which end with segment `last`: reason and depth of each."""
    wrong = np.zeros(len(matrix), np.bool_)
    masked = np.zeros(len(matrix), np.bool_)
    misplaced = np.zeros(len(matrix), np.bool_)
    depths = np.zeros(len(matrix), np.int8)
    for place in range(last + 1):
        segment, end = scheme.segments[place], scheme.ends[place]
        own = matrix[:, end - segment.width : end]
        filled = _is_all(own, segment.filler) if segment.filler else np.zeros_like(wrong)
        starred = (own == ord("*")).any(axis=1)
        is_mask = filled & starred
        misplaced |= (starred & ~is_mask) | (masked & ~is_mask)
        wrong |= ~_is_of(segment, own) & ~filled & ~starred
        masked |= is_mask
        depths[~filled] = place
    reasons = np.select([wrong, misplaced], [_CHARACTERS, _MASK], 0).astype(np.uint8)
    no_level = [s.level is None for s in scheme.segments]
    reasons[(reasons == 0) & np.array(no_level)[depths]] = _LENGTH
    if scheme.check is not None and last == len(scheme.segments) - 1:
        right = np.flatnonzero(reasons == 0)
        body = matrix[right]
        reasons[right[check_characters(body[:, :-1], scheme.check) != body[:, -1]]] = _CHECK
    depths[reasons > 0] = -1
    return reasons, depths


def _is_of(segment: Segment, own: _Bytes) -> _Booleans:
    table = np.zeros(256, np.bool_)
    table[np.frombuffer(segment.alphabet.encode(), np.uint8)] = True
    first = table.copy()
    first[ord("0")] &= segment.leading_zero
    right: _Booleans = first[own[:, 0]] & table[own[:, 1:]].all(axis=1)
    return right
