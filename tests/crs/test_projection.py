"""From any named system into the base's."""

from __future__ import annotations

import numpy as np
import pyproj
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blockdata.crs import bounds_in, is_geographic, projection, wgs84_to_bd09, wgs84_to_gcj02
from blockdata.crs.names import named
from blockdata.errors import SourceError

BASE = "EPSG:4549"
TRUE = np.array([[120.38, 36.07]])
IN_BASE = [534231.97, 3993376.68]


@given(st.floats(119.2, 121.7), st.floats(3.5, 53))
def test_projecting_agrees_with_pyproj_and_stays_in_the_bounds(lon, lat):
    found = projection("EPSG:4326", BASE, "here")(np.array([[lon, lat]]))[0]
    direct = pyproj.Transformer.from_crs("EPSG:4490", BASE, always_xy=True)
    assert found == pytest.approx(direct.transform(lon, lat), abs=1e-6)
    west, south, east, north = bounds_in((119.2, 3.5, 121.7, 53), BASE, "here")
    assert west - 1e-3 <= found[0] <= east + 1e-3
    assert south - 1e-3 <= found[1] <= north + 1e-3


@pytest.mark.parametrize("spelled", ["GCJ-02", "gcj02", "Gcj_02", " GCJ 02 "])
def test_gcj02_in_any_spelling(spelled):
    found = projection(spelled, BASE, "here")(wgs84_to_gcj02(TRUE))
    assert found[0] == pytest.approx(IN_BASE, abs=0.01)


@pytest.mark.parametrize("spelled", ["BD-09", "bd09", "bd_09", "BD09LL"])
def test_bd09_in_any_spelling(spelled):
    found = projection(spelled, BASE, "here")(wgs84_to_bd09(TRUE))
    assert found[0] == pytest.approx(IN_BASE, abs=0.01)


@pytest.mark.parametrize("frame", ["EPSG:4549", "EPSG:4528", "EPSG:3857", "EPSG:4326"])
def test_displaced_degrees_may_have_been_projected(frame):
    shown = projection("EPSG:4326", frame, "here")
    on_a_map = wgs84_to_gcj02(TRUE)
    found = projection(f"GCJ-02 in {frame}", BASE, "here")
    delivered = on_a_map if shown is None else shown(on_a_map)
    assert found(delivered)[0] == pytest.approx(IN_BASE, abs=0.01)


@pytest.mark.parametrize("crs", ["GCJ-02", "BD-09", "gcj02 in EPSG:3857", "EPSG:4549"])
def test_a_name_that_is_told_is_a_name_that_is_taken(crs):
    assert named(str(named(crs))) == named(crs)


@pytest.mark.parametrize("crs", ["GCJ-09", "BD-02", "GCJ", "gcj02 on EPSG:3857", "城市坐标"])
def test_what_only_looks_like_a_name_is_not_known(crs):
    with pytest.raises(SourceError, match="not known") as caught:
        projection(crs, BASE, "source s")
    assert caught.value.reason == "unusable_crs"
    assert "source s" in str(caught.value)


@pytest.mark.parametrize(
    ("crs", "degrees"),
    [("GCJ-02", True), ("bd09", True), ("GCJ-02 in EPSG:3857", False), ("EPSG:4326", True)],
)
def test_displaced_systems_are_in_what_they_are_in(crs, degrees):
    assert is_geographic(crs, "here") is degrees


@pytest.mark.parametrize("crs", ["EPSG:4214", "EPSG:2384", "EPSG:21420", "gcj02 in EPSG:2436"])
def test_old_datums_need_parameters(crs):
    with pytest.raises(SourceError, match=r"no public parameters.*\[crs\.<name>\]"):
        projection(crs, BASE, "here")
