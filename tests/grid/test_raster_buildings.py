"""People on buildings: every block's total is kept, and where they go follows the floor area."""

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from blockdata.errors import AnalysisError
from blockdata.grid.rasters import (
    ArrayRaster,
    RasterSettings,
    floor_areas,
    home_areas,
    people_on_buildings,
    raster_area,
    sum_by_layer,
)

CRS = "EPSG:4549"
WEST, SOUTH = 534_000.0, 3_993_000.0


def _houses(count, rng, side=1000.0):
    at = rng.uniform(0, side, (count, 2)) + np.array([WEST, SOUTH])
    size = rng.uniform(4, 40, (count, 2))
    geoms = shapely.box(*at.T, *(at + size).T)
    return pd.DataFrame(
        {
            "building": [f"b{n:03}" for n in range(count)],
            "geom": geoms,
            "floors": rng.choice([None, 2, 6, 20], count),
            "height_m": rng.choice([None, 9.2], count),
            "floor_area_m2": rng.choice([None, 1234.5], count),
            "use": rng.choice(["住宅", "工业", None, "商住混合"], count),
        }
    )


@given(st.integers(0, 1000))
@settings(max_examples=15)
def test_totals_of_cells_are_kept_on_buildings_and_on_land(seed):
    rng = np.random.default_rng(seed)
    edges = np.linspace(0, 1000, 5)
    geoms = [
        shapely.box(WEST + x, SOUTH + y, WEST + x + 250, SOUTH + y + 250)
        for x in edges[:-1]
        for y in edges[:-1]
    ]
    blocks = pd.DataFrame({"id": [f"g{n:02}" for n in range(16)], "geom": geoms})
    blocks["people"] = rng.choice([0.0, np.nan, 17.25, 1e6, 1e-3], 16)
    found = people_on_buildings(blocks, _houses(12, rng), CRS)
    put = pd.concat([found.people, found.on_land]).groupby("block")["people"].sum()
    there = blocks.set_index("id")["people"].fillna(0)
    assert put.reindex(there.index).fillna(0).to_numpy() == pytest.approx(there, rel=1e-12)
    assert put.sum() == pytest.approx(there.sum(), rel=1e-9)
    assert (found.people["people"] > 0).all()


def test_totals_of_pixels_are_kept_in_another_coordinate_system():
    rng = np.random.default_rng(4)
    step = 1 / 1200
    values = rng.uniform(0, 90, (40, 40))
    values[3, 4] = np.nan
    raster = ArrayRaster(values, (step, 0, 120.37, 0, -step, 36.085), "EPSG:4326")
    area = raster_area(raster, shapely.box(120.374, 36.0631, 120.3921, 36.081), RasterSettings())
    houses = _houses(150, rng, side=1500)
    found = people_on_buildings(area, houses, CRS)
    total = found.people["people"].sum() + found.on_land["people"].sum()
    assert total == pytest.approx(area.raster.values.sum(), rel=1e-12)
    assert len(found.people["building"].unique()) > 60
    assert set(found.on_land["reason"]) == {"no_building", "no_home"}
    block = found.people["block"].str.split(",", expand=True).astype(int)
    assert block[0].between(area.row, area.row + area.raster.rows).all()
    assert not (block[0].eq(3) & block[1].eq(4)).any()


def test_a_building_on_a_border_takes_from_both_blocks_by_its_parts():
    blocks = pd.DataFrame(
        {
            "id": ["west", "east"],
            "geom": [shapely.box(0, 0, 100, 100), shapely.box(100, 0, 200, 100)],
            "people": [100.0, 30.0],
        }
    )
    houses = pd.DataFrame(
        {"building": ["on", "in"], "geom": [shapely.box(95, 0, 120, 10), shapely.box(0, 0, 10, 15)]}
    )
    found = people_on_buildings(blocks, houses, CRS).people.set_index(["block", "building"])
    people = found["people"].to_dict()
    assert people == pytest.approx(
        {("west", "on"): 25, ("west", "in"): 75, ("east", "on"): 30}, rel=1e-12
    )


def test_nobody_lives_where_the_use_is_another():
    blocks = pd.DataFrame({"id": ["g"], "geom": [shapely.box(0, 0, 99, 99)], "people": [50.0]})
    house = pd.DataFrame({"building": ["b"], "geom": [shapely.box(0, 0, 9, 9)], "use": ["工业"]})
    found = people_on_buildings(blocks, house, CRS)
    assert found.people.empty
    assert found.on_land.values.tolist() == [["g", 50.0, "no_home"]]
    assert people_on_buildings(blocks, house, CRS, homes=None).people["people"].tolist() == [50.0]
    point = house.assign(geom=[shapely.Point(5, 5)], use=None, floor_area_m2=300.0)
    assert people_on_buildings(blocks, point, CRS).people["people"].tolist() == [50.0]
    lost = point.assign(geom=None)
    assert people_on_buildings(blocks, lost, CRS).on_land["reason"].tolist() == ["no_building"]


def test_floor_area_is_taken_from_what_is_known_first():
    box = shapely.box(0, 0, 10, 10)
    houses = pd.DataFrame(
        {
            "building": list("abcdef"),
            "geom": [box, box, box, box, shapely.Point(0, 0), shapely.Point(0, 0)],
            "floors": [5, 0, None, None, None, None],
            "height_m": [99.0, 1.0, 12.1, None, 20.0, None],
            "floor_area_m2": [None, 777.0, None, None, 90.0, None],
        }
    )
    found = floor_areas(houses)
    assert found["floor_area_m2"].tolist() == [500, 777, 400, 500, 90, 500]
    named = ["floors", "stated", "height", "median_floors", "stated", "median"]
    assert found["taken_from"].tolist() == named
    assert home_areas(houses.assign(use=None)).tolist() == found["floor_area_m2"].tolist()


def test_people_on_buildings_sum_back_over_any_layer():
    rng = np.random.default_rng(6)
    blocks = pd.DataFrame(
        {"id": ["g"], "geom": [shapely.box(WEST, SOUTH, WEST + 2000, SOUTH + 2000)]}
    ).assign(people=5000.0)
    houses = _houses(60, rng)
    found = people_on_buildings(blocks, houses, CRS, homes=None)
    halves = pd.DataFrame(
        {
            "id": ["north", "south", "again"],
            "geom": [
                shapely.box(WEST, SOUTH + 400, WEST + 2000, SOUTH + 2000),
                shapely.box(WEST, SOUTH, WEST + 2000, SOUTH + 400),
                shapely.box(WEST - 9000, SOUTH, WEST - 10, SOUTH + 400),
            ],
        }
    )
    sums = sum_by_layer(found, houses, halves).set_index("cell")["people"]
    assert sums.sum() == pytest.approx(5000, rel=1e-12)
    assert sums["again"] == 0
    twice = pd.concat([halves, halves.assign(id=halves["id"] + "2")])
    assert sum_by_layer(found, houses, twice)["people"].sum() == pytest.approx(5000, rel=1e-12)


def test_a_block_or_a_building_that_comes_twice_is_refused():
    blocks = pd.DataFrame({"id": ["g", "g"], "geom": [shapely.box(0, 0, 1, 1)] * 2, "people": 1.0})
    house = pd.DataFrame({"building": ["b"], "geom": [shapely.box(0, 0, 1, 1)]})
    with pytest.raises(AnalysisError, match="an id occurs twice"):
        people_on_buildings(blocks, house, CRS)
    with pytest.raises(AnalysisError, match="a building occurs twice"):
        people_on_buildings(blocks.head(1), pd.concat([house, house]), CRS)
