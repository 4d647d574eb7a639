"""Emerging hot spots: a hand-made series per kind, Mann-Kendall by all pairs, Gi* by formula."""

from itertools import combinations, permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blockdata.analysis.emerging import (
    CATEGORIES,
    emerging_categories,
    mann_kendall,
    space_time_gi_star,
)
from blockdata.analysis.local import distance_band, getis_ord
from blockdata.errors import AnalysisError

SERIES = st.lists(st.integers(0, 4).map(float), min_size=3, max_size=7)


@given(SERIES)
def test_s_counts_all_pairs_and_the_variance_is_that_of_all_orders(series):
    found = mann_kendall([series]).iloc[0]
    assert found["s"] == sum(np.sign(b - a) for a, b in combinations(series, 2))
    if len(series) <= 5:
        every = [sum(np.sign(b - a) for a, b in combinations(p, 2)) for p in permutations(series)]
        assert found["variance"] == pytest.approx(np.var(every))


@pytest.mark.parametrize(("s", "p"), [(17, 0.1523), (-45, 8.30e-5)])
def test_published_values_without_ties(s, p):
    # Of ten different values, neighbours are swapped until S is as wanted.
    order = list(range(10))
    swaps, place = (45 - s) // 2, 0
    while swaps:
        if order[place] < order[place + 1]:
            order[place], order[place + 1] = order[place + 1], order[place]
            swaps -= 1
        place = (place + 1) % 9
    found = mann_kendall([order]).iloc[0]
    assert (found["s"], found["variance"]) == (s, 125)
    assert found["p"] == pytest.approx(p, rel=2e-3)


def kind(hot, cold="", slope=0.0):
    steps = len(hot)
    flags = [[c == "x" for c in text.ljust(steps, ".")] for text in (hot, cold)]
    z = np.arange(steps) * slope + np.resize([0.0, 0.01], steps)
    row = emerging_categories([z], [flags[0]], [flags[1]]).iloc[0]
    return row["category"], row["side"]


@pytest.mark.parametrize(
    ("category", "hot", "cold", "slope"),
    [
        ("new", ".........x", "", 0),
        ("new", ".........x", "x", 0),
        ("consecutive", "......xxxx", "", 0),
        ("intensifying", ".xxxxxxxxx", "", 1),
        ("persistent", "xxxxxxxxxx", "", 0),
        ("diminishing", "xxxxxxxxxx", "", -1),
        ("sporadic", "..x..xx..x", "", 0),
        ("oscillating", "..x..xx..x", "x", 0),
        ("historical", "xxxxxxxxx.", "", 1),
    ],
)
def test_each_kind_and_its_cold_mirror(category, hot, cold, slope):
    assert kind(hot, cold, slope) == (category, "hot")
    assert kind(cold.ljust(10, "."), hot, -slope) == (category, "cold")


def test_what_is_none_of_them_has_no_category():
    hot, side = kind("..x..xx...")
    assert hot != hot
    assert side != side


FLAGS = st.lists(st.sampled_from(["hot", "cold", "none"]), min_size=2, max_size=12)


@settings(max_examples=200)
@given(FLAGS)
def test_every_cell_that_is_hot_or_cold_now_has_a_category_of_that_side(states):
    row = emerging_categories(
        [np.zeros(len(states))], [[s == "hot" for s in states]], [[s == "cold" for s in states]]
    ).iloc[0]
    if states[-1] != "none":
        assert row["side"] == states[-1]
        assert row["category"] in CATEGORIES
    elif isinstance(row["category"], str):
        assert row["category"] == "historical"


ROW = distance_band([0, 1, 2, 3, 4, 5], [0] * 6, 1)
CUBE = np.random.default_rng(1).poisson(2.0, (6, 5)).astype(float)


@pytest.mark.parametrize("reference", ["entire", "neighbourhood", "step"])
def test_gi_star_follows_its_formula_bin_by_bin(reference):
    found = space_time_gi_star(CUBE, ROW, lag=2, reference=reference)
    near = ROW.toarray() + np.eye(6)
    back = 0 if reference == "step" else 2
    for cell in range(6):
        for step in range(5):
            span = slice(max(0, step - back), step + 1)
            used = CUBE if reference == "entire" else CUBE[:, span]
            weight = np.zeros_like(CUBE)
            weight[:, span] = near[cell][:, None]
            total, squares, size = weight.sum(), (weight**2).sum(), used.size
            spread = used.std() * np.sqrt((size * squares - total**2) / (size - 1))
            assert found[cell, step] == pytest.approx(
                ((weight * CUBE).sum() - used.mean() * total) / spread
            )


def test_one_step_alone_is_the_plain_gi_star():
    wanted = getis_ord(CUBE[:, 3], ROW)["z"].to_numpy()
    assert space_time_gi_star(CUBE, ROW, reference="step")[:, 3] == pytest.approx(wanted)


def test_constant_counts_and_islands_have_no_z():
    assert np.isnan(space_time_gi_star(np.ones((6, 5)), ROW)).all()
    lone = distance_band([0, 1, 2, 3, 4, 50], [0] * 6, 1)
    assert np.isnan(space_time_gi_star(CUBE, lone)[5]).all()


def test_wrong_input_is_refused():
    with pytest.raises(AnalysisError, match="series"):
        mann_kendall([[1.0]])
    with pytest.raises(AnalysisError, match="do not fit"):
        emerging_categories([[0.0, 0.0]], [[True, False]], [[True, False]])
    with pytest.raises(AnalysisError, match="lag"):
        space_time_gi_star(CUBE, ROW, lag=-1)
