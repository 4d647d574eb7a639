"""Small changes of window, cell and level: what stays hot, and what does not."""

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from blockdata.analysis.exposure import Exposure
from blockdata.analysis.hotspots import (
    counts_in_resized,
    hot_spot_changes,
    hot_spots,
    other_window_days,
    stability,
)
from blockdata.errors import AnalysisError

CELLS = [f"c{n:02}" for n in range(40)]
EVEN = Exposure("people", pd.Series(100.0, CELLS))


def _found(count):
    counts = pd.DataFrame({"category": "x", "cell": CELLS, "count": 1, "window_days": 28})
    counts.loc[7, "count"] = count
    return hot_spots(counts, EVEN)


@given(st.integers(1, 400))
def test_the_other_windows_are_a_tenth_away_and_never_the_same(days):
    found = other_window_days(days)
    assert days not in found.values()
    assert all(abs(other - days) <= max(1, 0.1 * days + 0.5) for other in found.values())
    assert ("window_shorter" in found) == (days > 1)


def test_a_hot_spot_that_another_window_does_not_have_is_unstable():
    found = stability(_found(30), {"window_longer": _found(1), "window_shorter": _found(30)}, {})
    told = found.dropna()
    assert told["unstable_under"].tolist() == ["window_longer"]
    assert told["stability"].tolist() == [pytest.approx(2 / 3)]
    assert len(told) == 1


def test_a_window_that_was_not_tried_does_not_count():
    other = _found(1).assign(window_days=7)
    assert stability(_found(30), {"window_longer": other}, {}).dropna()["stability"].item() == 1


def test_a_count_in_the_resized_cell_is_judged_against_as_much_less_exposure():
    key = {"window_days": [28], "category": ["x"], "cell": ["c07"]}
    for count, verdict in ((28, ""), (2, "cell_smaller")):
        sizes = {"cell_smaller": pd.DataFrame(key | {"count": [count], "area_ratio": 0.9})}
        found = stability(_found(30), {}, sizes)
        assert found["unstable_under"].dropna().tolist() == [verdict]


def test_a_level_a_tenth_stricter_ends_what_is_just_below_it():
    found = _found(30)
    q = float(found.loc[found["hot"], "q"].iloc[0])
    assert stability(found, {}, {}, alpha=q).dropna()["unstable_under"].tolist() == ["threshold"]


def test_nothing_hot_has_no_stability():
    assert stability(_found(1), {"window_longer": _found(1)}, {}).isna().all(axis=None)


def test_counts_in_resized_cells_are_those_of_the_scaled_polygons():
    rng = np.random.default_rng(1)
    episodes = pd.DataFrame(rng.uniform(-20, 140, (500, 2)), columns=["x", "y"])
    episodes = episodes.assign(category="x", cell="a", age_days=rng.uniform(0, 20, 500))
    polygon = shapely.Polygon([(0, 0), (100, 0), (80, 120), (10, 60)])
    cells = pd.DataFrame({"cell": ["a"], "geom": [polygon]})
    hot = pd.DataFrame({"window_days": [7, 14], "category": "x", "cell": "a"})
    found = counts_in_resized(hot, cells, episodes)
    for name, ratio in (("cell_smaller", 0.9), ("cell_larger", 1.1)):
        factor = np.sqrt(ratio)
        scaled = shapely.affinity.scale(polygon, factor, factor, origin="centroid")
        inside = shapely.contains_xy(scaled, episodes["x"], episodes["y"])
        expected = [int((inside & (episodes["age_days"] <= days)).sum()) for days in (7, 14)]
        assert found[name]["count"].tolist() == expected
        assert found[name]["area_ratio"].tolist() == [ratio, ratio]


def test_without_polygons_and_coordinates_nothing_is_lost():
    hot = pd.DataFrame({"window_days": [7], "category": "x", "cell": "a"})
    episodes = pd.DataFrame(
        {"category": "x", "cell": ["a", "b"], "age_days": 1.0, "x": np.nan, "y": np.nan}
    )
    bare = pd.DataFrame({"cell": ["a"], "geom": [None]})
    assert all(frame.empty for frame in counts_in_resized(hot, bare, episodes).values())
    shaped = bare.assign(geom=[shapely.box(0, 0, 1, 1)])
    assert counts_in_resized(hot, shaped, episodes)["cell_larger"]["count"].tolist() == [1]


def _night(**cells):
    rows = [
        {"layer": "unit", "window_days": 28, "category": "x", "cell": cell}
        | {"count": count, "excess": excess, "hot": hot}
        for cell, (count, excess, hot) in cells.items()
    ]
    return pd.DataFrame(rows)


def test_changes_are_named_by_their_rules():
    before = _night(
        a=(9, 6.0, True), b=(9, 6.0, True), c=(9, 6.0, True), d=(9, 6.0, True), e=(2, 0.1, False)
    )
    after = _night(
        a=(12, 9.0, True), b=(7, 4.0, True), c=(9, 6.5, True), e=(9, 6.0, True), f=(8, 5.0, True)
    )
    found = hot_spot_changes(before, after).set_index("cell")["change"].to_dict()
    assert found == {"a": "grown", "b": "shrunk", "c": "same", "d": "gone", "e": "new", "f": "new"}


def test_what_cooled_is_gone_though_its_row_is_still_there():
    found = hot_spot_changes(_night(a=(9, 6.0, True)), _night(a=(5, 2.0, False)))
    assert found[["change", "count_before", "count"]].to_numpy().tolist() == [["gone", 9, 5]]


def test_layers_and_windows_that_one_night_did_not_test_are_left_out():
    other = _night(a=(9, 6.0, True)).assign(window_days=7)
    assert hot_spot_changes(_night(a=(9, 6.0, True)), other).empty
    night, none = _night(a=(9, 6.0, True)), _night(a=(9, 6.0, True)).head(0)
    for before, after in ((night, none), (none, night), (none, none)):
        found = hot_spot_changes(before.convert_dtypes(), after.convert_dtypes())
        assert found.empty and "change" in found
    with pytest.raises(AnalysisError, match="no column layer"):
        hot_spot_changes(other.drop(columns="layer"), other)
