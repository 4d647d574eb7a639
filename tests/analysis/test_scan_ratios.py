"""Likelihood ratios against likelihoods maximised directly, and tables that never ask too much."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar

from blockdata.analysis.scan.ratios import (
    LEVELS,
    bernoulli_llr,
    bins_of,
    largest_expected,
    level_of,
    needed_cases,
    poisson_llr,
)


def most(log_likelihood, low, high):
    found = minimize_scalar(
        lambda v: -log_likelihood(v), bounds=(low, high), method="bounded", options={"xatol": 1e-12}
    )
    return -found.fun


@pytest.mark.parametrize(("count", "expected", "total"), [(4, 1.6, 10), (30, 20.1, 800), (7, 6, 9)])
def test_poisson_ratio_is_that_of_the_likelihoods(count, expected, total):
    """A case falls into the window with a chance that grows with the relative risk inside."""

    def log_likelihood(risk):
        inside = risk * expected / (risk * expected + total - expected)
        return count * math.log(inside) + (total - count) * math.log(1 - inside)

    direct = most(log_likelihood, 1.0, 500.0) - log_likelihood(1.0)
    assert poisson_llr(count, expected, float(total)) == pytest.approx(direct, abs=1e-7)


@pytest.mark.parametrize(("count", "size"), [(4, 5), (9, 20), (3, 3), (6, 21)])
def test_bernoulli_ratio_is_that_of_the_likelihoods(count, size):
    total, people = 12, 60

    def log_likelihood(cases, among, chance):
        return cases * math.log(chance) + (among - cases) * math.log(1 - chance)

    edge = 1e-13
    inside = most(lambda p: log_likelihood(count, size, p), edge, 1 - edge)
    outside = most(lambda p: log_likelihood(total - count, people - size, p), edge, 1 - edge)
    direct = inside + outside - log_likelihood(total, people, total / people)
    ours = bernoulli_llr(float(count), float(size), float(total), float(people))
    assert ours == pytest.approx(direct, abs=1e-6)


def test_nothing_is_unusual_without_more_than_expected():
    assert poisson_llr(3.0, 3.0, 10.0) == 0
    assert bernoulli_llr(2.0, 10.0, 12.0, 60.0) == 0


@settings(max_examples=40)
@given(st.integers(1, 300), st.floats(0.01, 0.99), st.integers(1, 300))
def test_tables_never_ask_for_too_much(count, share, more):
    total = count + more
    expected = share * count
    ratio = poisson_llr(float(count), expected, float(total))
    level = level_of(ratio)
    assert LEVELS[level] <= ratio + 1e-9
    assert expected <= largest_expected(total, count)[level, count]
    number = int(bins_of(np.array([expected]))[0])
    assert needed_cases(total, 0, number + 1)[level, number] <= count


@settings(max_examples=40)
@given(st.integers(1, 60), st.integers(0, 60), st.integers(1, 60), st.integers(1, 60))
def test_tables_of_the_bernoulli_model_never_ask_for_too_much(count, well, more, more_well):
    size, total, people = count + well, count + more, count + well + more + more_well
    ratio = bernoulli_llr(float(count), float(size), float(total), float(people))
    if ratio <= 1e-9:
        return
    number = int(bins_of(np.array([size * total / people]))[0])
    assert needed_cases(total, people, number + 1)[level_of(ratio), number] <= count


def test_a_table_tells_the_least_number_of_cases():
    needed = needed_cases(100, 0, 60)
    expected = (np.arange(60) / 16) ** 2
    for level, number in [(4, 20), (12, 40), (24, 59)]:
        fewest = int(needed[level, number])
        below = poisson_llr(fewest - 1.0, float(expected[number]), 100.0)
        reached = poisson_llr(float(fewest), float(expected[number]), 100.0)
        assert below < LEVELS[level] <= reached + 1e-6
