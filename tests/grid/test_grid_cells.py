"""Cells dated by the validity of record and grid, against a moment-by-moment oracle."""

import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from blockdata.errors import AnalysisError
from blockdata.grid import assign_cells

DAY0 = pd.Timestamp("2024-01-01")
LAST = 8
boundary = st.none() | st.integers(0, LAST)
spot = st.integers(0, 4).map(float)
record = st.tuples(st.sampled_from("abcdef"), spot, spot, boundary, boundary)
cell = st.tuples(
    st.sampled_from(["u1", "u2", "u3"]),
    st.sampled_from(["unit", "duty"]),
    st.builds(lambda x, y, w: shapely.box(x, y, x + w, y + w), spot, spot, st.integers(1, 3)),
    boundary,
    boundary,
)


def day(number):
    return None if number is None else DAY0 + pd.Timedelta(days=number)


def frame(rows, columns):
    table = pd.DataFrame(rows, columns=[*columns, "valid_from", "valid_to"])
    for name in ("valid_from", "valid_to"):
        # astype object: NaN would stand for None in a column of numbers otherwise.
        days = table[name].astype(object).where(table[name].notna(), None)
        table[name] = pd.to_datetime(pd.Series([day(one) for one in days], dtype=object))
    return table


def points_frame(rows):
    return frame(rows, ["id", "x", "y"])


def cells_frame(rows):
    return frame(rows, ["id", "layer", "geom"])


def holds(start, end, moment):
    """Half-open, in days; moment is in the middle of a day, so that no tie can hide."""
    return (start is None or start < moment) and (end is None or moment < end)


def at_moment(points, cells, moment):
    """Return what lies where at one moment, by shapely alone."""
    found = set()
    for point_id, x, y, start, end in points:
        if holds(start, end, moment):
            for layer in {c[1] for c in cells}:
                covering = [
                    c[0]
                    for c in cells
                    if c[1] == layer
                    and holds(c[3], c[4], moment)
                    and shapely.covers(c[2], shapely.Point(x, y))
                ]
                if covering:
                    found.add((point_id, layer, min(covering)))
    return found


def said_at(result, moment):
    time = DAY0 + pd.Timedelta(days=moment)
    after = result["valid_from"].isna() | (result["valid_from"] <= time)
    before = result["valid_to"].isna() | (result["valid_to"] > time)
    now = result[after & before]
    return list(zip(now["id"], now["layer"], now["cell"], strict=True))


@settings(deadline=None, max_examples=70)
@given(
    st.lists(record, max_size=6, unique_by=lambda row: row[0]),
    st.lists(cell, max_size=7),
    st.randoms(use_true_random=False),
)
def test_equals_the_oracle_at_every_moment_and_in_any_row_order(points, cells, random):
    result = assign_cells(points_frame(points), cells_frame(cells), "address")
    for moment in [-1.5] + [number + 0.5 for number in range(LAST + 1)]:
        said = said_at(result, moment)
        assert len(said) == len(set(said))
        assert set(said) == at_moment(points, cells, moment)
    random.shuffle(points)
    random.shuffle(cells)
    again = assign_cells(points_frame(points), cells_frame(cells), "address")
    pd.testing.assert_frame_equal(result, again)


def test_border_move_gives_two_rows_and_an_unchanged_cell_one():
    points = points_frame([("p", 1.0, 1.0, 0, None), ("q", 9.0, 1.0, None, None)])
    cells = cells_frame(
        [
            ("u1", "unit", shapely.box(0, 0, 5, 5), None, 4),
            ("u2", "unit", shapely.box(0, 0, 5, 5), 4, None),
            ("u3", "unit", shapely.box(5, 0, 9, 5), None, 4),
            ("u3", "unit", shapely.box(6, 0, 9, 5), 4, None),
        ]
    )
    result = assign_cells(points, cells, "building").astype(str)
    assert result[["id", "cell", "valid_from", "valid_to"]].fillna("").values.tolist() == [
        ["p", "u1", "2024-01-01", "2024-01-05"],
        ["p", "u2", "2024-01-05", ""],
        ["q", "u3", "", ""],
    ]
    assert set(result["kind"]) == {"building"}


def test_versions_of_a_record_that_follow_each_other_are_one_row():
    points = points_frame([("p", 1.0, 1.0, 0, 3), ("p", 2.0, 1.0, 3, 5), ("p", 2.0, 1.0, 6, None)])
    cells = cells_frame([("u1", "unit", shapely.box(0, 0, 5, 5), None, None)])
    result = assign_cells(points, cells, "address")
    assert result["valid_from"].to_list() == [day(0), day(6)]
    assert result["valid_to"].isna().to_list() == [False, True]


def test_dates_may_be_date_objects_and_coordinates_null():
    points = pd.DataFrame({"id": ["p", "q"], "x": [1.0, None], "y": [1.0, 1.0]}).assign(
        valid_from=[DAY0.date(), DAY0.date()], valid_to=[None, None]
    )
    cells = cells_frame([("u1", "unit", shapely.box(0, 0, 5, 5), None, None)])
    result = assign_cells(points, cells, "address")
    assert result["id"].to_list() == ["p"]
    assert result["valid_from"].to_list() == [DAY0]


def test_nothing_in_gives_typed_nothing_out():
    empty = assign_cells(points_frame([]), cells_frame([]), "address")
    full = assign_cells(
        points_frame([("p", 1.0, 1.0, 0, None)]),
        cells_frame([("u1", "unit", shapely.box(0, 0, 5, 5), None, None)]),
        "address",
    )
    assert len(empty) == 0
    assert empty.dtypes.to_list() == full.dtypes.to_list()


def test_bad_geometry_is_named_by_cell_and_layer():
    bow_tie = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    cells = cells_frame([("u7", "unit", bow_tie, None, None)])
    with pytest.raises(AnalysisError, match=r"'unit'.*'u7'"):
        assign_cells(points_frame([("p", 1.0, 1.0, 0, None)]), cells, "address")
