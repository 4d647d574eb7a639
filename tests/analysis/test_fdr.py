"""Both step-up rules equal scipy and the definition; what was not tested stays outside."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from blockdata.analysis.fdr import (
    adjusted_qvalues,
    benjamini_hochberg,
    benjamini_yekutieli,
    bh_qvalues,
    by_qvalues,
)
from blockdata.errors import AnalysisError

p_values = st.lists(st.floats(0, 1), min_size=1, max_size=40)


@given(p_values)
def test_qvalues_equal_scipy(p):
    assert bh_qvalues(p) == pytest.approx(stats.false_discovery_control(p), rel=1e-12)


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=40), st.integers(0, 20))
def test_rejections_equal_the_definition(thousandths, more):
    p, m = np.array(thousandths) / 1000, len(thousandths) + more
    # In integers, so that no rounding decides: p <= i * 0.05 / m.
    ordered = sorted(thousandths)
    passing = [v for i, v in enumerate(ordered, start=1) if v * m * 20 <= i * 1000]
    expected = [v <= max(passing, default=-1) for v in thousandths]
    assert benjamini_hochberg(p, 0.05 + 1e-12, family_size=m).tolist() == expected


@given(p_values, st.randoms(use_true_random=False))
def test_order_and_missing_do_not_matter(p, random):
    mixed = [*p, np.nan, np.nan]
    order = list(range(len(mixed)))
    random.shuffle(order)
    shuffled = bh_qvalues(np.array(mixed)[order])
    np.testing.assert_array_equal(shuffled, bh_qvalues(mixed)[order])
    np.testing.assert_array_equal(bh_qvalues(mixed)[: len(p)], bh_qvalues(p))


def test_nothing_tested_gives_nothing():
    assert bh_qvalues([]).size == 0
    assert np.isnan(bh_qvalues([np.nan])).all()
    assert not benjamini_hochberg([np.nan], 0.05).any()


def test_bad_input_is_refused():
    with pytest.raises(AnalysisError, match="p-value is out of range"):
        bh_qvalues([1.5])
    with pytest.raises(AnalysisError, match="family of 1 for 2"):
        bh_qvalues([0.1, 0.2], family_size=1)
    with pytest.raises(AnalysisError, match="no level"):
        benjamini_hochberg([0.1], 0.0)


@given(p_values)
def test_qvalues_for_any_dependence_equal_scipy(p):
    wanted = stats.false_discovery_control(p, method="by")
    assert by_qvalues(p) == pytest.approx(wanted, rel=1e-12)
    assert adjusted_qvalues([*p, np.nan], "by")[:-1] == pytest.approx(wanted, rel=1e-12)
    assert (benjamini_yekutieli(p, 0.05) == (by_qvalues(p) <= 0.05)).all()
    np.testing.assert_array_equal(adjusted_qvalues(p, "bh"), bh_qvalues(p))


def test_a_larger_family_counts_in_the_harmonic_sum():
    assert by_qvalues([0.001, np.nan], family_size=4)[0] == pytest.approx(0.004 * (25 / 12))
    assert by_qvalues([]).size == 0
    with pytest.raises(AnalysisError, match="unknown correction"):
        adjusted_qvalues([0.1], "holm")
