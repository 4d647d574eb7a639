"""What coordinates look like by their medians, where nothing else is known."""

from __future__ import annotations

import numpy as np
import pyproj
import pytest

from blockdata.crs import crs_hint

LON, LAT = 120.38, 36.07
EAST, NORTH = 534231.97, 3993376.68


def test_zone_numbers_give_the_epsg_codes_of_cgcs2000():
    for zone in [*range(16, 24), *range(25, 46)]:
        hint = crs_hint(np.array([[zone * 1e6 + 500_000, NORTH]]))
        code = hint.next_step.split('"')[1]
        assert f"zone {zone}" in pyproj.CRS(code).name


@pytest.mark.parametrize("first", [2.5e6, NORTH, 5.9e6])
def test_an_x_of_millions_is_the_northing(first):
    hint = crs_hint(np.array([[first, EAST]]))
    assert "x and y exchanged" in hint.looks
    assert hint.next_step == "Set swapped = true of the source"


@pytest.mark.parametrize("pair", [(LON, LAT), (EAST, NORTH), (40e6 + EAST, NORTH)])
def test_what_was_declared_as_swapped_and_is_not_is_told_so(pair):
    assert crs_hint(np.array([pair]), swapped=True).next_step.startswith("Remove swapped")
    assert "swapped" not in crs_hint(np.array([pair])).next_step


@pytest.mark.parametrize("coordinates", [np.empty((0, 2)), np.array([[1.0, 2.0]])])
def test_of_nothing_known_no_system_is_named(coordinates):
    assert "EPSG" not in crs_hint(coordinates).next_step


def test_no_coordinate_is_told():
    for pair in ((LON, LAT), (EAST, NORTH), (NORTH, EAST), (13_400_640.0, 4_309_000.0)):
        hint = crs_hint(np.array([pair]))
        assert not any(str(value)[:6] in "".join(hint) for value in pair if value > 1e3)
