"""Hand-set weights for comparing without having learned from labelled pairs."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from blockdata.address.comparing.features import FEATURES

__all__ = ["rule_shares"]

_AT = {name: at for at, name in enumerate(FEATURES)}
#: Where neither text names an estate or the like, they do not differ in it.
_NO_NAMES = 0.8
_LOCAL_NUMBERS = ("road_no", "lane_no", "building")


def rule_shares(features: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """Return the probabilities of exact, partial and none by hand-set rules.

    Parameters
    ----------
    features : ndarray of float32, shape (n, len(FEATURES))

    Returns
    -------
    ndarray of float64, shape (n, 3)
    """

    def column(name: str) -> npt.NDArray[np.float64]:
        values: npt.NDArray[np.float64] = features[:, _AT[name]].astype(np.float64)
        return values

    covered = np.maximum(column("covered_a"), column("covered_b"))
    least = np.minimum(column("covered_a"), column("covered_b"))
    named = np.maximum(column("family_0_mean_a"), column("family_0_mean_b"))
    named[named < 0] = _NO_NAMES
    road = column("family_1_mean_a").clip(0)
    missed = sum(
        (column(f"{name}_given") == 3) & (column(f"{name}_alike") <= 0) for name in _LOCAL_NUMBERS
    )
    agreed = sum(column(f"{name}_alike") == 1 for name in _LOCAL_NUMBERS)
    left_over = np.minimum(column("tail_a") + column("tail_b"), 12)
    same = -3.4 + 3.2 * covered + 2.0 * least + 1.2 * named + 1.0 * agreed - 1.6 * missed
    same -= 0.14 * left_over
    near = -2.2 + 3.0 * covered + 1.4 * named + 1.4 * road + 0.3 * agreed - 1.6 * least
    raised = np.exp(np.stack([same, near, np.zeros(len(features))], axis=1))
    shares: npt.NDArray[np.float64] = raised / raised.sum(axis=1, keepdims=True)
    return shares
