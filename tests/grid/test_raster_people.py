"""People per cell from rasters of every kind that comes, against exactextract and brute force."""

import os
import subprocess
import sys
import warnings

import numpy as np
import pandas as pd
import pyproj
import pytest
import rasterio
import shapely
from rasterio.transform import Affine

from blockdata.errors import AnalysisError, SourceError
from blockdata.grid.rasters import ArrayRaster, RasterSettings, open_raster, people_in_cells
from blockdata.grid.rasters.edges import polygons_in

BASE = "EPSG:4549"
WEST, SOUTH = 534_000.0, 3_993_000.0
STEP = 1 / 1200
DEGREES = Affine(STEP, 0, 120.36, 0, -STEP, 36.10)


def _cells(count=25, side=3000.0, seed=1):
    """Irregular cells that tile a square, in the base's plane."""
    rng = np.random.default_rng(seed)
    box = shapely.box(WEST, SOUTH, WEST + side, SOUTH + side)
    points = shapely.MultiPoint(rng.uniform(0, side, (count, 2)) + np.array([WEST, SOUTH]))
    parts = shapely.get_parts(shapely.voronoi_polygons(points, extend_to=box))
    geoms = shapely.intersection(parts, box)
    return pd.DataFrame({"id": [f"g{n:02}" for n in range(len(geoms))], "geom": geoms})


def _write(path, values, transform, crs, **rest):
    bands = np.atleast_3d(values.T).T if values.ndim == 2 else values
    scale, offset = rest.pop("scale", 1.0), rest.pop("offset", 0.0)
    unit = rest.pop("unit", None)
    profile = {"driver": "GTiff", "height": bands.shape[1], "width": bands.shape[2]}
    profile |= {"count": len(bands), "dtype": bands.dtype, "transform": transform, "crs": crs}
    with rasterio.open(path, "w", **(profile | rest)) as out:
        out.write(bands)
        out.scales, out.offsets = (scale,) * len(bands), (offset,) * len(bands)
        if unit:
            out.units = (unit,) * len(bands)
    return path


def _values(rows, columns, seed=2, most=60.0):
    return np.random.default_rng(seed).uniform(0, most, (rows, columns))


TURNED = Affine(140, 80, 261_000, 80, -140, 3_997_500)


@pytest.mark.parametrize(
    ("crs", "transform"),
    [
        ("EPSG:4326", DEGREES),
        ("EPSG:4490", DEGREES),
        ("EPSG:4549", Affine(90, 0, WEST - 500, 0, -90, SOUTH + 3500)),
        ("EPSG:32651", TURNED),
    ],
)
def test_sums_are_what_subsampling_finds(tmp_path, crs, transform):
    size, fine = 64, 10
    values = _values(size, size)
    path = _write(tmp_path / "people.tif", values, transform, crs)
    cells = _cells(6)
    found = people_in_cells(path, cells, BASE).set_index("cell")
    row, column = (v.ravel() for v in np.mgrid[0 : size * fine, 0 : size * fine] / fine)
    a, b, c, d, e, f = tuple(transform)[:6]
    x, y = (v + 0.5 / fine for v in (column, row))
    x, y = a * x + b * y + c, d * x + e * y + f
    degrees = pyproj.CRS(crs).geodetic_crs
    lon_lat = pyproj.Transformer.from_crs(crs, degrees, always_xy=True).transform(x, y)
    to_base = pyproj.Transformer.from_crs("EPSG:4490", BASE, always_xy=True)
    points = shapely.points(*to_base.transform(*lon_lat))
    weight = values[row.astype(int), column.astype(int)] / fine**2
    for cell, geom in zip(cells["id"], cells["geom"], strict=True):
        shapely.prepare(geom)
        brute = weight[shapely.contains(geom, points)].sum()
        assert found["people"][cell] == pytest.approx(brute, rel=0.02)
    assert (found["data_share"] == 1).all()


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:4549"])
def test_sums_equal_exactextract(tmp_path, crs):
    exactextract = pytest.importorskip("exactextract")
    import geopandas as gpd

    transform = DEGREES if crs == "EPSG:4326" else Affine(30, 0, WEST - 99, 0, -30, SOUTH + 3456)
    values = _values(200, 200).astype("float32")
    values[3:9, 20:60] = -99999
    path = _write(tmp_path / "people.tif", values, transform, crs, nodata=-99999)
    cells = _cells(40)
    found = people_in_cells(path, cells, BASE)
    there = polygons_in(cells["geom"].to_numpy(), BASE, crs)
    frame = gpd.GeoDataFrame({"id": cells["id"]}, geometry=there, crs=crs)
    peer = exactextract.exact_extract(path, frame, ["sum", "count"], output="pandas")
    assert found["people"].to_numpy() == pytest.approx(peer["sum"].to_numpy(), rel=1e-6)
    assert found["people"].sum() == pytest.approx(peer["sum"].sum(), rel=1e-7)


