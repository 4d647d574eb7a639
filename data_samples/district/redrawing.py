"""Grids as first drawn and as redrawn, and their lineage."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
from shapely import LineString, Polygon
from shapely.ops import split

from data_samples.district.grid_faults import (
    DRAWN_ON,
    Houses,
    declared_counts,
    neighbour,
    no_faults,
    with_faults,
)
from data_samples.district.outline import long_side
from data_samples.district.sizes import REDRAWN_ON
from data_samples.district.world import World

_SHARE = 0.02
_SHIFTS = (0.0, 0.1, -0.1, 0.2, -0.2)
_TURNS = (0.0, 0.15, -0.15, 0.3, -0.3)
"""Where a cut is tried until no building is in its way: shares of the size, radians."""


@dataclass(frozen=True)
class Grids:
    """The grids of both deliveries.

    Parameters
    ----------
    before, after : DataFrame
        `code`, `name`, `layer`, `parent`, `area_code`, `stated_m2`, `begins_on`, `ends_on`,
        `geometry`.
    lineage : DataFrame
        `change` (split, merge, border), `old_code`, `new_code`, `share_of_old` (by area).
    faults : DataFrame
        `fault`, `code`, `other`, `measure`, `unit`.
    """

    before: pd.DataFrame
    after: pd.DataFrame
    lineage: pd.DataFrame
    faults: pd.DataFrame

    @property
    def declared(self) -> dict[str, int]:
        """How many grids of each layer the city says it has."""
        return declared_counts(self.after, self.faults)


def draw_grids(world: World) -> Grids:
    """Return the grids as delivered.

    Parameters
    ----------
    world : World

    Returns
    -------
    Grids
        Hot grids and those of planted places keep their borders.
    """
    before = _stated(world)
    if not world.plan.has_redrawing:
        empty = pd.DataFrame(columns=["change", "old_code", "new_code", "share_of_old"])
        return Grids(before, before, empty, no_faults())
    rng = world.streams.of("redrawing")
    free = _free_units(world, before)
    changes = max(1, int(_SHARE * world.plan.units))
    pool = rng.permutation(free)
    houses = Houses(world.library.buildings["geometry"].to_numpy())
    after, lineage = before.copy(), []
    used: set[int] = set()
    for act in (_split_one, _merge_two, _move_border):
        done = 0
        for row in pool.tolist():
            if done < changes and row not in used:
                result = act(after, row, used, houses)
                if result is not None:
                    after, rows, touched = result
                    lineage += rows
                    used |= touched
                    done += 1
    names = ["change", "old_code", "new_code", "share_of_old"]
    rest = [r for r in pool.tolist() if r not in used]
    after, faults = with_faults(after, rest, houses)
    return Grids(before, after, pd.DataFrame(lineage, columns=names), faults)


def _stated(world: World) -> pd.DataFrame:
    grids = world.places.grids
    communities = world.places.communities["code"].to_numpy()
    return pd.DataFrame(
        {
            "code": grids["code"],
            "name": grids["name"],
            "layer": grids["layer"],
            "parent": grids["parent"],
            "area_code": communities[grids["community"].astype(int)],
            "stated_m2": shapely.area(grids["geometry"].to_numpy()).round(1),
            "begins_on": DRAWN_ON,
            "ends_on": None,
            "geometry": grids["geometry"],
        }
    )


def _free_units(world: World, grids: pd.DataFrame) -> np.ndarray:  # type: ignore[type-arg]
    """Return rows of unit grids in which nothing is planted."""
    truth, places = world.truth, world.places
    unit = places.blocks["unit"].to_numpy()[world.library.table["block"].to_numpy()]
    kinds = truth.places["kind"] == "address"
    busy = {*truth.hot_spots["unit"], *unit[truth.places["row"][kinds].to_numpy(dtype=int)]}
    busy |= set(
        world.components["unit"].to_numpy()[truth.places["row"][~kinds].to_numpy(dtype=int)]
    )
    site = places.blocks["unit"][places.blocks["site"] >= 0]
    units = grids.index[grids["layer"] == "unit"]
    return np.array([row for row in units if row not in busy and row not in set(site)])


def _next_code(grids: pd.DataFrame, community: str, more: int = 1) -> str:
    """Return a code that no grid of the community has ever had."""
    own = grids["code"][(grids["layer"] == "unit") & grids["code"].str.startswith(community)]
    return f"{community}{int(own.str[12:].astype(int).max()) + more:03}"


def _new(row: pd.Series, code: str, shape: shapely.Geometry) -> dict[str, object]:  # type: ignore[type-arg]
    name = str(row["name"]).replace(str(row["code"])[12:], code[12:])
    return {
        **row.to_dict(),
        "code": code,
        "name": name,
        "geometry": shape,
        "stated_m2": round(shape.area, 1),
        "begins_on": f"{REDRAWN_ON}",
        "ends_on": None,
    }


_Result = tuple[pd.DataFrame, list[tuple[str, str, str, float]], set[int]] | None


def _split_one(grids: pd.DataFrame, row: int, used: set[int], houses: Houses) -> _Result:
    """Cut a grid in two across its long side; both halves are new grids."""
    own = grids.loc[row]
    parts = _halves(own["geometry"], houses)
    if parts is None:
        return None
    community = str(own["area_code"])
    new = [_new(own, _next_code(grids, community, n), p) for n, p in enumerate(parts, start=1)]
    grids = grids.copy()
    grids.loc[row, "ends_on"] = f"{REDRAWN_ON}"
    grids = pd.concat([grids, pd.DataFrame(new)], ignore_index=True)
    whole = own["geometry"].area
    shares = [
        ("split", str(own["code"]), str(n["code"]), round(p.area / whole, 6))
        for n, p in zip(new, parts, strict=True)
    ]
    return grids, shares, {row}


def _halves(shape: Polygon, houses: Houses) -> list[Polygon] | None:
    """Cut a grid in two across its long side, beside all buildings; None where that cannot be."""
    if shape.geom_type != "Polygon":
        return None
    angle = long_side(shape)
    reach = np.sqrt(shape.area)
    along = np.array([np.cos(angle), np.sin(angle)])
    for shift in _SHIFTS:
        for turn in _TURNS:
            across = np.array([np.cos(angle + np.pi / 2 + turn), np.sin(angle + np.pi / 2 + turn)])
            middle = np.array(shape.centroid.coords[0]) + shift * reach * along
            parts = _cut(shape, middle - 3 * reach * across, middle + 3 * reach * across, houses)
            if parts is not None:
                return parts
    return None


def _cut(
    shape: Polygon,
    begin: np.ndarray,
    end: np.ndarray,
    houses: Houses,  # type: ignore[type-arg]
) -> list[Polygon] | None:
    line = LineString(np.round([begin, end], 2))
    # Ends of the cut lie on the centimetre lattice and become corners of the whole, so that both
    # halves share them to the bit.
    ends = shapely.set_precision(shapely.intersection(line, shape.exterior), 0.01)
    points = shapely.get_coordinates(ends)
    if len(points) != 2 or houses.are_cut_by(LineString(points)):
        return None
    snapped = shapely.snap(shape, shapely.MultiPoint(points), 0.02)
    parts = [p for p in split(snapped, LineString(points)).geoms if p.area > 0.2 * shape.area]
    return parts if len(parts) == 2 else None


def _merge_two(grids: pd.DataFrame, row: int, used: set[int], houses: Houses) -> _Result:
    """Join a grid with its neighbour of the same responsibility grid to a new one."""
    other = neighbour(grids, row, used)
    if other is None:
        return None
    own, beside = grids.loc[row], grids.loc[other]
    shape = shapely.normalize(shapely.union(own["geometry"], beside["geometry"]))
    if shape.geom_type != "Polygon":
        return None
    code = _next_code(grids, str(own["area_code"]))
    grids = grids.copy()
    grids.loc[[row, other], "ends_on"] = f"{REDRAWN_ON}"
    grids = pd.concat([grids, pd.DataFrame([_new(own, code, shape)])], ignore_index=True)
    return grids, [("merge", str(r["code"]), code, 1.0) for r in (own, beside)], {row, other}


def _move_border(grids: pd.DataFrame, row: int, used: set[int], houses: Houses) -> _Result:
    """Give half of a grid to its neighbour; both keep their codes."""
    other = neighbour(grids, row, used)
    parts = _halves(grids.loc[row, "geometry"], houses)
    if other is None or parts is None:
        return None
    own, beside = grids.loc[row], grids.loc[other]
    parts.sort(key=lambda p: p.intersection(beside["geometry"]).length)
    kept, given = parts
    joined = shapely.normalize(shapely.union(beside["geometry"], given))
    if joined.geom_type != "Polygon" or joined.interiors:
        return None
    grids = grids.copy()
    for place, shape in ((row, kept), (other, joined)):
        grids.loc[place, "geometry"] = shape
        grids.loc[place, "stated_m2"] = round(shape.area, 1)
    share = round(given.area / own["geometry"].area, 6)
    rows = [
        ("border", str(own["code"]), str(own["code"]), round(1 - share, 6)),
        ("border", str(own["code"]), str(beside["code"]), share),
        ("border", str(beside["code"]), str(beside["code"]), 1.0),
    ]
    return grids, rows, {row, other}
