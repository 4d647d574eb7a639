"""The Mann-Kendall test of many short series at once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtr

from blockdata.errors import AnalysisError

__all__ = ["mann_kendall"]


def mann_kendall(series: npt.ArrayLike) -> pd.DataFrame:
    """Test series for a monotone trend.

    Parameters
    ----------
    series : array_like of float, shape (n, t)
        One series a row, in the order of time; empty steps are zeros, not missing.

    Returns
    -------
    DataFrame
        s (pairs that rise less pairs that fall), variance (with ties), z (with the continuity
        correction), p (two-sided, normal approximation) and trend ("up", "down" or "none" by the
        sign of s). Where all steps are alike variance and z are 0 and p is 1.

    Raises
    ------
    AnalysisError
        If the series are not two-dimensional, have fewer than 2 steps, or a value is not finite.

    References
    ----------
    Mann (1945); Kendall (1975), Rank Correlation Methods, chapter 4.

    Examples
    --------
    >>> mann_kendall([list(range(10)), [0] * 10])[["s", "variance"]].values.tolist()
    [[45.0, 125.0], [0.0, 0.0]]
    """
    values = np.asarray(series, dtype=np.float64)
    if values.ndim != 2 or values.shape[1] < 2 or not np.isfinite(values).all():
        raise AnalysisError(
            f"series are of shape {values.shape}, or a value is not finite",
            where="mann_kendall",
            allowed="n series of 2 steps or more",
        )
    steps = values.shape[1]
    s = np.zeros(len(values), dtype=np.int64)
    for lag in range(1, steps):
        s += np.sign(values[:, lag:] - values[:, :-lag]).sum(axis=1).astype(np.int64)
    alike = steps * (steps - 1) * (2 * steps + 5)
    variance = np.maximum(alike - _ties(values), 0) / 18
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(variance > 0, (s - np.sign(s)) / np.sqrt(variance), 0.0)
    return pd.DataFrame(
        {
            "s": s,
            "variance": variance,
            "z": z,
            "p": np.minimum(2 * ndtr(-np.abs(z)), 1.0),
            "trend": pd.Series(np.select([s > 0, s < 0], ["up", "down"], "none"), dtype="str"),
        }
    )


def _ties(values: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Return the sum of k (k - 1) (2k + 5) over the groups of k equal values of each row."""
    # A value in a group of k stands for (k - 1) (2k + 5) of the group's sum.
    size = (values[:, :, None] == values[:, None, :]).sum(axis=2)
    ties: npt.NDArray[np.int64] = ((size - 1) * (2 * size + 5)).sum(axis=1)
    return ties