def test_edges_stay_within_a_millimetre_of_their_place():
    cell = shapely.box(WEST, SOUTH, WEST + 40_000, SOUTH + 30_000)
    for crs in ("EPSG:4326", "EPSG:3857", "EPSG:32650"):
        there = polygons_in([cell], BASE, crs)[0]
        fine = shapely.get_coordinates(shapely.segmentize(there, there.length / 20_000))
        from blockdata.crs import projection

        back = projection(crs, BASE, "test")(fine)
        away = shapely.distance(cell.boundary, shapely.points(back))
        assert 1e-5 < away.max() < 0.0011


@pytest.mark.parametrize(
    ("dtype", "rest"),
    [
        ("int16", {"nodata": -1}),
        ("float32", {"nodata": -99999}),
        ("float64", {"nodata": np.nan}),
        ("uint8", {"nodata": 255, "compress": "deflate", "tiled": True}),
        ("float32", {"nodata": -3.4028234663852886e38, "compress": "lzw", "predictor": 3}),
    ],
)
def test_every_way_of_saying_no_data(tmp_path, dtype, rest):
    values = np.full((64, 64), 7, dtype=dtype)
    values[:, :32] = rest["nodata"]
    rest = rest | {"blockxsize": 32, "blockysize": 32} if rest.get("tiled") else rest
    path = _write(tmp_path / "p.tif", values, Affine(10, 0, 0, 0, -10, 640), BASE, **rest)
    boxes = [shapely.box(300, 0, 345, 10), shapely.box(0, 0, 9, 9), shapely.box(400, 0, 410, 10)]
    cells = pd.DataFrame({"id": ["half", "none", "whole"], "geom": boxes})
    found = people_in_cells(path, cells, BASE).set_index("cell")
    assert found["people"].to_list() == pytest.approx([17.5, np.nan, 7], nan_ok=True)
    assert found["data_share"].to_list() == pytest.approx([25 / 45, 0, 1])
    nobody = people_in_cells(path, cells, BASE, RasterSettings(nodata="nobody"))
    assert nobody["people"].to_list() == pytest.approx([17.5, 0, 7])


def test_scale_offset_and_the_band_are_taken(tmp_path):
    bands = np.array([np.full((4, 4), 1), np.full((4, 4), 30)], dtype="int16")
    grid = Affine(100, 0, 0, 0, -100, 400)
    path = _write(tmp_path / "p.tif", bands, grid, BASE, scale=0.1, offset=2.0)
    cells = pd.DataFrame({"id": ["g"], "geom": [shapely.box(0, 0, 200, 100)]})
    assert people_in_cells(path, cells, BASE, RasterSettings(band=2))["people"][0] == 10.0
    with pytest.raises(SourceError, match="band 3 is asked for and there are 2"):
        people_in_cells(path, cells, BASE, RasterSettings(band=3))


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:3857", BASE])
def test_a_density_is_of_the_ground_not_of_the_plane(tmp_path, crs):
    cells = _cells(5)
    there = polygons_in(cells["geom"].to_numpy(), BASE, crs)
    west, south, east, north = shapely.total_bounds(there)
    margin = (east - west) / 50  # edges are curves there, and bulge over their corners
    west, south, east, north = west - margin, south - margin, east + margin, north + margin
    size = 300
    grid = Affine((east - west) / size, 0, west, 0, -(north - south) / size, north)
    path = _write(tmp_path / "p.tif", np.full((size, size), 12_000.0), grid, crs)
    ground = pd.Series(pyproj_areas(cells["geom"]))
    found = people_in_cells(path, cells, BASE, RasterSettings(unit="per_km2"))
    # Straight edges on the plane and geodesics on the ellipsoid enclose almost the same.
    assert found["people"].to_list() == pytest.approx((ground * 0.012).to_list(), rel=4e-7)
    with pytest.raises(AnalysisError, match="people per km²"):
        people_in_cells(path, cells, BASE, RasterSettings(unit="per_hectare"))


def pyproj_areas(geoms):
    to_degrees = pyproj.Transformer.from_crs(BASE, "EPSG:4490", always_xy=True)
    geod = pyproj.Geod(ellps="GRS80")
    for geom in geoms:
        x, y = shapely.get_coordinates(shapely.segmentize(geom, 50)).T
        yield abs(geod.polygon_area_perimeter(*to_degrees.transform(x, y))[0])


def test_a_density_taken_for_counts_is_refused(tmp_path):
    grid = Affine(100, 0, WEST, 0, -100, SOUTH + 3000)
    path = _write(tmp_path / "p.tif", np.full((30, 30), 15_000.0), grid, BASE)
    with pytest.raises(AnalysisError, match=r"1,500,000 people per km².*'per_km2'"):
        people_in_cells(path, _cells(5), BASE)
    told = _write(tmp_path / "t.tif", np.full((30, 30), 9.0), grid, BASE, unit="people/km^2")
    with pytest.raises(AnalysisError, match="its numbers are a density"):
        people_in_cells(told, _cells(5), BASE)


