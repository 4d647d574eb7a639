"""Counts of records on the cells of any day: what is located moves, what is not is shared out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from blockdata.grid.lineage.overlaps import own_land
from blockdata.kernels import CellIndex, cells_of_points

__all__ = ["CellCounts", "count_on_cells"]

Objects = npt.NDArray[np.object_]
Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_NOTHING_M2 = 1e-4
"""Land of less than a square centimetre is rounding: no record can be said to lie there."""

_OUTSIDE = -1
_DIGITS = 6


@dataclass(frozen=True)
class CellCounts:
    """Counts on the cells of one day.

    Parameters
    ----------
    cells : DataFrame
        A row per cell, in the order given: located (records at a point in it), moved (records
        known by another cell, by their share), count (both), low and high (between which the true
        number lies), rule (by what `moved` was shared out: see `count_on_cells`).
    outside : dict
        The same numbers of what lies in none of the cells: located, moved, count, low, high.
    """

    cells: pd.DataFrame
    outside: dict[str, float]


def count_on_cells(
    geoms: Objects,
    points: tuple[Floats, Floats],
    sources: Objects,
    numbers: Integers,
    things: pd.DataFrame | None = None,
) -> CellCounts:
    """Count records on cells, whichever cells they were recorded by.

    A located record counts in the cell that covers its point, the first of several. Of the
    records that are known by a source cell alone each target cell that shares land with it gets
    the share of the source's things that stand in it; of its land where the source has no things.
    `low` counts of them those whose source lies wholly in the target, `high` those whose source
    shares any land with it, slivers included: so the truth is between for every record that lies
    inside the cell it was recorded by, however they are spread. Totals are kept: counts and what
    is outside sum to the number of records.

    Parameters
    ----------
    geoms : ndarray of shapely polygons, shape (m,)
        Target cells in the order of ids, metres.
    points : tuple of ndarray of float64, shape (n,)
        x and y of the located records.
    sources : ndarray of shapely polygons, shape (k,)
        Cells as they stood when records were recorded by them.
    numbers : ndarray of int64, shape (k,)
        Records known by each source.
    things : DataFrame, optional
        Columns x, y, weight: what records are shared out by; None is by land.

    Returns
    -------
    CellCounts
        `rule` is "located" where nothing was shared out, "certain" where it all lies inside,
        else "things", "area", or "area, things" by which were used.

    Examples
    --------
    >>> geoms = np.array([shapely.box(0, 0, 6, 9), shapely.box(6, 0, 9, 9)])
    >>> found = count_on_cells(geoms, (np.array([1.0]), np.array([1.0])),
    ...                        np.array([shapely.box(0, 0, 9, 9)]), np.array([6]))
    >>> found.cells[["located", "moved", "count", "low", "high"]].to_numpy().tolist()
    [[1.0, 4.0, 5.0, 1.0, 7.0], [0.0, 2.0, 2.0, 0.0, 6.0]]
    """
    located = _tally(cells_of_points(*points, geoms), np.ones(len(points[0])), len(geoms))
    pairs = _shares(geoms, sources, things)
    records = numbers[pairs["source"].to_numpy()].astype(float)
    target = pairs["target"].to_numpy()
    moved = _tally(target, records * pairs["share"].to_numpy(), len(geoms)).round(_DIGITS)
    alone = pairs.groupby("source")["target"].transform("size").to_numpy() == 1
    low = located + _tally(target, records * alone, len(geoms))
    high = located + _tally(target, records, len(geoms))
    rows = pd.DataFrame(
        {
            "located": located.astype(np.int64),
            "moved": moved,
            "count": located + moved,
            "low": low.astype(np.int64),
            "high": high.astype(np.int64),
        }
    )
    used = pairs.assign(rule=pairs["rule"].mask(alone, "certain"))[records > 0]
    cells = rows.iloc[:-1].assign(rule=_rules(used, len(geoms)))
    return CellCounts(cells, {str(name): float(v) for name, v in rows.iloc[-1].items()})


def _tally(cell: Integers, weights: Floats, cells: int) -> Floats:
    """Sum weights by cell; what lies in none comes last."""
    sums = np.bincount(np.where(cell == _OUTSIDE, cells, cell), weights, cells + 1)
    return sums.astype(np.float64)


def _rules(used: pd.DataFrame, cells: int) -> list[str]:
    """Return what rules gave each cell its share."""
    named = used[used["target"] != _OUTSIDE].groupby("target")["rule"].agg(set).to_dict()
    told = (named.get(cell, {"located"}) for cell in range(cells))
    return [", ".join(sorted(rules - {"certain"} or rules)) for rules in told]


def _shares(geoms: Objects, sources: Objects, things: pd.DataFrame | None) -> pd.DataFrame:
    """Return source, target (-1: outside), share, rule of all that share land."""
    pairs = _land(geoms, sources)
    pairs["share"] = pairs["area"] / pairs.groupby("source")["area"].transform("sum")
    pairs["rule"] = "area"
    if things is None or things.empty:
        return pairs
    weight = _weights(geoms, sources, things)
    pairs = pairs.merge(weight, on=["source", "target"], how="left")
    total = pairs["weight"].fillna(0.0).groupby(pairs["source"]).transform("sum")
    known = total > 0
    pairs["share"] = (pairs["weight"].fillna(0.0) / total.where(known)).where(known, pairs["share"])
    pairs["rule"] = pairs["rule"].mask(known, "things")
    return pairs


def _land(geoms: Objects, sources: Objects) -> pd.DataFrame:
    """Return source, target, area of land that they share; target -1 is what no cell covers."""
    own = own_land(geoms)
    source, target = shapely.STRtree(own).query(sources, predicate="intersects")
    order = np.lexsort((target, source))
    source, target = source[order].astype(np.int64), target[order].astype(np.int64)
    area = shapely.area(shapely.intersection(sources[source], own[target]))
    whole = shapely.area(sources)
    left = whole - np.bincount(source, area, len(sources))
    nothing = np.maximum(_NOTHING_M2, 1e-9 * whole)
    rows = pd.DataFrame({"source": source, "target": target, "area": area})
    rest = np.arange(len(sources))
    beyond = pd.DataFrame({"source": rest, "target": _OUTSIDE, "area": left})
    both = [rows[area > nothing[source]], beyond[left > nothing]]
    every = pd.concat(both, ignore_index=True)
    found: pd.DataFrame = every.sort_values(["source", "target"], ignore_index=True)
    return found


def _weights(geoms: Objects, sources: Objects, things: pd.DataFrame) -> pd.DataFrame:
    """Return source, target and the weight of the things that stand in both."""
    x, y = (things[name].to_numpy(dtype=float, na_value=np.nan) for name in ("x", "y"))
    target = cells_of_points(x, y, geoms)
    blocks = list(CellIndex(sources).locate_all(x, y))
    thing, source = (
        np.concatenate([b[n] for b in blocks] or [np.empty(0, np.int64)]) for n in (0, 1)
    )
    weight = things["weight"].to_numpy(dtype=float, na_value=0.0)
    rows = pd.DataFrame({"source": source, "target": target[thing], "weight": weight[thing]})
    weights: pd.DataFrame = rows.groupby(["source", "target"])[["weight"]].sum().reset_index()
    return weights
