"""Ranks with the uncertainty that the counts leave."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from blockdata.analysis.checks import require_share
from blockdata.errors import AnalysisError

__all__ = ["draw_rates", "rank_spans", "without_ranks"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


def draw_rates(
    numerator: npt.ArrayLike,
    denominator: npt.ArrayLike,
    kind: str,
    *,
    draws: int = 2000,
    seed: int = 0,
) -> Floats:
    """Draw what the rates of units may truly be, given their counts.

    Parameters
    ----------
    numerator, denominator : array_like of float, shape (n,)
        Denominators above 0; of a share, numerators among them.
    kind : {"share", "ratio", "mean"}
        Drawn from the posterior under Jeffreys' prior: Beta(x + 1/2, n - x + 1/2) of a share,
        Gamma(x + 1/2) / n of events per case, and the ratio of two Gammas of two counts.
    draws : int
    seed : int

    Returns
    -------
    ndarray of float64, shape (draws, n)

    Raises
    ------
    AnalysisError
        If a denominator is not above 0 or the kind is unknown.

    References
    ----------
    Brown, L. D., Cai, T. T. and DasGupta, A. (2001). Interval estimation for a binomial
    proportion. Statistical Science 16, 101-133 (Jeffreys' prior).

    Examples
    --------
    >>> draw_rates([50], [100], "share", draws=1000).mean().round(1)
    np.float64(0.5)
    """
    x = np.asarray(numerator, dtype=np.float64)
    n = np.asarray(denominator, dtype=np.float64)
    if np.any(n <= 0) or np.any(x < 0) or kind not in ("share", "ratio", "mean"):
        raise AnalysisError(
            "counts do not fit", where="draw_rates", allowed="denominators above 0, a known kind"
        )
    random = np.random.default_rng(seed)
    size = (draws, len(x))
    if kind == "share":
        return random.beta(x + 0.5, n - x + 0.5, size)
    above = random.gamma(x + 0.5, 1.0, size)
    return above / n if kind == "mean" else above / random.gamma(n + 0.5, 1.0, size)


def rank_spans(drawn: Floats, *, better: str, level: float = 0.95) -> tuple[Integers, Integers]:
    """Return the ranks between which each unit may truly stand.

    Parameters
    ----------
    drawn : ndarray, shape (draws, n)
        As from `draw_rates`.
    better : {"high", "low"}
        Rank 1 is the best.
    level : float
        Share of the draws whose ranks lie within, outermost ones left out evenly.

    Returns
    -------
    tuple of ndarray of int64, shape (n,)
        Best and worst rank.

    References
    ----------
    Goldstein, H. and Spiegelhalter, D. J. (1996). League tables and their limitations. Journal
    of the Royal Statistical Society A 159, 385-443.

    Examples
    --------
    >>> drawn = draw_rates([90, 50, 51], [100, 100, 100], "share", seed=1)
    >>> best, worst = rank_spans(drawn, better="high")
    >>> best.tolist(), worst.tolist()
    ([1, 2, 2], [1, 3, 3])
    """
    require_share(level, "rank_spans level")
    signed = -drawn if better == "high" else drawn
    ranks = np.empty(signed.shape, dtype=np.int64)
    places = np.broadcast_to(np.arange(1, signed.shape[1] + 1), signed.shape)
    np.put_along_axis(ranks, signed.argsort(axis=1), places, axis=1)
    tail = (1 - level) / 2
    low = np.quantile(ranks, tail, axis=0, method="inverted_cdf")
    high = np.quantile(ranks, 1 - tail, axis=0, method="inverted_cdf")
    return low.astype(np.int64), high.astype(np.int64)


def without_ranks(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame with the columns of ranks, all of them empty.

    Examples
    --------
    >>> without_ranks(pd.DataFrame({"unit": ["A"]})).columns.tolist()
    ['unit', 'rank', 'rank_low', 'rank_high', 'ranked']
    """
    none = pd.array([None] * len(frame), dtype="Int64")
    return frame.assign(rank=none, rank_low=none, rank_high=none, ranked=0)
