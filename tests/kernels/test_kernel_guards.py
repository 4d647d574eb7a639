"""Kernels raise before they compute: a city in degrees, wherever metres are needed."""

import numpy as np
import pytest
import shapely

from blockdata.errors import AnalysisError
from blockdata.kernels import CellIndex, FeatureIndex, StreetNetwork
from blockdata.kernels.segments import refuse_degrees

CITY = [shapely.box(120.38 + n / 1000, 36.06, 120.381 + n / 1000, 36.07) for n in range(3)]
STREETS = [shapely.LineString([(120.38, 36.06), (120.39, 36.07)])]


@pytest.mark.parametrize(
    "make", [lambda: CellIndex(CITY), lambda: FeatureIndex(CITY), lambda: StreetNetwork(STREETS)]
)
def test_a_city_in_degrees_is_refused(make):
    with pytest.raises(AnalysisError, match="look like degrees"):
        make()


@pytest.mark.parametrize(
    "shape",
    [
        shapely.Point(120.38, 36.06),
        shapely.box(0, 0, 10, 10),
        shapely.box(100, 10, 110, 20),
        shapely.box(538_000, 3_342_000, 538_001, 3_342_001),
    ],
)
def test_metres_are_not(shape):
    refuse_degrees(np.array([shape], dtype=object))


@pytest.mark.parametrize("shapes", [[], [None, shapely.Polygon()]])
def test_nothing_is_not_either(shapes):
    refuse_degrees(np.array(shapes, dtype=object))
