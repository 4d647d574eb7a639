"""The lines that blocks are made of, with gaps at crossings closed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from blockdata.grid.drafting.arrangement import Floats, Integers, Objects, noded, outlines
from blockdata.grid.drafting.settings import COMMUNITY, street_ranks

__all__ = ["Linework", "linework"]

_OVERSHOOT_M = 0.01
"""A street that is made to reach another goes this far beyond, so that they surely cross."""


@dataclass(frozen=True)
class Linework:
    """Lines with their ranks.

    Parameters
    ----------
    lines : ndarray of LineString
    rank : ndarray of int64
    """

    lines: Objects
    rank: Integers

    def with_lines(self, lines: Objects, rank: int) -> Linework:
        """Return it with further lines of one rank."""
        return Linework(
            np.concatenate([self.lines, lines]),
            np.concatenate([self.rank, np.full(len(lines), rank, dtype=np.int64)]),
        )


def linework(communities: Objects, streets: pd.DataFrame, gap_m: float) -> Linework:
    """Return the outlines of communities and the streets, each carried over small gaps.

    Parameters
    ----------
    communities : ndarray of Polygon
    streets : DataFrame
        geom (LineString), street_class, width_m.
    gap_m : float
        A free end this far before another line, in its own direction, is carried to it.

    Returns
    -------
    Linework
    """
    rings = outlines(communities)
    base = Linework(rings, np.full(len(rings), COMMUNITY, dtype=np.int64))
    rank = street_ranks(streets["street_class"], streets["width_m"])
    drawn = streets["geom"].to_numpy(dtype=object)
    both = Linework(np.concatenate([base.lines, drawn]), np.concatenate([base.rank, rank]))
    lines, line_rank = _reaching(both, gap_m)
    return Linework(np.concatenate([both.lines, lines]), np.concatenate([both.rank, line_rank]))


def _reaching(work: Linework, gap_m: float) -> tuple[Objects, Integers]:
    """Return short lines from free ends to what they point at."""
    parts = noded(work.lines)
    ends, ahead = _free_ends(parts)
    tree = shapely.STRtree(parts)
    rays = shapely.linestrings(np.stack([ends, ends + gap_m * ahead], axis=1))
    reach = np.full(len(rays), np.inf)
    for ray, part in tree.query(rays, predicate="intersects").T:
        reach[ray] = min(reach[ray], _first_hit(rays[ray], parts[part], ends[ray]))
    hit = np.isfinite(reach)
    tips = ends[hit] + (reach[hit] + _OVERSHOOT_M)[:, None] * ahead[hit]
    lines = np.asarray(shapely.linestrings(np.stack([ends[hit], tips], axis=1)))
    nearest = shapely.STRtree(work.lines).query_nearest(
        shapely.points(ends[hit]), all_matches=False
    )[1]
    return lines, work.rank[nearest]


def _free_ends(parts: Objects) -> tuple[Floats, Floats]:
    """Return the ends that no other line touches, and the direction of each."""
    first, last = shapely.get_point(parts, 0), shapely.get_point(parts, -1)
    second, former = shapely.get_point(parts, 1), shapely.get_point(parts, -2)
    tips = shapely.get_coordinates(np.concatenate([first, last]))
    backs = shapely.get_coordinates(np.concatenate([second, former]))
    _, place, count = np.unique(tips, axis=0, return_inverse=True, return_counts=True)
    free = count[place] == 1
    step = tips[free] - backs[free]
    return tips[free], step / np.maximum(np.hypot(*step.T), 1e-9)[:, None]


def _first_hit(ray: shapely.LineString, line: shapely.LineString, end: Floats) -> float:
    """Return the distance at which a ray meets a line other than at its own beginning."""
    met = shapely.get_coordinates(shapely.intersection(ray, line))
    apart = np.hypot(*(met - end).T)
    beyond = apart[apart > 2 * _OVERSHOOT_M]
    return float(beyond.min()) if len(beyond) else np.inf
