"""p of Gi, Gi* and local Moran: exact ones against every permutation, random ones against exact."""

from itertools import combinations, permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.stats import hypergeom, norm

from blockdata.analysis.fdr import bh_qvalues, by_qvalues
from blockdata.analysis.local import (
    ASSUMPTIONS,
    Draws,
    distance_band,
    getis_ord,
    getis_ord_test,
    global_getis_ord,
    global_moran,
    local_moran,
    local_moran_test,
)
from blockdata.analysis.local.permuted import permuted_tails
from blockdata.analysis.local.subsets import exact_tails, subset_sums
from blockdata.errors import AnalysisError

COUNTS = st.lists(st.integers(0, 4), min_size=6, max_size=6).filter(lambda v: len(set(v)) > 1)
SIX = distance_band([0, 1, 0, 1, 2, 9], [0, 0, 1, 1, 1, 9], 1)
"""Five cells that touch, and an island."""


def grid(wide):
    across, up = np.divmod(np.arange(wide * wide), wide)
    return distance_band(across * 100.0, up * 100.0, 150.0)


@given(st.lists(st.integers(0, 5), min_size=1, max_size=8), st.data())
def test_the_law_of_a_sum_is_that_of_all_subsets(values, data):
    size = data.draw(st.integers(0, len(values)))
    every = [sum(chosen) for chosen in combinations(values, size)]
    wanted = np.bincount(every, minlength=sum(values) + 1) / len(every)
    assert subset_sums(values, size) == pytest.approx(wanted, abs=1e-14)


def test_ones_and_zeros_have_the_hypergeometric_law():
    law = subset_sums(np.repeat([1, 0], [40, 960]), 9)
    wanted = hypergeom(1000, 40, 9).pmf(np.arange(10))
    assert law[:10] == pytest.approx(wanted, rel=1e-12)
    assert not law[10:].any()


def tail_of_all(statistic, orders, own, alternative):
    """Share of permutations that are as extreme; `statistic` gives a number for each."""
    every = np.array([statistic(np.array(order)) for order in orders])
    above, below = (every >= own - 1e-9).mean(), (every <= own + 1e-9).mean()
    return {"greater": above, "less": below, "two-sided": min(2 * min(above, below), 1)}[
        alternative
    ]


@settings(max_examples=10, deadline=None)
@given(COUNTS, st.sampled_from(["greater", "less", "two-sided"]))
def test_exact_p_of_gi_star_is_that_of_all_permutations(counts, alternative):
    found = getis_ord_test(counts, SIX, method="exact", alternative=alternative)
    for cell in np.flatnonzero(found["reason"].isna()):
        near = SIX.toarray()[cell] + (np.arange(6) == cell)
        wanted = tail_of_all(near.dot, permutations(counts), near @ counts, alternative)
        assert found["p"][cell] == pytest.approx(wanted)


@settings(max_examples=15, deadline=None)
@given(COUNTS, st.sampled_from(["greater", "less", "two-sided"]))
def test_exact_p_of_gi_and_local_moran_is_that_of_the_others_permutations(counts, alternative):
    gi = getis_ord_test(counts, SIX, star=False, method="exact", alternative=alternative)
    moran = local_moran_test(counts, SIX, method="exact", alternative=alternative)
    deviation = np.array(counts) - np.mean(counts)
    for cell in range(5):
        near = np.delete(SIX.toarray()[cell], cell)
        others = np.delete(np.array(counts), cell)
        for found, times in ((gi, 1.0), (moran, deviation[cell])):
            if found["reason"].isna()[cell]:
                wanted = tail_of_all(
                    lambda v, times=times, near=near: times * (near @ (v - np.mean(counts))),
                    permutations(others),
                    times * (near @ (others - np.mean(counts))),
                    alternative,
                )
                assert found["p"][cell] == pytest.approx(wanted)


