"""What a camera sees is what plain geometry says: by hand, by shadows cut out with shapely."""

import math

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import affinity

from blockdata.errors import AnalysisError
from blockdata.kernels.sight import (
    Obstacles,
    Views,
    blind_radius_m,
    fields_of_view,
    whole_field_m2,
)

ARC = 20_000


def view(*, x=0.0, y=0.0, height=6.0, azimuth=0.0, angle=360.0, near=0.0, range_m=50.0):
    return Views(*(np.array([float(v)]) for v in (x, y, height, azimuth, angle, near, range_m)))


def seen_m2(camera, buildings=(), heights=(), target=0.0):
    return float(fields_of_view(camera, Obstacles(list(buildings), list(heights)), target)[0][0])


def sector(camera):
    """The field without buildings as a polygon of very many corners."""
    x, y, _, azimuth, angle, near, range_m = (float(c[0]) for c in camera)
    turns = np.radians(90 - azimuth + np.linspace(-angle / 2, angle / 2, ARC))
    arc = np.column_stack([x + range_m * np.cos(turns), y + range_m * np.sin(turns)])
    whole = shapely.Polygon(arc if angle >= 360 else np.vstack([[x, y], arc]))
    blind = shapely.Point(x, y).buffer(near, quad_segs=ARC // 4)
    return whole.difference(blind) if near else whole


def shadow(camera, building, height, target):
    """Union over the triangles of a building of the hull of each and its scaled image."""
    x, y, h = (float(c[0]) for c in camera[:3])
    k = 1e4 if height >= h else max(1.0, (h - min(target, h)) / (h - height))
    parts = shapely.get_parts(shapely.constrained_delaunay_triangles(building))
    hulls = []
    for part in parts:
        far = affinity.scale(part, k, k, origin=(x, y))
        inside = part.covers(shapely.Point(x, y))
        hulls.append(far if inside else shapely.union(part, far).convex_hull)
    return shapely.union_all(hulls)


def by_shadows(camera, buildings, heights, target):
    pairs = zip(buildings, heights, strict=True)
    hidden = shapely.union_all([shadow(camera, b, h, target) for b, h in pairs])
    return sector(camera).difference(hidden).area


def test_without_buildings_a_camera_sees_its_field():
    assert seen_m2(view()) == pytest.approx(math.pi * 2500)
    assert seen_m2(view(angle=60, near=10)) == pytest.approx(math.pi * 2400 / 6)
    assert whole_field_m2(view(angle=60, near=10))[0] == pytest.approx(math.pi * 2400 / 6)


def test_a_wall_hides_all_that_lies_behind():
    # The wall spans 45 degrees to each side at 10 m: of that quarter a triangle is left.
    wall = shapely.box(-10, 10, 10, 11)
    assert seen_m2(view(), [wall], [20]) == pytest.approx(math.pi * 2500 * 0.75 + 100)


def test_a_square_court_is_seen_whole_and_nothing_else():
    court = shapely.box(-30, -30, 30, 30).difference(shapely.box(-20, -20, 20, 20))
    assert seen_m2(view(range_m=100), [court], [30]) == pytest.approx(1600)
    assert seen_m2(view(x=7, y=-3, range_m=100), [court], [30]) == pytest.approx(1600)


def test_over_a_low_court_more_is_seen():
    court = shapely.box(-30, -30, 30, 30).difference(shapely.box(-20, -20, 20, 20))
    # 3 m high and left at 30 m, its shadow reaches to 60 m under a camera at 6 m.
    camera = view(range_m=50)
    assert seen_m2(camera, [court], [3]) == pytest.approx(1600)
    camera = view(range_m=200)
    beyond = math.pi * 200**2 - 120**2
    assert seen_m2(camera, [court], [3]) == pytest.approx(1600 + beyond)


def test_round_a_corner_nothing_is_seen():
    # Between east and south from 10 m before the corner: two strips along the block's sides.
    block = shapely.box(0, -100, 100, 0)
    camera = view(x=-10, y=10, azimuth=135, angle=90, range_m=50)
    strip = 1250 * math.asin(0.2) + 50 * (math.sqrt(24) - 1)
    assert seen_m2(camera, [block], [99]) == pytest.approx(2 * strip)


def test_behind_a_low_kiosk_is_a_shadow_and_then_ground():
    kiosk = shapely.box(-1, 9, 1, 10)
    camera = view(range_m=100)
    # From 9 m to 10 m * 6 / (6 - 3) = 20 m, between the kiosk's corners as seen from here.
    near, far = shapely.box(-1, 9, 1, 10), shapely.box(-2, 18, 2, 20)
    hidden = shapely.union(near, far).convex_hull.area
    assert seen_m2(camera, [kiosk], [3]) == pytest.approx(math.pi * 1e4 - hidden)
    # Of a target above the kiosk only the footprint is hidden.
    assert seen_m2(camera, [kiosk], [1], target=1.5) == pytest.approx(math.pi * 1e4 - 2)


def test_an_unknown_height_hides_all():
    kiosk = shapely.box(-1, 9, 1, 10)
    assert seen_m2(view(), [kiosk], [np.nan]) == seen_m2(view(), [kiosk], [99])


def test_a_camera_on_a_roof_sees_past_its_edge():
    roof = shapely.box(-5, -5, 5, 5)
    seen = seen_m2(view(height=12, range_m=100), [roof], [6])
    assert seen == pytest.approx(math.pi * 1e4 - 20 * 20)
    assert seen_m2(view(height=5), [roof], [6]) == 0


def test_points_and_missing_buildings_stand_in_no_way():
    buildings = [shapely.Point(0, 5), None, shapely.Polygon()]
    assert seen_m2(view(), buildings, [9, 9, 9]) == pytest.approx(math.pi * 2500)


def test_the_blind_zone_follows_from_height_and_angles():
    near = blind_radius_m(
        np.array([6.0, 6.0, 1.0]), np.array([60.0, 60.0, 60.0]),
        vertical_angle_deg=40.0, target_height_m=1.5,
    )  # fmt: skip
    assert near[0] == pytest.approx(4.5 / math.tan(math.atan(4.5 / 60) + math.radians(40)))
    assert near[2] == 0
    assert blind_radius_m(
        np.array([6.0]), np.array([60.0]), vertical_angle_deg=90.0, target_height_m=0.0
    ).tolist() == [0.0]


def test_what_cannot_be_used_is_refused():
    bow_tie = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    with pytest.raises(AnalysisError, match="valid polygons"):
        Obstacles([bow_tie], [3])
    with pytest.raises(AnalysisError, match="one for each"):
        Obstacles([shapely.box(0, 0, 1, 1)], [3, 4])
    with pytest.raises(AnalysisError, match="range_m"):
        fields_of_view(view(range_m=np.nan), Obstacles([], []), 0.0)


CORNERS = ([-1, -1], [1, -1], [1, 0], [0.1, 0], [0.1, 1], [-1, 1])


@st.composite
def towns(draw):
    """Ells and courts on a raster, turned, some touching, of any height."""
    count = draw(st.integers(1, 12))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    places = rng.permutation([(i, j) for i in range(-3, 4) for j in range(-3, 4) if i or j])
    buildings = []
    for i, j in places[:count]:
        if rng.random() < 0.2:
            half = rng.choice([4.0, 6.0])
            shape = shapely.box(-half, -half, half, half).difference(shapely.box(-2, -2, 2, 2))
        else:
            shape = shapely.Polygon(np.array(CORNERS) * rng.uniform(1, 6, 2))
        turn = rng.choice([0.0, rng.uniform(0, 360)])
        turned = affinity.rotate(shape, turn, origin=(0, 0))
        buildings.append(affinity.translate(turned, 12 * i, 12 * j))
    heights = rng.choice([1.0, 3.0, 5.9, 6.0, 20.0], count)
    return buildings, heights.tolist()


@given(
    towns(),
    st.sampled_from([30.0, 60.0, 90.0, 200.0, 360.0]),
    st.floats(0, 360),
    st.sampled_from([0.0, 4.0]),
    st.sampled_from([0.0, 1.5]),
)
@settings(max_examples=60)
def test_it_is_the_field_less_the_shadows(town, angle, azimuth, near, target):
    camera = view(azimuth=azimuth, angle=angle, near=near)
    expected = by_shadows(camera, *town, target)
    assert seen_m2(camera, *town, target) == pytest.approx(expected, rel=1e-5, abs=1e-3)


@given(towns(), st.floats(0, 360))
@settings(max_examples=20)
def test_a_taller_camera_sees_no_less_and_another_building_hides_no_less(town, azimuth):
    buildings, heights = town
    low, high = (view(height=h, azimuth=azimuth, angle=120) for h in (6.0, 8.0))
    assert seen_m2(high, *town) >= seen_m2(low, *town) - 1e-6
    assert seen_m2(low, buildings[1:], heights[1:]) >= seen_m2(low, *town) - 1e-6
