"""The Hilbert order: every cell once, neighbours on the curve are neighbours on the ground."""

import numpy as np
import pytest

from blockdata.kernels import hilbert_index


@pytest.mark.parametrize("side", [2, 4, 16, 64])
def test_steps_of_a_grid_along_the_curve_are_one_cell_long(side):
    x, y = (a.ravel().astype(float) for a in np.meshgrid(np.arange(side), np.arange(side)))
    order = hilbert_index(x, y).argsort()
    assert len(np.unique(hilbert_index(x, y))) == side * side
    steps = np.abs(np.diff(x[order])) + np.abs(np.diff(y[order]))
    assert (steps == 1).all()


def test_points_without_coordinates_come_last():
    place = hilbert_index(np.array([0.0, np.nan, 5.0]), np.array([0.0, 1.0, 5.0]))
    assert place.argmax() == 1


def test_one_point_and_none_have_a_place():
    assert hilbert_index(np.array([3.0]), np.array([4.0])).tolist() == [0]
    assert hilbert_index(np.array([]), np.array([])).tolist() == []
