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


def test_nine_steps_in_ten_are_counted_in_whole_numbers():
    for steps in range(10, 71, 10):
        hot = np.arange(steps) >= steps // 10
        row = emerging_categories([np.zeros(steps)], [hot], [~hot & hot]).iloc[0]
        assert row["category"] == "persistent"
        hot[steps // 10] = False
        row = emerging_categories([np.zeros(steps)], [hot], [~hot & hot]).iloc[0]
        assert row["category"] == "consecutive"


def test_steps_without_a_value_have_no_part_in_the_trend():
    gaps = [[1.0, np.nan, 2, 2, np.nan, 5], [3, np.nan, np.nan, np.nan, np.nan, np.nan]]
    found = mann_kendall(gaps)
    whole = mann_kendall([[1.0, 2, 2, 5]])
    assert found.iloc[0].equals(whole.iloc[0])
    assert found.loc[1, ["s", "variance", "z", "p"]].tolist() == [0, 0, 0, 1]
    told = emerging_categories(gaps, np.zeros((2, 6)), np.zeros((2, 6)))
    assert told["s_variance"][0] == whole["variance"][0]
    assert told.loc[1, ["s", "s_variance", "trend_z", "trend_p"]].isna().all()


def test_the_same_counts_among_other_neighbours_tie():
    rng = np.random.default_rng(2)
    first = rng.poisson(0.7, 6).astype(float)
    # The middle of three neighbours has the same sum, however its parts are dealt out.
    cube = np.column_stack([first, *(first[[1, 2, 0, 4, 5, 3]] for _ in range(3))])
    z = space_time_gi_star(cube * 1.0, ROW, lag=0)
    assert z[1, 0] == z[1, 1] == z[1, 2]
    assert mann_kendall(z)["s"][1] == 0


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


@pytest.mark.parametrize("reference", ["entire", "neighbourhood", "step", 3, 4, 9])
def test_gi_star_follows_its_formula_bin_by_bin(reference):
    found = space_time_gi_star(CUBE, ROW, lag=2, reference=reference)
    near = ROW.toarray() + np.eye(6)
    back = 0 if reference == "step" else 2
    for cell in range(6):
        for step in range(5):
            span = slice(max(0, step - back), step + 1)
            compared = span
            if isinstance(reference, int):
                compared = slice(max(0, step - reference + 1), step + 1)
            used = CUBE if reference == "entire" else CUBE[:, compared]
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
    with pytest.raises(AnalysisError, match="infinite"):
        mann_kendall([[1.0, np.inf]])
    with pytest.raises(AnalysisError, match="lag"):
        space_time_gi_star(CUBE, ROW, lag=-1)
    with pytest.raises(AnalysisError, match="reference"):
        space_time_gi_star(CUBE, ROW, lag=2, reference=2)
    with pytest.raises(AnalysisError, match="reference"):
        space_time_gi_star(CUBE, ROW, reference="month")
    with pytest.raises(AnalysisError, match="missing"):
        space_time_gi_star(np.full((6, 5), np.nan), ROW)
