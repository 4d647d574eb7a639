"""The Mann-Kendall test of many short series at once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtr

from blockdata.analysis.checks import require_numbers
from blockdata.errors import AnalysisError
from blockdata.kernels.jit import jit

__all__ = ["mann_kendall"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


def mann_kendall(series: npt.ArrayLike) -> pd.DataFrame:
    """Test series for a monotone trend.

    Parameters
    ----------
    series : array_like of float, shape (n, t)
        One series a row, in the order of time. Steps without incidents are zeros, not missing;
        NaN is a step that has no value, and is left out of all pairs.

    Returns
    -------
    DataFrame
        s (pairs that rise less pairs that fall), variance (with ties), z (with the continuity
        correction), p (two-sided, normal approximation) and trend ("up", "down" or "none" by the
        sign of s). Where all steps are alike variance and z are 0 and p is 1; where fewer than 2
        have a value, too; reason ("constant", "too_few" steps with a value; else null) tells them
        from a series whose rises and falls are as many.

    Raises
    ------
    AnalysisError
        If the series are not two-dimensional, have fewer than 2 steps, or a value is infinite.

    References
    ----------
    Mann (1945); Kendall (1975), Rank Correlation Methods, chapter 4; Gilbert (1987), Statistical
    Methods for Environmental Pollution Monitoring, chapter 16, for missing steps.

    Examples
    --------
    >>> mann_kendall([list(range(10)), [0] * 10])[["s", "variance"]].values.tolist()
    [[45.0, 125.0], [0.0, 0.0]]
    """
    values = require_numbers(series, "mann_kendall")
    if values.ndim != 2 or values.shape[1] < 2 or np.isinf(values).any():
        raise AnalysisError(
            f"series are of shape {values.shape}, or a value is infinite",
            where="mann_kendall",
            allowed="n series of 2 steps or more",
        )
    s, alike = _scores(np.ascontiguousarray(values))
    steps = np.isfinite(values).sum(axis=1)
    variance = (steps * (steps - 1) * (2 * steps + 5) - alike) / 18
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(variance > 0, (s - np.sign(s)) / np.sqrt(variance), 0.0)
    why = np.select([steps < 2, variance <= 0], ["too_few", "constant"], "")
    return pd.DataFrame(
        {
            "s": s,
            "variance": variance,
            "z": z,
            "p": np.minimum(2 * ndtr(-np.abs(z)), 1.0),
            "trend": pd.array(["down", "none", "up"], dtype="str").take(np.sign(s) + 1),
            "reason": pd.Series(why, dtype="str").mask(why == ""),
        }
    )


@jit
def _scores(values: Floats) -> tuple[Integers, Integers]:
    """Return S of each row, and the sum of k (k - 1) (2k + 5) over its groups of k equal values."""
    rows, steps = values.shape
    s, ties = np.zeros(rows, dtype=np.int64), np.zeros(rows, dtype=np.int64)
    for row in range(rows):
        series = values[row]
        for step in range(steps):
            rises, equal = 0, 0
            for other in range(steps):
                later = 1 if other > step else 0
                rises += later * (
                    int(series[other] > series[step]) - int(series[other] < series[step])
                )
                equal += int(series[other] == series[step])
            s[row] += rises
            # A value in a group of k stands for (k - 1) (2k + 5) of the group's sum; NaN for none.
            if equal > 0:
                ties[row] += (equal - 1) * (2 * equal + 5)
    return s, ties
