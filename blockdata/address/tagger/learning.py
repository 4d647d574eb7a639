"""Fit the weights: stochastic gradient ascent on the likelihood of the semi-Markov chain.

The L1 penalty is applied cumulatively (Tsuruoka, Tsujii and Ananiadou 2009), so that a weight
that the data do not ask for is zero at the end, although each sentence touches few of them.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from blockdata.address.tagger.chains import (
    NOTHING,
    Chains,
    likely_labels,
    new_chains,
    run_backward,
    run_forward,
    turned_transitions,
)
from blockdata.address.tagger.context import PAD
from blockdata.address.tagger.corpus import MOST_TOKENS, Corpus, forget
from blockdata.address.tagger.hashing import ABSENT, chance, find, may_have
from blockdata.address.tagger.lattice import Lattice, keep_segments, new_lattice
from blockdata.address.tagger.segments import (
    LONGEST_SEGMENT,
    describe_segment,
    hash_segments,
    note_labels,
)
from blockdata.address.tagger.semimarkov import expected_segments, segment_factors
from blockdata.address.tagger.templates import hash_features, stride_of
from blockdata.address.tagger.workspace import Reading, Workspace, new_workspace, read_text
from blockdata.kernels.jit import jit_finite

__all__ = ["Bench", "Pace", "Weights", "learn_epoch", "new_bench"]

Floats = npt.NDArray[np.float64]


class Weights(NamedTuple):
    """Weights in training: a row for each feature, and the L1 penalty that each has paid."""

    slots: npt.NDArray[np.uint64]
    filter: npt.NDArray[np.uint64]
    rows: npt.NDArray[np.float32]
    paid: npt.NDArray[np.float32]
    transitions: Floats


class Pace(NamedTuple):
    """How an epoch learns: step, L1 penalty for a sentence and that due before the epoch.

    `drop` is the share of features left out at random, `alone` that of sentences without features
    of segments, `keep` how much worse than the best a segment may be, by the scores of tokens, and
    still be looked at as a whole; `state` is that of the random numbers.
    """

    rate: float
    penalty: float
    spent: float
    drop: float
    alone: float
    keep: float
    state: npt.NDArray[np.uint64]


class Bench(NamedTuple):
    """Room for one sentence: features, scores, probabilities less what is given, gradients."""

    work: Workspace
    chains: Chains
    lattice: Lattice
    kept: npt.NDArray[np.bool_]
    rows: npt.NDArray[np.int32]
    segment_rows: npt.NDArray[np.int32]
    scores: Floats
    segment_scores: Floats
    factors: Floats
    surplus: Floats
    pairs: Floats
    gradient: npt.NDArray[np.float32]
    segment_gradient: npt.NDArray[np.float32]


def new_bench(reading: Reading, weights: Weights) -> Bench:
    """Return the room that learning needs."""
    lanes, labels = weights.rows.shape[1], reading.lexicon.labels
    segments = (MOST_TOKENS, LONGEST_SEGMENT, labels + 1)
    return Bench(
        new_workspace(reading),
        new_chains(lanes, lanes),
        new_lattice(),
        np.zeros((MOST_TOKENS, LONGEST_SEGMENT), np.bool_),
        np.zeros((len(reading.token_templates), MOST_TOKENS), np.int32),
        np.zeros((*segments[:2], len(reading.segment_templates)), np.int32),
        np.zeros((MOST_TOKENS, lanes)),
        np.zeros(segments),
        np.zeros(segments),
        np.zeros(segments),
        np.zeros((labels + 2, labels + 1)),
        np.zeros((MOST_TOKENS, lanes), np.float32),
        np.zeros(lanes, np.float32),
    )


@jit_finite
def learn_epoch(
    corpus: Corpus,
    order: npt.NDArray[np.int64],
    reading: Reading,
    weights: Weights,
    pace: Pace,
    bench: Bench,
) -> None:
    """Go once through the sentences and change the weights after each."""
    labels, due = reading.lexicon.labels, pace.spent
    has_segments = reading.segment_templates.shape[0] > 0
    for sentence in order:
        due += pace.penalty
        # The tokens must do without segments now and then, or they could rule out none alone.
        with_segments = has_segments and chance(pace.state) >= pace.alone
        forget(corpus, sentence, reading.lexicon.counts, -1)
        text = corpus.codes[corpus.bounds[sentence] : corpus.bounds[sentence + 1]]
        count = read_text(text, reading, bench.work)
        score_tokens(reading, weights, pace, bench, count)
        bench.segment_scores[:count] = 0.0
        if with_segments:
            mark_segments(corpus, sentence, weights, pace, bench, count)
            likely_labels(bench.chains, count, labels, bench.work.likely)
            note_labels(bench.work, count, labels)
            score_segments(reading, weights, pace, bench, count)
        forget(corpus, sentence, reading.lexicon.counts, 1)
        centre(bench.scores, count, 2 * labels + 1)
        segment_factors(bench.scores, bench.segment_scores, count, labels, bench.factors)
        bench.pairs[:] = 0.0
        factors = np.exp(weights.transitions)
        expected_segments(bench.factors, factors, count, labels, bench.surplus, bench.pairs)
        subtract_given(corpus, sentence, labels, bench)
        token_gradient(bench.surplus, count, labels, bench.gradient)
        move_tokens(weights, pace, bench, count, due)
        if with_segments:
            move_segments(weights, pace, bench, count, due)
        weights.transitions[:] -= pace.rate * bench.pairs


@jit_finite
def row_kept(weights: Weights, key: np.uint64, pace: Pace) -> int:
    """Return a feature's row; ABSENT if it has none, or is left out this time."""
    if not may_have(weights.filter, key):
        return ABSENT
    row = find(weights.slots, key)
    return row if row >= 0 and chance(pace.state) >= pace.drop else ABSENT


