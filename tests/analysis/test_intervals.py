"""Intervals equal those of scipy and published ones, and cover as often as they say."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from blockdata.analysis.intervals import (
    exact_interval,
    rate_interval,
    ratio_interval,
    wilson_interval,
)
from blockdata.errors import AnalysisError


@given(st.integers(1, 400), st.floats(0, 1), st.sampled_from([0.9, 0.95, 0.99]))
def test_shares_equal_scipy(n, share, level):
    x = round(share * n)
    test = stats.binomtest(x, n)
    for interval, method in ((wilson_interval, "wilson"), (exact_interval, "exact")):
        low, high = interval([x], [n], level=level)
        truth = test.proportion_ci(level, method=method)
        assert low[0] == pytest.approx(truth.low, abs=1e-9)
        assert high[0] == pytest.approx(truth.high, abs=1e-9)


def test_garwood_and_published_examples():
    # Newcombe (1998), Statistics in Medicine 17, 857-872, table I: Wilson for 81/263 and 0/20.
    low, high = wilson_interval([81, 15, 0, 1], [263, 148, 20, 29])
    assert low.round(4).tolist() == [0.2553, 0.0624, 0.0, 0.0061]
    assert high.round(4).tolist() == [0.3662, 0.1605, 0.1611, 0.1718]
    low, high = rate_interval([3], [2])
    assert low[0] == pytest.approx(stats.chi2.ppf(0.025, 6) / 4)
    assert high[0] == pytest.approx(stats.chi2.ppf(0.975, 8) / 4)


def test_a_ratio_of_counts_is_the_odds_of_the_exact_share():
    low, high = ratio_interval([12, 0], [8, 5])
    truth = stats.binomtest(12, 20).proportion_ci(0.95, method="exact")
    assert low[0] == pytest.approx(truth.low / (1 - truth.low))
    assert high[0] == pytest.approx(truth.high / (1 - truth.high))
    assert low[1] == 0


def test_the_exact_interval_never_covers_too_seldom():
    for n, share in ((10, 0.1), (40, 0.5), (25, 0.93)):
        x = np.arange(n + 1)
        low, high = exact_interval(x, np.full(n + 1, n))
        covered = stats.binom.pmf(x, n, share)[(low <= share) & (share <= high)].sum()
        assert covered >= 0.95


@pytest.mark.parametrize(
    "interval", [wilson_interval, exact_interval, rate_interval, ratio_interval]
)
def test_nothing_to_go_by_is_unknown_and_nonsense_is_refused(interval):
    low, high = interval([0, np.nan], [0, 4])
    assert np.isnan(low).all() and np.isnan(high).all()
    for level in (0, 1):
        with pytest.raises(AnalysisError):
            interval([1], [2], level=level)
    with pytest.raises(AnalysisError):
        interval([-1], [2])


def test_more_than_all_is_refused_for_shares():
    with pytest.raises(AnalysisError, match="more successes"):
        wilson_interval([3], [2])
