"""Each planted fault of a layer is found, with its place and size, and nothing else is."""

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from blockdata.grid.checks import COLUMNS, FAULTS, CheckSettings, check_layers

PARENTS = {"unit": "responsibility", "responsibility": "community"}
WEST, EAST = "990102001001", "990102001002"
SMALL = CheckSettings(sliver_m2_per_m=0.2, norm_factor=1e6, stated_share=0.0)


def box(x0, y0, x1, y1):
    return shapely.box(x0, y0, x1, y1)


def cells(layers, **columns):
    """Return cells of layers: id is the layer's first letter and a number."""
    rows = [
        {"id": f"{name[0]}{n}", "layer": name, "geom": shape}
        for name, shapes in layers.items()
        for n, shape in enumerate(shapes, start=1)
    ]
    frame = pd.DataFrame(rows, columns=["id", "layer", "geom"])
    for name, values in columns.items():
        frame[name] = frame["id"].map(values)
    return frame


LEFT, RIGHT = box(0, 0, 10, 10), box(10, 0, 20, 10)
WHOLE = {"responsibility": [box(0, 0, 20, 10)]}
UNDER_WHOLE = {"unit": "responsibility"}


def found_in(layers, held_to=SMALL, parents=UNDER_WHOLE, communities=None, **rest):
    columns = rest.pop("columns", {})
    return check_layers(
        cells(layers, **columns), parents=parents, communities=communities, settings=held_to, **rest
    )


def told(found):
    short = found[["finding", "cell", "other", "measure"]].round(6).astype(object)
    return [tuple(row) for row in short.where(short.notna(), None).to_numpy().tolist()]


def test_a_sound_layer_has_no_findings():
    codes = {"u1": f"{WEST}001", "u2": f"{WEST}002"}
    assert told(found_in({"unit": [LEFT, RIGHT], **WHOLE}, columns={"code": codes})) == []


with np.errstate(invalid="ignore"):
    WITH_NAN = shapely.from_wkt("POLYGON ((0 0, 1 0, 1 NaN, 0 0))")


@pytest.mark.parametrize(
    ("units", "expected"),
    [
        ([LEFT, box(8, 0, 20, 10)], ("overlap", "u1", "u2", 20.0)),
        ([LEFT, box(12, 0, 20, 10)], ("gap", "u1", "r1", 20.0)),
        ([LEFT, box(10, 0, 21, 10)], ("not_nested", "u2", "r1", 10.0)),
        ([LEFT, RIGHT, box(30, 0, 31, 1)], ("not_nested", "u3", None, 1.0)),
        ([LEFT, RIGHT, None], ("invalid_geometry", "u3", "missing", 0.0)),
        ([LEFT, RIGHT, shapely.Polygon()], ("invalid_geometry", "u3", "empty", 0.0)),
        ([LEFT, RIGHT, WITH_NAN], ("invalid_geometry", "u3", "not_finite", 0.0)),
        ([LEFT, RIGHT, shapely.Point(1, 1)], ("invalid_geometry", "u3", "wrong_type", 0.0)),
    ],
)
def test_one_planted_fault_is_one_finding(units, expected):
    assert told(found_in({"unit": units, **WHOLE})) == [expected]


def test_several_parts_are_located_and_counted():
    two = shapely.union(box(10, 0, 14, 10), box(15, 0, 20, 10))
    found = found_in({"unit": [LEFT, two, box(14, 0, 15, 10)], **WHOLE})
    assert told(found) == [("multi_part", "u2", "u1", 2.0)]
    assert found["geom"].iloc[0].bounds == (10, 0, 14, 10)


def test_self_crossing_cell_is_compared_as_repaired():
    bow_tie = shapely.Polygon([(10, 0), (20, 10), (20, 0), (10, 10)])
    assert told(found_in({"unit": [LEFT, bow_tie], **WHOLE})) == [
        ("gap", "u2", "r1", 25.0),
        ("gap", "u2", "r1", 25.0),
        ("invalid_geometry", "u2", "self_crossing", 50.0),
    ]


def test_cell_across_two_parents_names_the_larger_share():
    layers = {"unit": [box(0, 0, 13, 10), box(13, 0, 20, 10)], "responsibility": [LEFT, RIGHT]}
    found = found_in(layers)
    assert told(found) == [("not_nested", "u1", "r1", 30.0)]
    assert found["geom"].iloc[0].bounds == (10, 0, 13, 10)


def test_what_enters_another_community_is_told_once():
    layers = {
        "unit": [box(0, 0, 13, 10), box(13, 0, 20, 10)],
        "responsibility": [LEFT, RIGHT],
        "community": [LEFT, RIGHT],
    }
    found = found_in(layers, parents=PARENTS, communities="community")
    assert told(found) == [("crosses_community", "u1", "c2", 30.0)]


