"""Classes of lasting problems: a series by hand for each rule, and the rules step by step."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blockdata.analysis.lasting import COURSES, courses_of
from blockdata.errors import AnalysisError

# What stands for twelve months at an address that would have one episode in ten years.
QUIET = np.full(12, 0.008)

SERIES = {
    "new": "000000000221",
    "rising": "010010010353",
    "persistent": "121011211112",
    "intermittent": "100010000101",
    "improving": "333333100100",
    "resolved": "211211000000",
    "relapsed": "222000000121",
}


@pytest.mark.parametrize("course", COURSES)
def test_each_class_by_hand(course: str) -> None:
    """One series for each rule."""
    count = [[int(digit) for digit in SERIES[course]]]
    ratio = [np.sum(count) / QUIET.sum()]
    assert courses_of(count, [QUIET], ratio)["course"].tolist() == [course]


def test_three_calm_months_are_improving_and_six_are_resolved() -> None:
    """Whatever came before, the months since the last episode decide."""
    told = courses_of(
        [
            [1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0],
            [1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0],
            [1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0],
            [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0],
        ],
        np.tile(QUIET, (4, 1)),
        np.full(4, 90.0),
    )
    assert told["course"].tolist() == ["improving", "improving", "resolved", "persistent"]
    assert told["calm_months"].tolist() == [3, 5, 6, 0]


def test_a_busy_cell_is_judged_by_what_it_usually_has() -> None:
    """Ten a month where such cells have ten is calm: only what is above counts."""
    count = [[30] * 6 + [10] * 6, [30] * 12]
    told = courses_of(count, np.full((2, 12), 10.0), [2.0, 3.0])
    assert told["course"].tolist() == ["resolved", "persistent"]


def test_a_silent_source_is_no_bad_month() -> None:
    """Months in which nothing was expected and nothing came are calm."""
    month = np.where(np.arange(12) < 6, 0.0, 0.1)
    assert courses_of([[0] * 6 + [1] * 6], [month], [10.0])["course"].tolist() == ["new"]


def plainly(count: list[int], mean: float, ratio: float) -> str | None:
    """The table of the package's docstring, one series, step by step."""
    import scipy.stats

    months = len(count)
    bad = []
    for month in range(months):
        last = range(max(0, month - 2), month + 1)
        reference = mean * len(last) * (ratio - 1) / np.log(ratio)
        bad.append(sum(count[m] for m in last) > reference)
    spells = sum(b and not (m and bad[m - 1]) for m, b in enumerate(bad))
    if not spells:
        return None
    if not any(bad[-4:]):
        return "resolved"
    if not bad[-1]:
        return "improving"
    if spells >= 3:
        return "intermittent"
    if spells == 2:
        return "relapsed"
    first = bad.index(True)
    if first >= months - 6:
        return "new"
    late, total = sum(count[-6:]), sum(count[first:])
    share = 6 / (months - first)
    if scipy.stats.binom.sf(late - 1, total, share) <= 0.05:
        return "rising"
    return "improving" if scipy.stats.binom.cdf(late, total, share) <= 0.05 else "persistent"


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.integers(0, 5), min_size=6, max_size=24),
    st.sampled_from([0.01, 0.3, 2.0]),
    st.sampled_from([1.5, 4.0, 50.0]),
)
def test_rules_are_exact_and_exclude_each_other(
    count: list[int], mean: float, ratio: float
) -> None:
    """Any series has the one class that the table gives it."""
    told = courses_of([count], [[mean] * len(count)], [ratio])["course"].tolist()[0]
    assert (told if isinstance(told, str) else None) == plainly(count, mean, ratio)


def test_what_cannot_be_classed_is_refused() -> None:
    """Too few months, shapes that differ, numbers that are none."""
    with pytest.raises(AnalysisError, match="too few months"):
        courses_of([[1] * 5], [[0.1] * 5], [2.0])
    with pytest.raises(AnalysisError, match="shapes differ"):
        courses_of([[1] * 6], [[0.1] * 7], [2.0])
    with pytest.raises(AnalysisError, match="not finite"):
        courses_of([[1] * 6], [[np.nan] * 6], [2.0])
    assert courses_of(np.empty((0, 6)), np.empty((0, 6)), []).empty
