"""Streets cut where they cross or meet: the pieces between crossings."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from shapely.ops import substring

from blockdata.analysis.checks import looks_like_degrees
from blockdata.errors import AnalysisError

__all__ = ["cut_at_crossings"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.intp]
Objects = npt.NDArray[np.object_]

_SHORTEST_M = 0.01


def cut_at_crossings(streets: npt.ArrayLike, *, snap_m: float = 0.5) -> pd.DataFrame:
    """Cut every street where another crosses it, touches it or ends beside it.

    Parameters
    ----------
    streets : array_like of shapely lines or multilines, shape (n,)
        In a CRS in metres. None and empty ones have no piece. A bridge cuts the street below it,
        for lines do not tell levels; a street that crosses itself is not cut there.
    snap_m : float, default 0.5
        An end within this distance of another street meets it.

    Returns
    -------
    DataFrame
        street (position in the input), number (from 1, along the street), geom (line); by both.
        A piece shorter than 1 cm is left to its neighbour.

    Raises
    ------
    AnalysisError
        If a geometry is no line, coordinates are degrees, or `snap_m` is negative.

    Examples
    --------
    >>> cross = [shapely.LineString([(0, 0), (100, 0)]), shapely.LineString([(30, -50), (30, 50)])]
    >>> pieces = cut_at_crossings(cross)
    >>> shapely.length(pieces["geom"]).tolist()
    [30.0, 70.0, 50.0, 50.0]
    """
    given = np.asarray(streets, dtype=object)
    _refuse(given, snap_m)
    lines, owner = shapely.get_parts(given[~shapely.is_missing(given)], return_index=True)
    owner = np.flatnonzero(~shapely.is_missing(given))[owner]
    long_enough = shapely.length(lines) > _SHORTEST_M
    lines, owner = lines[long_enough], owner[long_enough]
    line, at = _cuts(lines, snap_m)
    pieces, street = [], []
    for i, whole in enumerate(lines):
        marks = _marks(at[line == i], float(shapely.length(whole)))
        pieces += [substring(whole, a, b) for a, b in pairwise(marks)]
        street += [owner[i]] * (len(marks) - 1)
    table = pd.DataFrame({"street": np.array(street, dtype=np.int64)})
    table["number"] = table.groupby("street").cumcount() + 1
    geoms = np.empty(len(pieces), dtype=object)
    geoms[:] = pieces
    return table.assign(geom=geoms)


def _refuse(lines: Objects, snap_m: float) -> None:
    if not (np.isfinite(snap_m) and snap_m >= 0):
        raise AnalysisError(f"snap_m is {snap_m}", where="cut_at_crossings", allowed=">= 0")
    there = lines[~shapely.is_missing(lines)]
    if (shapely.get_dimensions(there) != 1).any():
        raise AnalysisError("a street is no line", where="cut_at_crossings", allowed="lines")
    if looks_like_degrees(shapely.get_coordinates(there)):
        raise AnalysisError(
            "coordinates look like degrees", where="cut_at_crossings", allowed="metres"
        )


def _cuts(lines: Objects, snap_m: float) -> tuple[Integers, Floats]:
    """Return line and position in metres along it of every cut, unordered."""
    tree = shapely.STRtree(lines)
    one, other = tree.query(lines, predicate="intersects")
    one, other = one[one != other], other[one != other]
    met, pair = shapely.get_coordinates(
        shapely.intersection(lines[one], lines[other]), return_index=True
    )
    crossed, at_crossing = one[pair], shapely.points(met)
    ends = np.concatenate([shapely.get_point(lines, 0), shapely.get_point(lines, -1)])
    end, beside = tree.query(ends, predicate="dwithin", distance=snap_m)
    foreign = end % max(len(lines), 1) != beside
    line = np.concatenate([crossed, beside[foreign]])
    points = np.concatenate([at_crossing, ends[end[foreign]]])
    return line, shapely.line_locate_point(lines[line], points)


def _marks(cuts: Floats, length_m: float) -> Floats:
    """Return 0, the cuts and the length, rising, none nearer to the next than 1 cm."""
    inner = np.unique(cuts[(cuts > _SHORTEST_M) & (cuts < length_m - _SHORTEST_M)])
    marks = np.concatenate([[0.0], inner])
    kept = np.concatenate([[True], np.diff(marks) > _SHORTEST_M])
    return np.concatenate([marks[kept], [length_m]])
