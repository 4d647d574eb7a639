"""Dispersion of windows, one per category, steadied by the other categories."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from blockdata.analysis.surveillance.past import PairCounts
from blockdata.analysis.tails import FloatArray

__all__ = ["pooled_dispersions"]

# One expected pair with two seen: where no category has pairs, the dispersion is taken as 1.
_PRIOR_SEEN, _PRIOR_EXPECTED = 2.0, 1.0


def pooled_dispersions(pairs: Sequence[PairCounts]) -> FloatArray:
    """Estimate the dispersion of each category, drawn towards that of all by its own precision.

    Parameters
    ----------
    pairs : sequence of PairCounts
        One per category, for one window length.

    Returns
    -------
    ndarray of float, shape (categories,)
        alpha >= 0 in variance = mean + alpha * mean**2.

    Notes
    -----
    A category with few pairs takes the value of all categories; if all have few, that is 1. The
    variance between categories is DerSimonian and Laird's.

    References
    ----------
    DerSimonian, R. and Laird, N. (1986). Meta-analysis in clinical trials. Controlled Clinical
    Trials 7, 177-188.

    Examples
    --------
    >>> many = PairCounts(seen=3000.0, expected=2000.0, variance=9000.0, concentration=0.001)
    >>> few = PairCounts(seen=0.0, expected=0.1, variance=0.0, concentration=0.001)
    >>> pooled_dispersions([many, few]).round(2).tolist()
    [0.5, 0.5]
    """
    if not pairs:
        return np.empty(0)
    seen, expected, variance, concentration = np.array(
        [[p.seen, p.expected, p.variance, p.concentration] for p in pairs]
    ).T
    common = (seen.sum() + _PRIOR_SEEN) / (expected.sum() + _PRIOR_EXPECTED)
    ratio = np.divide(seen, expected, out=np.full(len(seen), common), where=expected > 0)
    # Even without a pair in sight, pairs come and go by chance: two ordered ones at a time.
    error = (variance + 2 * common * expected) / np.maximum(expected, 1e-9) ** 2
    between = _between(ratio, error)
    own = between / (between + error)
    ratio = own * ratio + (1 - own) * common
    alpha = (ratio - 1) / np.maximum(1 - ratio * concentration, 0.1)
    return np.asarray(np.maximum(alpha, 0.0))


def _between(value: FloatArray, error: FloatArray) -> float:
    weight = 1 / error
    mean = float(weight @ value / weight.sum())
    excess = float(weight @ (value - mean) ** 2) - (len(value) - 1)
    scale = float(weight.sum() - (weight**2).sum() / weight.sum())
    return max(excess / scale, 0.0) if scale > 0 else 0.0
