"""Streams of record batches: the same as arrays at once, in memory that does not grow."""

import tracemalloc

import numpy as np
import pyarrow as pa
import pytest
import shapely

from blockdata.errors import AnalysisError
from blockdata.kernels import CellCounts, CellIndex, FeatureIndex, steps_of_times
from blockdata.kernels.batches import cells_of_batches, count_batches, nearest_of_batches

CELLS = [shapely.box(x, y, x + 100, y + 100) for x in range(0, 500, 100) for y in (0, 100)]
DAYS = np.arange("2026-01-01", "2026-01-05", dtype="datetime64[D]")
BATCH = 20_000


def stream(batches, seed=1):
    """Make batches one at a time, as a database does."""
    rng = np.random.default_rng(seed)
    for _ in range(batches):
        x = rng.uniform(-20, 520, BATCH)
        yield pa.record_batch(
            {
                "x": pa.array(x, mask=x < -19.9),
                "y": rng.uniform(-20, 220, BATCH),
                "kind": rng.integers(0, 3, BATCH),
                "at": DAYS[0].astype("datetime64[us]") + rng.integers(0, 5 * 86_400, BATCH) * 10**6,
            }
        )


def whole():
    return pa.Table.from_batches(list(stream(3)))


def columns(table):
    return (table[name].to_numpy(zero_copy_only=False) for name in ("x", "y"))


@pytest.mark.parametrize("how", ["batches", "reader", "table"])
def test_batches_give_what_arrays_give(how):
    table = whole()
    given = {"batches": stream(3), "reader": table.to_reader(), "table": table}[how]
    index = CellIndex(CELLS)
    found = np.concatenate([cell for _, cell in cells_of_batches(index, given)])
    assert (found == index.locate(*columns(table))).all()
    assert (found == -1).any() and (found >= 0).any()


def test_nearest_features_come_batch_by_batch():
    table, index = whole(), FeatureIndex([shapely.LineString([(0, 0), (500, 200)])])
    parts = list(nearest_of_batches(index, stream(3), 30))
    feature, distance_m = index.nearest(*columns(table), 30)
    assert (np.concatenate([p[1] for p in parts]) == feature).all()
    np.testing.assert_array_equal(np.concatenate([p[2] for p in parts]), distance_m)
    assert sum(p[0].num_rows for p in parts) == len(table)


def test_counts_are_those_of_the_whole_and_nothing_is_lost():
    table, index = whole(), CellIndex(CELLS)
    counts = count_batches(
        *(index, stream(3), CellCounts(len(CELLS), 3, 4)), category="kind", time="at", edges=DAYS
    )
    wanted = np.zeros((len(CELLS), 3, 4), dtype=int)
    cell = index.locate(*columns(table))
    step = steps_of_times(table["at"].to_numpy(), DAYS)
    kept = (cell >= 0) & (step >= 0)
    np.add.at(wanted, (cell[kept], table["kind"].to_numpy()[kept], step[kept]), 1)
    assert (counts.dense() == wanted).all()
    assert counts.left_out + wanted.sum() == len(table)


def peak(batches):
    index = CellIndex(CELLS)
    tracemalloc.start()
    for _ in cells_of_batches(index, stream(batches)):
        pass
    used = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return used


def test_memory_does_not_grow_with_the_points():
    # What else the process does meanwhile only adds, and not every time.
    few, many = (min(peak(batches) for _ in range(3)) for batches in (5, 100))
    assert many < 1.2 * few


def test_a_missing_column_is_named():
    with pytest.raises(AnalysisError, match="no column 'lon'"):
        list(cells_of_batches(CellIndex(CELLS), stream(1), x="lon"))
