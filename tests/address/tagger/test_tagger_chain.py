"""Sums and maxima over segmentations agree with going through every segmentation."""

import itertools
import math

import numpy as np
import pytest

from blockdata.address.tagger.chains import (
    new_chains,
    run_backward,
    run_forward,
    turned_transitions,
)
from blockdata.address.tagger.lattice import (
    best_path,
    keep_segments,
    likely_path,
    new_lattice,
    sum_paths,
)
from blockdata.address.tagger.learning import centre, token_gradient
from blockdata.address.tagger.packing import padded_transitions
from blockdata.address.tagger.segments import LONGEST_SEGMENT
from blockdata.address.tagger.semimarkov import expected_segments, segment_factors

LABELS, COUNT = 2, 4


def segmentations(count, labels=LABELS):
    """Every way to cut `count` tokens into labelled segments; the last label has one token."""
    for cuts in itertools.product((False, True), repeat=count - 1):
        ends = [at + 1 for at, cut in enumerate(cuts) if cut] + [count]
        pieces = list(zip([0, *ends[:-1]], ends))
        for names in itertools.product(range(labels + 1), repeat=len(pieces)):
            path = [(start, end, name) for (start, end), name in zip(pieces, names)]
            if all(name < labels or end - start == 1 for start, end, name in path):
                yield path


def path_score(path, scores, segment_scores, transitions):
    total, before = 0.0, LABELS + 1
    for start, end, label in path:
        total += transitions[before, label] + scores[start, label]
        total += sum(scores[at, LABELS + 1 + label] for at in range(start + 1, end))
        total += segment_scores[start, end - start - 1, label]
        before = label
    return total


@pytest.fixture(params=range(5))
def case(request):
    random = np.random.default_rng(request.param)
    scores = np.zeros((COUNT, 16))
    scores[:, : 2 * LABELS + 1] = random.normal(size=(COUNT, 2 * LABELS + 1))
    segment_scores = random.normal(size=(COUNT, LONGEST_SEGMENT, LABELS + 1))
    transitions = random.normal(size=(LABELS + 2, LABELS + 1))
    return scores, segment_scores, transitions


def expected(scores, segment_scores, transitions):
    factors = np.zeros_like(segment_scores)
    marginals = np.zeros_like(segment_scores)
    pairs = np.zeros_like(transitions)
    segment_factors(scores, segment_scores, COUNT, LABELS, factors)
    total = expected_segments(factors, np.exp(transitions), COUNT, LABELS, marginals, pairs)
    return total, marginals, pairs


def test_probabilities_are_those_of_all_segmentations(case):
    total, marginals, pairs = expected(*case)
    weights = [(path, math.exp(path_score(path, *case))) for path in segmentations(COUNT)]
    mass = sum(weight for _, weight in weights)
    wanted, wanted_pairs = np.zeros_like(marginals), np.zeros_like(pairs)
    for path, weight in weights:
        before = LABELS + 1
        for start, end, label in path:
            wanted[start, end - start - 1, label] += weight / mass
            wanted_pairs[before, label] += weight / mass
            before = label
    assert total == pytest.approx(math.log(mass))
    np.testing.assert_allclose(marginals, wanted, atol=1e-12)
    np.testing.assert_allclose(pairs, wanted_pairs, atol=1e-12)


def test_the_gradient_is_the_slope(case):
    scores, segment_scores, transitions = case
    _, marginals, pairs = expected(*case)
    gradient = np.zeros(scores.shape, np.float32)
    token_gradient(marginals, COUNT, LABELS, gradient)
    step = 1e-5
    for at, lane in itertools.product(range(COUNT), range(2 * LABELS + 1)):
        if at == 0 and lane > LABELS:
            continue
        sides = []
        for sign in (1, -1):
            moved = scores.copy()
            moved[at, lane] += sign * step
            sides.append(expected(moved, segment_scores, transitions)[0])
        assert -gradient[at, lane] == pytest.approx((sides[0] - sides[1]) / (2 * step), abs=1e-5)
    for place in itertools.product(range(LABELS + 2), range(LABELS + 1)):
        sides = []
        for sign in (1, -1):
            moved = transitions.copy()
            moved[place] += sign * step
            sides.append(expected(scores, segment_scores, moved)[0])
        assert pairs[place] == pytest.approx((sides[0] - sides[1]) / (2 * step), abs=1e-5)


