"""What is covered is what unions of fields of view cover, whoever computes it."""

import numpy as np
import pandas as pd
import pytest
import shapely

from blockdata.analysis.cameras import Scene, SightRules, ground_of, stands_of, survey
from blockdata.kernels.sight import Obstacles, fields_of_view
from blockdata.kernels.sight_shapes import field_polygons

RULES = SightRules(lattice_m=0.5, target_height_m=0.0, vertical_angle_deg=60.0)
SIDE = 300.0
GROUPS = ["city_management", "police", "traffic"]


@pytest.fixture(scope="module")
def town():
    """Houses, a river, streets and cameras across several tiles."""
    rng = np.random.default_rng(8)
    x, y = rng.uniform(-140, 150, (2, 60))
    houses = shapely.box(x, y, x + rng.uniform(6, 20, 60), y + rng.uniform(6, 12, 60))
    whole = shapely.box(-150, -150, 150, 150)
    seeds = shapely.multipoints(rng.uniform(-150, 150, (12, 2)))
    cells = shapely.get_parts(shapely.voronoi_polygons(seeds, extend_to=whole))
    count = 24
    geoms = np.full(count, None, dtype=object)
    geoms[-2:] = shapely.linestrings([[[-100, -60], [100, -60]], [[0, -120], [30, 130]]])
    cameras = pd.DataFrame(
        {
            "id": [f"c{n:02}" for n in range(count)],
            "x": rng.uniform(-140, 140, count),
            "y": rng.uniform(-140, 140, count),
            "geom": geoms,
            "mount": rng.choice(["dome", "fixed"], count),
            "height_m": rng.choice([4.0, 7.0], count),
            "azimuth_deg": rng.uniform(0, 360, count),
            "direction_type": None,
            "field_angle_deg": 75.0,
            "view_distance_m": rng.uniform(20, 60, count),
        }
    )
    obstacles = Obstacles(houses, rng.choice([3.0, 12.0, np.nan], 60))
    streets = pd.DataFrame(
        {"geom": [shapely.LineString([(-150, 10), (150, -10)]),
                  shapely.LineString([(0, -150), (0, 150)])], "width_m": [12.0, np.nan]}
    )  # fmt: skip
    river = shapely.box(-150, 90, 150, 110)
    ground = ground_of(
        pd.DataFrame({"id": [f"u{n:02}" for n in range(len(cells))], "layer": "unit",
                      "geom": shapely.intersection(cells, whole)}),
        buildings=houses, water=np.array([river]), streets=streets, step_m=0.5,
        street_width_m=8.0,
    )  # fmt: skip
    scene = Scene(stands_of(cameras, obstacles, RULES), obstacles, ground, 0.0)
    groups = np.array(GROUPS)[np.arange(count) % 3].tolist()
    land = whole.difference(shapely.union_all([*houses, river]))
    space = shapely.union_all([streets["geom"][0].buffer(6), streets["geom"][1].buffer(4)])
    return scene, groups, land, land.intersection(space)


@pytest.fixture(scope="module")
def found(town):
    scene, groups, *_ = town
    return survey(scene, groups, "city_management")


@pytest.fixture(scope="module")
def shapes(town):
    scene = town[0]
    _, fields = fields_of_view(scene.stands.views, scene.obstacles, 0.0)
    parts = pd.Series(list(field_polygons(scene.stands.views, fields)))
    by_camera = parts.groupby(scene.stands.camera).agg(lambda s: shapely.union_all(s.tolist()))
    return by_camera.reindex(range(24), fill_value=shapely.Polygon())


def _rides(found):
    return (found.cameras["mount"] == "vehicle").to_numpy()


def _twice(shapes):
    pairs = [a.intersection(b) for i, a in enumerate(shapes) for b in shapes[:i]]
    return shapely.union_all(pairs)


def test_the_ground_is_counted_once(town, found):
    *_, land, street = town
    rows = found.cells[found.cells["owner_group"] == "all"]
    assert rows["land_m2"].sum() == pytest.approx(land.area, rel=2e-3)
    assert rows["street_m2"].sum() == pytest.approx(street.area, rel=5e-3)


