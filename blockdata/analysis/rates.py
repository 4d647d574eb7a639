"""Rates that small places do not exaggerate: empirical-Bayes shrinkage, by any exposures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_array

from blockdata.analysis.checks import (
    require_columns,
    require_counts,
    require_distinct,
    require_numbers,
    require_one_type,
)
from blockdata.analysis.exposure import Exposure
from blockdata.analysis.local.weights import Weights
from blockdata.errors import AnalysisError

__all__ = ["RATE_COLUMNS", "empirical_bayes_rates", "rates_by_exposure"]

Floats = npt.NDArray[np.float64]

RATE_COLUMNS = {
    "exposure_name": "str",
    "category": "str",
    "place": "str",
    "count": "int64",
    "exposure": "float64",
    "rate": "float64",
    "reference_rate": "float64",
    "between_variance": "float64",
    "own_share": "float64",
    "smoothed_rate": "float64",
    "reason": "str",
}


def empirical_bayes_rates(
    count: npt.ArrayLike, exposure: npt.ArrayLike, *, weights: Weights | None = None
) -> pd.DataFrame:
    """Shrink the rates of places towards the rate of all, or of each one's neighbourhood.

    Parameters
    ----------
    count : array_like of int, shape (n,)
        Counts >= 0.
    exposure : array_like of float, shape (n,)
        Exposure >= 0, NaN where it is not known. Places with neither take part in no sum.
    weights : sparse array, shape (n, n), optional
        Who is whose neighbour (any value but 0), as from `blockdata.analysis.local`. A place
        belongs to its own neighbourhood. Without it, all places are one neighbourhood.

    Returns
    -------
    DataFrame, one row per place in the order given
        count, exposure, rate = y / n; reference_rate b = sum y / sum n; between_variance
        a = s2 - b / mean(n), floored at 0, where s2 = sum n (y/n - b)**2 / sum n; own_share
        = a / (a + b / n); smoothed_rate = own_share * rate + (1 - own_share) * b, all of the
        neighbourhood; reason ("zero_exposure", "unknown_exposure", "island": no neighbour with
        exposure, "one_cell": no other place with exposure; null).
        A neighbourhood without any count has rate 0 and own_share 0. A place with a reason has
        no rate (one without an exposed neighbour has its raw rate alone).

    Raises
    ------
    AnalysisError
        If a count is no whole number >= 0, an exposure is negative or infinite, or shapes differ.

    References
    ----------
    Marshall, R. J. (1991). Mapping disease and mortality rates using empirical Bayes estimators.
    Applied Statistics 40, 283-294 (equations 5 to 8).

    Examples
    --------
    >>> rates = empirical_bayes_rates([0, 300, 20], [10.0, 1000.0, 200.0])
    >>> rates["smoothed_rate"].round(3).tolist()
    [0.219, 0.298, 0.132]
    """
    y, n = _inputs(count, exposure)
    known = n > 0
    around = _neighbourhoods(weights, known)
    b, a = _marshall(y, n, known, around)
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = np.where(known, y / n, np.nan)
        spread = a + b / n
        share = np.where(spread > 0, a / spread, 0.0)
    alone = known & ~np.isfinite(b)
    lonely = "one_cell" if weights is None else "island"
    smoothed = np.where(known, share * rate + (1 - share) * b, np.nan)
    reason = np.select(
        [np.isnan(n), ~known, alone], ["unknown_exposure", "zero_exposure", lonely], ""
    )
    used = known & ~alone
    return pd.DataFrame(
        {
            "count": y,
            "exposure": n,
            "rate": rate,
            "reference_rate": np.where(used, b, np.nan),
            "between_variance": np.where(used, a, np.nan),
            "own_share": np.where(used, share, np.nan),
            "smoothed_rate": np.where(used, smoothed, np.nan),
            "reason": pd.Series(reason, dtype="str").mask(reason == ""),
        }
    )


def rates_by_exposure(
    counts: pd.DataFrame,
    exposures: Iterable[Exposure],
    *,
    neighbours: Mapping[str, Weights] | None = None,
) -> pd.DataFrame:
    """Give the rates of every category under several exposures, side by side.

    Parameters
    ----------
    counts : DataFrame with category, place (str), count (int >= 0)
        At most one row per category and place; absent rows are 0. The places of an exposure's
        index are all there are: counts elsewhere are refused.
    exposures : iterable of Exposure
        Distinct names.
    neighbours : mapping of exposure name to sparse array, optional
        In the order of that exposure's index, sorted; as in `empirical_bayes_rates`.

    Returns
    -------
    DataFrame, columns `RATE_COLUMNS`, sorted by exposure_name, category and place

    Raises
    ------
    AnalysisError
        As in `empirical_bayes_rates`, and if names or keys stand twice or a place is unknown.

    Examples
    --------
    >>> people = Exposure("people", pd.Series({"a": 100.0, "b": 50.0}))
    >>> counts = pd.DataFrame({"category": ["noise"], "place": ["b"], "count": [3]})
    >>> rates_by_exposure(counts, [people])[["place", "rate"]].to_numpy().tolist()
    [['a', 0.0], ['b', 0.06]]
    """
    where = "rates_by_exposure counts"
    require_columns(counts, ["category", "place", "count"], where)
    require_distinct(counts, ["category", "place"], where)
    require_one_type(counts["category"], where)
    checked = counts[["category", "place"]].assign(count=require_counts(counts["count"], where))
    listed = sorted(exposures, key=lambda exposure: exposure.name)
    given = {exposure.name: exposure for exposure in listed}
    if len(given) < len(listed):
        raise AnalysisError("an exposure's name stands twice", where="rates_by_exposure")
    blocks = [
        _one_exposure(checked, exposure, (neighbours or {}).get(name))
        for name, exposure in given.items()
    ]
    if not blocks:
        return pd.DataFrame({c: pd.Series(dtype=d) for c, d in RATE_COLUMNS.items()})
    return pd.concat(blocks, ignore_index=True).astype(RATE_COLUMNS)


def _one_exposure(
    counts: pd.DataFrame, exposure: Exposure, weights: Weights | None
) -> pd.DataFrame:
    values = exposure.values.sort_index()
    if values.index.has_duplicates or not counts["place"].isin(values.index).all():
        raise AnalysisError(
            "a place stands twice, or counts name one that has no row",
            where=f"rates_by_exposure {exposure.name}",
            allowed="one value per place, for every place of the counts",
        )
    blocks = []
    for category, rows in counts.sort_values("category").groupby("category"):
        y = rows.set_index("place")["count"].reindex(values.index, fill_value=0)
        block = empirical_bayes_rates(y, values, weights=weights)
        blocks.append(block.assign(category=category, place=values.index))
    if not blocks:
        return pd.DataFrame({c: pd.Series(dtype=d) for c, d in RATE_COLUMNS.items()})
    found = pd.concat(blocks, ignore_index=True).assign(exposure_name=exposure.name)
    return found[list(RATE_COLUMNS)]


def _inputs(count: npt.ArrayLike, exposure: npt.ArrayLike) -> tuple[npt.NDArray[np.int64], Floats]:
    n = require_numbers(exposure, "empirical_bayes_rates exposure")
    if np.ndim(count) != 1 or n.ndim != 1:
        raise AnalysisError(
            "counts or exposures are no list", where="empirical_bayes_rates", allowed="shape (n,)"
        )
    given = pd.Series(np.asarray(count))
    y = require_counts(given if given.size else given.astype("int64"), "empirical_bayes_rates")
    if y.shape != n.shape or np.any((n < 0) | np.isinf(n)):
        raise AnalysisError(
            "shapes differ, or an exposure is negative or infinite",
            where="empirical_bayes_rates",
            allowed="as many exposures as counts, finite, >= 0",
        )
    return y.to_numpy(dtype=np.int64), n


def _neighbourhoods(weights: Weights | None, known: npt.NDArray[np.bool_]) -> Weights | None:
    """Return ones for each exposed place and its exposed neighbours."""
    if weights is None:
        return None
    size = len(known)
    if weights.shape != (size, size):
        raise AnalysisError(
            f"weights of shape {weights.shape}",
            where="empirical_bayes_rates weights",
            allowed=f"{size} rows and columns, in the order of the counts",
        )
    one, other = weights.nonzero()
    own = np.arange(size)
    both = known[np.concatenate([one, own])] & known[np.concatenate([other, own])]
    rows, columns = np.concatenate([one, own])[both], np.concatenate([other, own])[both]
    linked = csr_array((np.ones(len(rows)), (rows, columns)), shape=(size, size))
    linked.sum_duplicates()
    linked.data = np.ones(len(linked.data))
    return linked


def _marshall(
    y: npt.NDArray[np.int64], n: Floats, known: npt.NDArray[np.bool_], around: Weights | None
) -> tuple[Floats, Floats]:
    """Return b and a of each place's neighbourhood; NaN where it has nobody but itself."""
    cases, base = np.where(known, y, 0.0), np.where(known, n, 0.0)
    squares = np.divide(cases**2, base, out=np.zeros(len(n)), where=known)
    totals = np.column_stack([cases, base, squares, known.astype(np.float64)])
    if around is None:
        sums = np.broadcast_to(totals.sum(axis=0), totals.shape)
    else:
        sums = np.asarray(around @ totals)
    case, exposed, square, members = sums.T
    with np.errstate(divide="ignore", invalid="ignore"):
        b = np.where(members > 1, case / exposed, np.nan)
        s2 = square / exposed - b**2
        a = np.maximum(s2 - b * members / exposed, 0.0)
    return b, a
