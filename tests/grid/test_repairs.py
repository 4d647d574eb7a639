"""A proposal that is accepted makes its fault disappear, and no other one appear."""

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from blockdata.grid.checks import check_layers
from blockdata.grid.repairs import RepairSettings, apply_repairs, geometry_hash, propose_repairs

PARENTS = {"unit": "responsibility", "responsibility": "community"}
SIDE = 100.0
KEYS = ["finding", "layer", "cell", "other"]


def tiled(rows=3, columns=6):
    """Unit grids in two communities, each with one responsibility grid."""
    units = [
        shapely.box(SIDE * c, SIDE * r, SIDE * (c + 1), SIDE * (r + 1))
        for r in range(rows)
        for c in range(columns)
    ]
    half, north = SIDE * columns / 2, SIDE * rows
    halves = [shapely.box(0, 0, half, north), shapely.box(half, 0, 2 * half, north)]
    layers = {"unit": units, "responsibility": halves, "community": halves}
    rows = [
        {"id": f"{name[0]}{n:02}", "layer": name, "geom": g, "area_m2": g.area}
        for name, shapes in layers.items()
        for n, g in enumerate(shapes)
    ]
    return pd.DataFrame(rows)


def checked(cells, buildings=None):
    return check_layers(cells, parents=PARENTS, communities="community", buildings=buildings)


def proposed(cells, found, buildings=None, **rest):
    return propose_repairs(
        cells, found, parents=PARENTS, communities="community", buildings=buildings, **rest
    )


def with_shapes(cells, **shapes):
    geom = cells["geom"].copy()
    for cell, shape in shapes.items():
        geom[cells["id"] == cell] = shape
    return cells.assign(geom=geom, area_m2=cells["area_m2"].mask(cells["id"].isin(list(shapes))))


def shape_of(cells, cell):
    return cells["geom"][cells["id"] == cell].iloc[0]


def strip(width):
    """A strip of u08 along its border with u09, which is the border of the communities."""
    return shapely.box(3 * SIDE - width, SIDE, 3 * SIDE, 2 * SIDE)


def keys_of(found):
    return set(map(tuple, found[KEYS].astype(str).to_numpy().tolist()))


def mends_all(cells, buildings=None):
    """Apply every proposal alone: each fault that one is made for goes, and none comes."""
    found = checked(cells, buildings)
    proposals = proposed(cells, found, buildings)
    for _, own in proposals.groupby("proposal"):
        after = checked(apply_repairs(cells, own), buildings)
        assert len(after) < len(found)
        assert keys_of(after) <= keys_of(found)
    return proposals


CELLS = tiled()
DISC = shapely.Point(4.5 * SIDE, 1.5 * SIDE).buffer(12, quad_segs=3)


@pytest.mark.parametrize(
    ("shapes", "actions"),
    [
        ({"u07": shapely.box(100, 100, 180, 200)}, {("gap", "fill", "u07")}),
        ({"u07": shapely.box(100, 100, 199.5, 200)}, {("gap", "snap", "u07")}),
        ({"u07": shapely.box(100, 100, 220, 200)}, {("overlap", "trim", "u07")}),
        ({"u07": shapely.box(100, 100, 200.5, 200)}, {("overlap", "snap", "u07")}),
        (
            {"u09": shapely.union(shape_of(CELLS, "u09"), strip(9)),
             "u08": shapely.difference(shape_of(CELLS, "u08"), strip(9))},
            {("crosses_community", "trim", "u08"), ("crosses_community", "trim", "u09")},
        ),
        (
            {"u10": shapely.difference(shape_of(CELLS, "u10"), DISC),
             "u09": shapely.union(shape_of(CELLS, "u09"), DISC)},
            {("multi_part", "trim", "u09"), ("multi_part", "trim", "u10")},
        ),
    ],
)  # fmt: skip
def test_each_fault_has_its_repair(shapes, actions):
    cells = with_shapes(CELLS, **shapes)
    proposals = mends_all(cells)
    assert set(map(tuple, proposals[["finding", "action", "cell"]].to_numpy())) == actions
    mended = apply_repairs(cells, proposals)
    assert checked(mended).empty
    for cell in shapes:
        difference = shape_of(mended, cell).symmetric_difference(shape_of(CELLS, cell))
        assert difference.area < 1e-6


