"""Learning the weights of the terms: a logistic regression that keeps the order of the levels."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import expit

from blockdata.errors import AnalysisError
from blockdata.link.duplicates.model import DuplicateModel
from blockdata.link.duplicates.terms import TERMS

__all__ = ["fit_duplicates"]

Floats = npt.NDArray[np.float64]
Levels = npt.NDArray[np.int8]


def fit_duplicates(
    levels: Levels, same: npt.NDArray[np.bool_], *, penalty: float = 1.0
) -> DuplicateModel:
    """Fit the model to pairs of which the truth is known.

    Each step from a level to the next one away from the neutral level has a weight of 0 or more,
    so no more agreement can ever lower a probability. The squares of the steps are penalised.

    Parameters
    ----------
    levels : ndarray of int8, shape (terms, m)
        As from `levels_of`.
    same : ndarray of bool, shape (m,)
        Whether the pair is one occurrence.
    penalty : float
        Weight of half the sum of the squared steps against the log-likelihood of all pairs.

    Returns
    -------
    DuplicateModel

    Raises
    ------
    AnalysisError
        If the pairs are all of one sort.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> levels = np.stack([rng.integers(0, len(term.levels), 500) for term in TERMS])
    >>> model = fit_duplicates(levels.astype(np.int8), levels[0] == 6)
    >>> model.weights["address"][6] > 3
    True
    """
    if same.all() or not same.any():
        raise AnalysisError("the pairs are all of one sort", where="learning", allowed="both sorts")
    kinds, number, count = np.unique(levels, axis=1, return_inverse=True, return_counts=True)
    positive = np.bincount(number.ravel(), weights=same, minlength=len(count))
    design, reach = _design(kinds)

    def loss(steps: Floats) -> tuple[float, Floats]:
        log_odds = design @ steps
        chance = expit(log_odds)
        fit = np.sum(count * np.logaddexp(0.0, log_odds) - positive * log_odds)
        slope = design.T @ (count * chance - positive)
        slope[1:] += penalty * steps[1:]
        return float(fit + penalty / 2 * np.sum(steps[1:] ** 2)), slope

    bounds = [(None, None)] + [(0.0, None)] * (design.shape[1] - 1)
    begin = np.zeros(design.shape[1])
    found = minimize(
        loss, begin, jac=True, bounds=bounds, method="L-BFGS-B", options={"maxiter": 2000}
    )
    return _model(found.x, reach)


def _design(kinds: Levels) -> tuple[Floats, list[tuple[str, int, int]]]:
    """Return a column for the intercept and one for each step, and which step each column is."""
    columns, reach = [np.ones(kinds.shape[1])], []
    for term, level in zip(TERMS, kinds, strict=True):
        for place in range(len(term.levels)):
            if place == term.neutral:
                continue
            against = place < term.neutral
            beyond = level <= place if against else level >= place
            columns.append(np.where(beyond, -1.0 if against else 1.0, 0.0))
            reach.append((term.name, place, -1 if against else 1))
    return np.stack(columns, axis=1), reach


def _model(steps: Floats, reach: list[tuple[str, int, int]]) -> DuplicateModel:
    weights = {term.name: np.zeros(len(term.levels)) for term in TERMS}
    for (name, place, sign), step in zip(reach, steps[1:], strict=True):
        if sign < 0:
            weights[name][: place + 1] -= step
        else:
            weights[name][place:] += step
    written = {name: tuple(round(float(w), 3) for w in values) for name, values in weights.items()}
    return DuplicateModel(round(float(steps[0]), 3), written)
