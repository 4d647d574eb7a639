"""Counts on other cells than those of the record's day: exact, or certain bounds, and no loss."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from blockdata.grid.lineage import count_on_cells

SIZE_M = 100.0
cuts = st.lists(st.integers(1, 99), max_size=3, unique=True)
plan = st.tuples(cuts, cuts)


def rectangles(plan_):
    """Cells of one drawing: a town cut along whole metres, its cells in the order of ids."""
    across, along = ([0, *sorted(c), SIZE_M] for c in plan_)
    shapes = [shapely.box(a, c, b, d) for a, b in pairwise(across) for c, d in pairwise(along)]
    return np.array(shapes, dtype=object)


def cell_of(geoms, x, y):
    """Brute force: the first cell that covers each point, -1 for none."""
    covers = shapely.intersects(geoms[:, None], shapely.points(x, y)[None, :])
    return np.where(covers.any(axis=0), covers.argmax(axis=0), -1)


def simulated(old, new, seed, located_share, built=True):
    """Records with true places, of which some are known only by the cell of their day."""
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(0, SIZE_M, (2, 200))
    drawing = rng.integers(0, len(old), 200)
    located = rng.random(200) < located_share
    sources, numbers = [], []
    for n, geoms in enumerate(old):
        own = cell_of(geoms, x, y)
        for cell, geom in enumerate(geoms):
            sources.append(geom)
            numbers.append(int(((own == cell) & (drawing == n) & ~located).sum()))
    things = pd.DataFrame(rng.uniform(0, SIZE_M, (40, 2)), columns=["x", "y"]).assign(weight=1.0)
    found = count_on_cells(
        new,
        (x[located], y[located]),
        np.array(sources, dtype=object),
        np.array(numbers),
        things if built else None,
    )
    truth = cell_of(new, x, y)
    return found, truth, located


@settings(deadline=None, max_examples=30)
@given(st.lists(plan, min_size=1, max_size=2), plan, st.integers(0, 999), st.booleans())
def test_the_truth_is_within_the_bounds_and_nothing_is_lost(old, new, seed, built):
    cells = rectangles(new)
    found, truth, located = simulated([rectangles(p) for p in old], cells, seed, 0.5, built)
    rows = found.cells
    true = np.bincount(truth, minlength=len(cells))
    assert (rows["low"] <= true).all()
    assert (true <= rows["high"]).all()
    assert (rows["low"] <= rows["count"] + 1e-6).all()
    assert (rows["count"] <= rows["high"] + 1e-6).all()
    exact = np.bincount(truth[located], minlength=len(cells))
    assert rows["located"].tolist() == exact.tolist()
    assert rows["count"].sum() + found.outside["count"] == pytest.approx(200)


@settings(deadline=None, max_examples=20)
@given(plan, plan, st.integers(0, 999), st.integers(1, 3))
def test_what_lies_outside_is_told(old, new, seed, missing):
    cells = rectangles(new)[missing:]
    if not len(cells):
        return
    found, truth, located = simulated([rectangles(old)], cells, seed, 0.3)
    outside = found.outside
    true = int((truth == -1).sum())
    assert outside["low"] <= true <= outside["high"]
    assert outside["located"] == int((truth[located] == -1).sum())
    assert found.cells["count"].sum() + outside["count"] == pytest.approx(200)


def test_shares_follow_things_and_land_where_there_are_none():
    cells = np.array([shapely.box(0, 0, 30, 100), shapely.box(30, 0, 100, 100)])
    nobody = (np.empty(0), np.empty(0))
    source = np.array([shapely.box(0, 0, 100, 100)])
    things = pd.DataFrame({"x": [10.0, 20, 90], "y": 50.0, "weight": [1.0, 1, 2]})
    by_things = count_on_cells(cells, nobody, source, np.array([10]), things).cells
    assert by_things[["moved", "rule"]].to_numpy().tolist() == [[5.0, "things"], [5.0, "things"]]
    by_land = count_on_cells(cells, nobody, source, np.array([10])).cells
    assert by_land[["moved", "rule"]].to_numpy().tolist() == [[3.0, "area"], [7.0, "area"]]
    assert by_land[["low", "high"]].to_numpy().tolist() == [[0, 10], [0, 10]]


def test_an_unchanged_cell_keeps_its_records_for_certain():
    cells = np.array([shapely.box(0, 0, 50, 100), shapely.box(50, 0, 100, 100)])
    points = (np.array([10.0, 50.0]), np.array([10.0, 10.0]))
    found = count_on_cells(cells, points, cells, np.array([3, 4]))
    assert found.cells[["located", "moved", "low", "high", "rule"]].to_numpy().tolist() == [
        [2, 3.0, 5, 5, "certain"],
        [0, 4.0, 4, 4, "certain"],
    ]
    assert found.outside["high"] == 0


def test_without_records_known_by_cell_there_are_only_located_ones():
    cells = np.array([shapely.box(0, 0, 50, 100)])
    none = np.empty(0, dtype=object), np.empty(0, dtype=np.int64)
    found = count_on_cells(cells, (np.array([1.0]), np.array([1.0])), *none)
    assert found.cells.to_numpy().tolist() == [[1, 0.0, 1.0, 1, 1, "located"]]
