"""The coarse step: best scores before and after each token, from scores of tokens alone."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from blockdata.address.tagger.tokens import LONGEST_TEXT
from blockdata.kernels.jit import jit_finite

__all__ = [
    "NOTHING",
    "Chains",
    "likely_labels",
    "new_chains",
    "run_backward",
    "run_forward",
    "turned_transitions",
]

Scores = npt.NDArray[np.float32]


NOTHING = np.float32(-1e30)


class Chains(NamedTuple):
    """Best scores up to (`begun`, `reached`) and after (`left`, `rest`) each token and label."""

    scores: npt.NDArray[np.float32]
    begun: npt.NDArray[np.float32]
    reached: npt.NDArray[np.float32]
    rest: npt.NDArray[np.float32]
    left: npt.NDArray[np.float32]


@jit_finite
def new_chains(lanes: int, width: int) -> Chains:
    """Return room for the scores of the longest text."""
    return Chains(
        np.zeros((LONGEST_TEXT, lanes), np.float32),
        np.zeros((LONGEST_TEXT, width), np.float32),
        np.zeros((LONGEST_TEXT, width), np.float32),
        np.zeros((LONGEST_TEXT, width), np.float32),
        np.zeros((LONGEST_TEXT, width), np.float32),
    )


@jit_finite
def run_forward(chains: Chains, transitions: Scores, count: int, labels: int) -> float:
    """Fill the best scores up to each token; return the best of all."""
    scores, begun, reached = chains.scores, chains.begun, chains.reached
    width = transitions.shape[1]
    for label in range(width):
        begun[0, label] = transitions[labels + 1, label] + scores[0, label]
        reached[0, label] = begun[0, label]
    for at in range(1, count):
        _best_sums(begun[at], transitions, reached[at - 1, : labels + 1])
        for label in range(width):
            begun[at, label] += scores[at, label]
            reached[at, label] = begun[at, label]
        for label in range(labels):
            inside = reached[at - 1, label] + scores[at, labels + 1 + label]
            reached[at, label] = max(begun[at, label], inside)
    return float(reached[count - 1, : labels + 1].max())


@jit_finite
def run_backward(chains: Chains, turned: Scores, count: int, labels: int) -> None:
    """Fill the best scores after each token: in all, and if a new segment follows.

    `turned` are the transitions by the label that follows: each row is one vector of labels.
    """
    scores, rest, left = chains.scores, chains.rest, chains.left
    ahead = np.zeros(labels + 1, np.float32)
    rest[count - 1] = 0
    left[count - 1] = 0
    for at in range(count - 2, -1, -1):
        for label in range(labels + 1):
            ahead[label] = scores[at + 1, label] + rest[at + 1, label]
        _best_sums(left[at], turned, ahead)
        for label in range(left.shape[1]):
            rest[at, label] = left[at, label]
        for label in range(labels):
            inside = scores[at + 1, labels + 1 + label] + rest[at + 1, label]
            rest[at, label] = max(left[at, label], inside)


@jit_finite
def likely_labels(chains: Chains, count: int, labels: int, found: npt.NDArray[np.int32]) -> None:
    """Fill each token's label on the best path; `labels` stands for none."""
    for at in range(count):
        best = NOTHING
        for label in range(labels + 1):
            score = chains.reached[at, label] + chains.rest[at, label]
            if score > best:
                best, found[at] = score, label


@jit_finite
def _best_sums(best: Scores, table: Scores, more: Scores) -> None:
    """Fill the maximum over the rows of the table, each raised by its number, four at a time."""
    best[:] = NOTHING
    for row in range(0, more.size - 3, 4):
        first, second, third, fourth = more[row], more[row + 1], more[row + 2], more[row + 3]
        for place in range(best.size):
            one = max(table[row, place] + first, table[row + 1, place] + second)
            two = max(table[row + 2, place] + third, table[row + 3, place] + fourth)
            best[place] = max(best[place], one, two)
    for row in range(more.size // 4 * 4, more.size):
        for place in range(best.size):
            best[place] = max(best[place], table[row, place] + more[row])


@jit_finite
def turned_transitions(transitions: Scores, labels: int) -> Scores:
    """Return the transitions with rows for the label that follows, as wide as before."""
    turned = np.full((labels + 1, transitions.shape[1]), NOTHING, np.float32)
    for after in range(labels + 1):
        for before in range(labels + 1):
            turned[after, before] = transitions[before, after]
    return turned
