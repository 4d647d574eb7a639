"""Circles around places: on the plane and on the sphere, against distances computed apart."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blockdata.analysis.scan import permutation_scan, poisson_scan
from blockdata.analysis.scan.circles import EARTH_RADIUS_M, circles_around
from blockdata.errors import AnalysisError


def haversine_m(one, other):
    (lon, lat), (lon2, lat2) = np.radians(one), np.radians(other)
    half = np.sin((lat2 - lat) / 2) ** 2
    half += np.cos(lat) * np.cos(lat2) * np.sin((lon2 - lon) / 2) ** 2
    return 2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(half))


@pytest.mark.parametrize("max_radius_m", [np.inf, 40_000.0])
def test_circles_on_the_sphere_have_great_circle_radii(max_radius_m):
    lonlat = np.random.default_rng(1).uniform((120, 36), (121, 37), (40, 2))
    circles = circles_around(
        lonlat, np.ones(40), max_size=40, max_radius_m=max_radius_m, coordinates="geographic"
    )
    for centre in range(40):
        apart = np.array([haversine_m(lonlat[centre], other) for other in lonlat])
        own = slice(circles.first[centre], circles.first[centre + 1])
        near = np.flatnonzero(apart <= max_radius_m)
        assert circles.member[own].tolist() == near[np.argsort(apart[near])].tolist()
        assert circles.radius_m[own] == pytest.approx(apart[circles.member[own]], abs=1e-2)


SPOT = st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(0, 5))


@settings(max_examples=40)
@given(st.lists(SPOT, min_size=1, max_size=12), st.integers(0, 20), st.integers(0, 6))
def test_circles_are_all_discs_up_to_the_limits(rows, max_size, radius):
    x, y, size = np.array(rows, dtype=float).T
    circles = circles_around(np.column_stack([x, y]), size, max_size=max_size, max_radius_m=radius)
    for centre in range(len(rows)):
        apart = np.hypot(x - x[centre], y - y[centre])
        discs = [
            frozenset(np.flatnonzero(apart <= reach).tolist())
            for reach in sorted(set(apart[apart <= radius]))
            if size[apart <= reach].sum() <= max_size
        ]
        ends = range(circles.first[centre], circles.first[centre + 1])
        ours = [
            frozenset(circles.inside(centre, at + 1).tolist()) for at in ends if circles.whole[at]
        ]
        assert ours == discs


def test_scans_take_degrees_only_by_name():
    places = pd.DataFrame(
        {"place": list("abc"), "lon": [120.3, 120.4, 120.9], "lat": 36.1, "count": [8, 7, 1],
         "expected": 5.0}
    )  # fmt: skip
    found = poisson_scan(places, max_share=0.7, replications=9)
    assert found["places"].iloc[0] == ["a", "b"]
    assert found["radius_m"].iloc[0] == pytest.approx(haversine_m((120.3, 36.1), (120.4, 36.1)))
    metres = places.rename(columns={"lon": "x", "lat": "y"})
    with pytest.raises(AnalysisError, match="degrees"):
        poisson_scan(metres)
    with pytest.raises(AnalysisError, match="no degrees"):
        poisson_scan(places.assign(lat=4_000_000.0))
    with pytest.raises(AnalysisError, match="no column x, y"):
        poisson_scan(places.drop(columns="lon"))


def test_a_scan_in_time_takes_degrees_too():
    days = pd.date_range("2026-11-01", periods=6)
    places = pd.DataFrame({"place": list("ab"), "lon": [120.3, 120.4], "lat": 36.1})
    cases = pd.DataFrame({"place": list("aabbbb"), "day": days[[5, 5, 0, 1, 2, 3]]})
    found = permutation_scan(cases, places, period=(days[0], days[-1]), replications=9)
    assert found["places"].iloc[0] == ["a"]
