"""Space-time K: brute force with areas measured by shapely, and what chance gives."""

import numpy as np
import pandas as pd
import pytest
import shapely

from blockdata.analysis.near_repeat import space_time_k
from blockdata.errors import AnalysisError

FIRST = pd.Timestamp("2026-01-01")
SQUARE = shapely.box(0, 0, 1000, 1000)
RAGGED = shapely.difference(
    shapely.Polygon([(0, 0), (1000, 0), (1000, 400), (600, 500), (1000, 1000), (0, 1000)]),
    shapely.box(200, 200, 350, 500),
)


def events_in(area, count, seed, days=40):
    rng = np.random.default_rng(seed)
    xy = rng.integers(0, 41, (20 * count, 2)) * 25.0
    xy = xy[shapely.intersects_xy(area, *xy.T)][:count]
    day = FIRST + pd.to_timedelta(rng.integers(0, days, count), unit="D")
    return pd.DataFrame({"x": xy[:, 0], "y": xy[:, 1], "day": day})


def share_inside(area, x, y, radius_m):
    """Length of the circle inside, of a polygon of 4 x 4,000 sides."""
    circle = shapely.boundary(shapely.buffer(shapely.Point(x, y), radius_m, quad_segs=4_000))
    return shapely.length(shapely.intersection(circle, area)) / (2 * np.pi * radius_m)


def by_hand(events, area, distances_m, days, length):
    x, y = events["x"].to_numpy(), events["y"].to_numpy()
    day = (events["day"] - FIRST).dt.days.to_numpy()
    n, k = len(x), np.zeros((len(distances_m), len(days)))
    k_space, k_time = np.zeros(len(distances_m)), np.zeros(len(days))
    for i in range(n):
        for j in set(range(n)) - {i}:
            u, t = np.hypot(x[i] - x[j], y[i] - y[j]), abs(day[i] - day[j])
            near, soon = u <= np.array(distances_m), t <= np.array(days)
            w = 1 / share_inside(area, x[i], y[i], u) if near.any() and u > 0 else 1.0
            v = 1.0 if day[i] - t >= 0 and day[i] + t < length else 2.0
            k += w * v * near[:, None] * soon
            k_space += w * near
            k_time += v * soon
    pairs = n * (n - 1)
    return area.area * length * k / pairs, area.area * k_space / pairs, length * k_time / pairs


@pytest.mark.parametrize("area", [SQUARE, RAGGED], ids=["square", "ragged"])
def test_equals_the_sum_over_all_pairs_with_circles_cut_by_the_area(area):
    events, distances, days = events_in(area, 40, 1), [110.0, 260.0], [0, 3, 9]
    period = (FIRST, FIRST + pd.Timedelta(days=49))
    found = space_time_k(events, distances_m=distances, days=days, area=area, period=period,
                         permutations=0)  # fmt: skip
    k, k_space, k_time = by_hand(events, area, distances, days, 50)
    table = found.table
    np.testing.assert_allclose(table["k"], k.ravel(), rtol=1e-3)
    np.testing.assert_allclose(table["k_space"], np.repeat(k_space, 3), rtol=1e-3)
    np.testing.assert_allclose(table["k_time"], np.tile(k_time, 2), rtol=1e-12)
    np.testing.assert_allclose(table["d"], table["k"] - table["k_space"] * table["k_time"])
    assert table["p"].isna().all()


def test_of_evenly_spread_events_k_is_a_circle_and_twice_the_days():
    rng = np.random.default_rng(3)
    n = 3_000
    xy, day = rng.uniform(0, 1000, (n, 2)), rng.integers(0, 365, n)
    events = pd.DataFrame(xy, columns=["x", "y"])
    events["day"] = FIRST + pd.to_timedelta(day, unit="D")
    found = space_time_k(events, distances_m=[50, 200], days=[7], area=SQUARE, permutations=0)
    np.testing.assert_allclose(found.table["k_space"], np.pi * np.array([50, 200]) ** 2, rtol=0.05)
    np.testing.assert_allclose(found.table["k_time"], 15, rtol=0.02)
    assert found.table["d0"].abs().max() < 0.05


def test_planted_interaction_is_found_and_the_seed_decides():
    base = events_in(SQUARE, 80, 5, days=100)
    again = base[:30].assign(x=base["x"] * 0.98 + 10, day=base["day"] + pd.Timedelta(days=1))
    events = pd.concat([base, again], ignore_index=True)
    one, other = (space_time_k(events, area=SQUARE, permutations=99, seed=seed) for seed in (2, 2))
    pd.testing.assert_frame_equal(one.table, other.table)
    assert one.p <= 0.03
    assert one.table["p"].min() == 0.01


def test_without_interaction_p_is_spread_evenly():
    p = [space_time_k(events_in(SQUARE, 50, seed), area=SQUARE, permutations=19, seed=seed).p
         for seed in range(60)]  # fmt: skip
    assert 0.35 < np.mean(p) < 0.65
    assert np.mean(np.array(p) <= 0.1) < 0.25


def test_the_order_of_rows_does_not_change_k():
    events = events_in(RAGGED, 40, 7)
    tables = [space_time_k(given, area=RAGGED, permutations=0).table
              for given in (events, events[::-1])]  # fmt: skip
    np.testing.assert_allclose(tables[0]["k"], tables[1]["k"])


def test_what_cannot_be_tested_says_why():
    none = space_time_k(events_in(SQUARE, 1, 1), area=SQUARE)
    assert (none.reason, np.isnan(none.p)) == ("too_few_events", True)
    one_day = space_time_k(events_in(SQUARE, 30, 1, days=1), area=SQUARE, permutations=9)
    assert (one_day.reason, one_day.table["p"].isna().all()) == ("one_day", True)
    assert one_day.table["d"].abs().max() < 1e-6
    far = pd.DataFrame({"x": [0.0, 1000], "y": 0.0, "day": [FIRST, FIRST + pd.Timedelta(days=1)]})
    lone = space_time_k(far, area=SQUARE, permutations=9)
    assert (lone.reason, lone.table["d0"].isna().all()) == ("no_near_pair", True)


def test_too_many_pairs_are_refused_before_they_fill_the_memory():
    spots = events_in(SQUARE, 1, 1)
    events = spots.loc[spots.index.repeat(10_100)].reset_index(drop=True)
    with pytest.raises(AnalysisError, match="50 million pairs"):
        space_time_k(events, area=SQUARE)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"area": shapely.box(0, 0, 10, 10)}, "outside the study area"),
        ({"area": shapely.Point(0, 0)}, "no valid polygon"),
        ({"period": (FIRST, FIRST)}, "outside the period"),
        ({"distances_m": [0]}, "distances"),
        ({"days": [-1]}, "days"),
        ({"permutations": -1}, "fewer"),
    ],
)
def test_wrong_input_is_refused(changes, message):
    with pytest.raises(AnalysisError, match=message):
        space_time_k(events_in(SQUARE, 20, 1), **{"area": SQUARE, **changes})