@jit_finite
def score_tokens(reading: Reading, weights: Weights, pace: Pace, bench: Bench, count: int) -> None:
    """Add up the rows of each token's features; what is left out is made up for by the others."""
    hash_features(reading.token_templates, bench.work.attributes, PAD, count, 0, bench.work.hashes)
    bench.scores[:count] = 0.0
    keep, stride = 1.0 / (1.0 - pace.drop), stride_of(count)
    for template in range(reading.token_templates.shape[0]):
        for at in range(count):
            row = row_kept(weights, bench.work.hashes[template * stride + at], pace)
            bench.rows[template, at] = row
            if row >= 0:
                for lane in range(bench.scores.shape[1]):
                    bench.scores[at, lane] += keep * weights.rows[row, lane]


@jit_finite
def mark_segments(
    corpus: Corpus, sentence: int, weights: Weights, pace: Pace, bench: Bench, count: int
) -> None:
    """Mark the segments that the tokens alone do not rule out, and the given ones."""
    chains, lattice, labels = bench.chains, bench.lattice, weights.transitions.shape[1] - 1
    transitions = np.full((labels + 2, chains.begun.shape[1]), NOTHING)
    transitions[:, : labels + 1] = weights.transitions
    chains.scores[:count] = bench.scores[:count]
    best = run_forward(chains, transitions, count, labels)
    run_backward(chains, turned_transitions(transitions, labels), count, labels)
    found = keep_segments(chains, lattice, best - pace.keep, count, labels)
    # Where nothing is clear as yet, all are looked at.
    bench.kept[:count] = found == 0
    for place in range(found):
        start, more = lattice.start[place], lattice.end[place] - lattice.start[place] - 1
        if more < LONGEST_SEGMENT:
            bench.kept[start, more] = True
    for place in range(corpus.segment_bounds[sentence], corpus.segment_bounds[sentence + 1]):
        start, end = corpus.segments[place, :2]
        bench.kept[start, end - start - 1] = True


