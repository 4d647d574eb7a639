"""Holding the hot spots of a coarse layer against what its finer cells allow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import shapely
from scipy.sparse import csr_array

from blockdata.analysis.exposure import Exposure
from blockdata.analysis.fdr import Correction, adjusted_qvalues
from blockdata.analysis.hotspots.law import fit_law
from blockdata.analysis.local.sums import summed_tails
from blockdata.analysis.tails import FloatArray

__all__ = ["cells_within", "held_against_finer"]

_PART = ["window_days", "category"]


def cells_within(fine: pd.DataFrame, coarse: pd.DataFrame) -> pd.Series[str]:
    """Say in which cell of a coarse layer each cell of a finer one lies.

    Parameters
    ----------
    fine, coarse : DataFrame with cell (str, distinct), geom (polygons in metres, or null)

    Returns
    -------
    Series of str, indexed by fine cell
        By a point inside the fine cell; of two coarse cells that hold it the one that stands
        first. Cells that lie in none are left out.

    Examples
    --------
    >>> fine = pd.DataFrame({"cell": ["a", "b"],
    ...     "geom": [shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)]})
    >>> coarse = pd.DataFrame({"cell": ["all"], "geom": [shapely.box(0, 0, 2, 1)]})
    >>> cells_within(fine, coarse).to_dict()
    {'a': 'all', 'b': 'all'}
    """
    points = shapely.point_on_surface(fine["geom"].to_numpy(dtype=object))
    tree = shapely.STRtree(coarse["geom"].to_numpy(dtype=object))
    at, found = tree.query(points, predicate="within")
    first = pd.DataFrame({"at": at, "found": found}).groupby("at")["found"].min()
    inside = coarse["cell"].to_numpy(dtype=object)[first.to_numpy(dtype=np.int64)]
    names = fine["cell"].to_numpy(dtype=object)[first.index.to_numpy(dtype=np.int64)]
    return pd.Series(inside, index=pd.Index(names, dtype="str"), dtype="str")


def held_against_finer(
    result: pd.DataFrame,
    counts: pd.DataFrame,
    exposures: Mapping[int, Exposure],
    within: pd.Series[str],
    *,
    alpha: float = 0.05,
    correction: Correction = "bh",
) -> pd.DataFrame:
    """Take back hot spots of a coarse layer that its finer cells bring by chance.

    A cell that is a union of cells with risks of their own varies the more the fewer of them hold
    its exposure; one dispersion for all unions is too small for some. So p of a hot spot becomes
    the greater of its own and that of the sum of its finer cells by the finer layer's law. This
    only takes away.

    Parameters
    ----------
    result : DataFrame
        As from `hot_spots`, of the coarse layer.
    counts : DataFrame with window_days, category, cell, count
        Of the finer layer.
    exposures : mapping of int to Exposure
        Of the finer layer, by window, of the kind that `result` stands on.
    within : Series of str, indexed by finer cell
        As from `cells_within`.
    alpha, correction
        As in `hot_spots`.

    Returns
    -------
    DataFrame
        `result` with p, q and hot changed where a hot spot was held against its finer cells.

    References
    ----------
    The sum's law as in `blockdata.analysis.local.sums.summed_tails`.

    Examples
    --------
    >>> from blockdata.analysis.hotspots.family import hot_spots
    >>> cells = [f"c{n}" for n in range(8)]
    >>> coarse = pd.DataFrame({"window_days": 7, "category": "noise", "cell": cells, "count": 1})
    >>> coarse.loc[0, "count"] = 30
    >>> even = Exposure("people", pd.Series(1.0, cells))
    >>> fine = coarse.assign(cell=[f"{cell}/0" for cell in cells])
    >>> parts = Exposure("people", pd.Series(1.0, fine["cell"]))
    >>> within = pd.Series(cells, index=fine["cell"])
    >>> result = hot_spots(coarse, even)
    >>> held = held_against_finer(result, fine, {7: parts}, within)
    >>> bool((held["p"] >= result["p"]).all())
    True
    """
    held = result.copy()
    p = held["p"].to_numpy(dtype=np.float64, copy=True)
    for part, rows in held[held["hot"]].groupby(_PART, sort=True):
        own = counts[(counts[_PART] == list(part)).all(axis=1)]
        tails = _tails(rows, own, exposures[int(rows["window_days"].iloc[0])], within)
        at = held.index.get_indexer(rows.index)
        p[at] = np.fmax(p[at], tails)
    held["p"] = p
    held["q"] = adjusted_qvalues(p, correction)
    held["hot"] = held["hot"] & (held["q"] <= alpha)
    return held


def _tails(
    rows: pd.DataFrame, counts: pd.DataFrame, exposure: Exposure, within: pd.Series[str]
) -> FloatArray:
    """Return how likely the finer cells of each row bring its count; NaN where that is unknown."""
    values = exposure.values[exposure.values > 0].sort_index()
    count = counts.set_index("cell")["count"].reindex(values.index).fillna(0)
    if len(values) < 2 or count.sum() == 0:
        return np.full(len(rows), np.nan)
    weight = values.to_numpy(dtype=np.float64)
    law = fit_law(count.to_numpy(dtype=np.int64), weight)
    owner: pd.Index[Any] = pd.Index(rows["cell"])
    row = owner.get_indexer(pd.Index(within.reindex(values.index).fillna("")))
    inside = np.flatnonzero(row >= 0)
    members = csr_array(
        (np.ones(len(inside)), (row[inside], inside)), shape=(len(rows), len(values))
    )
    return np.asarray(
        summed_tails(
            rows["count"].to_numpy(dtype=np.int64),
            law.expected(weight),
            members,
            law.spread,
            np.ones(len(rows), dtype=np.bool_),
        )
    )
