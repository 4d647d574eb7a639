"""Greedy choice: within its guarantee and its bound of the best, on what brute force can solve."""

import itertools
import math

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from blockdata.analysis.cameras import (
    Scene,
    SightRules,
    choose_most,
    ground_of,
    points_to_gain,
    stands_of,
)
from blockdata.errors import AnalysisError
from blockdata.kernels.sight import Obstacles

members = st.lists(st.frozensets(st.integers(0, 11)), min_size=1, max_size=9)
worth = st.lists(st.integers(0, 9), min_size=12, max_size=12)


def packed(sets):
    starts = np.cumsum([0, *map(len, sets)])
    flat = [m for s in sets for m in sorted(s)]
    return starts, np.array(flat, dtype=np.int32)


def value(sets, weights, rows):
    return sum(weights[m] for m in frozenset().union(*(sets[r] for r in rows)))


@given(members, worth, st.integers(1, 5))
def test_greedy_keeps_its_guarantee_and_its_bound(sets, weights, k):
    chosen = choose_most(*packed(sets), np.array(weights), k)
    size = min(k, len(sets))
    best = max(
        value(sets, weights, rows) for rows in itertools.combinations(range(len(sets)), size)
    )
    reached = value(sets, weights, chosen.rows)
    assert reached == chosen.gains.sum() <= best <= chosen.bound
    assert reached >= chosen.guarantee * best - 1e-9
    assert reached >= chosen.at_least * best - 1e-9
    assert 1 - 1 / math.e < chosen.guarantee <= chosen.at_least <= 1 or chosen.at_least == 1
    # Submodular: no gain exceeds the one before it.
    assert (np.diff(chosen.gains) <= 0).all() and (chosen.gains > 0).all()


@given(members, worth)
def test_lazy_choice_is_plain_greedy_choice(sets, weights):
    chosen = choose_most(*packed(sets), np.array(weights), 4)
    covered, rows = set(), []
    for _ in range(4):
        gains = [sum(weights[m] for m in s - covered) for s in sets]
        if max(gains) == 0:
            break
        rows.append(gains.index(max(gains)))
        covered |= sets[rows[-1]]
    assert chosen.rows.tolist() == rows


@given(members, worth, st.integers(1, 4))
def test_another_candidate_never_makes_the_bound_less(sets, weights, k):
    fewer = choose_most(*packed(sets[:-1]), np.array(weights), k)
    more = choose_most(*packed(sets), np.array(weights), k)
    assert value(sets, weights, more.rows[:1]) >= value(sets, weights, fewer.rows[:1])


def test_nothing_to_choose_from():
    chosen = choose_most(np.array([0]), np.empty(0, np.int32), np.empty(0, np.int64), 3)
    assert (len(chosen.rows), chosen.at_least) == (0, 1.0)
    with pytest.raises(AnalysisError, match="k is 0"):
        choose_most(np.array([0]), np.empty(0, np.int32), np.empty(0, np.int64), 0)


def test_candidates_gain_what_is_not_seen_and_lies_in_a_cell():
    def stands(*xs):
        frame = pd.DataFrame({"x": xs, "y": 50.0, "geom": None, "mount": "dome"})
        rest = ("height_m", "azimuth_deg", "direction_type", "field_angle_deg")
        frame = frame.assign(**dict.fromkeys(rest), view_distance_m=20.0)
        return stands_of(frame, nothing, rules)

    nothing, rules = Obstacles([], []), SightRules()
    cells = pd.DataFrame({"id": ["a"], "layer": "unit", "geom": [shapely.box(0, 0, 2000, 100)]})
    ground = ground_of(
        cells, buildings=np.array([]), water=np.array([]), step_m=1.0, street_width_m=10.0,
        streets=pd.DataFrame({"geom": [shapely.LineString([(0, 50), (2000, 50)])],
                              "width_m": [10.0]}),
    )  # fmt: skip
    there = Scene(stands(500.0), nothing, ground, 0.0)
    asked = Scene(stands(500.0, 510.0, 1500.0, 2000.0, 5000.0), nothing, ground, 0.0)
    starts, points = points_to_gain(asked, there, streets_only=False)
    count = np.diff(starts)
    assert count[0] == 0 and 0 < count[1] < count[2] and count[4] == 0
    assert count[2] == pytest.approx(math.pi * 400, rel=0.01)
    assert count[3] == pytest.approx(math.pi * 200, rel=0.02)
    assert len(np.unique(points)) == points.max() + 1 == count.sum()
    _, alone = points_to_gain(asked, None, streets_only=True)
    assert len(alone) < len(points)
