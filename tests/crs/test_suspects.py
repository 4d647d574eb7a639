"""Which other reading is named: by control points, by the district, by its outline."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from blockdata.crs import (
    Reading,
    Similarity,
    bd09_to_wgs84,
    gcj02_to_wgs84,
    projection,
    suspect_by_control,
    suspect_by_outline,
    suspect_by_region,
    wgs84_to_bd09,
    wgs84_to_gcj02,
)

BASE = "EPSG:4549"
TO_BASE = projection("EPSG:4490", BASE, "")
OUTLINE = shapely.transform(shapely.box(120.33, 36.03, 120.43, 36.11).segmentize(0.005), TO_BASE)
TRUE = np.random.default_rng(11).uniform([120.331, 36.031], [120.429, 36.109], (1500, 2))


def _in(crs, points=TRUE):
    """Degrees as they would be delivered in a system."""
    to = {"GCJ-02": wgs84_to_gcj02, "BD-09": wgs84_to_bd09, "EPSG:4490": lambda p: p}
    return to[crs](points) if crs in to else projection("EPSG:4490", crs, "")(points)


DELIVERED = ["EPSG:4490", "GCJ-02", "BD-09", "EPSG:4549", "EPSG:4528", "EPSG:4498", "EPSG:4509"]
DELIVERED += ["EPSG:4548", "EPSG:4550", "EPSG:4527", "EPSG:3857"]
ALIKE = {"EPSG:4509": "EPSG:4548"}
"""A zone of six degrees without its number is the zone of three on the same meridian."""


@pytest.mark.parametrize("swapped", [False, True])
@pytest.mark.parametrize("declared", ["EPSG:4490", "EPSG:4549"])
@pytest.mark.parametrize("crs", DELIVERED)
def test_control_points_name_the_system_whatever_was_declared(crs, declared, swapped):
    points = _in(crs, TRUE[:4])
    points = points[:, ::-1] if swapped else points
    found = suspect_by_control(points, TO_BASE(TRUE[:4]), Reading(declared), BASE, within_m=20)
    if crs == declared and not swapped:
        assert found is None
        return
    assert found.clear
    assert found.system == ALIKE.get(crs, crs)
    assert ("swapped = true" in found.next_step) is swapped


@pytest.mark.parametrize("crs", ["EPSG:4490", "GCJ-02", "BD-09", "EPSG:4549"])
def test_what_is_declared_rightly_is_not_suspected(crs):
    right = Reading(crs)
    near = TO_BASE(TRUE[:5]) + np.random.default_rng(1).normal(0, 5, (5, 2))
    assert suspect_by_control(_in(crs, TRUE[:5]), near, right, BASE, within_m=20) is None
    assert suspect_by_region(_in(crs), right, BASE, OUTLINE, OUTLINE) is None
    assert suspect_by_outline(_in(crs), right, BASE, OUTLINE) is None


@pytest.mark.parametrize("declared", ["EPSG:4490", "GCJ-02", "BD-09"])
@pytest.mark.parametrize("crs", ["EPSG:4490", "GCJ-02", "BD-09"])
def test_an_outline_tells_the_three_kinds_of_degrees_apart(crs, declared):
    found = suspect_by_outline(_in(crs), Reading(declared), BASE, OUTLINE)
    if crs == declared:
        assert found is None
        return
    assert found.clear
    assert found.system == crs
    off_m = np.median(np.hypot(*(TO_BASE(_back(declared, _in(crs))) - TO_BASE(TRUE)).T))
    assert found.off_m == pytest.approx(off_m, rel=0.02)
    assert f"{found.off_m:.0f} m off" in found.looks
    assert found.next_step == f'Set crs = "{crs}" of the source'


def _back(crs, points):
    read = {"GCJ-02": gcj02_to_wgs84, "BD-09": bd09_to_wgs84, "EPSG:4490": lambda p: p}
    return read[crs](points)


def test_degrees_of_a_map_in_metres_are_told_too():
    metres = TO_BASE(wgs84_to_gcj02(TRUE))
    found = suspect_by_outline(metres, Reading("EPSG:4549"), BASE, OUTLINE)
    assert found.clear
    assert found.system == "GCJ-02 in EPSG:4549"


@pytest.mark.parametrize("swapped", [False, True])
@pytest.mark.parametrize("crs", DELIVERED)
def test_the_district_names_the_system(crs, swapped):
    points = _in(crs)[:, ::-1] if swapped else _in(crs)
    found = suspect_by_region(points, Reading("EPSG:4548"), BASE, OUTLINE, OUTLINE)
    if ALIKE.get(crs, crs) == "EPSG:4548" and not swapped:
        assert found is None
        return
    assert found.clear
    assert found.system == ALIKE.get(crs, crs)
    assert ("swapped = true" in found.next_step) is swapped


def test_without_an_outline_it_is_said_that_maps_cannot_be_told_from_wgs84():
    extent = shapely.box(*OUTLINE.buffer(5000).bounds)
    found = suspect_by_region(_in("GCJ-02"), Reading("EPSG:4549"), BASE, extent)
    assert found.system == "EPSG:4490"
    assert "cannot be told" in found.evidence


def test_another_district_is_not_another_system():
    elsewhere = TRUE + 0.5
    for crs in ("EPSG:4490", "GCJ-02"):
        assert suspect_by_region(_in(crs, elsewhere), Reading(crs), BASE, OUTLINE) is None
        assert suspect_by_outline(_in(crs, elsewhere), Reading(crs), BASE, OUTLINE) is None


def test_a_register_of_the_whole_city_is_not_suspected():
    wide = np.random.default_rng(2).uniform([119.8, 35.6], [120.9, 36.6], (4000, 2))
    assert suspect_by_region(wide, Reading("EPSG:4490"), BASE, OUTLINE, OUTLINE) is None
    assert suspect_by_outline(wide, Reading("EPSG:4490"), BASE, OUTLINE) is None


def test_a_few_neighbours_of_a_small_district_are_not_on_a_map():
    small = shapely.transform(shapely.box(120.380, 36.070, 120.386, 36.075), TO_BASE)
    points = wgs84_to_gcj02(np.array([[120.3805, 36.0705], [120.3855, 36.0745]]))
    near = suspect_by_region(np.repeat(points, 3, axis=0), Reading("GCJ-02"), BASE, small, small)
    assert near is None
    outside = suspect_by_region(points, Reading("EPSG:4490"), BASE, small, small)
    assert outside is None or not outside.clear
    assert suspect_by_outline(points, Reading("EPSG:4490"), BASE, small) is None


def test_a_steady_shift_points_to_a_datum_that_wants_parameters():
    known = TO_BASE(TRUE[:5])
    found = suspect_by_control(known - 50, known, Reading(BASE), BASE, within_m=20)
    assert found.clear
    assert found.system is None
    assert "lie 71 m from where they are known to be, all the same way" in found.looks
    assert "[crs.<name>]" in found.next_step


def test_one_strange_control_point_is_a_doubt():
    known = TO_BASE(TRUE[:1])
    found = suspect_by_control(known + 90, known, Reading(BASE), BASE, within_m=20)
    assert not found.clear
    assert suspect_by_control(known[:0], known[:0], Reading(BASE), BASE, within_m=20) is None


def test_a_minority_of_strange_points_is_the_points_fault():
    known = TO_BASE(TRUE[:5])
    moved = known + np.array([[900, 0], [0, 700], [0, 0], [1, 0], [0, 2]])
    assert suspect_by_control(moved, known, Reading(BASE), BASE, within_m=20) is None


def test_coordinates_without_a_place_are_no_matter():
    points = np.vstack([_in("GCJ-02"), [[1e9, 1e9], [np.inf, 0]]])
    assert suspect_by_outline(points, Reading("EPSG:4490"), BASE, OUTLINE).system == "GCJ-02"
    far = np.full((3, 2), 1e9)
    assert suspect_by_region(far, Reading("EPSG:4490"), BASE, OUTLINE) is None
    known = TO_BASE(TRUE[:3])
    found = suspect_by_control(far, known, Reading("EPSG:4490"), BASE, within_m=20)
    assert found.system is None
    assert "far from where" in found.looks


def test_a_base_far_from_china_is_held_to_what_can_be_tried():
    boston = shapely.box(330_000, 4_680_000, 340_000, 4_700_000)
    degrees = np.array([[-71.06, 42.36]] * 5)
    found = suspect_by_region(degrees, Reading("EPSG:32619"), "EPSG:32619", boston)
    assert found.system == "EPSG:4490"
    assert suspect_by_outline(degrees, Reading("EPSG:4326"), "EPSG:32619", boston) is None
    assert suspect_by_region(degrees, Reading("EPSG:26986"), "EPSG:26986", boston) is None


def test_a_local_system_is_not_held_to_be_displaced():
    local = Similarity(target=BASE, east_m=0, north_m=0, positive="clockwise")
    points = TO_BASE(wgs84_to_gcj02(TRUE))
    assert suspect_by_outline(points, Reading(local), BASE, OUTLINE) is None


def test_no_coordinate_is_told():
    texts = []
    for crs in DELIVERED[1:]:
        points = _in(crs, TRUE[:6])
        for found in (
            suspect_by_control(points, TO_BASE(TRUE[:6]), Reading("EPSG:4490"), BASE, within_m=20),
            suspect_by_region(points, Reading("EPSG:4550"), BASE, OUTLINE),
        ):
            texts += [found.looks + found.evidence + found.next_step] if found else []
    values = {f"{v:.9f}"[:6] for crs in DELIVERED for v in _in(crs, TRUE[:6]).ravel()}
    assert len(texts) > 10
    assert not [v for v in values for text in texts if v in text]
