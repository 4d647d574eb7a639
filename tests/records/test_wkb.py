"""Points in bulk are byte for byte those of the geometry library."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import shapely
from hypothesis import given
from hypothesis import strategies as st

from blockdata.records.wkb import plain_points, points_wkb

_NUMBERS = st.floats(allow_nan=False, width=64)


@given(st.lists(st.none() | st.tuples(_NUMBERS, _NUMBERS)))
def test_points_are_written_and_read_as_the_library_does(places):
    shapes = [None if place is None else shapely.Point(place) for place in places]
    library = pa.array([None if s is None else s.wkb for s in shapes], pa.binary())
    given_rows = np.array([place is not None for place in places], dtype=bool)
    coordinates = np.array([p for p in places if p is not None], dtype=float).reshape(-1, 2)
    assert points_wkb(coordinates, given_rows).equals(library)
    is_point, read = plain_points(library)
    assert is_point.tolist() == given_rows.tolist()
    assert read.tobytes() == coordinates.tobytes()


def test_everything_but_a_plain_point_is_left_out():
    shapes = [
        shapely.Point(1, 2, 3),
        shapely.LineString([(0, 0), (1, 1)]),
        shapely.MultiPoint([(1, 2)]),
    ]
    others = [shape.wkb for shape in shapes]
    others.append(shapely.to_wkb(shapely.Point(1, 2), byte_order=0))
    others.append(shapely.to_wkb(shapely.Point(1, 2), include_srid=True)[:20])
    column = pa.array([*others, b"", None, shapely.Point(5, 6).wkb], pa.binary())
    is_point, coordinates = plain_points(column)
    assert is_point.tolist() == [False] * (len(column) - 1) + [True]
    assert coordinates.tolist() == [[5.0, 6.0]]


def test_an_empty_point_is_not_a_number():
    _, coordinates = plain_points(pa.array([shapely.Point().wkb], pa.binary()))
    assert np.isnan(coordinates).all()


def test_a_slice_of_a_column_is_read_alone():
    column = pa.array([shapely.Point(i, i).wkb for i in range(5)], pa.binary())[1:3]
    assert plain_points(column)[1].tolist() == [[1.0, 1.0], [2.0, 2.0]]