@pytest.mark.parametrize("star", [True, False])
def test_random_p_agrees_with_exact_p_within_its_error(star):
    counts = np.random.default_rng(3).poisson(1.5, 400).astype(float)
    weights = grid(20)
    sizes = np.diff(weights.indptr) + star
    sums = weights @ counts + star * counts
    upper = sums >= sizes * counts.mean()
    whole = counts.astype(np.int64)
    exact = exact_tails(whole, sums.astype(np.int64), sizes, upper, star=star)
    sign, draws = np.where(upper, 1, -1), Draws(9_999, stop_after=0, seed=5)
    p, made = permuted_tails(counts, sums, sizes, sign, draws, star=star)
    assert (made == 9_999).all()
    deviates = (p - exact) / np.sqrt(exact * (1 - exact) / 9_999 + 1e-9)
    assert np.abs(deviates).max() < 4.5
    assert 0.7 < deviates.std() < 1.3


@pytest.mark.parametrize("star", [True, False])
def test_adaptive_p_is_the_ratio_at_which_the_full_run_was_stopped(star):
    counts = np.random.default_rng(4).poisson(1.5, 400).astype(float)
    counts[[190, 191, 192, 210, 212]] += 8
    weights = grid(20)
    short = getis_ord_test(counts, weights, star=star, draws=Draws(4_999, 10))
    exact = getis_ord_test(counts, weights, star=star, method="exact")
    # Ten sums as large fix p to about a third of itself.
    assert np.abs(np.log(short["p"] / exact["p"].clip(4e-4))).max() < 2.0
    assert short["replications"].median() < 500
    rare = exact["p"] < 0.001
    assert rare.any()
    assert (short.loc[rare, "replications"] == 4_999).all()


def test_adaptive_p_holds_its_level():
    # Besag and Clifford's p is at most x with probability at most x; here over independent seeds.
    counts = np.random.default_rng(5).poisson(0.5, 100).astype(float)
    sizes, sign = np.full(100, 9), np.ones(100, dtype=np.int64)
    under, total = 0, 0
    for seed in range(200):
        random = np.random.default_rng([9, seed])
        sums = np.array([random.permutation(counts)[:9].sum() for _ in range(20)])
        p, _ = permuted_tails(
            counts, np.resize(sums, 100), sizes, sign, Draws(499, 5, seed), star=True
        )
        under, total = under + (p[:20] <= 0.05).sum(), total + 20
    assert under / total <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / total)


def test_permutations_depend_on_the_seed_alone():
    counts = np.random.default_rng(6).poisson(1.5, 100)
    one, same, other = (
        getis_ord_test(counts, grid(10), draws=Draws(999, 20, seed)) for seed in (1, 1, 2)
    )
    assert one.equals(same)
    assert not one["p"].equals(other["p"])


@pytest.mark.parametrize("method", ["analytic", "exact", "permutation"])
def test_islands_are_outside_the_family_and_every_p_says_what_it_stands_on(method):
    told = getis_ord_test([3, 1, 4, 0, 5, 9], SIX, method=method)
    assert told["reason"].tolist()[:5] != ["island"] * 5
    assert told["reason"][5] == "island"
    assert told.loc[5, ["z", "p", "q"]].isna().all()
    assert told["q"].to_numpy() == pytest.approx(
        bh_qvalues([*told["p"][:5].tolist(), np.nan]), nan_ok=True
    )
    strict = getis_ord_test([3, 1, 4, 0, 5, 9], SIX, method=method, correction="by")
    assert strict["q"].to_numpy() == pytest.approx(by_qvalues(told["p"]), nan_ok=True)
    assert set(told["p_method"]) == {method}
    assert set(told["assumes"]) <= set(ASSUMPTIONS)
    assert told["replications"].notna().any() == (method == "permutation")


def test_analytic_p_is_the_normal_tail_of_z():
    counts = np.random.default_rng(7).poisson(3, 100)
    told = getis_ord_test(counts, grid(10), method="analytic", alternative="less")
    assert told["p"].to_numpy() == pytest.approx(norm.cdf(getis_ord(counts, grid(10))["z"]))
    moran = local_moran_test(counts, grid(10), method="analytic")
    z = local_moran(counts, grid(10))["z"]
    assert moran["p"].to_numpy() == pytest.approx(2 * norm.sf(np.abs(z)))


