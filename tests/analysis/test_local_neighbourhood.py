"""Neighbourhoods against their exposure: tails against convolutions, p against its definition."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.sparse import csr_array

from blockdata.analysis.local import ASSUMPTIONS, distance_band, neighbourhood_test
from blockdata.analysis.local.sums import summed_tails
from blockdata.errors import AnalysisError

ROW = distance_band(range(6), [0] * 6, 1)


def tail(count, means, alpha, *, upper):
    members = csr_array(np.ones((1, len(means))))
    means = np.asarray(means, dtype=float)
    return summed_tails(np.array([count]), means, members, alpha, np.array([upper]))[0]


def convolved(means, alpha, most=3_000):
    law = np.ones(1)
    for mean in means:
        one = stats.nbinom(1 / alpha, 1 / (1 + alpha * mean)).pmf(np.arange(most))
        law = np.convolve(law, one)[:most]
    return law


MEANS = st.lists(st.floats(0.01, 8), min_size=1, max_size=5)


@settings(max_examples=30, deadline=None)
@given(MEANS, st.floats(0.05, 3), st.integers(0, 40))
def test_tails_of_sums_are_those_of_the_convolution(means, alpha, count):
    law = convolved(means, alpha)
    assert tail(count, means, alpha, upper=True) == pytest.approx(law[count:].sum(), rel=1e-9)
    assert tail(count, means, alpha, upper=False) == pytest.approx(law[: count + 1].sum(), rel=1e-9)


@pytest.mark.parametrize("count", [300, 800, 1_200, 2_000, 4_000])
@pytest.mark.parametrize("upper", [True, False])
def test_sums_of_equal_counts_are_negative_binomial_however_large(count, upper):
    law = stats.nbinom(5 / 0.3, 1 / (1 + 0.3 * 200))
    wanted = law.sf(count - 1) if upper else law.cdf(count)
    assert tail(count, [200.0] * 5, 0.3, upper=upper) == pytest.approx(wanted, rel=3e-3)


def test_large_and_small_sums_meet_without_a_step():
    means = [500.0, 100, 50, 20]
    last, below, above = (tail(count, means, 0.4, upper=True) for count in (999, 1_000, 1_001))
    assert above / below == pytest.approx(below / last, rel=0.01)


def test_far_tails_keep_their_digits():
    law = stats.nbinom(4, 1 / (1 + 0.5))
    assert tail(150, [1.0, 1.0], 0.5, upper=True) == pytest.approx(law.sf(149), rel=1e-9)
    assert law.sf(149) < 1e-60


def test_without_dispersion_the_law_is_that_of_poisson():
    assert tail(7, [1.0, 2.0], 0.0, upper=True) == pytest.approx(stats.poisson(3).sf(6))
    assert tail(1, [1.0, 2.0], 0.0, upper=False) == pytest.approx(stats.poisson(3).cdf(1))
    assert tail(7, [1.0, 2.0], 1e-5, upper=True) == pytest.approx(stats.poisson(3).sf(6), rel=1e-3)


COUNTS, EXPOSURE = [0, 1, 0, 1, 6, 7], [10.0, 20, 10, 20, 10, 10]


@pytest.mark.parametrize("star", [True, False])
def test_binomial_p_is_exact_given_the_total(star):
    told = neighbourhood_test(COUNTS, EXPOSURE, ROW, star=star, method="binomial")
    low = neighbourhood_test(COUNTS, EXPOSURE, ROW, star=star, method="binomial",
                             alternative="less")  # fmt: skip
    near = ROW.toarray() + star * np.eye(6)
    for cell in range(6):
        total = sum(COUNTS) - (0 if star else COUNTS[cell])
        area = sum(EXPOSURE) - (0 if star else EXPOSURE[cell])
        law = stats.binom(total, near[cell] @ EXPOSURE / area)
        count = near[cell] @ COUNTS
        assert told["count"][cell] == count
        assert told["expected"][cell] == pytest.approx(law.mean())
        assert told["p"][cell] == pytest.approx(law.sf(count - 1))
        assert low["p"][cell] == pytest.approx(law.cdf(count))
    assert set(told["assumes"]) == {"proportional"}


def test_two_sided_p_is_twice_the_smaller_tail():
    both, high, low = (
        neighbourhood_test(COUNTS, EXPOSURE, ROW, alternative=side)["p"]
        for side in ("two-sided", "greater", "less")
    )
    wanted = np.minimum(2 * np.minimum(high, low), 1)
    assert (both >= wanted - 1e-12).all()
    assert both[both < 0.9].to_numpy() == pytest.approx(wanted[both < 0.9])


def test_spread_is_found_and_p_grows_with_it():
    rng = np.random.default_rng(1)
    exposure = rng.lognormal(0, 1, 400)
    across, up = np.divmod(np.arange(400), 20)
    near = distance_band(across * 100.0, up * 100.0, 150.0)
    counts = rng.poisson(3 * exposure * rng.gamma(2, 0.5, 400))
    told = neighbourhood_test(counts, exposure, near)
    strict = neighbourhood_test(counts, exposure, near, method="binomial")
    assert told["dispersion"][0] == pytest.approx(0.5, rel=0.4)
    assert not (told["q"] <= 0.05).any()
    assert (strict["q"] <= 0.05).any()
    assert set(told["assumes"]) == {"proportional_overdispersed"} <= set(ASSUMPTIONS)


def test_cells_without_exposure_take_no_part():
    told = neighbourhood_test([9, 1, 2, 3, 1, 5], [0, 4.0, np.nan, 3, 2, 6], ROW)
    assert told["reason"].fillna("").tolist() == [
        "zero_exposure", "island", "unknown_exposure", "", "", "",
    ]  # fmt: skip
    alone = neighbourhood_test([3, 1, 5], [3.0, 2, 6], distance_band([0, 1, 2], [0] * 3, 1))
    assert told["count"].tolist()[3:] == alone["count"].tolist()
    assert told["p"][:3].isna().all()


PAIR = distance_band([0, 1], [0, 0], 1)


@pytest.mark.parametrize("method", ["negative_binomial", "binomial"])
@pytest.mark.parametrize(
    ("counts", "exposure", "weights", "reason"),
    [
        ([], [], csr_array((0, 0)), []),
        ([3], [1.0], csr_array((1, 1)), ["one_cell"]),
        ([3, 4], [1.0, 0], PAIR, ["one_cell", "zero_exposure"]),
        ([3, 4], [1.0, 2.0], PAIR, ["everything"] * 2),
        ([0] * 6, [1.0] * 6, ROW, ["no_incident"] * 6),
        ([1, 2, 3], [1.0] * 3, csr_array((3, 3)), ["island"] * 3),
        ([1, 2, 3], [0.0] * 3, csr_array((3, 3)), ["zero_exposure"] * 3),
    ],
)
def test_degenerate_input_has_a_reason_and_no_p(method, counts, exposure, weights, reason):
    told = neighbourhood_test(counts, exposure, weights, method=method)
    assert told["reason"].tolist() == reason
    assert told[["p", "q", "expected", "ratio"]].isna().all(axis=None)


def test_constant_counts_are_no_hot_spot():
    told = neighbourhood_test([2] * 6, [1.0] * 6, ROW)
    assert told["p"].min() > 0.3


def test_wrong_input_is_refused():
    with pytest.raises(AnalysisError, match="negative or fractional"):
        neighbourhood_test([-1, 0, 0, 0, 0, 3], EXPOSURE, ROW)
    with pytest.raises(AnalysisError, match="missing"):
        neighbourhood_test([np.nan, 0, 0, 0, 0, 3], EXPOSURE, ROW)
    with pytest.raises(AnalysisError, match="an exposure"):
        neighbourhood_test(COUNTS, [-1.0] * 6, ROW)
    with pytest.raises(AnalysisError, match="unknown method"):
        neighbourhood_test(COUNTS, EXPOSURE, ROW, method="guess")
