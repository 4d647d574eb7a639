"""On which layer of cells to look: the finest on which a problem place would be found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from blockdata.analysis.checks import (
    require_columns,
    require_counts,
    require_distinct,
    require_numbers,
    require_share,
    require_whole,
)
from blockdata.analysis.exposure import Exposure
from blockdata.analysis.hotspots.law import Law, fit_law
from blockdata.analysis.tails import FloatArray
from blockdata.errors import AnalysisError

__all__ = ["Scale", "choose_scale"]

RISK = 3.0
"""How many times its due a place has that should be found."""

WANTED_POWER = 0.5
_MOST_BITS = 40


@dataclass(frozen=True)
class Scale:
    """The layer that was chosen, and what each layer promised.

    Parameters
    ----------
    layer : str
    power : Series of float64, indexed by layer, finest first
        Chance of finding a place with `RISK` times its due; NaN without a past to learn from.
    reason : str
        "finest_with_power", "most_power" (none has enough) or "no_past".

    Examples
    --------
    >>> Scale("unit", pd.Series({"unit": 0.7}), "finest_with_power").layer
    'unit'
    """

    layer: str
    power: pd.Series[float]
    reason: str


def choose_scale(
    past: Mapping[str, pd.DataFrame],
    exposures: Mapping[str, Exposure],
    *,
    past_days: int,
    window_days: int,
    alpha: float = 0.05,
    min_total: int = 5,
) -> Scale:
    """Choose the finest layer on which a place with three times its due is rather found than not.

    The power of a layer is learned from a past that is not tested itself: a category is to bring
    its past total times window_days / past_days, cells have their share of it by exposure, and
    spread as they did in the past. A cell counts as found if its p would reach alpha divided by
    the number of tests, which Benjamini and Hochberg's rule always rejects. The power is the mean
    over cells and categories, each weighted by the incidents it is to bring.

    Parameters
    ----------
    past : mapping of layer to DataFrame with category, cell (str), count (int)
        Finest layer first; incidents before the window. Absent rows are 0.
    exposures : mapping of layer to Exposure
        Of all cells of each layer.
    past_days, window_days : int
        Lengths of the past and of the window.
    alpha : float
        False discovery rate of the test.
    min_total : int
        A category that is to bring fewer incidents in the window than that finds nothing.

    Returns
    -------
    Scale
        Without enough power anywhere the layer of greatest power, of equal ones the finer; the
        finest where there is no past.

    Raises
    ------
    AnalysisError
        If there is no layer, a layer has no exposure, or a length is no positive number.

    References
    ----------
    Power of the negative binomial test by its own distribution at `RISK` times the mean, as for
    Poisson counts in Kulldorff, Tango and Park (2003), Computational Statistics & Data Analysis
    42, 665-684.

    Examples
    --------
    >>> fine = pd.DataFrame({"category": "noise", "cell": [f"{n:02}" for n in range(50)]})
    >>> coarse = pd.DataFrame({"category": "noise", "cell": ["0", "1"], "count": 600})
    >>> exposures = {"fine": Exposure("people", pd.Series(1.0, fine["cell"])),
    ...              "coarse": Exposure("people", pd.Series({"0": 1.0, "1": 1.0}))}
    >>> past = {"fine": fine.assign(count=24), "coarse": coarse}
    >>> choose_scale(past, exposures, past_days=365, window_days=28).layer
    'coarse'
    >>> choose_scale(past, exposures, past_days=365, window_days=300).layer
    'fine'
    """
    require_share(alpha, "choose_scale alpha")
    for days in (past_days, window_days):
        require_whole(days, None, "choose_scale past_days and window_days")
    lacking = [layer for layer in past if layer not in exposures]
    if not past or lacking or past_days < 1 or window_days < 1:
        raise AnalysisError(
            "layers or lengths do not fit",
            where="choose_scale",
            allowed="one layer or more, each with exposure; lengths of 1 day or more",
        )
    share = window_days / past_days
    power = pd.Series(
        {
            layer: _power(counts, exposures[layer], share, alpha, min_total)
            for layer, counts in past.items()
        },
        dtype="float64",
    )
    if power.isna().all():
        return Scale(str(power.index[0]), power, "no_past")
    enough = power.index[power >= WANTED_POWER]
    if len(enough):
        return Scale(str(enough[0]), power, "finest_with_power")
    return Scale(str(power.idxmax()), power, "most_power")


def _power(
    past: pd.DataFrame, exposure: Exposure, share: float, alpha: float, min_total: int
) -> float:
    where = "choose_scale past"
    require_columns(past, ["category", "cell", "count"], where)
    require_distinct(past, ["category", "cell"], where)
    past = past.assign(count=require_counts(past["count"], where) if len(past) else 0)
    numbers = require_numbers(exposure.values, "choose_scale exposure")
    values = pd.Series(numbers, exposure.values.index)[np.isfinite(numbers) & (numbers > 0)]
    if len(values) == 0 or past["count"].sum() == 0:
        return float("nan")
    table = past.pivot(index="category", columns="cell", values="count")
    counts = table.reindex(columns=values.index).fillna(0).to_numpy(dtype=np.int64)
    weights = np.asarray((values / values.sum()).to_numpy(), dtype=np.float64)
    level = alpha / counts.size
    totals = counts.sum(axis=1)
    found = [_found(row, weights, share, level, min_total) for row in counts if row.sum() > 0]
    weighted = totals[totals > 0]
    return float(np.average(found, weights=weighted)) if len(weighted) else float("nan")


def _found(
    past: np.ndarray[tuple[int, ...], np.dtype[np.int64]],
    weights: FloatArray,
    share: float,
    level: float,
    min_total: int,
) -> float:
    """Chance that a place of one category is found, over places as incidents fall on them."""
    if past.sum() * share < min_total:
        return 0.0
    learned = fit_law(past, weights)
    law = replace(learned, level=learned.level * share)
    needed = _smallest_count(law, weights, level)
    return float(law.upper_tail(needed, weights, RISK) @ weights)


def _smallest_count(law: Law, exposure: FloatArray, level: float) -> FloatArray:
    """Smallest count of each cell whose upper tail is at most `level`, by bisection."""
    low, high = np.zeros_like(exposure), np.ceil(law.expected(exposure)) + 1
    for _ in range(_MOST_BITS):
        short = law.upper_tail(high, exposure) > level
        if not short.any():
            break
        low, high = np.where(short, high, low), np.where(short, 2 * high, high)
    while np.any(high - low > 1):
        middle = np.floor((low + high) / 2)
        reached = law.upper_tail(middle, exposure) <= level
        low, high = np.where(reached, low, middle), np.where(reached, middle, high)
    return high
