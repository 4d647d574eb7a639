"""The land of a district: its border, coast, river, hill and railway, and its towns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from shapely import LineString, MultiPolygon, Point, Polygon

from data_samples.district.sizes import Plan

Points = npt.NDArray[np.float64]

SOUTH_WEST_M = (538_200.0, 3_342_000.0)
"""Corner of the first district's tile, in metres of `CRS`."""

_LAND_SHARE = 0.9
_STEP_M = 60.0
_RIVER_AT = {1: 0.72, 2: 0.12}
"""Distance of the river from the middle, in radii, by the number of towns; else 0.55."""


@dataclass(frozen=True)
class Land:
    """What nature and the railway give.

    Parameters
    ----------
    border : Polygon
        The district, with its part of the river.
    coast : LineString
        The part of the border beyond which there is the sea.
    sea, river, hill, rail : Polygon
        `hill` and `rail` are empty in a district of one town.
    quay : Polygon
        The river with its banks, up to the middle of the streets along it.
    towns : tuple of Polygon
        Land without the quay, split among the towns.
    """

    border: Polygon
    coast: LineString
    sea: Polygon
    river: Polygon
    hill: Polygon
    rail: Polygon
    rail_line: LineString
    quay: Polygon
    towns: tuple[Polygon | MultiPolygon, ...]


def smooth_noise(
    t: Points, scale: float, waves: tuple[float, ...], rng: np.random.Generator
) -> Points:
    """Return a smooth curve of noise: a sum of sines with random phases.

    Parameters
    ----------
    t : ndarray of float
        Positions, 0 to 1 over the whole length.
    scale : float
        Largest value of the first wave; later ones are smaller as they are shorter.
    waves : tuple of float
        Number of periods of each wave.
    rng : numpy Generator

    Returns
    -------
    ndarray of float, shape of `t`
    """
    phases = rng.uniform(0, 2 * np.pi, len(waves))
    sizes = rng.uniform(0.6, 1.0, len(waves)) * waves[0] / np.array(waves)
    total = sum(
        s * np.sin(2 * np.pi * w * t + p) for s, w, p in zip(sizes, waves, phases, strict=True)
    )
    return np.asarray(scale * total)


def draw_land(plan: Plan, rng: np.random.Generator, south_west: tuple[float, float]) -> Land:
    """Draw the land of a district.

    Parameters
    ----------
    plan : Plan
    rng : numpy Generator
    south_west : tuple of float
        Corner of the tile it lies in, metres.

    Returns
    -------
    Land
    """
    radius = float(np.sqrt(plan.units * plan.unit_m2 / _LAND_SHARE / np.pi))
    middle = np.array(south_west) + radius * 1.4
    border, coast, sea = _border(middle, radius, rng)
    quay, river = _river(middle, radius, border, _RIVER_AT.get(plan.towns, 0.55), rng)
    rail_line = _rail(middle, radius, rng) if plan.towns > 1 else LineString()
    hill = _hill(middle, radius, rng) if plan.towns > 1 else Polygon()
    banks = largest_parts(border.difference(quay), 2)
    towns = _towns(banks, plan.towns, rng)
    rail = rail_line.buffer(9, cap_style="flat").intersection(border.difference(quay))
    return Land(border, coast, sea, river, hill, rail, rail_line, quay, towns)


def _border(
    middle: Points, radius: float, rng: np.random.Generator
) -> tuple[Polygon, LineString, Polygon]:
    """Return the border, rough where it follows the coast in the west, and the sea beyond it."""
    count = max(24, int(2 * np.pi * radius / _STEP_M))
    angle = np.linspace(0, 2 * np.pi, count, endpoint=False)
    reach = radius * (1 + smooth_noise(angle / (2 * np.pi), 0.09, (2, 3, 5), rng))
    at_coast = np.abs(angle - np.pi) < 0.75
    reach = reach + at_coast * smooth_noise(angle / (2 * np.pi), 0.02 * radius, (9, 17, 31), rng)
    points = middle + reach[:, None] * np.column_stack([np.cos(angle), 0.8 * np.sin(angle)])
    border = Polygon(points.round(2))
    shore = points[at_coast].round(2)
    out = shore - np.array([0.3 * radius, 0.0])
    sea = Polygon([*shore, *out[::-1]]).difference(border)
    return border, LineString(shore), largest_parts(sea, 1)[0]


