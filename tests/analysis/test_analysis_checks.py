"""Checks that several analyses share."""

import numpy as np
import pytest

from blockdata.analysis.checks import looks_like_degrees


@pytest.mark.parametrize(
    ("xy", "degrees"),
    [
        ([[120.38, 36.07], [120.39, 36.07]], True),
        ([[-180.0, -90.0], [-179.5, -90.0]], True),
        ([[0.0, 0.0], [50.0, 0.0]], False),  # within the bounds of degrees, and metres
        ([[0.0, 0.0], [1.0, 0.0]], False),
        ([[500120.0, 3990000.0], [500120.5, 3990000.0]], False),  # near one another, far from 0
        ([[120.38, 90.5], [120.39, 90.5]], False),
        ([[120.38, 36.07], [120.38, 36.07]], False),  # one spot tells nothing
        ([[120.38, 36.07]], False),
        ([[120.38, np.nan], [120.39, 36.07]], False),
        ([[np.inf, np.inf], [np.inf, 36.07]], False),
        (np.empty((0, 2)), False),
    ],
)
def test_coordinates_less_than_a_degree_apart_look_like_degrees(xy, degrees):
    assert looks_like_degrees(np.asarray(xy, dtype=float)) is degrees
