"""What a place's past leads to expect of it: the law that regression to the mean follows."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.optimize import nnls

__all__ = ["expected_after"]

Floats = npt.NDArray[np.float64]

_TURNS = 8


def expected_after(
    pre: Floats, post: Floats, exposure: Floats, learn: npt.NDArray[np.bool_]
) -> Floats:
    """Return the events after that the events before lead to expect, without any intervention.

    Where places have lasting rates of their own that follow a Gamma law, the expected count after
    is a line in the count before: a * exposure + b * pre, with b below the ratio of the lengths.
    The line is learned from places without the intervention, so that what is common to all (the
    season, a campaign, a new channel) is in it too. Choosing places by their past does not bend
    it, since it is a law of what follows given that past.

    Parameters
    ----------
    pre, post, exposure : ndarray of float64, shape (n,)
    learn : ndarray of bool, shape (n,)
        Places to learn from.

    Returns
    -------
    ndarray of float64, shape (n,)
        At least a thousandth of an event, and that where there is nothing to learn from.

    References
    ----------
    Hauer, E. (1997). Observational Before-After Studies in Road Safety. Pergamon, chapters 11 and
    12 (empirical Bayes). Abadie, A. and Imbens, G. (2011). Bias-corrected matching estimators for
    average treatment effects. Journal of Business & Economic Statistics 29, 1-11.

    Examples
    --------
    >>> pre, post = np.array([0.0, 10.0, 20.0]), np.array([2.0, 7.0, 12.0])
    >>> expected_after(pre, post, np.ones(3), np.ones(3, dtype=bool)).round(3).tolist()
    [2.0, 7.0, 12.0]
    """
    least = 1e-3
    if not learn.any():
        return np.full(len(pre), least)
    columns = np.column_stack([exposure, pre])
    x, y = columns[learn], post[learn]
    mean = np.full(len(y), max(float(y.mean()), least))
    line = np.zeros(2)
    for _ in range(_TURNS):
        # Counts vary as their mean: the line is fitted with that as weight, again and again.
        root = 1 / np.sqrt(mean)
        before = line
        line = nnls(x * root[:, None], y * root)[0]
        mean = np.maximum(x @ line, least)
        if np.allclose(line, before, rtol=1e-6, atol=0):
            break
    return np.maximum(columns @ line, least)
