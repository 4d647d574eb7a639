"""The trees learn what can be learned, follow their seed, and do not depend on the row order."""

import numpy as np
import pytest

from blockdata.address.comparing.boosting import Boosting, class_shares, fit_trees


def _rings(count, seed):
    points = np.random.default_rng(seed).uniform(-1, 1, (count, 4)).astype(np.float32)
    radius = np.hypot(points[:, 0], points[:, 1])
    return points, np.digitize(radius, [0.5, 0.9])


def test_learns_rings_that_no_single_question_parts():
    rows, labels = _rings(2000, 0)
    trees = fit_trees(rows, labels, np.ones(2000), settings=Boosting(rounds=60, columns=1.0))
    others, wanted = _rings(1000, 1)
    shares = class_shares(trees, others)
    assert np.mean(shares.argmax(axis=1) == wanted) > 0.93
    assert shares.sum(axis=1) == pytest.approx(np.ones(1000))


def test_the_seed_decides():
    rows, labels = _rings(300, 2)
    first, again, other = (
        fit_trees(rows, labels, np.ones(300), settings=Boosting(rounds=5), seed=seed)
        for seed in (1, 1, 2)
    )
    assert all(np.array_equal(a, b) for a, b in zip(first, again))
    assert not np.array_equal(first.value, other.value)


def test_without_anything_to_learn_the_shares_are_those_of_the_classes():
    rows = np.zeros((90, 2), dtype=np.float32)
    labels = np.repeat([0, 1, 2], [60, 20, 10])
    shares = class_shares(fit_trees(rows, labels, np.ones(90)), rows[:1])[0]
    assert shares == pytest.approx([60 / 90, 20 / 90, 10 / 90], abs=0.01)


def test_heavier_rows_weigh_more():
    rows = np.repeat(np.float32([[0], [1]]), 50, axis=0)
    labels = np.tile([0, 1], 50)
    weights = np.where((rows[:, 0] == 1) & (labels == 1), 9.0, 1.0)
    options = Boosting(rounds=80, columns=1.0)
    shares = class_shares(fit_trees(rows, labels, weights, settings=options), rows[[0, -1]])
    assert shares[1, 1] > 0.8 > 0.6 > shares[0, 1]
