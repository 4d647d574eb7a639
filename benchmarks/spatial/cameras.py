"""Coverage by cameras: `python -m benchmarks.spatial --only cameras`.

An invented district of 66 square kilometres with 60,000 buildings of known and unknown heights,
streets, 1,064 cells and 5,000 cameras. Printed are the time and memory of fields of view, of the
coverage per camera, cell and owner, and of a greedy choice of sites, and the error of areas beside
an oracle that casts very many rays in plain numpy, for 200 cameras.

`--cameras 5000`, `--buildings 60000`, `--lattice 2`, `--oracle 200`, `--rays 7200`, `--draw FILE`.
"""

from __future__ import annotations

import argparse
import itertools
import resource
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import shapely

from blockdata.analysis.cameras import (
    Scene,
    SightRules,
    choose_most,
    ground_of,
    points_to_gain,
    stands_of,
    survey,
)
from blockdata.kernels.sight import Obstacles, Views, fields_of_view
from blockdata.kernels.sight_shapes import field_polygons

BLOCK_M, STREET_M = 120.0, 16.0
SITES, CHOSEN = 4_000, 20
RULES = SightRules()
MOST_ERROR = 0.005


def invented_buildings(count: int, side_m: float) -> tuple[np.ndarray, np.ndarray]:
    """Rows of boxes and ells in blocks of 120 m, 10 % of unknown height."""
    rng = np.random.default_rng(1)
    blocks = int(side_m // BLOCK_M)
    per_block = int(np.ceil(count / blocks**2))
    columns = int(np.ceil(np.sqrt(per_block)))
    block = np.repeat(np.arange(blocks**2), per_block)[:count]
    slot = np.tile(np.arange(per_block), blocks**2)[:count]
    room = (BLOCK_M - STREET_M - 8) / columns
    corner = np.column_stack(np.divmod(block, blocks)) * BLOCK_M + STREET_M / 2 + 4
    middle = corner + (np.column_stack(np.divmod(slot, columns)) + 0.5) * room
    shape = np.array([[-1, -1], [1, -1], [1, 0.2], [0.2, 0.2], [0.2, 1], [-1, 1]])
    turn = rng.normal(0, 0.06, count)
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    sized = shape[None] * rng.uniform(0.25, 0.44, (count, 1, 2)) * room
    placed = np.einsum("ijn,nkj->nki", rotation, sized) + middle[:, None]
    height = rng.choice(
        [3.0, 4.5, 9.0, 18.0, 40.0, np.nan], count, p=[0.2, 0.1, 0.2, 0.3, 0.1, 0.1]
    )
    return shapely.polygons(_turned(placed)), height


def _turned(xy: np.ndarray) -> np.ndarray:
    """Turn the district, so that nothing is parallel to the axes, and put it where maps are."""
    turn = np.radians(17.0)
    matrix = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    return np.round(xy @ matrix + [534_000.0, 3_990_000.0], 2)


def invented_streets(side_m: float) -> pd.DataFrame:
    """The raster of streets between the blocks."""
    at = np.arange(0, side_m, BLOCK_M)
    ends = [((a, 0), (a, side_m)) for a in at] + [((0, a), (side_m, a)) for a in at]
    lines = shapely.linestrings(_turned(np.array(ends, dtype=float)))
    return pd.DataFrame({"geom": lines, "width_m": STREET_M})


def invented_cells(side_m: float, count: int = 1_064) -> pd.DataFrame:
    """A tiling of the district."""
    rng = np.random.default_rng(2)
    whole = shapely.box(0, 0, side_m, side_m)
    seeds = shapely.multipoints(rng.uniform(0, side_m, (count, 2)))
    tiles = shapely.intersection(
        shapely.get_parts(shapely.voronoi_polygons(seeds, extend_to=whole)), whole
    )
    geoms = shapely.transform(tiles, _turned)
    names = [f"u{n:05}" for n in range(len(geoms))]
    return pd.DataFrame({"id": names, "layer": "unit", "geom": geoms})


def invented_cameras(count: int, side_m: float) -> pd.DataFrame:
    """Cameras along the streets, three of ten of them domes."""
    rng = np.random.default_rng(3)
    at = rng.uniform(0, side_m, (count, 2))
    street = np.round(at[:, 0] / BLOCK_M) * BLOCK_M + rng.uniform(-7, 7, count)
    across = rng.random(count) < 0.5
    xy = _turned(np.where(across[:, None], np.column_stack([at[:, 1], street]),
                          np.column_stack([street, at[:, 1]])))  # fmt: skip
    return pd.DataFrame(
        {
            "x": xy[:, 0],
            "y": xy[:, 1],
            "geom": None,
            "mount": np.where(rng.random(count) < 0.3, "dome", "fixed"),
            "height_m": rng.choice([3.5, 5.0, 6.0, 8.0], count),
            "azimuth_deg": rng.integers(0, 8, count) * 45.0,
            "direction_type": None,
            "field_angle_deg": rng.choice([45.0, 60.0, 90.0], count),
            "view_distance_m": rng.uniform(40, 100, count).round(),
        }
    )


def seen_by_rays(
    view: tuple[float, ...], buildings: np.ndarray, heights: np.ndarray, target: float, rays: int
) -> float:
    """Area that one camera sees, by casting rays: nothing is shared with the kernel."""
    x, y, h, azimuth, angle, near, far = view
    count = max(int(rays * angle / 360), 8)
    turn = np.radians(90 - azimuth - angle / 2 + (np.arange(count) + 0.5) * angle / count)
    u, v = np.cos(turn), np.sin(turn)
    begins, ends = [], []
    for building, height in zip(buildings, heights, strict=True):
        met = _distances(building, x, y, u, v)
        if np.isnan(height) or height >= h:
            reach = np.inf
        else:
            reach = max(1.0, (h - min(target, h)) / (h - height))
        for pair in range(0, met.shape[1] - 1, 2):
            begins.append(met[:, pair])
            ends.append(met[:, pair + 1] * reach)
    begin = np.column_stack([*begins, np.full(count, far)])
    end = np.column_stack([*ends, np.full(count, far)])
    order = np.argsort(begin, axis=1)
    begin, end = (np.take_along_axis(a, order, axis=1) for a in (begin, end))
    hidden_to = np.maximum.accumulate(np.where(np.isinf(begin), 0.0, end), axis=1)
    hidden_to = np.column_stack([np.zeros(count), hidden_to[:, :-1]])
    low, high = np.clip(hidden_to, near, far), np.clip(begin, near, far)
    seen = np.maximum(high**2 - low**2, 0.0) / 2
    return float(seen.sum() * np.radians(angle) / count)


def _distances(building: Any, x: float, y: float, u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Sorted distances at which rays cross a building's border; infinity where there are fewer."""
    found = []
    for ring in (building.exterior, *building.interiors):
        xy = np.array(ring.coords) - (x, y)
        for (ax, ay), (bx, by) in itertools.pairwise(xy):
            side_a, side_b = u * ay - v * ax, u * by - v * bx
            hit = (side_a > 0) != (side_b > 0)
            with np.errstate(invalid="ignore", divide="ignore"):
                share = side_a / (side_a - side_b)
                away = u * (ax + share * (bx - ax)) + v * (ay + share * (by - ay))
            found.append(np.where(hit & (away > 0), away, np.inf))
    met = np.sort(np.column_stack(found), axis=1)
    around = np.isfinite(met).sum(axis=1) % 2 == 1  # the camera stands on this building
    return np.where(around[:, None], np.column_stack([np.zeros(len(met)), met[:, :-1]]), met)


def oracle_errors(
    views: Views, obstacles: Obstacles, buildings: np.ndarray, some: np.ndarray, rays: int
) -> tuple[np.ndarray, np.ndarray]:
    """Areas of some views by the kernel and by rays."""
    own = fields_of_view(views.take(some), obstacles, RULES.target_height_m)[0]
    tree = shapely.STRtree(buildings)
    rows = np.column_stack(views)[some]
    cast = []
    for row in rows:
        near = tree.query(shapely.Point(row[:2]).buffer(row[-1] + 1))
        heights = np.where(np.isinf(obstacles.height_m), np.nan, obstacles.height_m)[near]
        cast.append(seen_by_rays(tuple(row), buildings[near], heights, RULES.target_height_m, rays))
    return own, np.array(cast)


def main(arguments: list[str]) -> None:
    given = _given(arguments)
    side_m = 8_124.0 * np.sqrt(given.buildings / 60_000)
    buildings, heights = invented_buildings(given.buildings, side_m)
    cameras, cells = invented_cameras(given.cameras, side_m), invented_cells(side_m)
    streets = invented_streets(side_m)
    groups = np.random.default_rng(5).choice(
        ["city_management", "police", "traffic"], given.cameras, p=[0.3, 0.5, 0.2]
    )
    _warm(streets)
    clock = _Clock()
    obstacles = Obstacles(buildings, heights)
    stands = stands_of(cameras, obstacles, RULES)
    clock.told("buildings indexed, cameras put up")
    area, fields = fields_of_view(stands.views, obstacles, RULES.target_height_m)
    clock.told(f"{len(area):,} fields of view, exact ({len(fields.pieces):,} pieces)")
    ground = ground_of(
        cells, buildings=buildings, water=np.array([]), streets=streets,
        step_m=given.lattice, street_width_m=RULES.street_width_m,
    )  # fmt: skip
    scene = Scene(stands, obstacles, ground, RULES.target_height_m)
    found = survey(scene, groups.tolist(), "city_management")
    clock.told(f"coverage at {given.lattice:g} m per camera, cell and owner")
    _tell_coverage(found.cells)
    some = np.sort(np.random.default_rng(6).permutation(len(area))[: given.oracle])
    own, cast = oracle_errors(stands.views, obstacles, buildings, some, given.rays)
    clock.told(f"oracle: {given.oracle} cameras, {given.rays:,} rays a turn")
    _tell_errors(own, cast, found.cameras["land_m2"].to_numpy()[stands.camera[some]])
    _sites(side_m, obstacles, scene, clock)
    if given.draw:
        draw(given.draw, stands.views, obstacles, buildings)


def _given(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks.spatial --only cameras")
    parser.add_argument("--cameras", type=int, default=5_000)
    parser.add_argument("--buildings", type=int, default=60_000)
    parser.add_argument("--lattice", type=float, default=RULES.lattice_m)
    parser.add_argument("--oracle", type=int, default=200)
    parser.add_argument("--rays", type=int, default=7_200)
    parser.add_argument("--draw", type=Path)
    return parser.parse_args(arguments)


class _Clock:
    """Prints seconds since it was asked last, and the peak of memory so far."""

    def __init__(self) -> None:
        self._begun = (time.perf_counter(), time.process_time())

    def told(self, what: str) -> None:
        wall, busy = time.perf_counter(), time.process_time()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        spent = f"{wall - self._begun[0]:7.2f} s ({busy - self._begun[1]:.2f} s of processors)"
        print(f"{spent}  peak {peak:5.0f} MiB  {what}")
        self._begun = (time.perf_counter(), time.process_time())


def _warm(streets: pd.DataFrame) -> None:
    """Compile everything on a small piece."""
    buildings, heights = invented_buildings(100, 360.0)
    obstacles = Obstacles(buildings, heights)
    stands = stands_of(invented_cameras(20, 360.0), obstacles, RULES)
    ground = ground_of(
        invented_cells(360.0, 4), buildings=buildings, water=np.array([]), streets=streets,
        step_m=4.0, street_width_m=9.0,
    )  # fmt: skip
    scene = Scene(stands, obstacles, ground, 1.5)
    survey(scene, ["police"] * 20, "police")
    starts, points = points_to_gain(scene, scene, streets_only=False)
    choose_most(starts, points, np.ones(int(points.max(initial=0)) + 1, dtype=np.int64), 2)


def _tell_coverage(cells: pd.DataFrame) -> None:
    for owner, rows in cells.groupby("owner_group"):
        land, street = rows["land_m2"].sum(), rows["street_m2"].sum()
        shares = [rows[f"{n}_m2"].sum() / of for n, of in (
            ("covered", land), ("covered_twice", land), ("street_covered", street),
        )]  # fmt: skip
        print(f"{'':10}{owner:16} land {shares[0]:6.1%}, twice {shares[1]:6.1%}, "
              f"street space {shares[2]:6.1%}")  # fmt: skip


def _tell_errors(own: np.ndarray, cast: np.ndarray, land: np.ndarray) -> None:
    error = np.abs(own - cast) / np.maximum(cast, 1.0)
    whole = abs(own.sum() - cast.sum()) / cast.sum()
    counted = abs(land.sum() - cast.sum()) / cast.sum()
    verdict = "met" if max(whole, error.max()) <= MOST_ERROR else "MISSED"
    print(f"{'':10}error of a camera's area: largest {error.max():.3%}, median "
          f"{np.median(error):.4%}; of all {whole:.4%}; of their lattice counts {counted:.3%}; "
          f"at most {MOST_ERROR:.1%}: {verdict}")  # fmt: skip


def _sites(side_m: float, obstacles: Obstacles, scene: Scene, clock: _Clock) -> None:
    sites = invented_cameras(SITES, side_m).assign(mount="dome", view_distance_m=60.0)
    candidates = Scene(
        stands_of(sites, obstacles, RULES), obstacles, scene.ground, RULES.target_height_m
    )
    starts, points = points_to_gain(candidates, scene, streets_only=True)
    clock.told(f"{SITES:,} candidate sites: {len(points):,} points to gain")
    weights = np.ones(int(points.max(initial=-1)) + 1, dtype=np.int64)
    chosen = choose_most(starts, points, weights, CHOSEN)
    clock.told(f"{CHOSEN} best sites: at least {chosen.at_least:.1%} of the optimum")


def draw(path: Path, views: Views, obstacles: Obstacles, buildings: np.ndarray) -> None:
    """Draw three fields of view among their buildings as SVG."""
    area, _ = fields_of_view(views, obstacles, RULES.target_height_m)
    around = np.flatnonzero(views.field_angle_deg >= 360)
    chosen = around[
        np.argsort(area[around])[[len(around) // 5, len(around) // 3, len(around) // 2]]
    ]
    some = views.take(chosen)
    _, fields = fields_of_view(some, obstacles, RULES.target_height_m)
    parts, width = [], 420
    for n, field in enumerate(field_polygons(some, fields)):
        x, y, r = some.x[n], some.y[n], some.range_m[n] + 10
        scale = width / (2 * r)
        near = np.flatnonzero(
            shapely.intersects(buildings, shapely.box(x - r, y - r, x + r, y + r))
        )
        parts.append(f'<svg x="{n * width}" width="{width}" height="{width}">')
        parts.append(_path(field, (x - r, y + r), scale, "#ffd54f"))
        for b in near:
            height = obstacles.height_m[b]
            colour = "#90a4ae" if height < some.height_m[n] else "#546e7a"
            parts.append(_path(buildings[b], (x - r, y + r), scale, colour))
        parts.append(f'<circle cx="{width / 2}" cy="{width / 2}" r="4" fill="#c62828"/></svg>')
    body = "".join(parts)
    size = f'width="{3 * width}" height="{width}"'
    path.write_text(f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{body}</svg>')


def _path(shape: Any, origin: tuple[float, float], scale: float, colour: str) -> str:
    rings = shapely.get_rings(shapely.get_parts(shape))
    text = "".join(
        "M" + " ".join(f"{(x - origin[0]) * scale:.1f},{(origin[1] - y) * scale:.1f}"
                       for x, y in shapely.get_coordinates(ring)) + "Z"
        for ring in rings
    )  # fmt: skip
    return (
        f'<path d="{text}" fill="{colour}" fill-rule="evenodd" stroke="#333" stroke-width="0.4"/>'
    )
