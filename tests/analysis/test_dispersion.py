"""The dispersion is the maximum of scipy's negative binomial likelihood."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, stats

from blockdata.analysis.dispersion import fit_dispersion, negative_binomial_dispersion
from blockdata.errors import AnalysisError


def _deviance(log_alpha, count, expected):
    size = np.exp(-log_alpha)
    return -stats.nbinom.logpmf(count, size, size / (size + expected)).sum()


@settings(deadline=None, max_examples=40)
@given(seed=st.integers(0, 10**6), size=st.floats(0.3, 5), mean=st.floats(0.2, 30))
def test_equals_a_general_optimiser(seed, size, mean):
    rng = np.random.default_rng(seed)
    expected = mean * rng.lognormal(0, 1, 200)
    count = rng.poisson(expected * rng.gamma(size, 1 / size, 200))
    alpha = negative_binomial_dispersion(count, expected)
    best = optimize.minimize_scalar(
        _deviance, bounds=(-12, 6), args=(count, expected), method="bounded"
    )
    poisson = -stats.poisson.logpmf(count, expected).sum()
    ours = poisson if alpha == 0 else _deviance(np.log(alpha), count, expected)
    assert ours <= min(best.fun, poisson) + 1e-3


def test_less_spread_than_poisson_is_zero():
    assert not negative_binomial_dispersion([5, 5, 5], [5.0, 5.0, 5.0])
    assert not negative_binomial_dispersion([0, 1, 0], [0.2, 0.6, 0.2])
    assert not negative_binomial_dispersion([], [])


def test_order_does_not_matter():
    rng = np.random.default_rng(3)
    expected = rng.lognormal(0, 1, 100)
    count = rng.poisson(expected * rng.gamma(2, 0.5, 100))
    order = rng.permutation(100)
    shuffled = negative_binomial_dispersion(count[order], expected[order])
    assert shuffled == negative_binomial_dispersion(count, expected)


def test_bad_input_is_refused():
    for count, expected in (([1], [0.0]), ([-1], [1.0]), ([1, 2], [1.0]), ([1], [np.nan])):
        with pytest.raises(AnalysisError, match="do not fit"):
            negative_binomial_dispersion(count, expected)


@settings(deadline=None, max_examples=20)
@given(seed=st.integers(0, 10**6), power=st.floats(-1, 1))
def test_weighted_dispersion_equals_a_general_optimiser(seed, power):
    rng = np.random.default_rng(seed)
    expected = 5 * rng.lognormal(0, 1, 200)
    weight = expected**power
    count = rng.poisson(expected * rng.gamma(2 / weight, weight / 2))

    def loss(log_alpha):
        size = np.exp(-log_alpha) / weight
        return -stats.nbinom.logpmf(count, size, size / (size + expected)).sum()

    alpha, gain = fit_dispersion(count, expected, weight)
    best = optimize.minimize_scalar(loss, bounds=(-12, 6), method="bounded")
    poisson = -stats.poisson.logpmf(count, expected).sum()
    assert poisson - gain <= min(best.fun, poisson) + 1e-3
    assert alpha == pytest.approx(np.exp(best.x), rel=0.01) or best.fun >= poisson - 1e-3


def test_weights_of_one_change_nothing():
    count, expected = [0, 9, 0, 3], [3.0, 3.0, 3.0, 3.0]
    weighted = fit_dispersion(count, expected, [1.0, 1.0, 1.0, 1.0])
    assert weighted == pytest.approx(fit_dispersion(count, expected), rel=1e-2)