def test_what_the_raster_does_not_cover_is_told_per_cell(tmp_path):
    path = _write(tmp_path / "p.tif", np.ones((10, 10)), Affine(10, 0, 0, 0, -10, 100), BASE)
    geoms = [shapely.box(90, 0, 110, 10), shapely.box(500, 500, 600, 600), None, shapely.Polygon()]
    cells = pd.DataFrame({"id": ["a", "b", "c", "d"], "geom": geoms})
    found = people_in_cells(path, cells, BASE)
    assert found["people"].to_list() == pytest.approx([1, np.nan, np.nan, np.nan], nan_ok=True)
    assert found["data_share"].to_list() == pytest.approx([0.5, 0, 0, 0])
    assert people_in_cells(path, cells.head(0), BASE).empty
    all_nodata = ArrayRaster(np.full((9, 9), -5.0), (10, 0, 0, 0, -10, 90), BASE)
    assert people_in_cells(all_nodata, cells, BASE)["people"].isna().all()


def test_cells_that_tile_an_area_keep_its_sum_whatever_their_order(tmp_path):
    values = _values(120, 130)
    path = _write(tmp_path / "p.tif", values, DEGREES, "EPSG:4326", compress="deflate")
    cells = _cells(60)
    one = pd.DataFrame({"id": ["all"], "geom": [shapely.union_all(cells["geom"].to_numpy())]})
    found = people_in_cells(path, cells, BASE)
    assert found["people"].sum() == pytest.approx(
        people_in_cells(path, one, BASE)["people"][0], rel=1e-7
    )
    again = people_in_cells(path, cells.sample(frac=1, random_state=3), BASE)
    pd.testing.assert_frame_equal(found, again, check_exact=True)


def test_bad_cells_are_named(tmp_path):
    raster = ArrayRaster(np.ones((2, 2)), (1, 0, 0, 0, -1, 2), BASE)
    bow_tie = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    with pytest.raises(AnalysisError, match=r"among them \['g7'\]"):
        people_in_cells(raster, pd.DataFrame({"id": ["g7"], "geom": [bow_tie]}), BASE)
    twice = pd.DataFrame({"id": ["g", "g"], "geom": [shapely.box(0, 0, 1, 1)] * 2})
    with pytest.raises(AnalysisError, match="an id occurs twice"):
        people_in_cells(raster, twice, BASE)


def _reason(path, **settings):
    with pytest.raises(SourceError) as caught, open_raster(path, **settings):
        pass
    assert str(path.parent) not in str(caught.value)
    return caught.value.reason


def test_files_that_are_no_raster_with_a_place_are_told_apart(tmp_path):
    vrt = '<VRTDataset rasterXSize="1" rasterYSize="1"></VRTDataset>'
    (tmp_path / "v.tif").write_text(vrt)
    (tmp_path / "cut.tif").write_bytes(b"II*\x00" + bytes(40))
    bare = _write(tmp_path / "b.tif", np.ones((2, 2)), DEGREES, None)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
        _write(tmp_path / "n.tif", np.ones((2, 2)), None, BASE)
    assert _reason(tmp_path / "none.tif") == "no_such_file"
    assert _reason(tmp_path / "v.tif") == "not_a_geotiff"
    assert _reason(tmp_path / "cut.tif") == "unreadable"
    assert _reason(bare) == "no_crs"
    assert _reason(tmp_path / "n.tif") == "no_georeference"
    with open_raster(bare, crs="EPSG:4326") as raster:
        assert (raster.rows, raster.crs) == (2, "EPSG:4326")


def test_a_file_cut_off_in_its_pixels_is_told(tmp_path):
    path = _write(tmp_path / "p.tif", _values(400, 400), DEGREES, "EPSG:4326")
    path.write_bytes(path.read_bytes()[:300_000])
    with pytest.raises(SourceError, match="cannot be read"):
        people_in_cells(path, _cells(5), BASE)


def test_files_beside_the_raster_and_a_foreign_environment_change_nothing(tmp_path):
    path = _write(tmp_path / "p.tif", np.ones((90, 90), "float32"), DEGREES, "EPSG:4326")
    cells = _cells(3)
    before = people_in_cells(path, cells, BASE)["people"].to_list()
    beside = '<PAMDataset><PAMRasterBand band="1"><NoDataValue>1</NoDataValue></PAMRasterBand>'
    path.with_suffix(".tif.aux.xml").write_text(beside + "</PAMDataset>")
    assert people_in_cells(path, cells, BASE)["people"].to_list() == before
    code = (
        "import sys, pandas as pd, shapely\n"
        "from blockdata.grid.rasters import people_in_cells\n"
        "cells = pd.DataFrame({'id': ['g'], 'geom': [shapely.from_wkt(sys.argv[2])]})\n"
        f"print(repr(float(people_in_cells(sys.argv[1], cells, '{BASE}')['people'][0])))"
    )
    foreign = {name: str(tmp_path) for name in ("PROJ_LIB", "PROJ_DATA", "GDAL_DATA")}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code, str(path), cells["geom"][0].wkt],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **foreign},
    )
    assert done.returncode == 0, done.stderr
    assert float(done.stdout) == pytest.approx(before[0], rel=1e-6)
