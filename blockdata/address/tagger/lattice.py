"""The fine step: the segments that may win, the best path through them, their probabilities."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from blockdata.address.tagger.chains import Chains
from blockdata.address.tagger.tokens import LONGEST_TEXT
from blockdata.kernels.jit import jit_finite

__all__ = [
    "Lattice",
    "Order",
    "best_path",
    "cover_tokens",
    "keep_segments",
    "lawful_path",
    "likely_path",
    "new_lattice",
    "sum_paths",
]

Floats = npt.NDArray[np.float64]


_MOST_SEGMENTS = 20_000
_MOST_OPEN = 4_000


class Order(NamedTuple):
    """Which label may follow which (last row: the start), which comes once; empty: any order."""

    next: npt.NDArray[np.bool_]
    once: npt.NDArray[np.bool_]


class Lattice(NamedTuple):
    """The segments that may win, in order of their end; `first[e]` is the first ending at e.

    `column` is where a segment's features are, `score` its own score, `best` that of the best path
    up to it, `before` the segment that comes before on a path. `probability` is filled last.
    `cover` counts the segments over each token. The `open_` arrays are segments without an end as
    yet, while the others are collected.
    """

    first: npt.NDArray[np.int32]
    start: npt.NDArray[np.int32]
    end: npt.NDArray[np.int32]
    label: npt.NDArray[np.int32]
    column: npt.NDArray[np.int32]
    score: npt.NDArray[np.float64]
    best: npt.NDArray[np.float64]
    before: npt.NDArray[np.int32]
    factor: npt.NDArray[np.float64]
    backward: npt.NDArray[np.float64]
    probability: npt.NDArray[np.float64]
    cover: npt.NDArray[np.int32]
    open_start: npt.NDArray[np.int32]
    open_label: npt.NDArray[np.int32]
    open_score: npt.NDArray[np.float32]


@jit_finite
def new_lattice() -> Lattice:
    """Return room for the segments of one text."""
    return Lattice(
        np.zeros(LONGEST_TEXT + 2, np.int32),
        np.zeros(_MOST_SEGMENTS, np.int32),
        np.zeros(_MOST_SEGMENTS, np.int32),
        np.zeros(_MOST_SEGMENTS, np.int32),
        np.zeros(_MOST_SEGMENTS, np.int32),
        np.zeros(_MOST_SEGMENTS),
        np.zeros(_MOST_SEGMENTS),
        np.zeros(_MOST_SEGMENTS, np.int32),
        np.zeros(_MOST_SEGMENTS),
        np.zeros(_MOST_SEGMENTS),
        np.zeros(_MOST_SEGMENTS),
        np.zeros(LONGEST_TEXT + 1, np.int32),
        np.zeros(_MOST_OPEN, np.int32),
        np.zeros(_MOST_OPEN, np.int32),
        np.zeros(_MOST_OPEN, np.float32),
    )


@jit_finite
def keep_segments(chains: Chains, lattice: Lattice, least: float, count: int, labels: int) -> int:
    """Collect the segments on a path of at least the score `least`; return how many.

    A text so unclear that they do not fit gives none.
    """
    opened = found = 0
    lattice.first[0] = lattice.first[1] = 0
    for end in range(1, count + 1):
        if opened + labels + 1 > _MOST_OPEN or found + opened + labels + 1 > _MOST_SEGMENTS:
            lattice.first[: count + 2] = 0
            return 0
        opened = _lengthen(chains, lattice, least, end - 1, labels, opened)
        opened = _open(chains, lattice, least, end - 1, labels, opened)
        found = _close(chains, lattice, least, end, opened, found)
        lattice.first[end + 1] = found
    return found


@jit_finite
def _lengthen(
    chains: Chains, lattice: Lattice, least: float, at: int, labels: int, opened: int
) -> int:
    """Add a token to the open segments, and drop those that cannot win with it."""
    kept = 0
    for place in range(opened):
        label = lattice.open_label[place]
        if label == labels:
            continue
        score = lattice.open_score[place] + chains.scores[at, labels + 1 + label]
        if score + chains.rest[at, label] >= least:
            lattice.open_start[kept] = lattice.open_start[place]
            lattice.open_label[kept] = label
            lattice.open_score[kept] = score
            kept += 1
    return kept


@jit_finite
def _open(chains: Chains, lattice: Lattice, least: float, at: int, labels: int, opened: int) -> int:
    for label in range(labels + 1):
        if chains.begun[at, label] + chains.rest[at, label] >= least:
            lattice.open_start[opened] = at
            lattice.open_label[opened] = label
            lattice.open_score[opened] = chains.begun[at, label]
            opened += 1
    return opened


@jit_finite
def _close(
    chains: Chains, lattice: Lattice, least: float, end: int, opened: int, found: int
) -> int:
    """Write down the open segments that may end here."""
    for place in range(opened):
        start, label = lattice.open_start[place], lattice.open_label[place]
        score = lattice.open_score[place]
        if score + chains.left[end - 1, label] >= least:
            lattice.start[found], lattice.end[found] = start, end
            lattice.label[found] = label
            # Without the path up to here: the score of the segment's own tokens.
            lattice.score[found] = score - chains.begun[start, label] + chains.scores[start, label]
            found += 1
    return found


@jit_finite
def cover_tokens(lattice: Lattice, found: int, count: int) -> None:
    """Count the segments over each token: one that is alone over a token is on every path."""
    cover = lattice.cover
    cover[: count + 1] = 0
    for place in range(found):
        cover[lattice.start[place]] += 1
        cover[lattice.end[place]] -= 1
    for at in range(1, count):
        cover[at] += cover[at - 1]


@jit_finite
def best_path(
    lattice: Lattice, transitions: npt.NDArray[np.float32], count: int, labels: int
) -> int:
    """Find the best path; return its last segment, -1 if there is none."""
    first, best, label = lattice.first, lattice.best, lattice.label
    for place in range(first[count + 1]):
        start = lattice.start[place]
        score, before = -np.inf, -1
        if start == 0:
            score = np.float64(transitions[labels + 1, label[place]])
        for other in range(first[start], first[start + 1]):
            arriving = best[other] + transitions[label[other], label[place]]
            if arriving > score:
                score, before = arriving, other
        best[place], lattice.before[place] = score + lattice.score[place], before
    final = -1
    for place in range(first[count], first[count + 1]):
        if final < 0 or best[place] > best[final]:
            final = place
    return final


@jit_finite
def sum_paths(lattice: Lattice, factors: Floats, count: int, labels: int) -> None:
    """Fill each segment's probability among all paths; `factors` are exp(transitions)."""
    first, label = lattice.first, lattice.label
    total = _sum_forward(lattice, factors, count, labels)
    for place in range(first[count + 1]):
        lattice.backward[place] = 1.0 / total if lattice.end[place] == count else 0.0
    for place in range(first[count + 1] - 1, -1, -1):
        leaving = lattice.backward[place] * lattice.factor[place]
        lattice.probability[place] *= lattice.backward[place]
        start = lattice.start[place]
        for other in range(first[start], first[start + 1]):
            lattice.backward[other] += leaving * factors[label[other], label[place]]


