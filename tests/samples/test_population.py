"""The sample's population raster: its bytes, its people, and what is planted in it."""

import numpy as np
import pytest
import rasterio
import shapely

from data_samples.district.coordinates import delivered_shapes
from data_samples.district.geotiff import geotiff
from data_samples.district.names import load_names
from data_samples.district.people import residents
from data_samples.district.population import NODATA, PER_DEGREE, population
from data_samples.district.redrawing import draw_grids
from data_samples.district.write import Options, _world


@pytest.fixture(scope="module")
def small():
    world = _world(Options("small"), load_names(None), 0)
    grids = draw_grids(world)
    return world, grids, population(world, grids)


def test_the_file_is_a_raster_that_gdal_reads_back(tmp_path, small):
    values, west, north, _ = small[2]
    path = tmp_path / "p.tif"
    path.write_bytes(geotiff(values, west, north, 1 / PER_DEGREE, NODATA))
    with rasterio.open(path, driver="GTiff") as found:
        assert (found.crs, found.nodata, found.dtypes) == ("EPSG:4326", NODATA, ("float32",))
        assert found.transform[2] == west and found.transform[5] == north
        assert np.array_equal(found.read(1), values.astype("float32"))
        assert (west * PER_DEGREE) % 1 == pytest.approx(0, abs=1e-6)


def test_the_same_seed_gives_the_same_raster(small):
    world, grids, (values, *_) = small
    assert np.array_equal(population(world, grids)[0], values)


def test_its_people_are_those_of_the_district_but_for_what_is_planted(small):
    world, _, (values, _, _, planted) = small
    people = residents(world.persons, world.library).sum()
    expected = 0.93 * (people + planted["people"].clip(upper=0).sum())
    expected += planted["people"].clip(lower=0).sum()
    assert values[values != NODATA].sum() == pytest.approx(expected, rel=0.05)


def test_planted_grids_stand_were_not_redrawn_and_are_each_of_a_kind(small):
    _, grids, (_, _, _, planted) = small
    assert planted["disagreement"].tolist() == ["register_more", "raster_more", "raster_only"]
    standing = grids.after[grids.after["ends_on"].isna()]
    assert planted["unit_grid"].isin(standing["code"]).all()
    touched = {*grids.lineage["old_code"], *grids.lineage["new_code"], *grids.faults["code"]}
    assert not set(planted["unit_grid"]) & touched


def test_the_comparison_finds_what_is_planted(small):
    import pandas as pd

    from blockdata.grid.rasters import ArrayRaster, compare_with_register, people_in_cells

    world, grids, (values, west, north, planted) = small
    step = 1 / PER_DEGREE
    raster = ArrayRaster(values, (step, 0, west, 0, -step, north), "EPSG:4326", NODATA)
    units = grids.after[(grids.after["layer"] == "unit") & grids.after["ends_on"].isna()]
    cells = pd.DataFrame({"id": units["code"], "geom": units["geometry"]}).drop_duplicates("id")
    people = people_in_cells(raster, cells, "EPSG:4549")
    houses = shapely.centroid(world.library.buildings["geometry"].to_numpy())
    cell, house = shapely.STRtree(houses).query(cells["geom"].to_numpy(), "contains")
    own = np.bincount(cell, residents(world.persons, world.library)[house], len(cells))
    register = pd.DataFrame({"cell": cells["id"], "register": own.astype(int), "shared": False})
    register = register.assign(low=own * 1.0, high=own * 1.0, estimate=own * 1.0)
    found = compare_with_register(people, register).cells
    apart = found[found["unexplained"] != 0].set_index("cell")["disagreement"]
    expected = planted.set_index("unit_grid")["disagreement"]
    assert apart.reindex(expected.index).to_dict() == expected.to_dict()
    # The grids here are hardly larger than a pixel: a few beside the planted share its pixels.
    assert len(apart) <= len(expected) + 3
    near = cells.set_index("id")["geom"]
    touched = shapely.union_all(near[expected.index].to_numpy()).buffer(93)
    assert all(near[code].intersects(touched) for code in apart.index)


def test_nothing_is_planted_in_tiny():
    world = _world(Options("tiny"), load_names(None), 0)
    values, west, north, planted = population(world, draw_grids(world))
    assert planted.empty
    border = delivered_shapes(np.array([world.places.land.border]), "EPSG:4326")[0]
    assert west < border.bounds[0] and north > border.bounds[3]
    assert (values == NODATA).any() and (values > 0).any()