def test_a_fault_of_the_parent_layer_is_not_told_again_of_its_children():
    layers = {
        "unit": [LEFT, RIGHT],
        "responsibility": [LEFT, box(12, 0, 20, 10)],
        "community": [box(0, 0, 20, 10)],
    }
    found = found_in(layers, parents=PARENTS, communities="community")
    assert told(found) == [("gap", "r1", "c1", 20.0)]
    assert found["layer"].tolist() == ["responsibility"]


def test_rounding_of_coordinates_is_no_fault_and_tolerance_is_a_setting():
    layers = {"unit": [box(0, 0, 10.01, 10), RIGHT], **WHOLE}
    assert told(found_in(layers)) == []
    finer = CheckSettings(tolerance_m=1e-3, sliver_m2_per_m=0.2)
    assert found_in(layers, finer)["finding"].to_list() == ["overlap"]


def test_layers_over_the_others_are_compared_with_nothing_and_carved_ones_fill():
    layers = {"unit": [LEFT, box(10, 0, 16, 10)], "extended": [box(14, 0, 20, 10)], **WHOLE}
    assert told(found_in(layers)) == [("gap", "u2", "r1", 40.0)]
    carved = CheckSettings(sliver_m2_per_m=0.2, norm_factor=1e6, carved={"extended": "unit"})
    assert told(found_in(layers, carved)) == [("overlap", "e1", "u2", 20.0)]
    layers["extended"] = [box(16, 0, 20, 10)]
    assert told(found_in(layers, carved)) == []


def test_duplicate_codes_count_within_a_layer():
    layers = {"unit": [LEFT, RIGHT], "management": [LEFT, RIGHT], **WHOLE}
    codes = {"u1": f"{WEST}001", "u2": f"{WEST}001", "m1": f"{WEST}001", "m2": f"{WEST}002"}
    assert told(found_in(layers, columns={"code": codes})) == [("duplicate_code", "u2", "u1", 2.0)]


CODED = {
    "unit": [LEFT, RIGHT],
    "responsibility": [LEFT, RIGHT],
    "community": [LEFT, RIGHT],
    "extended": [LEFT],
}
CODES = {"c1": WEST, "c2": EAST, "r1": f"{WEST}R1", "r2": f"{EAST}R1", "e1": "990102E00101234"}


@pytest.mark.parametrize(
    ("codes", "stated", "expected"),
    [
        ({"u1": f"{WEST}001", "u2": f"{EAST}001"}, {}, []),
        ({"u1": f"{EAST}002", "u2": f"{EAST}001"}, {}, [("code_prefix", "u1", "c1", 1.0)]),
        ({"u1": f"{WEST}001", "u2": f"{EAST}001"}, {"u2": WEST}, [("code_prefix", "u2", "c1", 1)]),
        ({"u1": f"{WEST}001", "u2": f"{EAST}001"}, {"u2": "9"}, [("code_prefix", "u2", "9", 1.0)]),
        ({"u1": f"{EAST}002", "u2": None}, {"u1": WEST}, [("code_prefix", "u1", "c1", 1.0)]),
    ],
)
def test_codes_begin_with_their_community_by_place_and_as_stated(codes, stated, expected):
    columns = {"code": CODES | codes, "area_code": stated}
    found = found_in(CODED, parents=PARENTS, communities="community", columns=columns)
    assert told(found) == expected


def test_declared_counts_are_compared_by_layer_and_community():
    held_to = CheckSettings(
        sliver_m2_per_m=0.2,
        declared={"unit": 3, "extended": 1},
        declared_in={"unit": {EAST: 2, WEST: 1}},
    )
    found = found_in(
        CODED, held_to, parents=PARENTS, communities="community", columns={"code": CODES}
    )
    assert told(found) == [("declared_count", None, "c2", -1.0), ("declared_count", None, None, -1)]
    assert [shape.area for shape in found["geom"]] == [100.0, 200.0]


def test_a_sliver_is_not_far_from_the_norm_too():
    layers = {"unit": [LEFT, box(10, 0, 19.9, 10), box(19.9, 0, 20, 10)], **WHOLE}
    held_to = CheckSettings(sliver_m2_per_m=0.2, norm_factor=5)
    assert told(found_in(layers, held_to))[0][:3] == ("sliver", "u3", "u2")
    assert len(found_in(layers, held_to)) == 1
    none = CheckSettings(sliver_m2_per_m=0.0, norm_factor=5)
    assert told(found_in(layers, none)) == [("area_far_from_norm", "u3", None, 0.010101)]
    wide = CheckSettings(sliver_m2_per_m=0, norm_m2=1000)
    assert [t[1] for t in told(found_in(layers, wide))] == ["u3"]


