"""Pack weights for decoding: only rows that count, as int8 in whole cache lines."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from blockdata.address.tagger.decoding import LINE, PackedWeights
from blockdata.address.tagger.hashing import build_filter, build_slots
from blockdata.address.tagger.lattice import Order

__all__ = ["IMPOSSIBLE", "pack_rows", "packed_weights", "padded_transitions"]

_LARGEST = 127
IMPOSSIBLE = np.float32(-1e30)
Rows = npt.NDArray[np.int8]


def pack_rows(
    keys: npt.NDArray[np.uint64], rows: npt.NDArray[np.float32]
) -> tuple[npt.NDArray[np.uint64], Rows, float]:
    """Round weights to steps of one scale and leave out the features whose weights are all zero.

    Rows are sorted by key, so that the same weights give the same bytes.

    Returns
    -------
    keys, rows, scale
        Weights are `rows * scale`.

    Examples
    --------
    >>> weights = np.array([[2.0, -1.0], [0.0, 0.0]], np.float32)
    >>> keys, rows, scale = pack_rows(np.array([9, 5], np.uint64), weights)
    >>> keys.tolist(), (rows[0, :2] * scale).round(1).tolist(), rows.shape
    ([9], [2.0, -1.0], (1, 64))
    """
    lanes = -(-rows.shape[1] // LINE) * LINE
    largest = float(np.abs(rows).max(initial=0.0))
    scale = (largest or 1.0) / _LARGEST
    whole = np.zeros((len(rows), lanes), dtype=np.int8)
    whole[:, : rows.shape[1]] = np.rint(rows / scale).clip(-_LARGEST, _LARGEST)
    kept = np.flatnonzero(whole.any(axis=1))
    kept = kept[np.argsort(keys[kept])]
    return keys[kept], whole[kept], scale


def packed_weights(
    keys: npt.NDArray[np.uint64],
    rows: Rows,
    scale: float,
    transitions: npt.NDArray[np.float32],
    *,
    margin: float,
    least: float,
    order: Order,
) -> PackedWeights:
    """Return the weights as the decoder wants them: hash table, rows on cache lines."""
    return PackedWeights(
        build_slots(keys),
        build_filter(keys),
        _aligned(rows),
        np.float32(scale),
        transitions,
        np.float32(margin),
        np.full(transitions.shape[0] - 2, least, np.float32),
        order,
    )


def padded_transitions(transitions: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
    """Fill up the labels to whole vectors with transitions that no path takes."""
    before, labels = transitions.shape
    padded = np.full((before, -(-labels // 16) * 16), IMPOSSIBLE, dtype=np.float32)
    padded[:, :labels] = transitions
    return padded


def _aligned(rows: Rows) -> Rows:
    """Copy rows to where each begins a cache line, and add a row of zeros to fill up a group."""
    count, lanes = rows.shape
    room = np.zeros((count + 1) * lanes + LINE, dtype=np.int8)
    skip = -room.ctypes.data % LINE
    aligned = room[skip : skip + (count + 1) * lanes].reshape(count + 1, lanes)
    aligned[:count] = rows
    return aligned
