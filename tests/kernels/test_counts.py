"""Counts per cell, category and step equal a plain count, dense or sparse, in any batches."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blockdata.errors import AnalysisError
from blockdata.kernels import CellCounts, steps_of_times
from blockdata.kernels import counts as module

record = st.tuples(st.integers(-1, 4), st.integers(-1, 2), st.integers(-1, 3))
batches = st.lists(st.lists(record, max_size=30), max_size=6)


@settings(deadline=None)
@given(batches, st.sampled_from([1 << 24, 0]), st.sampled_from([1, 1 << 20]))
def test_equals_a_plain_count(given_batches, most_dense, buffered):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_MOST_DENSE", most_dense)
        patch.setattr(module, "_BUFFERED", buffered)
        counts = CellCounts(5, 3, 4)
        for batch in given_batches:
            counts.add(*np.array(batch, dtype=np.int64).reshape(-1, 3).T)
        found = list(zip(*(v.tolist() for v in counts.sparse()), strict=True))
    every = [r for batch in given_batches for r in batch]
    expected = Counter(r for r in every if min(r) >= 0)
    assert found == [(*key, expected[key]) for key in sorted(expected)]
    assert counts.left_out == sum(min(r) < 0 for r in every)


def test_dense_and_sparse_tell_the_same():
    rng = np.random.default_rng(1)
    counts = CellCounts(20, 3, 7)
    for _ in range(5):
        counts.add(rng.integers(-1, 20, 999), rng.integers(0, 3, 999), rng.integers(0, 7, 999))
    cell, category, step, count = counts.sparse()
    table = counts.dense()
    assert (table[cell, category, step] == count).all()
    assert table.sum() == count.sum() == 5 * 999 - counts.left_out


def test_a_large_table_is_held_sparse_and_says_so():
    counts = CellCounts(100_000, 1_000, 1_000)
    counts.add([99_999], [999], [999])
    assert [v.tolist() for v in counts.sparse()] == [[99_999], [999], [999], [1]]
    with pytest.raises(AnalysisError, match="sparse"):
        counts.dense()


def test_codes_beyond_the_table_are_refused():
    with pytest.raises(AnalysisError, match="category code 2"):
        CellCounts(2, 2, 2).add([0], [2], [0])


def test_codes_of_unequal_length_are_refused():
    with pytest.raises(AnalysisError, match="length"):
        CellCounts(2, 2, 2).add([0], [1, 1], [0])


def test_a_time_on_an_edge_belongs_to_the_step_that_begins():
    edges = np.array(["2024-01-01", "2024-01-08", "2024-01-15"], dtype="datetime64[D]")
    moments = [
        "2023-12-31T23:59:59",
        "2024-01-01",
        "2024-01-07T23:59:59",
        "2024-01-08",
        "2024-01-15",
        "NaT",
    ]
    times = np.array(moments, dtype="datetime64[us]")
    assert steps_of_times(times, edges).tolist() == [-1, 0, 0, 1, -1, -1]


def test_edges_that_do_not_ascend_are_refused():
    with pytest.raises(AnalysisError, match="ascend"):
        steps_of_times([], np.array(["2024-01-02", "2024-01-02"], dtype="datetime64[D]"))
