"""The readings of one text and the addresses that each would find, for looking at them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from blockdata.address.matching.codes import encode
from blockdata.address.matching.fields import BUILDING, WIDTH, Bools, Ints
from blockdata.address.matching.filling import fill
from blockdata.address.matching.keys import (
    MOST_ANCHORS,
    building_key,
    query_anchors,
    row_anchors,
)
from blockdata.address.matching.library import Library
from blockdata.address.matching.reading import BOTH_KINDS, UNKNOWN_ROAD, new_scratch, read_text
from blockdata.kernels.jit import jit

__all__ = ["Reading", "rows_under", "text_readings"]

_VARIANTS = 4


class Reading(NamedTuple):
    """One reading of a text: its fields, what it hangs on, and whether its road is unknown."""

    fields: Ints
    anchors: tuple[int, ...]
    unknown_road: bool


def text_readings(text: str, library: Library) -> list[Reading]:
    """Return the distinct readings of a normalised text."""
    codes, offsets = encode([text])
    s = new_scratch()
    read_text(codes, 0, int(offsets[1]), tuple(library.vocabulary), s)
    anchors, kinds = np.zeros(MOST_ANCHORS, np.int64), np.zeros(MOST_ANCHORS, np.int64)
    readings: dict[bytes, Reading] = {}
    for number in range(2 * _VARIANTS):
        fields = np.zeros(WIDTH, np.int64)
        fill(s, number % _VARIANTS, number >= _VARIANTS, fields)
        count = query_anchors(fields, bool(s.state[BOTH_KINDS]), anchors, kinds)
        hung = tuple(anchors[:count].tolist())
        readings.setdefault(fields.tobytes(), Reading(fields, hung, bool(s.state[UNKNOWN_ROAD])))
    return list(readings.values())


@jit
def _rows_at(fields: Ints, wanted: Ints, out: Bools) -> None:
    hung = np.zeros(MOST_ANCHORS, np.int64)
    for row in range(len(fields)):
        for at in range(row_anchors(fields[row], hung)):
            here = building_key(hung[at], fields[row, BUILDING])
            for number in range(len(wanted)):
                out[row] |= wanted[number] == here


def rows_under(reading: Reading, library: Library) -> list[int]:
    """Return the rows at a reading's door or estate, and those of its building there."""
    wanted = [
        building_key(at, building)
        for at in reading.anchors
        for building in (int(reading.fields[BUILDING]), 0)
    ]
    out = np.zeros(len(library.ids), np.bool_)
    _rows_at(library.searched.fields, np.array(wanted, np.int64), out)
    found: list[int] = np.flatnonzero(out).tolist()
    return found
