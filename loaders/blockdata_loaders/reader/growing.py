"""Columns that grow batch by batch, each in one piece of memory.

Batches that are kept and joined at the end take the memory of a file twice; here each is copied
while it is in the processor's cache, and its memory serves the next one.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from blockdata.records.texts import text_bytes

__all__ = ["GrowingColumn"]

_MOST_BYTES = (1 << 31) - 1  # an offset of Arrow's texts has 32 bits
_GROWTH = 1.5


class GrowingColumn:
    """A column of texts or bytes to which batches are added.

    Parameters
    ----------
    times : float
        How many times as much as the first batch is expected in all; memory is only reserved.
    kind : pa.DataType, optional
        Texts, unless it is binary.

    Examples
    --------
    >>> texts = GrowingColumn(times=2)
    >>> texts.add(pa.array(["路", None]))
    >>> texts.add(pa.array(["灯"]))
    >>> texts.column().to_pylist()
    ['路', None, '灯']
    """

    def __init__(self, times: float = 1, kind: pa.DataType | None = None) -> None:
        self._times, self._kind = times, kind or pa.string()
        self._full: list[pa.Array] = []
        self._begin(0, 0)

    def _begin(self, rows: int, data_bytes: int) -> None:
        self._rows = 0
        # A fresh array of numpy lies on large pages, one that was resized does not.
        self._data = np.empty(int(data_bytes * self._times), np.uint8)
        self._offsets = np.zeros(int(rows * self._times) + 1, np.int32)
        self._valid = np.empty(int(rows * self._times), np.bool_)

    def add(self, values: pa.Array) -> None:
        """Add a batch."""
        data, offsets = text_bytes(values)
        if self._offsets[self._rows] > _MOST_BYTES - len(data):
            self._full.append(self._array())
            self._rows = 0
        if not self._rows:
            self._begin(len(values), len(data))
        used, end = int(self._offsets[self._rows]), self._rows + len(values)
        _reserve(self._data, used + len(data))
        _reserve(self._offsets, end + 1)
        _reserve(self._valid, end)
        self._data[used : used + len(data)] = data
        np.add(offsets[1:], used, out=self._offsets[self._rows + 1 : end + 1])
        is_whole = values.null_count == 0
        self._valid[self._rows : end] = is_whole or values.is_valid().to_numpy(zero_copy_only=False)
        self._rows = end

    def column(self) -> pa.ChunkedArray:
        """Return all values, in one chunk unless they have more bytes than a chunk can hold."""
        return pa.chunked_array([*self._full, self._array()], self._kind)

    def _array(self) -> pa.Array:
        valid = self._valid[: self._rows]
        buffers = [
            None if valid.all() else pa.array(valid).buffers()[1],
            pa.py_buffer(self._offsets),
            pa.py_buffer(self._data),
        ]
        return pa.Array.from_buffers(self._kind, self._rows, buffers)


def _reserve(array: npt.NDArray[np.generic], size: int) -> None:
    """Make room in an array for so many elements; nothing else holds it yet."""
    if size > len(array):
        array.resize(max(size, int(len(array) * _GROWTH)), refcheck=False)