def test_a_sliver_is_taken_in_by_a_neighbour_of_its_parent():
    thin = pd.DataFrame({"id": ["u99"], "layer": ["unit"], "geom": [strip(1)]})
    rest = shapely.difference(shape_of(CELLS, "u08"), strip(1))
    cells = pd.concat([with_shapes(CELLS, u08=rest), thin], ignore_index=True)
    proposals = mends_all(cells)
    assert proposals[["action", "cell"]].to_numpy().tolist() == [["drop", "u08"], ["drop", "u99"]]
    mended = apply_repairs(cells, proposals)
    assert "u99" not in set(mended["id"])
    assert shape_of(mended, "u08").equals(shape_of(CELLS, "u08"))


def test_a_cut_building_goes_to_the_cell_with_most_of_it():
    buildings = pd.DataFrame({"id": ["b1"], "geom": [shapely.box(180, 120, 210, 140)]})
    proposals = mends_all(CELLS, buildings)
    assert set(proposals["cell"]) == {"u07", "u08"}
    assert checked(apply_repairs(CELLS, proposals), buildings).empty


def test_the_cell_that_is_larger_than_it_says_gives_up_an_overlap():
    stated = CELLS["area_m2"].where(CELLS["id"] != "u08", 8_000.0)
    stated = stated.mask(CELLS["id"] == "u07")
    wide = shapely.union(shape_of(CELLS, "u07"), shapely.box(200, 100, 220, 200))
    cells = with_shapes(CELLS, u07=wide).assign(area_m2=stated)
    assert set(mends_all(cells)["cell"]) == {"u08"}


def test_what_no_border_mends_has_no_proposal_and_nothing_is_proposed_that_does_harm():
    cells = CELLS.assign(code=["990102001001001"] * len(CELLS))
    found = checked(cells)
    assert set(found["finding"]) >= {"duplicate_code"}
    assert proposed(cells, found).empty
    # Filling this gap would cut the building that stands across its border.
    gap = with_shapes(CELLS, u07=shapely.box(100, 100, 180, 200))
    buildings = pd.DataFrame({"id": ["b1"], "geom": [shapely.box(184, 120, 216, 140)]})
    found = checked(gap, buildings)
    assert set(found["finding"]) == {"gap"}
    assert "fill" not in set(proposed(gap, found, buildings)["action"])


def test_proposals_are_the_same_for_the_same_change_and_at_most_as_many_as_asked():
    cells = with_shapes(
        CELLS, u07=shapely.box(100, 100, 180, 200), u01=shapely.box(100, 0, 180, 100)
    )
    found = checked(cells)
    one, two = proposed(cells, found), proposed(cells[::-1], found)
    pd.testing.assert_frame_equal(one, two)
    assert len(proposed(cells, found, settings=RepairSettings(most=1))) == 1
    assert one["before"].iloc[0] == geometry_hash(shape_of(cells, one["cell"].iloc[0]))


def test_a_change_that_moves_nothing_is_no_repair():
    moved = shapely.affinity.translate(shape_of(CELLS, "u00"), 0, 1)
    proposals = mends_all(with_shapes(CELLS, u00=moved))
    assert (proposals["change_m2"] > 0).all()
    assert set(proposals["finding"]) == {"gap", "overlap"}


@given(data=st.data())
@settings(max_examples=8, deadline=None)
def test_no_accepted_proposal_brings_another_fault(data):
    """Cells are pushed, cut and shrunk at random; whatever is proposed does only good."""
    shapes = {}
    for cell in data.draw(st.sets(st.sampled_from(list(CELLS["id"][:18])), max_size=3)):
        shift = data.draw(st.tuples(*[st.integers(-30, 30)] * 2))
        angle = data.draw(st.sampled_from([0.0, 3.0, 11.0]))
        moved = shapely.affinity.rotate(shape_of(CELLS, cell), angle)
        shapes[cell] = shapely.affinity.translate(moved, *map(float, shift))
    cells = with_shapes(CELLS, **shapes)
    mends_all(cells)
    assert np.isfinite(shapely.area(cells["geom"].to_numpy())).all()