def test_global_p_of_both_kinds_agree_on_many_cells():
    counts = np.random.default_rng(8).poisson(3, 400) + np.arange(400) // 120
    for test in (global_moran, global_getis_ord):
        told = test(counts, grid(20), draws=Draws(4_999, 50))
        assert told["p"] == pytest.approx(2 * norm.sf(abs(told["z"])))
        assert told["p_permutation"] == pytest.approx(max(told["p"], 4e-4), rel=0.5)
    calm = global_moran(np.random.default_rng(9).poisson(3, 400), grid(20), draws=Draws(4_999, 50))
    assert calm["p_permutation"] == pytest.approx(calm["p"], rel=0.3)
    assert calm["replications"] < 4_999


NOTHING = csr_array((0, 0))
PAIR = distance_band([0, 1], [0, 0], 1)
WHOLE = distance_band([0, 1, 2], [0, 0, 0], 9)


@pytest.mark.parametrize("test", [getis_ord_test, local_moran_test])
@pytest.mark.parametrize("method", ["analytic", "exact", "permutation"])
@pytest.mark.parametrize(
    ("values", "weights", "reason"),
    [
        ([], NOTHING, []),
        ([3], csr_array((1, 1)), ["too_few"]),
        ([1, 2], PAIR, ["too_few"] * 2),
        ([2] * 6, SIX, ["constant"] * 6),
        ([0] * 6, SIX, ["constant"] * 6),
        ([1, 2, 3], csr_array((3, 3)), ["island"] * 3),
        ([1, 2, 4], WHOLE, ["everything"] * 3),
    ],
)
def test_degenerate_input_has_a_reason_and_no_p(test, method, values, weights, reason):
    told = test(values, weights, method=method)
    # Six cells: the island is one for Gi*, and for the rest too all are constant.
    assert len(told) == len(reason)
    assert set(told["reason"]) - {"island"} <= set(reason)
    assert told["reason"].notna().all()
    assert told[["z", "p", "q"]].isna().all(axis=None)


def test_where_moran_cannot_vary_it_has_no_z():
    told = local_moran([1, 2, 3, 2, 2, 2], SIX)
    assert told["reason"][1] == "at_mean"
    assert told["i"][1] == 0
    assert np.isnan(told["z"][1])
    assert local_moran([0, 0, 7, 0, 0, 0], SIX)["reason"][2] == "others_alike"


@pytest.mark.parametrize("test", [getis_ord_test, local_moran_test])
def test_what_has_no_p_of_a_kind_is_refused(test):
    with pytest.raises(AnalysisError, match="missing"):
        test([1, np.nan, 3, 4, 5, 6], SIX)
    with pytest.raises(AnalysisError, match="no counts"):
        test([1, -2, 3, 4, 5, 6], SIX, method="exact")
    with pytest.raises(AnalysisError, match="no counts"):
        test([1, 2.5, 3, 4, 5, 6], SIX, method="exact")
    with pytest.raises(AnalysisError, match="not all 1"):
        test([1, 2, 3, 4, 5, 6], SIX * 0.5)
    with pytest.raises(AnalysisError, match="unknown method"):
        test([1, 2, 3, 4, 5, 6], SIX, method="guess")
    with pytest.raises(AnalysisError, match="unknown alternative"):
        test([1, 2, 3, 4, 5, 6], SIX, alternative="more")
    with pytest.raises(AnalysisError, match="replications"):
        test([1, 2, 3, 4, 5, 6], SIX, draws=Draws(0))
    with pytest.raises(AnalysisError, match="too many"):
        test(np.arange(400) * 1_000_000, grid(20), method="exact")


def test_negative_values_have_p_where_they_have_z():
    told = getis_ord_test([-1.5, 2, -3, 0.5, 1, 0], SIX)
    assert told["p"].notna().sum() == 5


def test_global_statistics_that_cannot_vary_are_refused():
    with pytest.raises(AnalysisError, match="every permutation"):
        global_getis_ord([2, 2, 2, 2, 2, 2], SIX)
    whole = distance_band(range(5), [0] * 5, 9)
    with pytest.raises(AnalysisError, match="every permutation"):
        global_moran([1, 2, 3, 4, 9], whole)
    with pytest.raises(AnalysisError, match="every permutation"):
        global_getis_ord([1, 2, 3, 4, 9], whole)
