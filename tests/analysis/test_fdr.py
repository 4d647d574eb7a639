"""Benjamini-Hochberg equals scipy and its definition; what was not tested stays outside."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from blockdata.analysis.fdr import benjamini_hochberg, bh_qvalues
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