def test_a_stated_area_that_a_gap_or_overlap_makes_up_is_theirs():
    stated = {"u1": 100.0, "u2": 100.0}
    wrong = {"unit": [LEFT, box(12, 0, 20, 10)], **WHOLE}
    assert told(found_in(wrong, columns={"area_m2": stated})) == [("gap", "u1", "r1", 20.0)]
    over = {"unit": [LEFT, box(8, 0, 20, 10)], **WHOLE}
    assert [t[0] for t in told(found_in(over, columns={"area_m2": stated}))] == ["overlap"]
    sound = {"unit": [LEFT, RIGHT], **WHOLE}
    assert told(found_in(sound, columns={"area_m2": {"u1": 300.0}})) == [
        ("stated_area", "u1", None, 200.0)
    ]


def things(*shapes):
    return pd.DataFrame({"id": [f"t{n}" for n in range(len(shapes))], "geom": shapes})


def test_cut_buildings_and_components_are_told_of_the_lesser_part():
    units = {"unit": [LEFT, RIGHT], **WHOLE}
    cut, whole = box(7, 1, 11, 3), box(1, 1, 3, 3)
    along = shapely.LineString([(10, 0), (10, 10)])
    across = shapely.LineString([(4, 5), (12, 5)])
    point = shapely.Point(10, 5)
    found = found_in(units, buildings=things(whole, cut), components=things(along, across, point))
    assert told(found) == [("cuts_building", "u2", "t1", 2.0), ("cuts_component", "u2", "t1", 2.0)]
    assert found["unit"].tolist() == ["m2", "m"]


def test_things_are_not_cut_by_overlaps_gaps_rounding_and_layers_that_lie_over():
    over = {"unit": [LEFT, box(8, 0, 20, 10)], "extended": [box(1, 1, 4, 4)], **WHOLE}
    assert [t[0] for t in told(found_in(over, buildings=things(box(7, 1, 9, 3))))] == ["overlap"]
    assert [t[0] for t in told(found_in(over, buildings=things(box(3, 3, 6, 6))))] == ["overlap"]
    hole = {"unit": [LEFT, box(12, 0, 20, 10)], **WHOLE}
    assert [t[0] for t in told(found_in(hole, buildings=things(box(9, 1, 11, 3))))] == ["gap"]
    near = {"unit": [LEFT, RIGHT], **WHOLE}
    assert told(found_in(near, buildings=things(box(6, 1, 10.4, 3), None))) == []


def lattice(count=5, side=100.0, east=0.0, north=0.0):
    return [
        box(east + side * c, north + side * r, east + side * (c + 1), north + side * (r + 1))
        for r in range(count)
        for c in range(count)
    ]


def test_a_layer_displaced_as_a_whole_is_one_fault():
    parents = [box(0, 0, 250, 500), box(250, 0, 500, 500)]
    layers = {"unit": lattice(10, 50, east=310, north=400), "responsibility": parents}
    found = found_in(layers, buildings=things(*lattice(20, 20, 4, 4)))
    assert told(found) == [("displaced", None, None, round(float(np.hypot(310, 400)), 1))]


def test_cells_on_another_continent_or_in_degrees_are_invalid_and_compared_with_nothing():
    here = [
        box(500_000, 3_900_000, 500_100, 3_900_100),
        box(500_100, 3_900_000, 500_200, 3_900_100),
    ]
    far = box(500_000, 39_000_000, 500_100, 39_000_100)
    found = found_in(
        {"unit": [*here, far, box(120, 36, 120.1, 36.1)]},
        CheckSettings(crs="EPSG:4549"),
    )
    assert told(found) == [
        ("invalid_geometry", "u3", "elsewhere", 0.0),
        ("invalid_geometry", "u4", "degrees", 0.0),
    ]


def test_row_order_does_not_matter():
    layers = {"unit": [LEFT, box(8, 0, 20, 10), box(9, 5, 12, 9)], **WHOLE}
    frame = cells(layers)
    one, two = (
        check_layers(f, parents=UNDER_WHOLE, communities=None, settings=SMALL)
        for f in (frame, frame[::-1])
    )
    pd.testing.assert_frame_equal(one, two)


def test_no_cells_give_no_findings():
    assert tuple(found_in({}).columns) == COLUMNS
    assert set(FAULTS) >= {"gap", "overlap"}


@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_overlaps_and_gaps_agree_with_brute_force(data):
    places = st.tuples(*[st.integers(0, 8)] * 2, *[st.integers(1, 4)] * 2)
    drawn = data.draw(st.lists(places, min_size=1, max_size=6))
    shapes = [box(x, y, x + wide, y + high) for x, y, wide, high in drawn]
    parent = box(0, 0, 12, 12)
    found = found_in({"unit": shapes, "responsibility": [parent]}).set_index("finding")
    overlaps = sum(a.intersection(b).area for n, a in enumerate(shapes) for b in shapes[n + 1 :])
    assert found["measure"].get("overlap", pd.Series([0.0])).sum() == pytest.approx(overlaps)
    hole = parent.difference(shapely.union_all(shapes)).area
    assert found["measure"].get("gap", pd.Series([0.0])).sum() == pytest.approx(hole)
