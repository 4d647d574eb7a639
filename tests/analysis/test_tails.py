"""Upper tails equal exact rational sums and scipy.stats, far tails included."""

from fractions import Fraction
from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from blockdata.analysis.tails import (
    binomial_upper_tail,
    negative_binomial_upper_tail,
    poisson_upper_tail,
)
from blockdata.errors import AnalysisError


@given(k=st.integers(0, 200), mean=st.floats(1e-6, 150))
def test_poisson_equals_scipy(k, mean):
    assert poisson_upper_tail(k, mean) == pytest.approx(stats.poisson.sf(k - 1, mean), rel=1e-9)


@given(n=st.integers(0, 60), k=st.integers(-2, 62), percent=st.integers(0, 100))
def test_binomial_equals_the_exact_rational_sum(n, k, percent):
    share = Fraction(percent, 100)
    terms = (comb(n, j) * share**j * (1 - share) ** (n - j) for j in range(max(k, 0), n + 1))
    assert binomial_upper_tail(k, n, percent / 100) == pytest.approx(float(sum(terms)), rel=1e-9)


@given(size=st.integers(1, 20), k=st.integers(-2, 60), mean=st.integers(0, 50))
def test_negative_binomial_equals_the_exact_rational_sum(size, k, mean):
    success = Fraction(size, size + mean)
    below = sum(
        comb(j + size - 1, j) * success**size * (1 - success) ** j for j in range(max(k, 0))
    )
    tail = negative_binomial_upper_tail(k, mean, 1 / size)
    assert tail == pytest.approx(float(1 - below), rel=1e-9)


@given(k=st.integers(1, 300), mean=st.floats(1e-3, 100), alpha=st.floats(1e-3, 10))
def test_negative_binomial_equals_scipy(k, mean, alpha):
    size = 1 / alpha
    expected = stats.nbinom.sf(k - 1, size, size / (size + mean))
    assert negative_binomial_upper_tail(k, mean, alpha) == pytest.approx(expected, rel=1e-7)


def test_far_tails_keep_their_relative_accuracy():
    first_term = stats.binom.pmf(60, 60, 0.001)
    assert binomial_upper_tail(60, 60, 0.001) == pytest.approx(first_term, rel=1e-9)
    assert poisson_upper_tail(150, 1.0) == pytest.approx(
        stats.poisson.pmf(150, 1) * 151 / 150, 1e-4
    )
    terms = stats.nbinom.pmf(np.arange(300, 2000), 2, 2 / 3).sum()
    assert 0 < terms < 1e-100
    assert negative_binomial_upper_tail(300, 1.0, 0.5) == pytest.approx(terms, rel=1e-9)


@pytest.mark.parametrize("alpha", [0.0, 1e-300, 1e-16, 1e-13])
def test_vanishing_dispersion_is_poisson(alpha):
    k, mean = np.array([0, 3, 10, 300]), np.array([0.5, 0.0, 3.0, 50.0])
    poisson = poisson_upper_tail(k, mean)
    assert negative_binomial_upper_tail(k, mean, alpha) == pytest.approx(poisson, rel=1e-7)


def test_missing_stays_missing_and_fractions_are_rounded_up():
    assert np.isnan(poisson_upper_tail([np.nan, 0], [1.0, np.nan])).all()
    assert np.isnan(binomial_upper_tail([1, 0], [np.nan, 3], [0.5, np.nan])).all()
    assert np.isnan(negative_binomial_upper_tail([0, 0], [np.nan, 1], [0.5, np.nan])).all()
    assert poisson_upper_tail(1.2, 3.0) == poisson_upper_tail(2, 3.0)


def test_out_of_range_is_refused():
    with pytest.raises(AnalysisError, match="mean is out of range"):
        poisson_upper_tail(1, -0.1)
    with pytest.raises(AnalysisError, match="share is out of range"):
        binomial_upper_tail(1, 2, 1.1)
    with pytest.raises(AnalysisError, match="dispersion is out of range"):
        negative_binomial_upper_tail(1, 2.0, np.inf)
