"""How right groups, links and probabilities are: the measures that all parts print."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

Flags = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

BINS = 20
"""Bins of equal width in which probabilities are held against what came true."""

MOST_FALSE = 0.005


def pairwise(found: pd.Series, true: pd.Series) -> tuple[float, float]:
    """Return precision and recall of the pairs that are put together.

    Parameters
    ----------
    found, true : Series
        Group of each item, on one index.

    Examples
    --------
    >>> pairwise(pd.Series([1, 1, 2]), pd.Series([7, 7, 7]))
    (1.0, 0.3333333333333333)
    """
    both, of_found, of_true = _sizes(found, true)
    pairs = [float((n * (n - 1) / 2).sum()) for n in (both, of_found, of_true)]
    return pairs[0] / max(pairs[1], 1.0), pairs[0] / max(pairs[2], 1.0)


def b_cubed(found: pd.Series, true: pd.Series) -> tuple[float, float]:
    """Return precision and recall of the mean item: of its found group, and of its true one.

    A large group counts in pairs by the square of its size, here by its size.

    References
    ----------
    Bagga, A., Baldwin, B. (1998), Entity-based cross-document coreferencing using the vector
    space model, COLING-ACL, 79-85.

    Examples
    --------
    >>> b_cubed(pd.Series([1, 1, 2]), pd.Series([7, 7, 7]))
    (1.0, 0.5555555555555555)
    """
    both, of_found, of_true = _sizes(found, true)
    squared = both.to_numpy(dtype=float) ** 2
    shares = [
        float((squared / sizes.reindex(both.index.get_level_values(level)).to_numpy()).sum())
        for level, sizes in ((0, of_found), (1, of_true))
    ]
    return shares[0] / len(found), shares[1] / len(found)


def _sizes(found: pd.Series, true: pd.Series) -> tuple[pd.Series, pd.Series, pd.Series]:
    """Return how many are in a found and a true group at once, in a found one, in a true one."""
    frame = pd.DataFrame({"found": found.to_numpy(), "true": true.to_numpy()})
    both = frame.groupby(["found", "true"], sort=True).size()
    return both, frame.groupby("found").size(), frame.groupby("true").size()


def calibration_error(probability: Floats, right: Flags, bins: int = BINS) -> float:
    """Return the expected calibration error in bins of equal width.

    Examples
    --------
    >>> calibration_error(np.array([0.9, 0.9]), np.array([True, False])).__round__(3)
    0.4
    """
    place = np.minimum((probability * bins).astype(int), bins - 1)
    stated = np.bincount(place, probability, bins)
    true = np.bincount(place, right.astype(float), bins)
    return float(np.abs(stated - true).sum() / max(len(probability), 1))


def error_by_chance(probability: Floats, draws: int = 20) -> float:
    """Return the calibration error that right probabilities would show, so many as they are."""
    rng = np.random.default_rng(1)
    errors = [
        calibration_error(probability, rng.random(len(probability)) < probability)
        for _ in range(draws)
    ]
    return float(np.mean(errors))


def reliability(probability: Floats, right: Flags) -> pd.DataFrame:
    """Return how often probabilities of about the same height came true."""
    edges = [0.0, 0.05, *np.arange(0.1, 0.91, 0.1).round(1), 0.95, 0.98, 0.99, 1.0]
    band = pd.cut(probability, edges, include_lowest=True)
    frame = pd.DataFrame({"stated": probability, "right": right.astype(float)})
    return frame.groupby(band, observed=True).agg(
        count=("right", "size"), stated=("stated", "mean"), right=("right", "mean")
    )


def least_sure(probability: Floats, right: Flags) -> str:
    """Return from which probability on at most 1 in 200 is false, and how many these are."""
    for least in (0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999):
        sure = probability >= least
        if sure.any() and (~right[sure]).mean() <= MOST_FALSE:
            return f"{least} ({sure.sum()})"
    return "none"


def met(value: float, target: float, *, at_most: bool = False) -> str:
    """Return a share beside its target, and whether it is met.

    Examples
    --------
    >>> met(0.981, 0.97), met(0.007, 0.005, at_most=True)
    ('0.9810 (>= 0.97: ok)', '0.0070 (<= 0.005: SHORT)')
    """
    is_met = value <= target if at_most else value >= target
    sign = "<=" if at_most else ">="
    return f"{value:.4f} ({sign} {target:g}: {'ok' if is_met else 'SHORT'})"


def show(table: pd.DataFrame, *, index: bool = False) -> None:
    """Print a table, numbers with four places."""
    with pd.option_context("display.width", 200, "display.max_columns", None):
        print(table.round(4).to_string(index=index))
