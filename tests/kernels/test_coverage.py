"""Exact shares of pixels: equal to shapely's intersections, and nothing lost over a tiling."""

import numpy as np
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from blockdata.errors import AnalysisError
from blockdata.kernels.coverage import CoverageIndex, no_sums, polygons_on_pixels

UP = (1, 0, 0, 0, -1, 8)
TRANSFORMS = (UP, (1, 0, 0, 0, 1, 0), (0.7, 0.2, 0.1, -0.3, -1.1, 8), (-1, 0, 8, 0, -1, 8))


def _star(rng, corners):
    """A polygon of any shape around a point, with a hole in it, partly outside of the raster."""
    at = rng.uniform(-1, 9, 2)
    angle = np.sort(rng.uniform(0, 2 * np.pi, corners))
    reach = rng.uniform(0.05, 5, corners)
    ring = at + np.column_stack([np.cos(angle), np.sin(angle)]) * reach[:, None]
    return shapely.make_valid(shapely.Polygon(ring)).difference(shapely.Point(at).buffer(0.3))


def _pixels(transform, rows, columns):
    a, b, c, d, e, f = transform
    row, column = np.mgrid[0:rows, 0:columns]
    corners = [(0, 0), (0, 1), (1, 1), (1, 0)]
    at = [((column + j), (row + i)) for i, j in corners]
    ring = np.stack([np.stack([a * k + b * r + c, d * k + e * r + f], -1) for k, r in at], -2)
    return shapely.polygons(ring)


@pytest.mark.parametrize("transform", TRANSFORMS)
def test_shares_are_the_areas_of_intersections(transform):
    rng = np.random.default_rng(5)
    polygons = [_star(rng, n) for n in rng.integers(3, 14, 40)]
    polygons += [None, shapely.Polygon(), shapely.box(2, 2, 2.5, 7), shapely.box(-9, -9, 99, 99)]
    polygons.append(shapely.MultiPolygon([shapely.box(0, 0, 1, 1), shapely.box(1, 1, 3.5, 2)]))
    found = polygons_on_pixels(polygons, transform, 8, 9)
    shares = np.zeros((len(polygons), 8, 9))
    shares[found.polygon, found.row, found.column] = found.share
    pixels = _pixels(transform, 8, 9)
    known = np.array([p or shapely.Polygon() for p in polygons])[:, None, None]
    exact = shapely.area(shapely.intersection(known, pixels)) / shapely.area(pixels)
    assert np.abs(shares - exact).max() < 1e-12
    assert (found.share > 0).all() and (found.share <= 1).all()
    order = np.lexsort((found.column, found.row, found.polygon))
    assert (order == np.arange(len(order))).all()


# Centimetres: the diagram of points that all but coincide is refused by GEOS.
PLACE = st.integers(0, 2000).map(lambda n: n / 100)


@given(st.lists(st.tuples(PLACE, PLACE), min_size=3, max_size=12, unique=True), st.floats(0.3, 3))
@settings(max_examples=40)
def test_cells_that_tile_an_area_share_every_pixel_wholly(points, pixel_m):
    box = shapely.box(0, 0, 20, 20)
    cells = shapely.intersection(
        shapely.get_parts(shapely.voronoi_polygons(shapely.MultiPoint(points), extend_to=box)), box
    )
    cells = cells[shapely.is_valid(cells) & (shapely.area(cells) > 0)]
    # The diagram of points that all but coincide has gaps itself.
    assume(abs(shapely.area(cells).sum() - 400) < 1e-9)
    size = int(20 // pixel_m)
    found = polygons_on_pixels(cells, (pixel_m, 0, 0, 0, -pixel_m, 20), size, size)
    total = np.zeros((size, size))
    np.add.at(total, (found.row, found.column), found.share)
    assert np.abs(total - 1).max() < 1e-9


def test_large_coordinates_and_many_corners_keep_their_area():
    ring = shapely.Point(40_534_231.97, 3_993_376.68).buffer(1234.5, quad_segs=500)
    index = CoverageIndex([ring], (7.3, 0, 40_532_000, 0, -7.3, 3_996_000))
    assert index.shares(700, 700).share.sum() == pytest.approx(ring.area / 7.3**2, rel=1e-11)
    assert index.area_pixels[0] == pytest.approx(ring.area / 7.3**2, rel=1e-11)


def test_a_raster_in_pieces_gives_what_the_whole_gives():
    rng = np.random.default_rng(2)
    values = rng.uniform(0, 9, (8, 9))
    values[2, 3] = np.nan
    index = CoverageIndex([_star(rng, 9) for _ in range(20)], UP)
    whole, parts = no_sums(20), no_sums(20)
    index.add_sums(values, whole)
    for row, column in ((0, 0), (0, 4), (3, 0), (3, 4)):
        piece = values[row : 3 if row == 0 else 8, column : 4 if column == 0 else 9]
        index.add_sums(piece, parts, row, column)
    for one, other in zip(parts, whole, strict=True):
        assert one == pytest.approx(other, rel=1e-12, abs=1e-12)
    shares = index.shares(8, 9)
    kept = ~np.isnan(values[shares.row, shares.column])
    listed = (shares.share * np.nan_to_num(values[shares.row, shares.column]))[kept]
    assert np.bincount(shares.polygon[kept], listed, 20) == pytest.approx(whole.total, abs=1e-12)
    blur = (listed * (1 - shares.share[kept])) ** 2
    assert np.bincount(shares.polygon[kept], blur, 20) == pytest.approx(whole.blurred, abs=1e-12)


def test_sums_equal_exactextract():
    exactextract = pytest.importorskip("exactextract")
    import geopandas as gpd
    from exactextract.raster import NumPyRasterSource

    rng = np.random.default_rng(3)
    values = rng.uniform(0, 50, (60, 80))
    cells = [_star(rng, 12) for _ in range(30)]
    cells = [shapely.affinity.scale(c, 8, 8, origin=(0, 0)) for c in cells]
    frame = gpd.GeoDataFrame({"id": range(30)}, geometry=cells, crs="EPSG:4549")
    source = NumPyRasterSource(values, xmin=0, ymin=0, xmax=80, ymax=60, srs_wkt=frame.crs.to_wkt())
    peer = exactextract.exact_extract(source, frame, ["sum"], output="pandas")["sum"].to_numpy()
    sums = no_sums(30)
    CoverageIndex(cells, (1, 0, 0, 0, -1, 60)).add_sums(values, sums)
    assert sums.total == pytest.approx(np.nan_to_num(peer.astype(float)), rel=1e-6, abs=1e-6)


@pytest.mark.parametrize(
    "polygon", [shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)]), shapely.Point(0, 0)]
)
def test_bad_geometry_is_refused_before_anything_is_computed(polygon):
    with pytest.raises(AnalysisError, match="not valid polygons, first at index 1"):
        CoverageIndex([shapely.box(0, 0, 1, 1), polygon], UP)


@pytest.mark.parametrize("transform", [(0, 0, 0, 0, 0, 0), (1, 1, 0, 1, 1, 0), (np.nan,) * 6])
def test_pixels_without_area_are_refused(transform):
    with pytest.raises(AnalysisError, match="no area"):
        CoverageIndex([shapely.box(0, 0, 1, 1)], transform)
