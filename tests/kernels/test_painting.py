"""Points of a lattice lie where shapely says, in one of two neighbours; seen if in the field."""

import numpy as np
import pytest
import shapely
from shapely import affinity

from blockdata.kernels.painting import Shapes, Tile, paint_polygons, paint_strips, seen_points
from blockdata.kernels.sight import Obstacles, Views, fields_of_view
from blockdata.kernels.sight_shapes import field_polygons

TILE = Tile(-40.0, -30.0, 0.7, 110, 90)


def lattice(tile=TILE):
    row, column = np.divmod(np.arange(tile.size), tile.columns)
    return shapely.points(tile.x0 + (column + 0.5) * tile.step, tile.y0 + (row + 0.5) * tile.step)


def painted(polygons, tile=TILE):
    out = np.full(tile.size, -1, dtype=np.int32)
    numbers = np.arange(len(polygons))
    paint_polygons(numbers, numbers, *Shapes.of_polygons(np.array(polygons)), tile, out)
    return out


def test_polygons_with_holes_and_parts_beyond_the_tile():
    ring = shapely.Point(0, 0).buffer(20).difference(shapely.Point(3, 1).buffer(7))
    far = shapely.box(30, -100, 90, 100)
    out = painted([ring, shapely.MultiPolygon([far, shapely.box(-39, -29, -38, -28)])])
    assert ((out == 0) == shapely.contains(ring, lattice())).all()
    assert ((out == 1).sum(), out.max()) == (
        _count(far) + _count(shapely.box(-39, -29, -38, -28)),
        1,
    )


def _count(shape):
    return int(shapely.contains(shape, lattice()).sum())


def test_every_point_lies_in_one_of_the_tiles_of_a_plane():
    rng = np.random.default_rng(4)
    whole = shapely.box(-50, -40, 60, 50)
    seeds = shapely.multipoints(rng.uniform(-50, 50, (40, 2)))
    cells = shapely.get_parts(shapely.voronoi_polygons(seeds, extend_to=whole))
    assert (painted(list(shapely.intersection(cells, whole))) >= 0).all()
    # Borders on the points themselves: each has one owner, whoever is painted first.
    tile = Tile(-0.5, -0.5, 1.0, 4, 4)
    boxes = [shapely.box(x, y, x + 1, y + 1) for x in range(-1, 4) for y in range(-1, 4)]
    counts = [(painted([b], tile) == 0).sum() for b in boxes]
    assert sum(counts) == 16 and max(counts) == 1


def test_strips_are_buffers():
    line = shapely.LineString([(-35, -20), (0, 0), (0, 0), (10, 25), (60, 25)])
    out = np.zeros(TILE.size, dtype=bool)
    shapes = Shapes.of_lines(np.array([shapely.Point(0, 0), line]))
    paint_strips(np.array([0, 1]), np.array([9.0, 4.0]), *shapes, TILE, out)
    assert (out == (shapely.distance(line, lattice()) <= 4)).all()


@pytest.mark.parametrize("seed", range(4))
def test_the_points_seen_are_those_in_the_field_of_view(seed):
    rng = np.random.default_rng(seed)
    buildings = [
        affinity.rotate(shapely.box(x, y, x + 5, y + 3), rng.uniform(0, 360))
        for x, y in rng.uniform(-40, 35, (12, 2))
    ]
    columns = (
        *rng.uniform(-20, 20, (2, 5)), np.full(5, 6.0), rng.uniform(0, 360, 5),
        np.array([60.0, 360, 90, 120, 60]), rng.uniform(0, 5, 5), rng.uniform(10, 40, 5),
    )  # fmt: skip
    views = Views(*columns)
    area, fields = fields_of_view(views, Obstacles(buildings, rng.choice([3, 9], 12)), 0.0)
    shapes = field_polygons(views, fields)
    assert shapely.area(shapes) == pytest.approx(area, rel=1e-3, abs=0.05)
    # The second and third view are those of one camera.
    starts, points = seen_points(
        views, fields, np.array([0, 1, 1, 3, 4]), TILE, np.ones(TILE.size, dtype=bool)
    )
    assert starts[2] == starts[3]
    for slot, own in ((0, shapes[0]), (1, shapely.union(shapes[1], shapes[2])), (4, shapes[4])):
        seen = np.zeros(TILE.size, dtype=bool)
        seen[points[starts[slot] : starts[slot + 1]]] = True
        sure = shapely.distance(shapely.boundary(own), lattice()) > 0.02
        assert (seen == shapely.contains(own, lattice()))[sure].all()
    assert len(np.unique(points[starts[1] : starts[2]])) == starts[2] - starts[1]


def test_what_is_not_wanted_is_not_listed():
    one = np.array([0.0])
    views = Views(one, one, one + 5, one, one + 360, one, one + 10)
    _, fields = fields_of_view(views, Obstacles([], []), 0.0)
    wanted = np.zeros(TILE.size, dtype=bool)
    assert len(seen_points(views, fields, np.array([0]), TILE, wanted)[1]) == 0
