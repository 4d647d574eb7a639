"""Raster sums per cell against exactextract, in one run; and people on buildings.

1,064 irregular cells of a district of 63 km² and rasters of 100 m and of 10 m pixels: the sum of
each cell by both, from the file and from memory, the differences and the best time of some runs.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import rasterio
import shapely
from rasterio.transform import Affine

from blockdata.grid.rasters import (
    RasterSettings,
    people_in_cells,
    people_on_buildings,
    raster_area,
    sum_by_layer,
)
from blockdata.grid.rasters.source import open_raster
from blockdata.kernels.coverage import CoverageIndex, no_sums

CRS = "EPSG:4549"
WEST, SOUTH = 530_000.0, 3_990_000.0
WIDE, HIGH = 9_000.0, 7_000.0
CELLS, BUILDINGS = 1_064, 60_000
TARGET = 1e-6
Objects = npt.NDArray[np.object_]


def main(arguments: list[str]) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.spatial --only rasters")
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args(arguments)
    cells = _cells()
    print(f"{len(cells)} cells, {shapely.get_num_coordinates(cells['geom']).sum()} corners")
    with tempfile.TemporaryDirectory() as folder:
        for pixel_m in (100.0, 10.0):
            path = Path(folder) / f"people_{pixel_m:.0f}.tif"
            _write(path, pixel_m)
            _sums(path, cells, pixel_m, options.runs)
        _on_buildings(Path(folder) / "people_100.tif", cells)


def _cells() -> pd.DataFrame:
    """Irregular cells that tile the district, their borders bent as streets are."""
    rng = np.random.default_rng(5)
    box = shapely.box(WEST, SOUTH, WEST + WIDE, SOUTH + HIGH)
    points = rng.uniform(0, 1, (CELLS, 2)) * [WIDE, HIGH] + [WEST, SOUTH]
    parts = shapely.get_parts(shapely.voronoi_polygons(shapely.MultiPoint(points), extend_to=box))
    whole = shapely.segmentize(shapely.intersection(parts, box), 40.0)

    def bend(at: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        # A smooth map of the plane to itself: borders are bent, and what touched still touches.
        x, y = at.T
        return np.column_stack([x + 9 * np.sin(y / 61), y + 9 * np.sin(x / 47)])

    geoms = shapely.transform(whole, bend)
    return pd.DataFrame({"id": [f"g{n:04}" for n in range(len(geoms))], "geom": geoms})


def _write(path: Path, pixel_m: float) -> None:
    rng = np.random.default_rng(6)
    rows, columns = int((HIGH + 400) / pixel_m), int((WIDE + 400) / pixel_m)
    values = rng.gamma(0.7, pixel_m**2 / 60, (rows, columns)).astype("float32")
    values[rng.uniform(size=values.shape) < 0.02] = -99999
    transform = Affine(pixel_m, 0, WEST - 203.7, 0, -pixel_m, SOUTH + HIGH + 197.3)
    profile = {"driver": "GTiff", "height": rows, "width": columns, "count": 1}
    profile |= {"dtype": "float32", "crs": CRS, "nodata": -99999, "transform": transform}
    with rasterio.open(path, "w", **profile, tiled=True, compress="deflate") as out:
        out.write(values, 1)


def _best(runs: int, act: Callable[[], Any]) -> tuple[float, Any]:
    best, found = np.inf, None
    for _ in range(runs):
        begun = time.perf_counter()
        found = act()
        best = min(best, time.perf_counter() - begun)
    return best, found


def _sums(path: Path, cells: pd.DataFrame, pixel_m: float, runs: int) -> None:
    import geopandas as gpd
    from exactextract import exact_extract
    from exactextract.raster import NumPyRasterSource

    frame = gpd.GeoDataFrame({"id": cells["id"]}, geometry=cells["geom"].to_numpy(), crs=CRS)
    with rasterio.open(path) as opened:
        values = opened.read(1).astype("float64")
        transform, bounds = tuple(opened.transform)[:6], opened.bounds
    values[values < 0] = np.nan
    source = NumPyRasterSource(values, *bounds, srs_wkt=frame.crs.to_wkt())
    geoms = cells["geom"].to_numpy()

    def ours_of_array() -> npt.NDArray[np.float64]:
        sums = no_sums(len(geoms))
        CoverageIndex(geoms, transform).add_sums(values, sums)
        return sums.total

    def peer(of: Any, strategy: str) -> npt.NDArray[np.float64]:
        table = exact_extract(of, frame, ["sum"], output="pandas", strategy=strategy)
        return np.nan_to_num(table["sum"].to_numpy(dtype=float))

    ways: dict[str, tuple[Callable[[], Any], Callable[[str], Any]]] = {
        "file": (lambda: people_in_cells(path, cells, CRS), partial(peer, str(path))),
        "array": (ours_of_array, partial(peer, source)),
    }
    ours_of_array()
    people_in_cells(path, cells, CRS)
    for name, (ours, theirs) in ways.items():
        own_s, own = _best(runs, ours)
        # The peer has two ways of going through a raster; the quicker one counts.
        peer_s, other = min(
            (_best(runs, partial(theirs, s)) for s in ("feature-sequential", "raster-sequential")),
            key=lambda timed: timed[0],
        )
        people = np.nan_to_num(own["people"].to_numpy()) if name == "file" else own
        apart = np.abs(people - other) / np.maximum(np.abs(other), 1)
        met = "met" if apart.max() <= TARGET and own_s <= peer_s else "NOT MET"
        print(
            f"{pixel_m:5.0f} m, {name:5}: own {own_s * 1e3:7.1f} ms, exactextract "
            f"{peer_s * 1e3:7.1f} ms ({peer_s / own_s:4.1f} times), greatest relative difference "
            f"{apart.max():.1e}, of all sums {abs(people.sum() / other.sum() - 1):.1e}: {met}"
        )


def _on_buildings(path: Path, cells: pd.DataFrame) -> None:
    rng = np.random.default_rng(7)
    at = rng.uniform(0, 1, (BUILDINGS, 2)) * [WIDE, HIGH] + [WEST, SOUTH]
    size = rng.uniform(6, 40, (BUILDINGS, 2))
    houses = pd.DataFrame(
        {
            "building": [f"b{n:05}" for n in range(BUILDINGS)],
            "geom": shapely.box(*at.T, *(at + size).T),
            "floors": rng.integers(1, 30, BUILDINGS),
            "use": rng.choice(["住宅", "商住混合", "工业", "商业"], BUILDINGS),
        }
    )
    district: Any = shapely.union_all(cells["geom"].to_numpy())
    with open_raster(path) as raster:
        pixels = raster_area(raster, district, RasterSettings())
    whole = float(pixels.raster.values.sum())
    of_cells = cells.merge(people_in_cells(path, cells, CRS), left_on="id", right_on="cell")
    for name, blocks in (("pixels", pixels), ("cells", of_cells)):
        begun = time.perf_counter()
        put = people_on_buildings(blocks, houses, CRS)
        seconds = time.perf_counter() - begun
        total = put.people["people"].sum() + put.on_land["people"].sum()
        print(
            f"people of {name} on {BUILDINGS} buildings: {seconds:.2f} s, "
            f"{put.people['people'].sum() / whole:.1%} on buildings, "
            f"total kept to {abs(total / whole - 1):.1e}"
        )
    begun = time.perf_counter()
    sums = sum_by_layer(put, houses, cells)
    print(
        f"and summed by cells again: {time.perf_counter() - begun:.2f} s, "
        f"{sums['people'].sum() / whole:.1%} of all people"
    )
