"""H3 cells as a layer: every point lies in one, and they neither overlap nor leave gaps."""

import h3
import numpy as np
import pytest
import shapely

from blockdata.crs import projection
from blockdata.errors import AnalysisError
from blockdata.grid.hexagons import hexagon_layer, hexagons_around, hexagons_covering


@pytest.fixture(params=[7, 9])
def drawn(request):
    rng = np.random.default_rng(1)
    lon, lat = rng.uniform(120.30, 120.36, 400), rng.uniform(36.05, 36.10, 400)
    return lon, lat, request.param, hexagons_around(lon, lat, request.param)


def test_every_point_lies_in_the_cell_that_h3_gives_it(drawn):
    lon, lat, resolution, cells = drawn
    geoms = dict(zip(cells["code"], cells["geom"], strict=True))
    own = [h3.latlng_to_cell(y, x, resolution) for x, y in zip(lon, lat, strict=True)]
    inside = shapely.covers([geoms[code] for code in own], shapely.points(lon, lat))
    # Edges of H3 are arcs: only points within a hair of one may fall to the other side.
    assert inside.mean() > 0.99


def test_cells_neither_overlap_nor_leave_gaps(drawn):
    cells = drawn[3]
    whole = shapely.union_all(cells["geom"].to_numpy())
    total = shapely.area(cells["geom"].to_numpy()).sum()
    assert shapely.area(whole) == pytest.approx(total, rel=1e-9)
    assert shapely.get_num_interior_rings(whole).sum() == 0


def test_neighbours_of_the_points_cells_are_there(drawn):
    lon, lat, resolution, cells = drawn
    codes = set(cells["code"])
    assert set(h3.grid_disk(h3.latlng_to_cell(lat[0], lon[0], resolution), 1)) <= codes
    assert cells["code"].is_monotonic_increasing


def test_the_layer_is_called_by_its_resolution():
    assert hexagon_layer(9) == "h3_9"


CRS = "EPSG:4549"
DISTRICT = (
    shapely.Point(536_000, 3_995_000)
    .buffer(2300)
    .difference(shapely.Point(536_200, 3_994_600).buffer(900))
)


@pytest.mark.parametrize("resolution", [6, 8, 9, 10])
def test_cells_over_an_area_are_those_that_h3_finds(resolution):
    found = hexagons_covering([DISTRICT, None], CRS, resolution)
    to_degrees = projection(CRS, "EPSG:4490", "test")
    there = shapely.transform(shapely.segmentize(DISTRICT, 50), to_degrees)
    shape = h3.LatLngPoly(
        *[[(y, x) for x, y in r.coords] for r in (there.exterior, *there.interiors)]
    )
    middles = set(h3.polygon_to_cells(shape, resolution))
    reached = set(h3.polygon_to_cells_experimental(shape, resolution, "overlap"))
    codes = set(found["code"])
    assert middles <= codes
    # Edges of H3 are arcs and ours are straight: only cells that a hair reaches into may differ.
    own = dict(zip(found["code"], found["geom"], strict=True))
    for code in codes ^ reached:
        piece = own[code].intersection(DISTRICT).area if code in own else 0.0
        assert piece < 1e-3 * h3.average_hexagon_area(resolution, "m^2")
    assert found["code"].is_monotonic_increasing


def test_cells_over_an_area_cover_it_without_overlap():
    cells = hexagons_covering([DISTRICT], CRS, 9)["geom"].to_numpy()
    assert shapely.union_all(cells).covers(DISTRICT)
    assert shapely.area(shapely.union_all(cells)) == pytest.approx(shapely.area(cells).sum())


def test_cells_over_an_area_stand_where_those_around_records_stand():
    covering = hexagons_covering([DISTRICT], CRS, 9).set_index("code")["geom"]
    lon, lat = projection(CRS, "EPSG:4490", "test")(np.array([[536_900.0, 3_996_300.0]]))[0]
    around = hexagons_around(np.array([lon]), np.array([lat]), 9).set_index("code")["geom"]
    to_plane = projection("EPSG:4490", CRS, "test")
    for code in set(covering.index) & set(around.index):
        assert shapely.equals_exact(shapely.transform(around[code], to_plane), covering[code], 1e-6)


@pytest.mark.parametrize("resolution", [-1, 16, 15])
def test_too_fine_cells_are_refused(resolution):
    with pytest.raises(AnalysisError, match="H3"):
        hexagons_covering([DISTRICT], CRS, resolution)
