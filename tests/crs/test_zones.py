"""Zones of China: every code of the table is what PROJ says it is."""

from __future__ import annotations

import pyproj
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blockdata.crs import Zone, zone_at, zone_of_easting
from blockdata.errors import CrsError

ALL = [*(Zone(n, 3) for n in range(25, 46)), *(Zone(n, 6) for n in range(13, 24))]
DATUMS = {"CGCS2000": "CGCS2000", "Xian 1980": "Xian 1980", "Beijing 1954": "Beijing 1954"}


@pytest.mark.parametrize("datum", DATUMS)
@pytest.mark.parametrize("prefixed", [True, False])
@pytest.mark.parametrize("zone", ALL, ids=str)
def test_a_code_is_the_zone_that_proj_knows_by_it(zone, prefixed, datum):
    crs = pyproj.CRS(zone.epsg(datum, prefixed=prefixed))
    parameters = {p.name: p.value for p in crs.coordinate_operation.params}
    assert crs.name.startswith(datum)
    assert parameters["Longitude of natural origin"] == zone.central_meridian
    assert parameters["Scale factor at natural origin"] == 1
    easting = 500_000 + (zone.number * 1_000_000 if prefixed else 0)
    assert parameters["False easting"] == easting


def test_every_code_stands_once():
    codes = [z.epsg(d, prefixed=p) for z in ALL for d in DATUMS for p in (True, False)]
    assert len(set(codes)) == len(codes) == 6 * 32


@given(st.floats(73.5, 136.49))
def test_a_longitude_lies_in_its_zone(lon):
    for width in (3, 6):
        zone = zone_at(lon, width)
        assert -width / 2 <= lon - zone.central_meridian <= width / 2


@pytest.mark.parametrize(("lon", "number"), [(118.5, 40), (118.49, 39), (121.5, 41)])
def test_the_border_between_two_zones_is_of_the_eastern_one(lon, number):
    assert zone_at(lon).number == number


@pytest.mark.parametrize("lon", [-71.06, 60.0, 140.0])
def test_there_are_no_zones_elsewhere(lon):
    with pytest.raises(CrsError, match="China has no zone"):
        zone_at(lon)


@given(st.sampled_from(ALL), st.floats(100_000, 900_000))
def test_a_prefix_tells_the_zone(zone, easting):
    assert zone_of_easting(zone.number * 1_000_000 + easting) == zone


@pytest.mark.parametrize("easting", [534_231.97, 24_500_000.0, 46_500_000.0, float("nan"), -1.0])
def test_other_eastings_have_no_zone_in_front(easting):
    assert zone_of_easting(easting) is None


def test_no_zone_of_another_width_can_be_made():
    with pytest.raises(CrsError):
        Zone(40, 6)
