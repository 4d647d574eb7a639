"""What stands on the blocks: footprints in rows, along the streets, or crowded as in a village."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from shapely import Polygon

from data_samples.district.outline import long_side
from data_samples.district.places import Places
from data_samples.district.sizes import Plan

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Layout:
    """How buildings of one use stand, in metres, and what is inside them.

    Parameters
    ----------
    wide, deep : float
        Mean size of a footprint.
    across, along : float
        Distance from one middle to the next.
    turn : float
        Largest turn of a single building, radians.
    floors : tuple of int
        Fewest and most.
    units, rooms : int
        Entrances of a building (0: none is numbered) and dwellings on a floor of each.
    homes : bool
        Whether people live there.
    word : str
        The use as the survey writes it.
    """

    wide: float
    deep: float
    across: float
    along: float
    turn: float
    floors: tuple[int, int]
    units: int
    rooms: int
    homes: bool
    word: str


LAYOUTS = {
    "estate": Layout(34, 11, 40, 24, 0.0, (5, 7), 3, 2, True, "住宅"),
    "towers": Layout(25, 22, 48, 42, 0.1, (12, 26), 1, 4, True, "商住混合"),
    "lanes": Layout(18, 8.5, 21, 12.5, 0.03, (2, 3), 0, 2, True, "住宅"),
    "village": Layout(9.5, 9, 13.5, 13, 0.12, (2, 4), 0, 2, True, "住宅"),
    "shops": Layout(20, 15, 27, 24, 0.05, (2, 5), 0, 3, False, "商业"),
    "works": Layout(40, 20, 54, 34, 0.0, (1, 3), 0, 1, False, "工业"),
    "factory": Layout(56, 26, 74, 44, 0.0, (1, 4), 0, 1, False, "工业"),
    "school": Layout(44, 13, 60, 34, 0.0, (3, 5), 0, 4, False, "教育"),
    "campus": Layout(52, 16, 72, 44, 0.05, (4, 7), 0, 6, False, "教育"),
    "mall": Layout(58, 44, 80, 66, 0.0, (3, 6), 0, 8, False, "商业"),
    "front": Layout(9, 7.5, 15, 0, 0.0, (1, 3), 0, 1, False, "商业"),
}
"""By the use of the block; "front" are the small shops along its streets."""

_WITH_FRONT = frozenset({"estate", "lanes", "shops", "towers"})
_SETBACK_M = 3.0
_SMALL_M2, _TRIES = 20_000, 8
"""On small land the rows are laid several times, and those kept that hold most buildings."""
_CORNERS = {
    "box": [(-1, -1), (1, -1), (1, 1), (-1, 1), (-1, 1), (-1, 1)],
    "ell": [(-1, -1), (1, -1), (1, 0), (0.1, 0), (0.1, 1), (-1, 1)],
}


def build(plan: Plan, places: Places, rng: np.random.Generator) -> pd.DataFrame:
    """Put buildings on the blocks, none over a street, water, a border or another building.

    Parameters
    ----------
    plan : Plan
    places : Places
    rng : numpy Generator

    Returns
    -------
    DataFrame
        `geometry`, `block`, `layout` (key of `LAYOUTS`), `floors`, `built_year`, at most
        `plan.buildings` of them, block by block, from north to south and west to east.
    """
    parts = [
        part
        for row, block in places.blocks.iterrows()
        for part in _on_block(int(row), block, rng)  # type: ignore[call-overload]
    ]
    frame = pd.concat(parts, ignore_index=True)
    frame = _thinned(frame, plan.buildings, rng)
    limits = np.array([LAYOUTS[name].floors for name in frame["layout"]])
    frame["floors"] = rng.integers(limits[:, 0], limits[:, 1] + 1)
    frame["built_year"] = rng.integers(1978, 2024, len(frame))
    return frame


def _on_block(row: int, block: pd.Series, rng: np.random.Generator) -> list[pd.DataFrame]:  # type: ignore[type-arg]
    use = block["use"]
    if use not in LAYOUTS or block["open"].is_empty:
        return []
    main = _rows_of_buildings(block["open"], LAYOUTS[use], rng)
    found = [pd.DataFrame({"geometry": main, "layout": use})]
    if use in _WITH_FRONT:
        front = _along_streets(block["open"], main, rng)
        found.append(pd.DataFrame({"geometry": front, "layout": "front"}))
    return [frame.assign(block=row) for frame in found if len(frame)]


def _rows_of_buildings(
    land: shapely.Geometry, layout: Layout, rng: np.random.Generator
) -> npt.NDArray[np.object_]:
    inside = land.buffer(-_SETBACK_M)
    if inside.is_empty:
        return np.array([], dtype=object)
    shapely.prepare(inside)
    tries = (_one_try(inside, layout, rng) for _ in range(_TRIES if land.area < _SMALL_M2 else 1))
    return max(tries, key=len)


def _one_try(
    inside: shapely.Geometry, layout: Layout, rng: np.random.Generator
) -> npt.NDArray[np.object_]:
    angle = long_side(inside.convex_hull)
    middle = np.array(inside.centroid.coords[0])
    reach = float(np.hypot(*np.ptp(np.array(inside.envelope.exterior.coords), axis=0))) / 2
    x = np.arange(-reach, reach, layout.across) + rng.uniform(0, layout.across)
    y = np.arange(-reach, reach, layout.along) + rng.uniform(0, layout.along)
    at = np.stack(np.meshgrid(x, y[::-1]), axis=-1).reshape(-1, 2)
    shapes = _turned(_footprints(at, layout, rng), middle, angle)
    return np.asarray(shapes[shapely.contains_properly(inside, shapes)])


def _footprints(at: Floats, layout: Layout, rng: np.random.Generator) -> npt.NDArray[np.object_]:
    """Return boxes and ells around places, each within its own share of the land."""
    count = len(at)
    half = np.array([layout.wide, layout.deep]) / 2 * rng.uniform(0.82, 1.08, (count, 2))
    slack = np.array([layout.across, max(layout.along, layout.deep + 1)]) / 2 - half
    turn = rng.uniform(-layout.turn, layout.turn, count)
    spare = np.maximum(slack - half[:, ::-1] * np.abs(np.sin(turn))[:, None] - 0.4, 0)
    at = at + spare * rng.uniform(-0.8, 0.8, (count, 2))
    kinds = np.array([_CORNERS["box"], _CORNERS["ell"]])
    corners = kinds[(rng.random(count) < 0.16).astype(int)] * half[:, None, :]
    cos, sin = np.cos(turn)[:, None], np.sin(turn)[:, None]
    x = corners[..., 0] * cos - corners[..., 1] * sin
    y = corners[..., 0] * sin + corners[..., 1] * cos
    return np.asarray(shapely.polygons(np.stack([x, y], axis=-1) + at[:, None, :]))


def _turned(shapes: npt.NDArray[np.object_], to: Floats, angle: float) -> npt.NDArray[np.object_]:
    matrix = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    moved = shapely.transform(shapes, lambda points: points @ matrix + to)
    return np.asarray(shapely.remove_repeated_points(shapely.set_precision(moved, 0.01)))


def _along_streets(
    land: shapely.Geometry, taken: npt.NDArray[np.object_], rng: np.random.Generator
) -> npt.NDArray[np.object_]:
    """Return small shops along the border of the open land where nothing stands yet."""
    layout = LAYOUTS["front"]
    line = land.buffer(-1 - layout.deep / 2, join_style="mitre")
    rings = [
        p.exterior for p in shapely.get_parts(line) if p.geom_type == "Polygon" and p.area > 60
    ]
    found = [_along(ring, layout, rng) for ring in rings]
    if not found:
        return np.array([], dtype=object)
    shapes = np.concatenate(found)
    shapely.prepare(land)
    shapes = shapes[shapely.contains_properly(land, shapes)]
    if len(taken):
        near = shapely.STRtree(taken).query(shapes, predicate="dwithin", distance=2.0)[0]
        shapes = np.delete(shapes, np.unique(near))
    a, b = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=0.5)
    return np.asarray(np.delete(shapes, np.unique(b[b > a])))


def _along(
    ring: shapely.LinearRing, layout: Layout, rng: np.random.Generator
) -> npt.NDArray[np.object_]:
    at = np.arange(rng.uniform(0, layout.across), ring.length, layout.across)
    here = shapely.get_coordinates(shapely.line_interpolate_point(ring, at))
    ahead = shapely.get_coordinates(shapely.line_interpolate_point(ring, at + 1.0)) - here
    angle = np.arctan2(ahead[:, 1], ahead[:, 0])
    half = np.array([layout.wide, layout.deep]) / 2 * rng.uniform(0.8, 1.15, (len(at), 2))
    corners = np.array(_CORNERS["box"][:4]) * half[:, None, :]
    cos, sin = np.cos(angle)[:, None], np.sin(angle)[:, None]
    x = corners[..., 0] * cos - corners[..., 1] * sin
    y = corners[..., 0] * sin + corners[..., 1] * cos
    shapes = shapely.polygons(np.stack([x, y], axis=-1) + here[:, None, :])
    return np.asarray(shapely.set_precision(shapes, 0.01))


def _thinned(frame: pd.DataFrame, count: int, rng: np.random.Generator) -> pd.DataFrame:
    """Keep as many buildings as planned: small shops and crowded villages give way first."""
    gives = (
        frame["layout"].map({"front": 4.0, "village": 1.0, "lanes": 0.8}).fillna(0.35).to_numpy()
    )
    rank = rng.exponential(1.0, len(frame)) / gives
    first = ~frame.duplicated(["block", "layout"]).to_numpy()
    kept = np.sort(np.argsort(-(rank + 1e6 * first), kind="stable")[:count])
    return frame.iloc[kept].reset_index(drop=True)


def homes_of(frame: pd.DataFrame) -> npt.NDArray[np.int64]:
    """Return how many dwellings each building has: entrances times floors times rooms."""
    layouts = [LAYOUTS[name] for name in frame["layout"]]
    rooms = np.array([max(x.units, 1) * x.rooms * x.homes for x in layouts])
    return np.asarray(rooms * frame["floors"].to_numpy())


def footprint_point(shape: Polygon) -> tuple[float, float]:
    """Return a point inside a footprint."""
    point = shapely.point_on_surface(shape)
    return float(point.x), float(point.y)