@jit_finite
def score_segments(
    reading: Reading, weights: Weights, pace: Pace, bench: Bench, count: int
) -> None:
    """Add up the rows of the features of the segments marked."""
    scores, keep = bench.segment_scores, 1.0 / (1.0 - pace.drop)
    templates = reading.segment_templates.shape[0]
    for start in range(count):
        marked = np.flatnonzero(bench.kept[start, : min(LONGEST_SEGMENT, count - start)])
        for column in range(marked.size):
            end = start + marked[column] + 1
            describe_segment(bench.work, start, end, reading.lexicon, column)
        hash_segments(bench.work, reading.segment_templates, marked.size)
        stride = stride_of(marked.size)
        for column in range(marked.size):
            more = marked[column]
            for template in range(templates):
                key = bench.work.segment_hashes[template * stride + column]
                row = row_kept(weights, key, pace)
                bench.segment_rows[start, more, template] = row
                if row >= 0:
                    for label in range(scores.shape[2]):
                        scores[start, more, label] += keep * weights.rows[row, label]


@jit_finite
def centre(scores: Floats, count: int, lanes: int) -> None:
    """Take each token's best score off its scores, which changes no probability."""
    for at in range(count):
        scores[at] -= scores[at, :lanes].max()


@jit_finite
def subtract_given(corpus: Corpus, sentence: int, labels: int, bench: Bench) -> None:
    """Take the given segments and transitions off those expected."""
    before = labels + 1
    for place in range(corpus.segment_bounds[sentence], corpus.segment_bounds[sentence + 1]):
        start, end, label = corpus.segments[place, :3]
        bench.surplus[start, end - start - 1, label] -= 1.0
        bench.pairs[before, label] -= 1.0
        before = label


@jit_finite
def token_gradient(
    surplus: Floats, count: int, labels: int, gradient: npt.NDArray[np.float32]
) -> None:
    """Turn expected less given segments into the gradient for each token and score."""
    gradient[:count] = 0
    for start in range(count):
        for label in range(labels + 1):
            rest = 0.0
            for more in range(min(LONGEST_SEGMENT, count - start) - 1, 0, -1):
                rest += surplus[start, more, label]
                if label < labels:
                    gradient[start + more, labels + 1 + label] -= np.float32(rest)
            gradient[start, label] = -np.float32(rest + surplus[start, 0, label])


@jit_finite
def move_tokens(weights: Weights, pace: Pace, bench: Bench, count: int, due: float) -> None:
    """Move the weights of the features of tokens."""
    step = np.float32(pace.rate / (1.0 - pace.drop))
    for template in range(bench.rows.shape[0]):
        for at in range(count):
            row = bench.rows[template, at]
            if row >= 0:
                move(weights, row, bench.gradient[at], step, np.float32(due))


@jit_finite
def move_segments(weights: Weights, pace: Pace, bench: Bench, count: int, due: float) -> None:
    """Move the weights of the features of segments."""
    step = np.float32(pace.rate / (1.0 - pace.drop))
    for start in range(count):
        for more in range(min(LONGEST_SEGMENT, count - start)):
            if not bench.kept[start, more]:
                continue
            for label in range(bench.surplus.shape[2]):
                bench.segment_gradient[label] = -bench.surplus[start, more, label]
            for row in bench.segment_rows[start, more]:
                if row >= 0:
                    move(weights, row, bench.segment_gradient, step, np.float32(due))


@jit_finite
def move(
    weights: Weights, row: int, gradient: npt.NDArray[np.float32], step: np.float32, due: np.float32
) -> None:
    """Move one feature's weights up the gradient, then towards zero by the penalty due."""
    values, paid, zero = weights.rows[row], weights.paid[row], np.float32(0)
    for lane in range(values.size):
        moved = values[lane] + step * gradient[lane]
        if moved > zero:
            kept = max(zero, moved - (due + paid[lane]))
        else:
            kept = min(zero, moved + (due - paid[lane]))
        paid[lane] += kept - moved
        values[lane] = kept