def test_shares_are_those_of_unions(town, found, shapes):
    _, groups, land, street = town
    totals = found.cells.groupby("owner_group").sum(numeric_only=True)
    fixed = [s for s, r in zip(shapes, _rides(found), strict=True) if not r]
    moving = [s for s, r in zip(shapes, _rides(found), strict=True) if r]
    union, driven = shapely.union_all(fixed), shapely.union_all(moving)
    expected = {
        "covered_m2": union, "covered_twice_m2": _twice(fixed),
        "moving_m2": driven, "moving_only_m2": driven.difference(union),
    }  # fmt: skip
    for name, shape in expected.items():
        seen = shape.intersection(land).area
        assert totals.loc["all", name] == pytest.approx(seen, rel=0.01, abs=3), name
        seen = shape.intersection(street).area
        assert totals.loc["all", f"street_{name}"] == pytest.approx(seen, rel=0.02, abs=3), name
    for group in GROUPS:
        own = [s for s, g, r in zip(shapes, groups, _rides(found)) if g == group and not r]
        seen = shapely.union_all(own).intersection(land).area
        assert totals.loc[group, "covered_m2"] == pytest.approx(seen, rel=0.01, abs=3)


def test_combinations_of_owners_add_up(found):
    rows = found.cells[found.cells["owner_group"] == "all"]
    assert found.together["land_m2"].sum() == rows["land_m2"].sum()
    nobody = found.together.loc[found.together["owner_groups"] == "", "land_m2"].sum()
    assert rows["land_m2"].sum() - nobody == rows["covered_m2"].sum()


def test_what_a_camera_is_worth_is_what_is_lost_without_it(town, found, shapes):
    # Beyond the cells it sees land too.
    scene, groups, *_ = town
    open_ = shapely.box(-300, -300, 300, 300).difference(shapely.box(-150, 90, 150, 110))
    land = open_.difference(shapely.union_all(scene.obstacles.polygons))
    rides = _rides(found)
    for row in range(24):
        others = [s for i, s in enumerate(shapes) if i != row and not rides[i]]
        own = [s for i, s in enumerate(shapes) if i != row and not rides[i]
               and groups[i] == groups[row]]  # fmt: skip
        mine = [s for i, s in enumerate(shapes) if not rides[i] and groups[i] == GROUPS[0]]
        seen = shapes[row].intersection(land)
        camera = found.cameras.iloc[row]
        near = pytest.approx
        assert camera["land_m2"] == near(seen.area, rel=0.01, abs=6)
        only = seen.difference(shapely.union_all(others)).area
        assert camera["only_m2"] == near(only, rel=0.01, abs=6)
        only = seen.difference(shapely.union_all(own)).area
        assert camera["only_of_owner_m2"] == near(only, rel=0.01, abs=6)
        added = 0 if groups[row] == GROUPS[0] else seen.difference(shapely.union_all(mine)).area
        assert camera["added_m2"] == near(added, rel=0.01, abs=6)
        if not rides[row]:
            assert camera["area_m2"] == near(shapes[row].area, rel=1e-3, abs=0.1)


def test_a_vehicle_sees_a_place_a_share_of_the_time_only(found):
    share = found.cameras["time_share"]
    assert (share[_rides(found)] < 0.6).all() and (share[_rides(found)] > 0.05).all()
    assert set(share[~_rides(found)]) <= {0.0, 1.0}


def test_another_lattice_gives_almost_the_same(town, found):
    scene, groups, *_ = town
    ground = scene.ground
    coarse = survey(
        Scene(scene.stands, scene.obstacles, _relaid(ground, 2.0), 0.0), groups, GROUPS[0]
    )
    for name in ("land_m2", "covered_m2", "covered_twice_m2"):
        fine, rough = (f.cells.loc[f.cells["owner_group"] == "all", name].sum()
                       for f in (found, coarse))  # fmt: skip
        assert rough == pytest.approx(fine, rel=0.03)


def _relaid(ground, step_m):
    from dataclasses import replace

    return replace(ground, step_m=step_m)


def test_twice_gives_the_same_bits(town, found):
    scene, groups, *_ = town
    again = survey(scene, groups, GROUPS[0])
    pd.testing.assert_frame_equal(again.cells, found.cells, check_exact=True)
    pd.testing.assert_frame_equal(
        again.cameras.drop(columns="geom"), found.cameras.drop(columns="geom"), check_exact=True
    )
