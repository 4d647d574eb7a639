"""Stays in cells over numbers: against asking every place of every cell at every moment."""

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from blockdata.grid.assign import ALWAYS, STILL, Cells, Places, stays_in_cells

MOMENTS = range(-1, 7)
FOREVER = (ALWAYS, STILL)


@st.composite
def validities(draw):
    start, end = sorted(draw(st.lists(st.integers(0, 6), min_size=2, max_size=2, unique=True)))
    return (draw(st.sampled_from([start, ALWAYS])), draw(st.sampled_from([end, STILL])))


@st.composite
def scenes(draw):
    """Records that stand still, each in one state, and intervals that serve as cells."""
    spots = draw(st.lists(st.tuples(st.integers(0, 9), validities()), max_size=5))
    edges = st.tuples(st.integers(0, 8), st.integers(1, 4), validities())
    return spots, draw(st.lists(edges, max_size=4))


def _ints(values):
    return np.array(values, dtype=np.int64)


def _columns(validity):
    return _ints([v[0] for v in validity]), _ints([v[1] for v in validity])


def _holds(validity, moment):
    return validity[0] <= moment < validity[1]


@given(scenes())
@settings(max_examples=100, deadline=None)
def test_the_lowest_cell_that_covers_a_record_has_it_at_every_moment(scene):
    spots, edges = scene
    x = np.array([s[0] for s in spots], dtype=float)
    places = Places(
        _ints(range(len(spots))), x + 0.5, np.full(len(x), 0.5), *_columns([s[1] for s in spots])
    )
    shapes = np.array([shapely.box(a, 0, a + w, 1) for a, w, _ in edges], dtype=object)
    stays = stays_in_cells(
        places, Cells(_ints(range(len(edges))), shapes, *_columns([e[2] for e in edges]))
    )
    rows = list(zip(stays.record, stays.cell, stays.start, stays.end, strict=True))
    assert rows == sorted(rows, key=lambda row: (row[0], row[2]))
    for record, (at, validity) in enumerate(spots):
        for moment in MOMENTS:
            wanted = [
                cell
                for cell, (left, width, holds) in enumerate(edges)
                if _holds(validity, moment) and _holds(holds, moment) and left <= at < left + width
            ][:1]
            found = [row[1] for row in rows if row[0] == record and _holds(row[2:], moment)]
            assert found == wanted


def test_touching_stretches_in_one_cell_are_one_whatever_the_order_of_states():
    places = Places(_ints([0, 0]), np.ones(2), np.ones(2), _ints([5, ALWAYS]), _ints([STILL, 5]))
    box = np.array([shapely.box(0, 0, 2, 2)], dtype=object)
    stays = stays_in_cells(places, Cells(_ints([3]), box, *_columns([FOREVER])))
    assert (stays.cell.tolist(), stays.start.tolist(), stays.end.tolist()) == (
        [3],
        [ALWAYS],
        [STILL],
    )
