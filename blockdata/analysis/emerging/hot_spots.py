"""Emerging hot spots in one call: every cell at every step, and what each cell is becoming."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_array, diags_array, eye_array
from scipy.special import ndtr

from blockdata.analysis.checks import require_numbers
from blockdata.analysis.dispersion import negative_binomial_dispersion
from blockdata.analysis.emerging.categories import emerging_categories
from blockdata.analysis.emerging.steps import Reference, Spans, gi_star_of_bins, spans_of
from blockdata.analysis.fdr import Correction, adjusted_qvalues
from blockdata.analysis.local.sums import summed_tails
from blockdata.analysis.local.weights import Weights
from blockdata.errors import AnalysisError

__all__ = ["EmergingHotSpots", "emerging_hot_spots"]

Floats = npt.NDArray[np.float64]
Strings = npt.NDArray[np.str_]
Flags = npt.NDArray[np.bool_]

_CODES = (
    *("", "island", "constant", "everything"),
    *("unknown_exposure", "zero_exposure", "one_cell", "no_incident"),
)


@dataclass(frozen=True)
class EmergingHotSpots:
    """What `emerging_hot_spots` finds.

    Parameters
    ----------
    bins : DataFrame, one row per cell and step, in that order
        cell, step (numbers from 0), count, z (space-time Gi*), p (two-sided), q, side ("hot",
        "cold", null) and reason (why there is no p, else null).
    cells : DataFrame, one row per cell
        cell, then the columns of `emerging_categories`.
    p_method, assumes : str
        What p stands on; `assumes` is a key of `blockdata.analysis.local.ASSUMPTIONS`.
    dispersion : float
        alpha that was estimated for "negative_binomial"; else NaN.

    Examples
    --------
    >>> EmergingHotSpots(pd.DataFrame(), pd.DataFrame(), "analytic", "exchangeable_normal").p_method
    'analytic'
    """

    bins: pd.DataFrame
    cells: pd.DataFrame
    p_method: str
    assumes: str
    dispersion: float = float("nan")


def emerging_hot_spots(
    cube: npt.ArrayLike,
    weights: Weights,
    *,
    exposure: npt.ArrayLike | None = None,
    lag: int = 1,
    reference: Reference = "entire",
    alpha: float = 0.05,
    correction: Correction = "bh",
) -> EmergingHotSpots:
    """Tell which cells were hot or cold at each step, and what they are becoming.

    The neighbourhood of a bin is the cell and its neighbours at that step and `lag` steps before.
    z is its Gi*. A bin is hot or cold if q is at most alpha. Without exposure p is the normal tail
    of z, which is no significance where exposure differs or counts are few. With exposure the
    incidents of the reference are expected in proportion to it; those of a cell in one
    neighbourhood's steps have negative binomial spread, estimated over all cells and stretches of
    so many steps, and p is the tail of the neighbourhood's sum.

    Parameters
    ----------
    cube : array_like of int, shape (n, t)
        Incidents of one category, t of 2 or more; empty bins are zeros.
    weights : csr_array, shape (n, n)
        Neighbours without the cell itself.
    exposure : array_like of float, shape (n,), optional
        0 or more; NaN is unknown. Cells of zero or unknown exposure take part in no sum.
    lag, reference
        As for `space_time_gi_star`.
    alpha : float
        Level of q, and of the trend's test.
    correction : {"bh", "by"}
        The family is all bins of this call that have a p.

    Returns
    -------
    EmergingHotSpots

    Raises
    ------
    AnalysisError
        As `space_time_gi_star` and `emerging_categories`; if a count is negative or fractional, or
        an exposure is negative or infinite.

    References
    ----------
    As `space_time_gi_star`, `emerging_categories` and `summed_tails`.

    Examples
    --------
    >>> from blockdata.analysis.local import distance_band
    >>> cube = np.zeros((30, 6), dtype=int)
    >>> cube[3:5, 5] = 9
    >>> found = emerging_hot_spots(cube, distance_band(range(30), [0] * 30, 1))
    >>> found.cells.loc[found.cells["category"].notna(), ["cell", "category"]].values.tolist()
    [[2, 'new'], [3, 'new'], [4, 'new'], [5, 'new']]
    """
    counts = _counts(cube)
    z, reason = gi_star_of_bins(counts, weights, lag=lag, reference=reference)
    found = _Found(2 * ndtr(-np.abs(z)), z > 0, reason, np.nan)
    if exposure is not None:
        given = _exposure(exposure, len(counts))
        found = _by_exposure(counts, weights, given, spans_of(counts.shape[1], lag, reference))
    q = adjusted_qvalues(found.p.ravel(), correction).reshape(z.shape)
    sure = q <= alpha
    hot, cold = sure & found.above, sure & ~found.above
    cells = emerging_categories(z, hot, cold, alpha=alpha)
    cells.insert(0, "cell", np.arange(len(counts)))
    method = ("analytic", "exchangeable_normal")
    if exposure is not None:
        method = ("negative_binomial", "proportional_overdispersed")
    return EmergingHotSpots(
        _bins(counts, z, q, found, cold.astype(np.int8) - hot), cells, *method, found.dispersion
    )


class _Found(NamedTuple):
    """p and whether more than expected, of each bin; why there is none, "" where there is."""

    p: Floats
    above: Flags
    reason: Strings
    dispersion: float


def _bins(
    counts: Floats, z: Floats, q: Floats, found: _Found, turned: npt.NDArray[np.int8]
) -> pd.DataFrame:
    cells, steps = z.shape
    coded = np.searchsorted(_SORTED, found.reason.ravel())
    return pd.DataFrame(
        {
            "cell": np.repeat(np.arange(cells), steps),
            "step": np.tile(np.arange(steps), cells),
            "count": counts.ravel().astype(np.int64),
            "z": z.ravel(),
            "p": found.p.ravel(),
            "q": q.ravel(),
            "side": _words(["hot", None, "cold"], turned.ravel() + 1),
            "reason": _words([code or None for code in _SORTED.tolist()], coded),
        }
    )


_SORTED = np.sort(np.array(_CODES))


def _words(words: list[str | None], code: npt.NDArray[Any]) -> Any:
    """Look up many words: much faster than making a column of as many texts."""
    return pd.array(words, dtype="str").take(code)


def _counts(cube: npt.ArrayLike) -> Floats:
    counts = require_numbers(cube, "emerging_hot_spots")
    whole = np.isfinite(counts).all() and (counts >= 0).all() and (counts == np.rint(counts)).all()
    if counts.ndim != 2 or counts.shape[1] < 2 or not whole:
        raise AnalysisError(
            f"the cube is of shape {counts.shape}, or a count is missing, negative or fractional",
            where="emerging_hot_spots",
            allowed="n cells x t steps, t of 2 or more, whole numbers >= 0",
        )
    return counts


def _exposure(exposure: npt.ArrayLike, cells: int) -> Floats:
    given = require_numbers(exposure, "emerging_hot_spots exposure")
    if given.shape != (cells,) or (given < 0).any() or np.isinf(given).any():
        raise AnalysisError(
            "an exposure is negative, infinite or of no cell",
            where="emerging_hot_spots",
            allowed="as many as cells, finite, >= 0, NaN where unknown",
        )
    return given


def _by_exposure(counts: Floats, weights: Weights, given: Floats, spans: Spans) -> _Found:
    exposed = given > 0
    share = np.where(exposed, given, 0.0) / max(given[exposed].sum(), np.finfo(float).tiny)
    cases = np.where(exposed[:, None], counts, 0.0)
    kept = diags_array(exposed.astype(np.float64))
    members = csr_array(kept @ (csr_array(weights) + eye_array(len(counts))) @ kept)
    members.eliminate_zeros()
    members.data[:] = 1.0
    total = cases.sum(axis=0)
    rate = np.array([total[start:stop].mean() for start, stop in spans.compared])
    reason = _reasons(given, np.diff(members.indptr), rate, spans)
    dispersion = _dispersion(spans.summed(cases)[exposed], share[exposed], rate, spans.steps)
    p, above = np.full(counts.shape, np.nan), np.zeros(counts.shape, dtype=bool)
    sums = spans.summed(np.asarray(members @ cases)).astype(np.int64)
    for step in np.flatnonzero(rate > 0):
        expected = share * rate[step] * spans.steps[step]
        above[:, step] = sums[:, step] >= members @ expected
        tails = summed_tails(sums[:, step], expected, members, dispersion, above[:, step])
        p[:, step] = np.minimum(2 * tails, 1.0)
    return _Found(np.where(reason == "", p, np.nan), above, reason, dispersion)


def _reasons(
    given: Floats, size: npt.NDArray[np.int32], rate: Floats, spans: Spans
) -> npt.NDArray[np.str_]:
    exposed = given > 0
    compared = np.array([stop - start for start, stop in spans.compared])
    whole = (size == exposed.sum())[:, None] & (spans.steps == compared)
    of_cell = [np.isnan(given), ~exposed, np.full(len(given), exposed.sum() == 1), size == 1]
    return np.select(
        [*(np.broadcast_to(flags[:, None], whole.shape) for flags in of_cell), rate == 0, whole],
        ["unknown_exposure", "zero_exposure", "one_cell", "island", "no_incident", "everything"],
        "",
    )


def _dispersion(sums: Floats, share: Floats, rate: Floats, steps: Floats) -> float:
    """Return the dispersion of a cell's incidents in stretches that do not overlap.

    Risks of a cell may last from step to step: taken to last for a stretch, none is made too small.
    """
    length = int(steps[-1])
    ends = np.arange(len(rate) - 1, length - 2, -length)
    ends = ends[rate[ends] > 0]
    if not len(ends) or not len(share):
        return float("nan")
    # Within 0.1 % of one another they are taken as equal, and counted together: ten times faster,
    # and the dispersion is the same in its first three digits.
    expected = np.exp(np.rint(512 * np.log(share[:, None] * (rate[ends] * length))) / 512)
    return negative_binomial_dispersion(sums[:, ends].astype(np.int64).ravel(), expected.ravel())
