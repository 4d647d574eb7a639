"""The regression of such places: against scipy, and against bad places that would bend it."""

import numpy as np
import pytest
import scipy.optimize
import scipy.stats

from blockdata.analysis.lasting import such_places
from blockdata.analysis.lasting.prior import (
    BadShare,
    fit_bad_share,
    log_likelihoods,
    log_negative_binomial,
    posterior_interval,
    posterior_mean,
)
from blockdata.analysis.lasting.such_places import fit_such_places


def draw(
    seed: int, places: int = 4000, size: float = 2.0
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Counts, base and design; true coefficients -1 and 0.5, dispersion 1 / size."""
    rng = np.random.default_rng(seed)
    base, x = rng.uniform(0.5, 2, places), rng.normal(0, 1, places)
    mean = base * np.exp(-1 + 0.5 * x) * rng.gamma(size, 1 / size, places)
    return rng.poisson(mean), base, np.column_stack([np.ones(places), x])


def test_probabilities_equal_scipy() -> None:
    """Both laws, also for a dispersion so small that it is nearly Poisson's."""
    count, mean = np.arange(30.0), np.linspace(0.1, 9, 30)
    for alpha in (1e-6, 0.3, 5.0):
        size = 1 / alpha
        theirs = scipy.stats.nbinom.logpmf(count, size, size / (size + mean))
        assert log_negative_binomial(count, mean, alpha) == pytest.approx(theirs, abs=2e-6)
    theirs = scipy.stats.poisson.logpmf(count, mean)
    assert log_negative_binomial(count, mean, 0.0) == pytest.approx(theirs)


def test_likelihoods_are_sums_of_weighted_probabilities() -> None:
    """Of few different counts at many different means, for Poisson's law and others."""
    rng = np.random.default_rng(3)
    count, mean = rng.integers(0, 6, 200).astype(float), rng.uniform(0.01, 9, 200)
    weight, dispersions = rng.integers(1, 9, 200).astype(float), [0.0, 1e-3, 0.4, 30.0]
    expected = [weight @ log_negative_binomial(count, mean, alpha) for alpha in dispersions]
    assert log_likelihoods(count, mean, weight, dispersions) == pytest.approx(expected)


def test_known_dispersion_gives_the_likeliest_coefficients(monkeypatch: pytest.MonkeyPatch) -> None:
    """With nothing censored and no prior, scipy's minimiser finds the same."""
    monkeypatch.setattr(such_places, "_BEYOND", -1.0)
    count, base, design = draw(1, 300)
    law = fit_such_places(count, base, design, dispersion=0.5, prior_sd=1e6)

    def loss(beta: np.ndarray) -> float:
        return -float(log_negative_binomial(1.0 * count, base * np.exp(design @ beta), 0.5).sum())

    best = scipy.optimize.minimize(loss, np.zeros(2), method="BFGS", options={"gtol": 1e-8}).x
    assert law.coefficients == pytest.approx(best, abs=1e-4)


@pytest.mark.parametrize("seed", range(3))
def test_estimates_are_right_without_bad_places(seed: int) -> None:
    """Censoring what lies beyond the cut biases neither the coefficients nor the dispersion."""
    law = fit_such_places(*draw(seed))
    assert law.coefficients == pytest.approx([-1, 0.5], abs=0.12)
    assert 0.3 < law.dispersion < 0.8


def test_bad_places_hide_neither_themselves_nor_each_other() -> None:
    """Thirty places with forty each leave the bulk's dispersion and level nearly as they were."""
    count, base, design = draw(4)
    plain = fit_such_places(count, base, design)
    count = count.copy()
    count[:30] = 40
    bent = fit_such_places(count, base, design)
    assert bent.coefficients[0] == pytest.approx(plain.coefficients[0], abs=0.1)
    assert bent.dispersion < 1.6 * plain.dispersion
    assert bent.bad.share > 0.003


def test_weights_stand_for_places() -> None:
    """Rows with weights give the law of the places that they stand for."""
    count, base, design = draw(5, 200)
    weight = np.arange(200) % 3 + 1
    short = fit_such_places(count, base, design, weight=weight)
    long = fit_such_places(*(np.repeat(a, weight, axis=0) for a in (count, base, design)))
    assert short.coefficients == pytest.approx(long.coefficients, abs=1e-6)
    assert short.dispersion == long.dispersion


def test_mean_beyond_the_cut_by_adding_up() -> None:
    """The mean of counts above the cut equals the sum over their probabilities."""
    counts = np.arange(3, 4000)
    odds = scipy.stats.nbinom.pmf(counts, 2.0, 2.0 / (2.0 + 1.5))
    told = such_places._mean_beyond(np.array([2.0]), np.array([1.5]), 0.5)
    assert told[0] == pytest.approx((counts * odds).sum() / odds.sum())


def test_cut_is_the_smallest_that_few_exceed() -> None:
    """For counts that stand beyond it; others are seen as they are."""
    mean = np.array([0.01, 0.5, 3.0, 20.0])
    cut = such_places._cut(np.full(4, 500.0), mean, 0.4)
    law = scipy.stats.nbinom(2.5, 2.5 / (2.5 + mean))
    assert (law.sf(cut) <= 0.01).all() and ((law.sf(cut - 1) > 0.01) | (cut == 1)).all()


@pytest.mark.parametrize("dispersion", [0.0, 0.7])
def test_posterior_by_adding_up(dispersion: float) -> None:
    """Mean and interval of the mixture equal those on a fine grid of ratios."""
    law, mu = BadShare(dispersion, 0.05, 8.0), 0.6
    grid = np.linspace(0, 120, 600_001)[1:]
    for count in (0.0, 2.0, 9.0):
        bad = (
            0.05
            * scipy.stats.expon.pdf(grid, scale=8.0)
            * scipy.stats.poisson.pmf(count, mu * grid)
        )
        if dispersion:
            many = scipy.stats.gamma.pdf(grid, 1 / dispersion, scale=dispersion)
            many = 0.95 * many * scipy.stats.poisson.pmf(count, mu * grid)
        else:
            many = np.where(np.abs(grid - 1) < 1e-9, 0.95 * scipy.stats.poisson.pmf(count, mu), 0)
            many = many / (grid[1] - grid[0])
        weight = (bad + many) / (bad + many).sum()
        mean = posterior_mean(np.array([count]), np.array([mu]), law)[0]
        assert mean == pytest.approx((weight * grid).sum(), rel=2e-3)
        low, high = posterior_interval(np.array([count]), np.array([mu]), law, 0.9)
        ends = grid[np.searchsorted(np.cumsum(weight), [0.05, 0.95])]
        assert [low[0], high[0]] == pytest.approx(ends, rel=5e-3, abs=1e-3)


def test_share_of_bad_places_is_found() -> None:
    """Of 5,000 places, 100 with sixteen times the rate are told from the others."""
    rng = np.random.default_rng(8)
    mean = np.full(5000, 0.5)
    ratio = np.ones(5000)
    ratio[:100] = rng.exponential(16.0, 100)
    law = fit_bad_share(rng.poisson(mean * ratio), mean, np.ones(5000), 0.0)
    assert 0.01 < law.share < 0.03 and 8 <= law.mean <= 32
