"""Atoms hold whole buildings, at least the minimum of people, in one way only."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blockdata.errors import AnalysisError, ConfigError
from blockdata.grid import atom_id, draw_atoms

COLUMNS = ["building", "x", "y", "people", "overlay", "group"]
place = st.none() | st.floats(0, 2000).map(lambda v: round(v, 1))
building = st.tuples(
    place,
    place,
    st.integers(0, 45) | st.just(0),
    st.none() | st.sampled_from([f"u{n}" for n in range(9)]),
    st.none() | st.sampled_from(["r1", "r2", "r3"]),
)


def frame(rows):
    named = [(f"b{number:03d}", *row) for number, row in enumerate(rows)]
    table = pd.DataFrame(named, columns=COLUMNS)
    return table.astype({"x": float, "y": float, "people": "int64"})


def people_of(buildings, drawn):
    return drawn.merge(buildings, on="building").groupby("atom")["people"].sum()


@settings(deadline=None, max_examples=100)
@given(st.lists(building, max_size=30), st.integers(1, 60), st.randoms(use_true_random=False))
def test_promises_of_the_drawing(rows, minimum, random):
    buildings = frame(rows)
    drawn = draw_atoms(buildings, minimum)
    if buildings["people"].sum() < minimum:
        assert len(drawn) == 0
    else:
        populated = buildings.loc[buildings["people"] > 0, "building"]
        assert drawn["building"].to_list() == populated.to_list()
        assert (people_of(buildings, drawn) >= minimum).all()
    order = list(range(len(buildings)))
    random.shuffle(order)
    pd.testing.assert_frame_equal(draw_atoms(buildings.iloc[order], minimum), drawn)


@settings(deadline=None, max_examples=40)
@given(st.lists(building, max_size=30))
def test_an_atom_is_all_pieces_inside_one_cell_or_one_piece_that_reaches_further(rows):
    buildings = frame(rows)
    drawn = (
        draw_atoms(buildings).merge(buildings, on="building").fillna({"overlay": "", "group": ""})
    )
    assert (drawn.groupby("piece")["people"].sum() >= 30).all()
    assert (drawn.groupby("piece")["atom"].nunique() == 1).all()
    cell = drawn["group"] + "|" + drawn["overlay"]
    reach = cell.groupby(drawn["piece"]).nunique()
    inside = drawn[drawn["piece"].map(reach) == 1]
    assert (inside["atom"].groupby(cell[inside.index]).nunique() == 1).all()
    wide = drawn[drawn["piece"].map(reach) > 1]
    assert (wide.groupby("atom")["piece"].nunique() == 1).all()
    assert set(wide["atom"]).isdisjoint(inside["atom"])


def test_a_cell_is_cut_along_a_curve_as_soon_as_the_minimum_is_reached():
    rows = [(100.0 * n, 0.0, 16, "u1", "r1") for n in range(7)]
    drawn = draw_atoms(frame(rows))
    assert drawn["atom"].nunique() == 1
    assert sorted(drawn.groupby("piece").size()) == [2, 2, 3]
    for _, members in drawn.groupby("piece")["building"]:
        numbers = [int(name[1:]) for name in members]
        assert max(numbers) - min(numbers) == len(numbers) - 1


def groups(rows):
    drawn = draw_atoms(frame(rows))
    return sorted(drawn.groupby("atom")["building"].agg(tuple))


def test_small_cells_join_the_nearest_small_cell_of_their_group():
    rows = [
        (0.0, 0.0, 20, "u1", "r1"),
        (100.0, 0.0, 20, "u2", "r1"),
        (50.0, 0.0, 20, "u3", "r1"),
        (10.0, 0.0, 20, "u4", "r2"),
        (900.0, 0.0, 20, "u5", "r2"),
    ]
    # u3 is nearer to u1 than u2, u4 is nearest but of another group; u2 is left over and joins.
    assert groups(rows) == [("b000", "b001", "b002"), ("b003", "b004")]


def test_left_over_joins_nearest_atom_and_big_cells_stand_alone():
    rows = [
        (0.0, 0.0, 40, "u1", "r1"),
        (100.0, 0.0, 40, "u2", "r1"),
        (90.0, 0.0, 5, "u3", "r1"),
        (95.0, 0.0, 40, "u4", "r2"),
    ]
    assert groups(rows) == [("b000",), ("b001", "b002"), ("b003",)]


def test_groups_too_small_join_each_other_then_the_nearest_atom():
    rows = [
        (0.0, 0.0, 20, "u1", "r1"),
        (10.0, 0.0, 15, "u2", "r2"),
        (500.0, 0.0, 40, "u3", "r3"),
        (300.0, 0.0, 10, "u4", "r4"),
    ]
    assert groups(rows) == [("b000", "b001"), ("b002", "b003")]


def test_equal_distances_go_by_name():
    rows = [
        (0.0, 0.0, 20, "u2", "r1"),
        (10.0, 0.0, 20, "u3", "r1"),
        (-10.0, 0.0, 20, "u1", "r1"),
        (20.0, 0.0, 20, "u4", "r1"),
    ]
    assert groups(rows) == [("b000", "b002"), ("b001", "b003")]


def test_ids_follow_from_the_buildings_and_the_mint():
    rows = frame([(0.0, 0.0, 30, "u1", "r1"), (0.0, 0.0, 5, "u1", "r1")])
    assert set(draw_atoms(rows)["atom"]) == {atom_id(["b001", "b000"])}
    assert set(draw_atoms(rows, mint="+".join)["atom"]) == {"b000+b001"}
    assert len(atom_id(["b001"])) == 16


def test_bad_input_is_refused():
    rows = frame([(0.0, 0.0, 30, "u1", "r1")])
    with pytest.raises(ConfigError, match="minimum is 0"):
        draw_atoms(rows, 0)
    with pytest.raises(AnalysisError, match="repeat a building"):
        draw_atoms(pd.concat([rows, rows]))
    with pytest.raises(AnalysisError, match="negative or not whole"):
        draw_atoms(rows.assign(people=1.5))
