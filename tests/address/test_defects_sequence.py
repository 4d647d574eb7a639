"""House numbers along a street: the robust order against brute force over all subsets."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blockdata.address.defects.sequence import longest_rising, out_of_sequence_m, side_rule

STREET = st.lists(
    st.tuples(st.integers(1, 12), st.integers(0, 30).map(lambda n: 5.0 * n)),
    min_size=1,
    max_size=8,
)


def ordered(plates, direction):
    """Whether no smaller number stands behind a larger one."""
    return all(
        direction * one[1] <= direction * other[1]
        for one in plates
        for other in plates
        if one[0] < other[0]
    )


def most_in_order(plates, direction):
    """Brute force: the size of the largest subset in order."""
    return max(
        size
        for size in range(1, len(plates) + 1)
        if any(ordered(subset, direction) for subset in combinations(plates, size))
    )


@given(st.lists(st.integers(0, 6), max_size=9))
def test_the_longest_rising_subsequence_is_the_longest(values):
    chain = longest_rising(np.array(values, float))
    kept = [values[n] for n in chain]
    assert kept == sorted(kept) and (np.diff(chain) > 0).all()
    lengths = [
        size
        for size in range(len(values) + 1)
        if any(list(c) == sorted(c) for c in combinations(values, size))
    ]
    assert len(chain) == max(lengths)


@given(STREET)
def test_as_many_numbers_are_right_as_any_order_can_keep(plates):
    numbers, along = np.array([p[0] for p in plates]), np.array([p[1] for p in plates])
    excess = out_of_sequence_m(numbers, along, min_share=0)
    best = max(most_in_order(plates, 1), most_in_order(plates, -1))
    right = [p for p, e in zip(plates, excess) if e == 0]
    assert len(right) >= best
    assert (excess >= 0).all()


@given(
    st.lists(st.integers(1, 40), min_size=5, max_size=8, unique=True),
    st.integers(0, 7),
    st.integers(-20, 60).map(lambda n: 5.0 * n + 1),
)
def test_the_excess_of_one_moved_plate_is_its_way_back_between_its_neighbours(steps, at, moved):
    numbers = np.arange(1, len(steps) + 1)
    along = 5.0 * np.cumsum(steps)
    at %= len(steps)
    low = along[at - 1] if at else -np.inf
    high = along[at + 1] if at + 1 < len(steps) else np.inf
    along[at] = moved
    plates = list(zip(numbers, along))
    largest = [
        set(subset)
        for subset in combinations(range(len(steps)), len(steps) - 1)
        if ordered([plates[n] for n in subset], 1)
    ]
    excess = out_of_sequence_m(numbers, along, min_share=0)
    if ordered(plates, 1):
        assert not excess.any()
    elif largest == [set(range(len(steps))) - {at}]:
        assert np.flatnonzero(excess).tolist() == [at]
        assert excess[at] == max(low - moved, moved - high)


def test_a_made_up_street_with_two_misplaced_plates():
    numbers = np.arange(1, 41, 2)
    along = numbers * 6.0
    along[5] += 150.0
    along[12] -= 90.0
    excess = out_of_sequence_m(numbers, along)
    assert np.flatnonzero(excess > 30).tolist() == [5, 12]
    assert excess[5] == pytest.approx(along[5] - 13 * 6.0)
    assert out_of_sequence_m(numbers, -along).tolist() == excess.tolist()


def test_numbers_without_an_order_are_left_alone():
    rng = np.random.default_rng(7)
    numbers = np.arange(30)
    assert not out_of_sequence_m(numbers, rng.permutation(30) * 20.0).any()
    assert len(out_of_sequence_m(np.array([], int), np.array([]))) == 0


def rule_of(sides):
    return side_rule(
        np.arange(1, len(sides) + 1),
        np.array(sides, float),
        min_clear_m=2,
        min_plates=8,
        min_share=0.85,
    )


def test_a_side_is_told_only_where_most_numbers_keep_to_it():
    right = [8, -8] * 5
    assert rule_of(right).holds and not rule_of(right).wrong.any()
    assert np.flatnonzero(rule_of([*right[:-1], 8]).wrong).tolist() == [9]
    assert np.flatnonzero(rule_of([-s for s in right[:-1]] + [-8]).wrong).tolist() == [9]
    assert not rule_of([8] * 10).holds
    assert not rule_of([8, -8] * 2).holds
    assert not rule_of([*right[:-1], np.nan]).wrong.any()
    assert not rule_of([*right[:-1], 1]).wrong.any()
