"""Door plates: odd on the left of a street and even on the right, in the order along it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from data_samples.district.network import Ints
from data_samples.district.places import Places

GATED = frozenset({"estate", "towers", "lanes", "school", "campus", "factory", "mall"})
"""Uses of blocks with one gate on a street and numbered buildings behind it."""

_OWN_DOOR = frozenset({"shops", "works", "front"})
_GAP, _INFILL = 0.12, 0.05
"""Shares of doors before which a number is left out, and that have a number with an addition."""


def number_doors(places: Places, buildings: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Give door numbers to the gates of estates and to buildings with a door on the street.

    Parameters
    ----------
    places : Places
    buildings : DataFrame
        From `build`.
    rng : numpy Generator

    Returns
    -------
    DataFrame
        `street` (row), `number` (text with 号 or 弄), `block`, `building` (row, -1 for a gate),
        `x`, `y`.
    """
    doors = pd.concat([_gates(places, buildings), _own_doors(buildings)], ignore_index=True)
    points = shapely.points(doors[["x", "y"]].to_numpy())
    driven = places.edges[places.edges["street"] >= 0]
    tree = shapely.STRtree(driven["geometry"].to_numpy())
    nearest = tree.query_nearest(points, all_matches=False)[1]
    doors["street"] = driven["street"].to_numpy()[nearest]
    lines = np.array([shapely.line_merge(g) for g in places.streets["geometry"]], dtype=object)
    side, at = _side_and_position(lines[doors["street"]], points)
    serial, addition = _numbers(doors["street"].to_numpy(), side, at, rng)
    word = np.where(_use_of(places, doors) == "lanes", "弄", "号")
    doors["number"] = [f"{n}{a}{w}" for n, a, w in zip(serial, addition, word, strict=True)]
    return doors


def _use_of(places: Places, doors: pd.DataFrame) -> npt.NDArray[np.object_]:
    use = places.blocks["use"].to_numpy()[doors["block"]]
    return np.where(doors["building"].to_numpy() < 0, use, "")


def _gates(places: Places, buildings: pd.DataFrame) -> pd.DataFrame:
    """Return a gate for each block behind one, in the middle of its longest side on a street."""
    blocks = places.blocks
    there = np.zeros(len(blocks), dtype=bool)
    there[buildings["block"].unique()] = True
    rows = np.flatnonzero(blocks["use"].isin(GATED).to_numpy() & there)
    edges = places.edges[places.edges["street"] >= 0]
    sides = pd.concat(
        [edges[["geometry", "length"]].assign(block=edges[side]) for side in ("left", "right")]
    )
    longest = sides.sort_values("length").drop_duplicates("block", keep="last")
    longest = longest.set_index("block")["geometry"].reindex(rows).dropna()
    middle = shapely.line_interpolate_point(longest.to_numpy(), 0.45, normalized=True)
    inner = blocks["open"].to_numpy()[longest.index]
    gate = shapely.get_coordinates(shapely.get_point(shapely.shortest_line(inner, middle), 0))
    return pd.DataFrame(
        {"block": longest.index, "building": -1, "x": gate[:, 0].round(2), "y": gate[:, 1].round(2)}
    )


def _own_doors(buildings: pd.DataFrame) -> pd.DataFrame:
    rows = np.flatnonzero(buildings["layout"].isin(_OWN_DOOR).to_numpy())
    shapes = buildings["geometry"].to_numpy()[rows]
    at = shapely.get_coordinates(shapely.point_on_surface(shapes)).round(2)
    return pd.DataFrame(
        {
            "block": buildings["block"].to_numpy()[rows],
            "building": rows,
            "x": at[:, 0],
            "y": at[:, 1],
        }
    )


def _side_and_position(
    lines: npt.NDArray[np.object_], points: npt.NDArray[np.object_]
) -> tuple[Ints, npt.NDArray[np.float64]]:
    """Return 1 on the left of the street and 0 on the right, and the metres from its beginning."""
    at = shapely.line_locate_point(lines, points)
    begin = np.maximum(at - 0.5, 0)
    here, ahead = (
        shapely.get_coordinates(shapely.line_interpolate_point(lines, a)) for a in (begin, at + 0.5)
    )
    way, off = ahead - here, shapely.get_coordinates(points) - here
    return (way[:, 0] * off[:, 1] - way[:, 1] * off[:, 0] > 0).astype(int), np.asarray(at)


def _numbers(
    street: Ints, side: Ints, at: npt.NDArray[np.float64], rng: np.random.Generator
) -> tuple[Ints, npt.NDArray[np.object_]]:
    """Return the whole number of each door and an addition such as -1, where a house came later."""
    order = np.lexsort([at, side, street])
    infill = rng.random(len(at)) < _INFILL
    step = np.where(infill, 0, 1 + (rng.random(len(at)) < _GAP))
    frame = pd.DataFrame({"street": street[order], "side": side[order], "step": step[order]})
    groups = frame.groupby(["street", "side"])
    first = groups.cumcount().eq(0).to_numpy()
    frame.loc[first, "step"] = 1
    count = frame.groupby(["street", "side"])["step"].cumsum().to_numpy()
    repeats = frame.assign(count=count).groupby(["street", "side", "count"]).cumcount().to_numpy()
    serial, addition = np.empty(len(at), dtype=int), np.empty(len(at), dtype=object)
    serial[order] = 2 * count - frame["side"].to_numpy()
    addition[order] = [f"-{r}" if r else "" for r in repeats]
    return serial, addition
