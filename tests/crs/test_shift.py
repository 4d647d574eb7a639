"""Whether an outline can tell a displacement: how often it is missed, how seldom invented."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.stats
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from blockdata.crs import bd09_to_wgs84, gcj02_to_wgs84, projection, wgs84_to_gcj02
from blockdata.crs.shift import Shift, shift_evidence

BASE = "EPSG:4549"
TO_BASE, TO_DEGREES = projection("EPSG:4490", BASE, ""), projection(BASE, "EPSG:4490", "")
READ_AS = {"GCJ-02": gcj02_to_wgs84, "BD-09": bd09_to_wgs84}


def _evidence(points, outline, name):
    return shift_evidence(points, TO_BASE(READ_AS[name](TO_DEGREES(points))), outline)


def _on_a_map(points):
    return TO_BASE(wgs84_to_gcj02(TO_DEGREES(points)))


def _district(rng):
    """An irregular district of 2 to 20 km somewhere in eastern China."""
    turns = np.sort(rng.uniform(0, 2 * np.pi, rng.integers(8, 40)))
    radii = np.exp(rng.uniform(np.log(1500), np.log(15000))) * rng.uniform(0.6, 1.2, len(turns))
    middle = TO_BASE(rng.uniform([119, 22], [121, 44])[np.newaxis])[0]
    ring = np.column_stack([radii * np.cos(turns), 0.7 * radii * np.sin(turns)]) + middle
    return max(shapely.get_parts(shapely.make_valid(shapely.Polygon(ring))), key=shapely.area)


def _points(rng, outline, count, spread):
    """Points inside: even, in clusters, on one side only, or thinning out to one side."""
    low, high = np.array(outline.bounds[:2]), np.array(outline.bounds[2:])
    centres = rng.uniform(low, high, (rng.integers(3, 40), 2))
    side = rng.normal(size=2)
    found = np.empty((0, 2))
    for _ in range(50):
        drawn = rng.uniform(low, high, (4 * count, 2))
        if spread == "clusters":
            drawn = centres[rng.integers(len(centres), size=4 * count)]
            drawn = drawn + rng.normal(0, rng.uniform(50, 1000), drawn.shape)
        along = (drawn - (low + high) / 2) @ side
        if spread == "one side":
            drawn = drawn[along > 0]
        elif spread == "thinning":
            drawn = drawn[rng.random(len(drawn)) < np.exp(-2 * along / np.abs(along).max())]
        found = np.vstack([found, drawn[shapely.contains_xy(outline, *drawn.T)]])
        if len(found) >= count:
            break
    return found[:count]


def _over_the_border(rng, outline, count, *, one_sided):
    """Records of the neighbours: outside, ever fewer with the distance."""
    ring = outline.exterior
    at = rng.uniform(0, ring.length, 20 * count)
    here = shapely.get_coordinates(shapely.line_interpolate_point(ring, at))
    next_to = shapely.get_coordinates(shapely.line_interpolate_point(ring, (at + 1) % ring.length))
    along = next_to - here
    outward = np.column_stack([along[:, 1], -along[:, 0]]) / np.hypot(*along.T)[:, np.newaxis]
    points = here + outward * rng.exponential(rng.uniform(30, 600), len(at))[:, np.newaxis]
    keep = ~shapely.contains_xy(outline, *points.T)
    if one_sided:
        keep &= outward @ rng.normal(size=2) > 0.3
    return points[keep][:count]


SPREADS = ("even", "clusters", "one side", "thinning")


def _register(rng, *, count=None, strays=None):
    outline = _district(rng)
    count = count or int(np.exp(rng.uniform(np.log(10), np.log(3000))))
    points = _points(rng, outline, count, rng.choice(SPREADS))
    share = rng.choice([0, 0.01, 0.05]) if strays is None else strays
    over = _over_the_border(rng, outline, int(share * count) + 1, one_sided=rng.random() < 0.5)
    points = np.vstack([points, over[: int(share * count)]])
    return outline, points + rng.normal(0, rng.uniform(0, 15), points.shape)


def test_false_alarms_are_rare_however_points_are_spread():
    rng = np.random.default_rng(20261121)
    suspicious = clear = 0
    for _ in range(400):
        outline, points = _register(rng)
        found = [_evidence(points, outline, name) for name in READ_AS]
        suspicious += any(shift.suspicious for shift in found)
        clear += any(shift.clear for shift in found)
    assert clear == 0
    assert suspicious <= 4


def test_large_registers_on_a_map_are_named():
    rng = np.random.default_rng(7)
    named = right = 0
    for _ in range(60):
        outline, points = _register(rng, count=2000, strays=0.005)
        read = _on_a_map(points)
        found = {name: _evidence(read, outline, name) for name in READ_AS}
        likely = min(found, key=lambda n: (not found[n].suspicious, found[n].outside_otherwise))
        named += found[likely].suspicious
        right += found[likely].suspicious and likely == "GCJ-02"
    assert named >= 45
    assert right == named


@given(st.integers(0, 2**32), st.integers(1, 9))
@settings(max_examples=30)
def test_nine_points_never_name_a_system(seed, count):
    rng = np.random.default_rng(seed)
    outline = _district(rng)
    points = _on_a_map(_points(rng, outline, count, "even"))
    assert not any(_evidence(points, outline, name).suspicious for name in READ_AS)


def test_a_thousand_cases_at_one_address_are_one_place():
    outline = shapely.box(0, 0, 5000, 5000)
    points = np.vstack([np.full((1000, 2), [5200.0, 2500.0]), np.full((500, 2), 2500.0)])
    shift = shift_evidence(points, points - [400, 0], outline)
    assert (shift.places, shift.outside, shift.gained) == (2, 1, 1)
    assert not shift.suspicious


def test_neighbours_over_one_border_are_suspicious_at_most():
    rng = np.random.default_rng(5)
    own = rng.uniform(0, 5000, (3000, 2))
    neighbours = np.column_stack([rng.uniform(5000, 5400, 150), rng.uniform(0, 5000, 150)])
    points = np.vstack([own, neighbours])
    shift = shift_evidence(points, points - [400, 0], shapely.box(0, 0, 5000, 5000))
    assert not shift.clear


def test_an_empty_edge_alone_is_no_shift():
    rng = np.random.default_rng(6)
    points = rng.uniform([800, 0], [5000, 5000], (3000, 2))
    shift = shift_evidence(points, points - [400, 0], shapely.box(0, 0, 5000, 5000))
    assert not shift.suspicious


def test_the_tail_is_that_of_mcnemars_exact_test():
    outline = shapely.box(0, 0, 1000, 1000)
    for lost in range(6):
        gains = np.column_stack([np.full(20, 1010.0), np.linspace(10, 990, 20)])
        losses = np.column_stack([np.full(lost, 10.0), np.linspace(10, 990, lost)])
        points = np.vstack([gains, losses])
        shift = shift_evidence(points, points - [20, 0], outline)
        p = scipy.stats.binomtest(lost, 20 + lost, alternative="less").pvalue
        assert (shift.gained, shift.lost) == (20, lost)
        assert shift.suspicious is bool(p < 1e-4 and 2 * lost <= 20)


@pytest.mark.parametrize("points", [np.empty((0, 2)), np.full((3, 2), np.inf)])
def test_without_a_place_nothing_is_said(points):
    shift = shift_evidence(points, points, shapely.box(0, 0, 1, 1))
    assert isinstance(shift, Shift)
    assert not shift.suspicious
    assert shift.places == 0
