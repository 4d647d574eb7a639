"""Where cameras stand and look when the source says too little, or puts them into a wall."""

import numpy as np
import pandas as pd
import pytest
import shapely

from blockdata.analysis.cameras import SightRules, building_heights, stands_of
from blockdata.kernels.sight import Obstacles

RULES = SightRules()
NOTHING = Obstacles([], [])
COLUMNS = (
    *("x", "y", "geom", "mount", "height_m", "azimuth_deg", "direction_type", "field_angle_deg"),
    "view_distance_m",
)


def cameras(*rows):
    frame = pd.DataFrame([dict.fromkeys(COLUMNS) | row for row in rows], columns=COLUMNS)
    return frame.astype({"x": float, "y": float})


def stand(obstacles=NOTHING, **values):
    return stands_of(cameras({"x": 0, "y": 0} | values), obstacles, RULES)


def one(stands, name):
    return float(getattr(stands.views, name)[0])


def test_what_is_not_stated_is_assumed():
    stands = stand(mount="fixed", azimuth_deg=30)
    assert [one(stands, n) for n in ("height_m", "range_m", "field_angle_deg")] == [6, 60, 60]
    assert stands.cameras["direction"].tolist() == ["angle"]


@pytest.mark.parametrize(
    ("said", "angle", "direction"),
    [
        ({"azimuth_deg": 90, "direction_type": "1"}, 45, "eighth"),
        ({"direction_type": "1"}, 45, "eighth"),
        ({"azimuth_deg": 80, "direction_type": "1"}, 60, "angle"),
        ({"azimuth_deg": 90, "direction_type": "1", "field_angle_deg": 70}, 70, "angle"),
        ({"field_angle_deg": 70}, 360, "unknown"),
        ({}, 360, "unknown"),
        ({"mount": "dome", "azimuth_deg": 90}, 360, "around"),
        ({"azimuth_deg": 10, "field_angle_deg": 360}, 360, "around"),
        ({"mount": "vehicle"}, 360, "around"),
    ],
)
def test_how_a_direction_is_known(said, angle, direction):
    stands = stand(**said)
    assert one(stands, "field_angle_deg") == angle
    assert stands.cameras["direction"].tolist() == [direction]


def test_domes_have_no_blind_zone_and_others_have():
    assert one(stand(mount="dome"), "near_m") == 0
    assert one(stand(mount="fixed", azimuth_deg=0), "near_m") > 4


def test_a_route_is_many_positions_in_the_direction_of_travel():
    route = shapely.LineString([(0, 0), (0, 40), (25, 40)])
    stands = stand(geom=route, azimuth_deg=90, field_angle_deg=60)
    assert stands.cameras[["mount", "positions"]].values.tolist() == [["vehicle", 7]]
    # To the right of a way to the north is east; of a way to the east, south.
    assert stands.views.azimuth_deg[[0, -1]].tolist() == [90, 180]
    assert set(stands.views.height_m) == {2.0}
    assert np.hypot(np.diff(stands.views.x), np.diff(stands.views.y)).max() < 10


def test_positions_within_buildings_see_nothing():
    route = shapely.LineString([(0, 0), (100, 0)])
    arch = Obstacles([shapely.box(20, -5, 40, 5)], [9])
    assert stand(arch, geom=route).cameras["positions"].tolist() == [8]


def test_a_camera_in_a_wall_hangs_outside():
    house = shapely.box(-1, -20, 30, 20)
    stands = stand(Obstacles([house], [9]), mount="fixed", azimuth_deg=270)
    assert stands.cameras["place"].tolist() == ["wall"]
    assert (one(stands, "x"), one(stands, "y")) == (pytest.approx(-1.1), 0)
    # On the border itself it is put outside too.
    stands = stand(Obstacles([shapely.box(0, -20, 30, 20)], [9]), mount="dome")
    assert one(stands, "x") == pytest.approx(-0.1)


def test_a_camera_deep_inside_is_indoors_and_one_above_the_roof_is_on_it():
    house = shapely.box(-30, -20, 30, 20)
    stands = stand(Obstacles([house], [9]))
    assert (stands.cameras["place"].tolist(), len(stands.camera)) == (["indoors"], 0)
    stands = stand(Obstacles([house], [9]), height_m=12)
    assert (stands.cameras["place"].tolist(), one(stands, "x")) == (["roof"], 0)


def test_between_two_houses_without_a_gap_is_indoors():
    houses = [shapely.box(-30, -20, 1, 20), shapely.box(1, -20, 30, 20)]
    assert stand(Obstacles(houses, [9, 9])).cameras["place"].tolist() == ["indoors"]


def test_a_camera_without_a_place_stands_nowhere():
    stands = stands_of(cameras({"mount": "dome"}, {"x": 1, "y": 2}), NOTHING, RULES)
    assert stands.cameras["place"].tolist() == ["nowhere", "free"]
    assert stands.camera.tolist() == [1]


def test_heights_are_stated_or_follow_from_floors_or_are_unknown():
    frame = pd.DataFrame({"height_m": [9.0, 0.0, None], "floors": [2, 6, None]})
    assert building_heights(frame, 3.0)[:2].tolist() == [9, 18]
    assert np.isnan(building_heights(frame, 3.0)[2])
