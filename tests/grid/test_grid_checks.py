"""Each planted fault of a layer is found, with its place and size, and nothing else is."""

import numpy as np
import pandas as pd
import pytest
import shapely

from blockdata.grid import check_layer

WHOLE = pd.DataFrame({"id": ["r1"], "geom": [shapely.box(0, 0, 20, 10)]})


def layer(*geometries, codes=None):
    names = [f"u{number}" for number in range(1, len(geometries) + 1)]
    cells = pd.DataFrame({"id": names, "layer": "unit"}).assign(
        geom=pd.Series(geometries, dtype=object)
    )
    return cells if codes is None else cells.assign(code=codes)


def told(findings):
    short = findings[["finding", "cell", "other", "measure_m2"]].astype(object)
    return [tuple(row) for row in short.where(short.notna(), None).values.tolist()]


LEFT, RIGHT = shapely.box(0, 0, 10, 10), shapely.box(10, 0, 20, 10)


def test_a_sound_layer_has_no_findings():
    assert told(check_layer(layer(LEFT, RIGHT, codes=["1", "2"]), WHOLE)) == []


with np.errstate(invalid="ignore"):
    WITH_NAN = shapely.from_wkt("POLYGON ((0 0, 1 0, 1 NaN, 0 0))")


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (layer(LEFT, shapely.box(8, 0, 20, 10)), ("overlap", "u1", "u2", 20.0)),
        (layer(LEFT, shapely.box(12, 0, 20, 10)), ("gap", None, "r1", 20.0)),
        (layer(LEFT, shapely.box(10, 0, 21, 10)), ("not_nested", "u2", "r1", 10.0)),
        (
            layer(LEFT, RIGHT, shapely.box(30, 0, 31, 1)),
            ("not_nested", "u3", None, 1.0),
        ),
        (layer(LEFT, RIGHT, codes=["1", "1"]), ("duplicate_code", "u2", "u1", 100.0)),
        (layer(LEFT, RIGHT, None), ("invalid_geometry", "u3", None, 0.0)),
        (layer(LEFT, RIGHT, shapely.Polygon()), ("invalid_geometry", "u3", None, 0.0)),
        (layer(LEFT, RIGHT, WITH_NAN), ("invalid_geometry", "u3", None, 0.0)),
        (layer(LEFT, RIGHT, shapely.Point(1, 1)), ("invalid_geometry", "u3", None, 0.0)),
    ],
)
def test_one_planted_fault_is_one_finding(cells, expected):
    assert told(check_layer(cells, WHOLE)) == [expected]


def test_multipart_locates_the_lesser_parts():
    two = shapely.union(shapely.box(10, 0, 14, 10), shapely.box(15, 0, 20, 10))
    found = check_layer(layer(LEFT, two, shapely.box(14, 0, 15, 10)), WHOLE)
    assert told(found) == [("multipart", "u2", None, 40.0)]
    assert found["geom"].iloc[0].bounds == (10, 0, 14, 10)


def test_self_crossing_cell_is_compared_as_repaired():
    bow_tie = shapely.Polygon([(10, 0), (20, 10), (20, 0), (10, 10)])
    found = told(check_layer(layer(LEFT, bow_tie), WHOLE))
    assert found == [
        ("gap", None, "r1", 25.0),
        ("gap", None, "r1", 25.0),
        ("invalid_geometry", "u2", None, 50.0),
    ]


def test_cell_across_two_parents_names_the_larger_share():
    parents = pd.DataFrame({"id": ["r1", "r2"], "geom": [LEFT, RIGHT]})
    found = check_layer(layer(shapely.box(0, 0, 13, 10), shapely.box(13, 0, 20, 10)), parents)
    assert told(found) == [("not_nested", "u1", "r1", 30.0)]
    assert found["geom"].iloc[0].bounds == (10, 0, 13, 10)


def test_rounding_of_coordinates_is_no_fault_and_tolerance_is_a_setting():
    cells = layer(shapely.box(0, 0, 10.0001, 10), RIGHT)
    assert told(check_layer(cells, WHOLE)) == []
    assert check_layer(cells, WHOLE, tolerance_m2=1e-4)["finding"].to_list() == ["overlap"]


def test_layers_are_checked_apart_and_missing_codes_are_no_duplicates():
    cells = pd.DataFrame(
        {"id": ["u1", "e1"], "layer": ["unit", "extended"], "geom": [LEFT, LEFT]}
    ).assign(code=[None, None])
    assert len(check_layer(cells)) == 0


def test_row_order_does_not_matter():
    cells = layer(LEFT, shapely.box(8, 0, 20, 10), shapely.box(9, 5, 12, 9), codes=["1", "2", "1"])
    pd.testing.assert_frame_equal(check_layer(cells, WHOLE), check_layer(cells[::-1], WHOLE))


def test_no_cells_give_no_findings():
    assert list(check_layer(layer()).columns) == [
        "finding",
        "layer",
        "cell",
        "other",
        "measure_m2",
        "geom",
    ]
