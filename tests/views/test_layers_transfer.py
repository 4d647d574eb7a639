"""What users hold of rasters and of transfer between layers, on the tiny district."""

import datetime as dt

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

import blockdata as bd
from blockdata.engines import feeds
from blockdata.errors import AnalysisError, CrsError, SourceError
from blockdata.grid.rasters import RasterSettings
from blockdata.views.layers.rasters import (
    compare_raster,
    people_from_raster,
    raster_on_buildings,
)
from blockdata.views.layers.transfer import hexagons, transfer

DAY = dt.date(2026, 10, 31)


@pytest.fixture(scope="module")
def held(tiny_base):
    with bd.open(tiny_base.base_path) as base:
        yield base.session, base.config, tiny_base.folder / "rasters" / "population_2025.tif"


def test_people_of_a_raster_stand_on_any_layer(held):
    session, config, path = held
    units = people_from_raster(session, config, DAY, path)
    hexes = people_from_raster(session, config, DAY, path, "h3_9")
    assert units.crs == config.city.crs and set(units.geom_type) <= {"Polygon", "MultiPolygon"}
    assert units["code"].str.fullmatch(r"\d{15}").all()
    whole = people_from_raster(session, config, DAY, path, "community")["people"].sum()
    assert units["people"].sum() == pytest.approx(whole, rel=1e-6)
    assert hexes["people"].sum() >= whole
    with pytest.raises(AnalysisError, match="there is no layer 'street'"):
        people_from_raster(session, config, DAY, path, "street")
    with pytest.raises(SourceError, match="Give its path"):
        people_from_raster(session, config, DAY)  # a base knows the configured raster's name only
    density = people_from_raster(
        session, config, DAY, path, "unit", RasterSettings(unit="per_hectare")
    )
    assert density["people"].sum() < whole


def test_a_comparison_is_what_the_nightly_step_wrote(held):
    session, config, path = held
    found = compare_raster(session, config, DAY, path, "unit")
    told = session.frame("SELECT cell, scaled, disagreement FROM base.raster_population")
    both = found.merge(told, on="cell")
    assert len(both) == len(found) > 5
    assert (both["disagreement_x"] == both["disagreement_y"]).all()
    assert both["scaled_x"].to_numpy() == pytest.approx(both["scaled_y"].to_numpy(), abs=1e-3)
    assert 0.3 < found.attrs["ratio"] < 3
    with pytest.raises(AnalysisError, match="people are not told by layer 'h3_9'"):
        compare_raster(session, config, DAY, path, "h3_9")


@pytest.mark.parametrize("grid", [None, "unit"])
def test_people_on_buildings_keep_their_total(held, grid):
    session, config, path = held
    found = raster_on_buildings(session, config, DAY, path, grid)
    total = found.buildings["people"].sum() + found.on_land["people"].sum()
    whole = people_from_raster(session, config, DAY, path, "unit")["people"].sum()
    # Pixels are taken where any layer's cells are, units are a little less than all of them.
    assert total == pytest.approx(whole, rel=1e-9 if grid else 0.02)
    assert (found.buildings["people"] > 0).all()


@pytest.mark.parametrize("by", ["area", "people", "buildings", "floor_area"])
def test_totals_survive_the_way_to_hexagons_and_back(held, by):
    session, config, _ = held
    profile = session.frame(
        "SELECT cell, buildings::DOUBLE AS n FROM base.profile WHERE layer = 'unit'"
    )
    values = profile.set_index("cell")["n"]
    there = transfer(session, config, DAY, values, "unit", "h3_10", by=by)
    assert there["value"].sum() == pytest.approx(values.sum(), rel=1e-9)
    assert there.attrs["remainder"] == {"value": {}}
    back = transfer(
        session, config, DAY, there.set_index("cell")["value"].dropna(), there, "unit", by=by
    )
    left = sum(back.attrs["remainder"]["value"].values())
    assert back["value"].sum() + left == pytest.approx(values.sum(), rel=1e-9)


def test_areas_of_ones_own_and_several_columns(held):
    session, config, _ = held
    units = people_free(session)
    middle = shapely.union_all(units.geometry.to_numpy()).centroid
    half = gpd.GeoDataFrame(
        {"id": ["round"], "name": ["圆"]}, geometry=[middle.buffer(120)], crs=config.city.crs
    )
    table = pd.DataFrame({"cell": units["cell"], "a": 1.0, "b": np.arange(len(units)), "c": "x"})
    found = transfer(session, config, DAY, table, "unit", half.to_crs("EPSG:4326"))
    assert list(found.columns) == ["cell", "code", "name", "a", "known_share", "b", "geometry"]
    left = found.attrs["remainder"]
    assert found["a"].sum() + sum(left["a"].values()) == pytest.approx(len(units))
    assert found["b"].sum() + sum(left["b"].values()) == pytest.approx(table["b"].sum())
    mean = transfer(session, config, DAY, table.set_index("cell")["b"], "unit", half, kind="mean")
    assert 0 < mean["value"][0] < len(units)
    with pytest.raises(CrsError, match="no coordinate system"):
        transfer(session, config, DAY, table, "unit", half.set_crs(None, allow_override=True))
    with pytest.raises(AnalysisError, match="1 values are of no cell"):
        transfer(session, config, DAY, pd.Series({"nowhere": 1.0}))
    with pytest.raises(AnalysisError, match="unknown way 'luck'"):
        transfer(session, config, DAY, table, by="luck")


def people_free(session):
    cells = feeds.cells_standing(session, ("unit",), (), DAY)
    return gpd.GeoDataFrame({"cell": cells["id"]}, geometry=cells["geom"].to_numpy())


def test_hexagons_are_there_without_a_nightly_layer(held):
    session, config, _ = held
    assert config.grid.h3_resolution is None
    cells = hexagons(session, config, 10)
    assert cells["cell"].equals(cells["code"]) and set(cells["name"]) == {"h3_10"}
    units = people_free(session)
    assert shapely.union_all(cells.geometry.to_numpy()).covers(
        shapely.union_all(units.geometry.to_numpy()).buffer(-0.001)
    )


def test_what_has_no_cell_stays_in_the_remainder(held):
    session, config, _ = held
    cells = people_from_raster(session, config, DAY, held[2])["cell"]
    values = pd.Series([2.0, 3.0], index=[cells.iloc[0], None])
    found = transfer(session, config, DAY, values, "unit", "community")
    assert found["value"].sum() == pytest.approx(2.0)
    assert found.attrs["remainder"]["value"] == {"": 3.0}