def _river(
    middle: Points, radius: float, border: Polygon, share: float, rng: np.random.Generator
) -> tuple[Polygon, Polygon]:
    """Return the quay and the river in it, which runs from the north east to the south."""
    t = np.linspace(0, 1, max(12, int(3 * radius / _STEP_M)))
    along = (t - 0.5) * 3.2 * radius
    across = share * radius + smooth_noise(t, 0.07 * radius, (2, 3, 5), rng)
    turn = rng.uniform(0.9, 1.25)
    x = along * np.cos(turn) + across * np.sin(turn)
    y = along * np.sin(turn) - across * np.cos(turn)
    line = LineString(middle + np.column_stack([x, y]))
    width = float(np.clip(radius / 22, 16, 70))
    river, quay = (line.buffer(w, quad_segs=3).intersection(border) for w in (width, width + 9))
    return largest_parts(quay, 1)[0], largest_parts(river, 1)[0]


def _rail(middle: Points, radius: float, rng: np.random.Generator) -> LineString:
    t = np.linspace(0, 1, max(12, int(3 * radius / _STEP_M)))
    along = (t - 0.5) * 3.2 * radius
    across = 0.25 * radius + smooth_noise(t, 0.05 * radius, (1, 2), rng)
    turn = rng.uniform(-0.35, 0.05)
    x = along * np.cos(turn) - across * np.sin(turn)
    y = along * np.sin(turn) + across * np.cos(turn)
    return LineString(middle + np.column_stack([x, y]))


def _hill(middle: Points, radius: float, rng: np.random.Generator) -> Polygon:
    place = middle + radius * np.array([rng.uniform(-0.35, -0.2), rng.uniform(-0.4, -0.3)])
    angle = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    reach = 0.13 * radius * (1 + smooth_noise(angle / (2 * np.pi), 0.15, (2, 3), rng))
    return Polygon(
        (place + reach[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])).round(2)
    )


def largest_parts(shape: shapely.Geometry, count: int) -> list[Polygon]:
    """Return the largest polygons of a shape, the largest first."""
    parts = [p for p in shapely.get_parts(shape) if p.geom_type == "Polygon"]
    return sorted(parts, key=lambda p: -p.area)[:count]


def _towns(
    banks: list[Polygon], count: int, rng: np.random.Generator
) -> tuple[Polygon | MultiPolygon, ...]:
    """Split the land on both sides of the river into towns of about one size."""
    if count == 1:
        return (MultiPolygon(banks),)
    share = banks[1].area / sum(b.area for b in banks) if len(banks) > 1 else 0
    small = max(1, round(count * share)) if share else 0
    parts = list(_split(banks[0], count - small, rng))
    return (*parts, *(_split(banks[1], small, rng) if small else []))


def _split(shape: Polygon, count: int, rng: np.random.Generator) -> list[Polygon]:
    if count == 1:
        return [shape]
    half = count // 2
    first, second = _cut(shape, half / count, rng)
    return [*_split(first, half, rng), *_split(second, count - half, rng)]


def _cut(shape: Polygon, share: float, rng: np.random.Generator) -> tuple[Polygon, Polygon]:
    """Cut a polygon across its long side by a line that bends."""
    middle = np.array(shape.centroid.coords[0])
    turn = long_side(shape) + rng.uniform(-0.2, 0.2)
    ahead, aside = (
        np.array([np.cos(turn), np.sin(turn)]),
        np.array([-np.sin(turn), np.cos(turn)]),
    )
    reach = 2 * float(np.hypot(*np.ptp(np.array(shape.exterior.coords), axis=0)))
    t = np.linspace(-1, 1, 41)
    bend = smooth_noise((t + 1) / 2, 0.012 * reach, (3, 5, 9), rng)
    low, high = -reach / 2, reach / 2
    for _ in range(24):
        at = (low + high) / 2
        line = middle + (at + bend)[:, None] * ahead + (t * reach)[:, None] * aside
        half = Polygon([*line, *(line[::-1] - reach * 3 * ahead)])
        part = shape.intersection(half)
        low, high = (at, high) if part.area < share * shape.area else (low, at)
    first = largest_parts(part, 1)[0]
    rest = shape.difference(first)
    second = largest_parts(rest, 1)[0]
    crumbs = MultiPolygon([p for p in largest_parts(rest, 99)[1:] if p.area > 1])
    return largest_parts(first.union(crumbs), 1)[0], second


def long_side(shape: Polygon) -> float:
    """Return the direction of the long side of a polygon, radians from east."""
    ring = np.array(shapely.minimum_rotated_rectangle(shape).exterior.coords)
    sides = ring[1:3] - ring[0:2]
    x, y = sides[int(np.argmax(np.hypot(sides[:, 0], sides[:, 1])))]
    return float(np.arctan2(y, x))


def disc(x: float, y: float, radius: float) -> Polygon:
    """Return a disc with few corners."""
    return Point(x, y).buffer(radius, quad_segs=4)
