"""Probabilities of candidates from their weights, with none of them among the answers."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = ["Choice", "Posterior", "best_two", "posterior"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


class Posterior(NamedTuple):
    """What is probable: one row a candidate, sorted by incident and target, each pair once.

    `none` has the probability that it is none of them, one entry an incident.
    """

    incident: Integers
    target: Integers
    probability: Floats
    none: Floats


class Choice(NamedTuple):
    """The most probable candidate of each incident that has any, and the next; -1 for no next.

    `row` and `next_row` are rows of the posterior.
    """

    incident: Integers
    row: Integers
    next_row: Integers


def posterior(
    incident: Integers, target: Integers, log_weight: Floats, log_none: Floats
) -> Posterior:
    """Turn weights into probabilities that sum to 1 with that of none of the candidates.

    Parameters
    ----------
    incident, target : ndarray of int64, shape (k,)
        A pair may come several times: then its weights are added, as those of one thing that is
        known in several ways.
    log_weight : ndarray of float64, shape (k,)
    log_none : ndarray of float64, shape (n,)
        Weight of none of them, for each incident.

    Returns
    -------
    Posterior
        Whatever the order of the candidates.

    Examples
    --------
    >>> found = posterior(np.array([0, 0]), np.array([7, 5]), np.log([3.0, 1.0]), np.log([1.0]))
    >>> found.target.tolist(), found.probability.round(2).tolist(), found.none.round(2).tolist()
    ([5, 7], [0.2, 0.6], [0.2])
    """
    order = np.lexsort((log_weight, target, incident))
    incident, target, log_weight = incident[order], target[order], log_weight[order]
    if not len(incident):
        return Posterior(incident, target, log_weight, np.ones(len(log_none)))
    most = log_none.copy()
    np.maximum.at(most, incident, log_weight)
    weight = np.exp(log_weight - most[incident])
    first = np.flatnonzero(
        np.r_[True, (incident[1:] != incident[:-1]) | (target[1:] != target[:-1])]
    )
    weight = np.add.reduceat(weight, first)
    incident, target = incident[first], target[first]
    none = np.exp(log_none - most)
    total = none + np.bincount(incident, weight, len(log_none))
    return Posterior(incident, target, weight / total[incident], none / total)


def best_two(found: Posterior) -> Choice:
    """Choose the most probable candidate of each incident, and the next; ties by target.

    Examples
    --------
    >>> found = posterior(np.array([0, 0]), np.array([7, 5]), np.log([3.0, 1.0]), np.log([1.0]))
    >>> choice = best_two(found)
    >>> found.target[choice.row].tolist(), found.target[choice.next_row].tolist()
    ([7], [5])
    """
    order = np.lexsort((found.target, -found.probability, found.incident))
    incident = found.incident[order]
    first = np.flatnonzero(np.r_[True, incident[1:] != incident[:-1]]) if len(order) else order
    after = np.minimum(first + 1, max(len(order) - 1, 0))
    has_next = (after > first) & (incident[after] == incident[first])
    return Choice(incident[first], order[first], np.where(has_next, order[after], -1))