def test_centred_scores_change_no_probability(case):
    scores, segment_scores, transitions = case
    _, marginals, _ = expected(*case)
    shifted = scores.copy()
    centre(shifted, COUNT, 2 * LABELS + 1)
    assert shifted[:, : 2 * LABELS + 1].max(axis=1).tolist() == [0] * COUNT
    _, new_marginals, _ = expected(shifted, segment_scores, transitions)
    np.testing.assert_allclose(new_marginals, marginals)


def coarse(case, margin):
    """Run the decoder's first steps on the scores of tokens alone."""
    scores, _, transitions = case
    padded = padded_transitions(transitions)
    chains, lattice = new_chains(64, padded.shape[1]), new_lattice()
    chains.scores[:COUNT, :16] = scores
    best = run_forward(chains, padded, COUNT, LABELS)
    run_backward(chains, turned_transitions(padded, LABELS), COUNT, LABELS)
    found = keep_segments(chains, lattice, best - margin, COUNT, LABELS)
    pieces = zip(lattice.start[:found], lattice.end[:found], lattice.label[:found])
    return padded, lattice, float(best), [tuple(map(int, piece)) for piece in pieces]


@pytest.mark.parametrize("margin", [0.5, 2.0, 100.0])
def test_what_is_kept_lies_on_a_path_within_the_margin(case, margin):
    scores, segment_scores, transitions = case
    _, _, best, kept = coarse(case, margin)
    nothing = np.zeros_like(segment_scores)
    reach = {}
    for path in segmentations(COUNT):
        score = path_score(path, scores, nothing, transitions)
        for piece in path:
            reach[piece] = max(reach.get(piece, -math.inf), score)
    assert best == pytest.approx(max(reach.values()), abs=1e-4)
    assert sorted(kept) == sorted(p for p, score in reach.items() if score >= best - margin)
    assert [end for _, end, _ in kept] == sorted(end for _, end, _ in kept)


def test_the_lattice_gives_best_path_and_probabilities(case):
    segment_scores = case[1]
    padded, lattice, _, kept = coarse(case, 1000.0)
    for place, (start, end, label) in enumerate(kept):
        lattice.score[place] += segment_scores[start, end - start - 1, label]
    place = best_path(lattice, padded, COUNT, LABELS)
    path = []
    while place >= 0:
        path.append(kept[place])
        place = lattice.before[place]
    wanted = max(segmentations(COUNT), key=lambda path: path_score(path, *case))
    assert path[::-1] == wanted
    sum_paths(lattice, np.exp(padded.astype(float)), COUNT, LABELS)
    _, marginals, _ = expected(*case)
    for place, (start, end, label) in enumerate(kept):
        assert lattice.probability[place] == pytest.approx(
            marginals[start, end - start - 1, label], abs=1e-5
        )


@pytest.mark.parametrize("least", [0.0, 0.2, 0.4, 0.7])
def test_the_spans_chosen_have_the_largest_sum_of_probability(case, least):
    padded, lattice, _, kept = coarse(case, 1000.0)
    best_path(lattice, padded, COUNT, LABELS)
    sum_paths(lattice, np.exp(padded.astype(float)), COUNT, LABELS)
    place = likely_path(lattice, COUNT, LABELS, np.full(LABELS, least, np.float32))
    chosen = []
    while place >= 0:
        chosen.append(kept[place])
        place = lattice.before[place]
    gains = {
        piece: lattice.probability[at] - np.float32(least)
        for at, piece in enumerate(kept)
        if piece[2] < LABELS
    }

    def sum_of(path):
        return sum(max(gains.get(piece, 0.0), 0.0) for piece in path)

    assert sum(gains[piece] for piece in chosen) == pytest.approx(
        max(sum_of(path) for path in segmentations(COUNT))
    )
    starts = [start for start, _, _ in chosen] + [0]
    assert all(end <= start for start, (_, end, _) in zip(starts, chosen[1:]))
