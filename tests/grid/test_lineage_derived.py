"""What became of cells, derived from dated shapes: names of changes, shares, slivers, chains."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from blockdata.errors import AnalysisError
from blockdata.grid.lineage import (
    compare_lineage,
    compose,
    derive_lineage,
    lineage_between,
    moves_of,
    with_shares,
)
from blockdata.grid.lineage.overlaps import own_land

DAY = pd.Timestamp("2026-09-16")
LATER = pd.Timestamp("2026-10-16")


def cells(*rows, layer="unit"):
    columns = ["id", "code", "geom", "valid_from", "valid_to"]
    return pd.DataFrame(rows, columns=columns).assign(layer=layer)


def box(left, right, low=0.0, high=100.0):
    return shapely.box(left, low, right, high)


def told(table):
    rows = table[["old", "new", "change", "share_area"]].astype(object)
    return [tuple(row) for row in rows.where(rows.notna(), None).to_numpy().tolist()]


def changes(before, after):
    frames = [
        pd.DataFrame({"id": list(state), "code": list(state), "geom": list(state.values())})
        for state in (before, after)
    ]
    return told(lineage_between(*frames))


def test_each_kind_of_change_has_its_name():
    a, b, ab = box(0, 100), box(100, 200), box(0, 200)
    assert changes({"1": ab}, {"2": a, "3": b}) == [
        ("1", "2", "split", 0.5),
        ("1", "3", "split", 0.5),
    ]
    assert changes({"1": ab}, {"1": a, "3": b}) == [
        ("1", "1", "split", 0.5),
        ("1", "3", "split", 0.5),
    ]
    assert changes({"1": a, "2": b}, {"3": ab}) == [("1", "3", "merge", 1), ("2", "3", "merge", 1)]
    assert changes({"1": a, "2": b}, {"1": ab}) == [("1", "1", "merge", 1), ("2", "1", "merge", 1)]
    assert changes({"1": a}, {"2": a}) == [("1", "2", "recode", 1)]
    assert changes({"1": a, "2": b}, {"1": b, "2": a}) == [
        ("1", "2", "recode", 1),
        ("2", "1", "recode", 1),
    ]
    assert changes({"1": a, "2": b}, {"1": box(0, 60), "2": box(60, 200)}) == [
        ("1", "1", "border", 0.6),
        ("1", "2", "border", 0.4),
        ("2", "2", "border", 1),
    ]
    assert changes({"1": a, "2": b}, {"3": box(0, 60), "4": box(60, 200)}) == [
        ("1", "3", "redraw", 0.6),
        ("1", "4", "redraw", 0.4),
        ("2", "4", "redraw", 1),
    ]


def test_land_that_comes_and_goes():
    a, b = box(0, 100), box(100, 200)
    assert changes({"1": a}, {"1": a, "2": b}) == [(None, "2", "new", None)]
    assert changes({"1": a, "2": b}, {"1": a}) == [("2", None, "ended", 1)]
    assert changes({"1": a}, {"1": box(0, 60)}) == [
        ("1", "1", "border", 0.6),
        ("1", None, "ended", 0.4),
    ]
    assert changes({"1": a}, {"1": box(0, 160)}) == [("1", "1", "border", 1)]
    assert changes({"1": a}, {"2": box(0, 30), "3": box(30, 80)}) == [
        ("1", "2", "split", 0.3),
        ("1", "3", "split", 0.5),
        ("1", None, "ended", 0.2),
    ]


def test_another_drawing_of_the_same_borders_is_no_change():
    shifted = shapely.affinity.translate(box(0, 100), 0.3, -0.4)
    beside = shapely.affinity.translate(box(100, 200), 0.2, 0.3)
    before = {"1": box(0, 100), "2": box(100, 200)}
    assert changes(before, {"1": shifted, "2": beside}) == []
    assert changes(before, {"3": shifted, "2": beside}) == [("1", "3", "recode", 1)]
    narrow = {"1": box(0, 100), "2": box(100, 100.8)}
    assert changes(narrow, {"1": box(0, 100.8)}) == [("1", "1", "merge", 1), ("2", "1", "merge", 1)]


def test_overlapping_cells_share_land_as_they_share_points():
    over = {"1": box(0, 120), "2": box(100, 200)}
    assert changes(over, {"1": box(0, 120), "3": box(100, 200)}) == [("2", "3", "recode", 1)]


def test_days_of_change_are_taken_one_by_one_and_layers_apart():
    ab, a, b = box(0, 200), box(0, 100), box(100, 200)
    unit = cells(
        ("g1", "1", ab, None, DAY),
        ("g2", "2", a, DAY, None),
        ("g3", "3", b, DAY, LATER),
        ("g4", "4", b, LATER, None),
    )
    other = cells(("h1", "1", ab, DAY, None), layer="extended")
    found = derive_lineage(pd.concat([unit, other], ignore_index=True))
    assert [tuple(row) for row in found[["changed_on", "change"]].to_numpy()] == [
        (DAY, "split"),
        (DAY, "split"),
        (LATER, "recode"),
    ]
    until = compose(
        moves_of(found.assign(share_buildings=np.nan)),
        pd.DataFrame({"cell": ["g1"], "since": [pd.Timestamp("2026-01-01")]}),
        LATER,
    )
    assert until[["new", "share"]].to_numpy().tolist() == [["g2", 0.5], ["g4", 0.5]]


def test_a_bad_shape_is_refused_and_a_cell_without_one_is_left_out():
    bow = shapely.Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])
    with pytest.raises(AnalysisError, match="no valid polygon"):
        derive_lineage(cells(("g1", "1", bow, None, None)))
    assert derive_lineage(cells(("g1", "1", None, None, DAY))).empty


def test_shares_of_things_follow_points():
    table = cells(
        ("g1", "1", box(0, 100), None, DAY),
        ("g2", "2", box(0, 50), DAY, None),
        ("g3", "3", box(50, 100), DAY, None),
        ("g4", "4", box(100, 200), None, DAY),
        ("g5", "5", box(100, 200), DAY, None),
    )
    things = pd.DataFrame(
        {"x": [10.0, 20, 60, 70], "y": 50.0, "buildings": 1.0, "floor_area": [1.0, None, 2, 3]}
    ).assign(valid_from=[None, None, None, LATER], valid_to=None)
    rows = with_shares(derive_lineage(table), table, things)
    assert rows["share_buildings"].iloc[:2].tolist() == [pytest.approx(2 / 3), pytest.approx(1 / 3)]
    assert rows["share_floor_area"].iloc[:2].tolist() == [
        pytest.approx(1 / 3),
        pytest.approx(2 / 3),
    ]
    assert rows["share_buildings"].iloc[2:].isna().all()
    assert moves_of(rows)["rule"].tolist() == ["building", "building", "area"]


edges = st.lists(st.integers(1, 39), max_size=5, unique=True)


def strip(edges_, prefix):
    bounds = [0, *sorted(edges_), 40]
    pairs = pairwise(bounds)
    shapes = [box(10.0 * a, 10.0 * b) for a, b in pairs]
    names = [f"{prefix}{n}" for n in range(len(shapes))]
    return pd.DataFrame({"id": names, "code": names, "geom": shapes})


@settings(deadline=None, max_examples=30)
@given(edges, edges)
def test_shares_are_those_of_the_intervals_and_sum_to_one(old, new):
    before, after = strip(old, "o"), strip(new, "n")
    found = lineage_between(before, after)
    length = {
        (a.id, b.id): shapely.intersection(a.geom, b.geom).area / a.geom.area
        for a in before.itertuples()
        for b in after.itertuples()
    }
    expected = {pair: share for pair, share in length.items() if share > 0}
    shares = dict(
        zip(zip(found["old"], found["new"], strict=True), found["share_area"], strict=True)
    )
    assert shares == pytest.approx(expected)
    assert found.groupby("old")["share_area"].sum().to_numpy() == pytest.approx(1.0)


@settings(deadline=None, max_examples=30)
@given(st.lists(edges, min_size=2, max_size=4))
def test_a_chain_of_splits_is_the_split_of_the_chain(cuts):
    """Finer and finer strips: composing every step gives what comparing first and last gives."""
    grown = [sorted(set().union(*cuts[: n + 1])) for n in range(len(cuts))]
    states = [strip(edges_, f"s{n}-") for n, edges_ in enumerate(grown)]
    days = [DAY + pd.Timedelta(days=n) for n in range(len(states))]
    rows = [
        lineage_between(a, b).assign(changed_on=day, layer="unit", share_buildings=np.nan)
        for a, b, day in zip(states, states[1:], days[1:], strict=False)
    ]
    moves = moves_of(pd.concat(rows))
    starts = pd.DataFrame({"cell": states[0]["id"], "since": days[0]})
    chain = compose(moves, starts, days[-1])
    direct = lineage_between(states[0], states[-1])
    pairs = ["cell", "new"]
    composed = chain.sort_values(pairs)["share"].to_numpy()
    assert composed == pytest.approx(direct.sort_values(["old", "new"])["share_area"].to_numpy())


def test_own_land_is_disjoint_and_covers_the_same():
    geoms = np.array([box(0, 60), box(40, 100), box(30, 50, 20, 80), box(100, 120)])
    own = own_land(geoms)
    assert shapely.area(own).sum() == pytest.approx(shapely.union_all(geoms).area)
    assert shapely.equals(own[0], geoms[0])


def test_stated_lineage_is_held_to_the_derived_one():
    derived = pd.DataFrame(
        {
            "old_code": ["1", "1", "5"],
            "new_code": ["2", "3", "6"],
            "change": ["split"] * 2 + ["recode"],
        }
    )
    stated = pd.DataFrame(
        {"old_code": ["1", "1"], "new_code": ["2", "9"], "change": ["split", None]}
    )
    found = compare_lineage(derived, stated)
    assert found[["new_code", "verdict"]].to_numpy().tolist() == [
        ["2", "agrees"],
        ["3", "not_stated"],
        ["9", "not_derived"],
    ]


def test_a_day_with_nothing_but_new_cells_has_no_shares():
    table = cells(("g1", "1", box(0, 100), None, None), ("g2", "2", box(100, 200), DAY, None))
    things = pd.DataFrame({"x": [150.0], "y": 50.0, "buildings": 1.0})
    rows = with_shares(derive_lineage(table), table, things.assign(valid_from=None, valid_to=None))
    assert rows["change"].tolist() == ["new"]
    assert rows["share_buildings"].isna().all()
