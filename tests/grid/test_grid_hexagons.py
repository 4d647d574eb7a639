"""H3 cells as a layer: every point lies in one, and they neither overlap nor leave gaps."""

import h3
import numpy as np
import pytest
import shapely

from blockdata.grid import hexagon_layer, hexagons_around


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
