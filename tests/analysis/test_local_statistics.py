"""Gi, Gi*, local and global Moran: against every permutation of small districts, and by hand."""

from itertools import permutations

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array, eye_array

from blockdata.analysis.local import (
    contiguity,
    distance_band,
    getis_ord,
    global_getis_ord,
    global_moran,
    k_nearest,
    local_moran,
)
from blockdata.errors import AnalysisError

VALUES = st.lists(st.integers(0, 20).map(float), min_size=5, max_size=5).filter(
    lambda v: len(set(v)) > 2
)
SQUARE = distance_band([0, 1, 0, 1, 2], [0, 0, 1, 1, 1], 1)


def standard(value, all_values):
    return (value - np.mean(all_values)) / np.std(all_values)


@settings(max_examples=15)
@given(VALUES)
def test_gi_star_is_standardised_by_all_permutations(values):
    matrix = SQUARE + eye_array(5)
    sums = np.array([matrix @ np.array(p) for p in permutations(values)])
    wanted = (matrix @ np.array(values) - sums.mean(axis=0)) / sums.std(axis=0)
    assert getis_ord(values, SQUARE)["z"].to_numpy() == pytest.approx(wanted, abs=1e-9)


@settings(max_examples=15)
@given(VALUES)
def test_gi_is_standardised_by_the_permutations_of_the_others(values):
    found = getis_ord(values, SQUARE, star=False)["z"].to_numpy()
    for cell in range(5):
        others = values[:cell] + values[cell + 1 :]
        weights = np.delete(SQUARE.toarray()[cell], cell)
        sums = [weights @ np.array(p) for p in permutations(others)]
        if np.std(sums) > 1e-9:
            assert found[cell] == pytest.approx(standard(weights @ np.array(others), sums))


@settings(max_examples=15)
@given(VALUES, st.sampled_from(["n", "n-1"]))
def test_local_moran_has_the_moments_of_the_permutations_of_the_others(values, divisor):
    found = local_moran(values, SQUARE, divisor=divisor)
    deviation = np.array(values) - np.mean(values)
    scale = (deviation**2).sum() / (5 if divisor == "n" else 4)
    weights = SQUARE.toarray() / SQUARE.toarray().sum(axis=1)[:, None]
    for cell in range(5):
        others, own = np.delete(deviation, cell), np.delete(weights[cell], cell)
        every = [deviation[cell] / scale * (own @ np.array(p)) for p in permutations(others)]
        row = found.iloc[cell]
        assert row["i"] == pytest.approx(deviation[cell] / scale * (own @ others))
        assert row["expected"] == pytest.approx(np.mean(every))
        if pd.isna(row["reason"]):
            assert row["variance"] == pytest.approx(np.var(every))
        else:
            assert np.isnan(row["variance"]) and np.var(every) == pytest.approx(0)


@settings(max_examples=15)
@given(VALUES)
def test_global_statistics_have_the_moments_of_all_permutations(values):
    weights = SQUARE.toarray() / SQUARE.toarray().sum(axis=1)[:, None]
    every = [p - np.mean(p) for p in map(np.array, permutations(values))]
    moran = [5 / weights.sum() * (d @ weights @ d) / (d @ d) for d in every]
    found = global_moran(values, SQUARE)
    assert found["expected"] == pytest.approx(np.mean(moran))
    assert found["variance"] == pytest.approx(np.var(moran))
    products = sum(values) ** 2 - np.square(values).sum()
    g = [np.array(p) @ SQUARE.toarray() @ np.array(p) / products for p in permutations(values)]
    if np.std(g) > 1e-9:
        told = global_getis_ord(values, SQUARE)
        assert told["expected"] == pytest.approx(np.mean(g))
        assert told["z"] == pytest.approx(standard(told["g"], g))


def test_large_values_keep_their_last_digits():
    near = getis_ord([1.0, 2, 3, 9, 4], SQUARE)["z"]
    far = getis_ord(np.array([1.0, 2, 3, 9, 4]) + 1e8, SQUARE)["z"]
    assert far.to_numpy() == pytest.approx(near.to_numpy(), abs=1e-6)


def test_degenerate_input_has_a_reason_and_no_z():
    lone = csr_array((3, 3))
    assert getis_ord([1, 2, 3], lone)["reason"].tolist() == ["island"] * 3
    assert getis_ord([2, 2, 2, 2, 2], SQUARE)["reason"].tolist() == ["constant"] * 5
    whole = distance_band([0, 1, 2], [0, 0, 0], 9)
    assert getis_ord([1, 2, 3], whole)["reason"].tolist() == ["everything"] * 3
    assert getis_ord([1, 2], distance_band([0, 1], [0, 0], 9))["reason"].tolist() == ["too_few"] * 2
    assert local_moran([2, 2, 2, 2, 2], SQUARE)["reason"].tolist() == ["constant"] * 5
    assert local_moran([1, 2, 3], lone)["z"].isna().all()


@pytest.mark.parametrize(
    ("values", "weights", "message"),
    [
        ([1, np.nan, 3, 4, 5], SQUARE, "missing"),
        ([1, 2], SQUARE, "weights"),
        ([1, 2, 3, 4, 5], SQUARE + eye_array(5), "itself"),
        ([1, 2, 3, 4, 5], -SQUARE, "negative"),
    ],
)
def test_wrong_input_is_refused(values, weights, message):
    with pytest.raises(AnalysisError, match=message):
        getis_ord(values, csr_array(weights))


def test_global_statistics_refuse_what_has_no_answer():
    with pytest.raises(AnalysisError, match="4 cells"):
        global_moran([1, 1, 1, 1, 1], SQUARE)
    with pytest.raises(AnalysisError, match="negative"):
        global_getis_ord([-1, 1, 2, 3, 4], SQUARE)


def test_queen_touches_at_a_corner_and_rook_does_not():
    cells = [shapely.box(x, y, x + 1, y + 1) for y in range(2) for x in range(2)]
    assert contiguity(cells).sum() == 12
    assert contiguity(cells, rook=True).sum() == 8
    apart = [shapely.box(0, 0, 1, 1), shapely.box(1.01, 0, 2, 1)]
    assert contiguity(apart).nnz == 0
    assert contiguity(apart, tolerance_m=0.05, rook=True).nnz == 2


POINTS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=3, max_size=12)


@settings(max_examples=40)
@given(POINTS, st.integers(1, 2))
def test_nearest_neighbours_are_those_of_all_distances(points, k):
    x, y = np.array(points, dtype=float).T
    found = k_nearest(x, y, k)
    for row in range(len(x)):
        apart = np.hypot(x - x[row], y - y[row])
        apart[row] = np.inf
        wanted = np.argsort(apart, kind="stable")[:k]
        assert found.indices[found.indptr[row] : found.indptr[row + 1]].tolist() == sorted(wanted)


@pytest.mark.parametrize("k", [0, 3])
def test_k_is_held_to_its_bounds(k):
    with pytest.raises(AnalysisError, match=f"k is {k}"):
        k_nearest([0, 1, 2], [0, 0, 0], k)
