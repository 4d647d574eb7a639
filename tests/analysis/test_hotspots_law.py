"""The law of counts: maximum likelihood, and no cell of much exposure sets it alone."""

import numpy as np
import pytest
from scipy import optimize, stats

from blockdata.analysis.hotspots.law import Law, fit_law


def _draw(size, cells=400, seed=3):
    rng = np.random.default_rng(seed)
    exposure = rng.lognormal(0, 1, cells)
    return rng.poisson(2.0 * exposure * rng.gamma(size, 1 / size, cells)), exposure


def _bursts(exposure, size):
    """Counts whose variance is 1 + size times their mean."""
    rng = np.random.default_rng(4)
    return rng.poisson(rng.gamma(2 * exposure / size, size))


def _likelihood(parameters, count, exposure, exponent):
    mean = np.exp(parameters[0]) * exposure
    size = np.exp(-parameters[1]) * (exposure / np.exp(np.log(exposure).mean())) ** exponent
    return -stats.nbinom.logpmf(count, size, size / (size + mean)).sum()


@pytest.mark.parametrize("size", [0.5, 2.0, 5.0])
@pytest.mark.parametrize("bursts", [False, True])
def test_level_dispersion_and_exponent_are_those_of_greatest_likelihood(size, bursts):
    count, exposure = _draw(size)
    if bursts:
        count = _bursts(exposure, size)
    found = fit_law(count, exposure)
    fits = {
        g: optimize.minimize(_likelihood, [0.5, -0.5], (count, exposure, g), method="Nelder-Mead")
        for g in (0.0, 0.5, 1.0)
    }
    best = min(fits, key=lambda g: fits[g].fun)
    at = [np.log(found.level), np.log(max(found.spread, 1e-9))]
    ours = _likelihood(at, count, exposure, found.exponent)
    assert ours == pytest.approx(fits[best].fun, rel=1e-6)


def test_bursts_make_the_variance_proportional_to_the_mean():
    exposure = np.random.default_rng(2).lognormal(0, 1, 800)
    law = fit_law(_bursts(exposure, 3.0), exposure)
    assert law.exponent == 1.0
    variance = law.expected(exposure) * (1 + law.dispersion(exposure) * law.expected(exposure))
    assert variance == pytest.approx(4 * law.expected(exposure), rel=0.15)


def test_without_dispersion_the_level_is_total_over_total():
    count, exposure = np.array([3, 3, 3]), np.array([1.0, 2.0, 3.0])
    law = fit_law(count, exposure)
    assert (law.level, law.spread) == (9 / 6, 0.0)


def test_one_cell_with_most_of_the_exposure_does_not_set_the_level_of_the_others():
    count, exposure = _draw(2.0)
    crowded = np.append(exposure, 20 * exposure.sum())
    calm = np.append(count, 0)
    assert calm.sum() / crowded.sum() < 0.15
    assert fit_law(calm, crowded).level == pytest.approx(fit_law(count, exposure).level, rel=0.2)


def test_the_upper_tail_is_that_of_the_distribution():
    law, exposure = Law(0.5, 0.25, 0.0, 1.0), np.array([4.0, 10.0])
    p = stats.nbinom.sf([4, 11], 4, 4 / (4 + law.expected(exposure)))
    assert law.upper_tail(np.array([5, 12]), exposure) == pytest.approx(p)
