"""Semi-Markov chain: sums over all ways to cut a text into labelled segments.

A segment with label y from token i up to j scores the `begin` score of y at i, the `inside`
scores of y at the tokens after it, and its own score; two segments side by side score a
transition. Label number `labels` is "no label": such a segment has one token.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from blockdata.kernels.jit import jit_finite

__all__ = ["expected_segments", "segment_factors"]

Floats = npt.NDArray[np.float64]


@jit_finite
def segment_factors(
    scores: Floats, segment_scores: Floats, count: int, labels: int, factors: Floats
) -> None:
    """Fill `factors[i, n, y]`, the exponential of a segment's score (n: its length less 1).

    `scores` are those of the tokens: labels + 1 `begin` scores, then labels `inside` scores.
    """
    for start in range(count):
        for label in range(labels + 1):
            total = scores[start, label]
            factors[start, 0, label] = np.exp(total + segment_scores[start, 0, label])
            if label == labels:
                factors[start, 1:, label] = 0.0
                break
            for more in range(1, min(factors.shape[1], count - start)):
                total += scores[start + more, labels + 1 + label]
                factors[start, more, label] = np.exp(total + segment_scores[start, more, label])


@jit_finite
def expected_segments(
    factors: Floats, transitions: Floats, count: int, labels: int, marginals: Floats, pairs: Floats
) -> float:
    """Write each segment's probability to `marginals`; return log Z.

    `transitions[x, y]` are exponentials, with x = labels + 1 for the start of the text; the
    expected number of each transition is added to `pairs`.
    """
    states = labels + 1
    forward = np.zeros((count + 1, states))
    arriving = np.zeros((count + 1, states))
    backward = np.zeros((count + 1, states))
    leaving = np.zeros(states)
    _sum_forward(factors, transitions, count, forward, arriving)
    total = forward[count].sum()
    backward[count] = 1.0 / total
    for start in range(count - 1, -1, -1):
        leaving[:] = 0.0
        for more in range(min(factors.shape[1], count - start)):
            for label in range(states):
                mass = factors[start, more, label] * backward[start + 1 + more, label]
                leaving[label] += mass
                marginals[start, more, label] = arriving[start, label] * mass
        if start:
            _step_back(transitions, leaving, forward[start], backward[start], pairs)
    pairs[states] += arriving[0] * leaving
    return float(np.log(total))


@jit_finite
def _sum_forward(
    factors: Floats, transitions: Floats, count: int, forward: Floats, arriving: Floats
) -> None:
    """Fill sums over all beginnings of a text: by their last label, and by the next one."""
    states = forward.shape[1]
    arriving[0] = transitions[states]
    for end in range(1, count + 1):
        for more in range(min(factors.shape[1], end)):
            start = end - 1 - more
            for label in range(states):
                forward[end, label] += arriving[start, label] * factors[start, more, label]
        for before in range(states):
            for label in range(states):
                arriving[end, label] += forward[end, before] * transitions[before, label]


@jit_finite
def _step_back(
    transitions: Floats, leaving: Floats, forward: Floats, backward: Floats, pairs: Floats
) -> None:
    for before in range(backward.size):
        for label in range(backward.size):
            weight = transitions[before, label] * leaving[label]
            backward[before] += weight
            pairs[before, label] += forward[before] * weight