@jit_finite
def _sum_forward(lattice: Lattice, factors: Floats, count: int, labels: int) -> float:
    """Sum over the paths up to each segment; return the sum over all.

    Scores relative to the best path at each place keep the exponentials in range.
    """
    first, label = lattice.first, lattice.label
    level = np.zeros(count + 1)
    for end in range(1, count + 1):
        if first[end] < first[end + 1]:
            level[end] = lattice.best[first[end] : first[end + 1]].max()
        for place in range(first[end], first[end + 1]):
            start = lattice.start[place]
            mass = factors[labels + 1, label[place]] if start == 0 else 0.0
            for other in range(first[start], first[start + 1]):
                mass += lattice.probability[other] * factors[label[other], label[place]]
            lattice.factor[place] = np.exp(lattice.score[place] + level[start] - level[end])
            lattice.probability[place] = mass * lattice.factor[place]
    return float(lattice.probability[first[count] : first[count + 1]].sum())


@jit_finite
def likely_path(lattice: Lattice, count: int, labels: int, least: npt.NDArray[np.float32]) -> int:
    """Choose spans apart with the largest sum of probability above the `least` of their label.

    Return the last, -1 if there is none. This finds the most spans right on average, not the most
    likely whole: of two readings nearly as likely it takes what is surest of each, and what is
    less likely than its label's `least` stays without label.
    """
    first = lattice.first
    value, last = np.zeros(count + 1), np.full(count + 1, -1, np.int32)
    for end in range(1, count + 1):
        value[end], last[end] = value[end - 1], last[end - 1]
        for place in range(first[end], first[end + 1]):
            start = lattice.start[place]
            lattice.before[place] = last[start]
            label = lattice.label[place]
            if label == labels:
                continue
            gain = value[start] + lattice.probability[place] - least[label]
            if gain > value[end]:
                value[end], last[end] = gain, place
    return int(last[count])


@jit_finite
def lawful_path(
    lattice: Lattice,
    count: int,
    labels: int,
    least: npt.NDArray[np.float32],
    order: Order,
) -> int:
    """Choose as `likely_path`, but no spans in an order that is not allowed; return the last.

    Of two spans that do not go together the less likely one is given up, and the choice is made
    again: few texts need that, so that the order costs nearly nothing.
    """
    final = likely_path(lattice, count, labels, least)
    if order.once.size == 0:
        return final
    while True:
        given_up = _unlawful(lattice, final, order)
        if given_up < 0:
            return final
        lattice.probability[given_up] = -1.0
        final = likely_path(lattice, count, labels, least)


@jit_finite
def _unlawful(lattice: Lattice, final: int, order: Order) -> int:
    """Return the less likely one of two spans that do not go together; -1 if there are none."""
    label, before, probability = lattice.label, lattice.before, lattice.probability
    place = final
    while place >= 0:
        earlier = before[place]
        if earlier < 0:
            return -1 if order.next[order.once.size, label[place]] else place
        other = earlier if not order.next[label[earlier], label[place]] else -1
        while order.once[label[place]] and other < 0 and earlier >= 0:
            if label[earlier] == label[place]:
                other = earlier
            earlier = before[earlier]
        if other >= 0:
            return other if probability[other] < probability[place] else place
        place = before[place]
    return -1
