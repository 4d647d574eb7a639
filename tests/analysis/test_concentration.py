"""Concentration: the Gini by all pairs of places, and what whole events can do at best."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blockdata.analysis.concentration import concentration
from blockdata.errors import AnalysisError

COUNTS = st.lists(st.integers(0, 30), min_size=1, max_size=20).filter(any)


@given(COUNTS)
def test_the_gini_is_half_the_mean_difference_of_all_pairs(counts):
    values = np.array(counts)
    apart = np.abs(values[:, None] - values).mean() / (2 * values.mean())
    assert concentration(counts).gini == pytest.approx(apart, abs=1e-9)


@given(COUNTS)
def test_shares_hold_what_they_say_and_no_place_fewer_would(counts):
    found = concentration(counts)
    down = np.sort(counts)[::-1]
    for share, wanted in ((found.share_with_half, 0.5), (found.share_with_80, 0.8)):
        few = round(share * len(counts))
        assert down[:few].sum() >= wanted * sum(counts) - 1e-9
        assert down[: few - 1].sum() < wanted * sum(counts)


@given(st.integers(1, 20), st.integers(1, 20))
def test_events_spread_as_evenly_as_they_can_are_not_concentrated(places, events):
    counts = [1] * events + [0] * (places - events) if events < places else [events] * places
    assert concentration(counts).gini_adjusted == pytest.approx(0, abs=1e-9)


@given(COUNTS)
def test_with_enough_events_both_coefficients_agree(counts):
    found = concentration(counts)
    if found.events >= found.places:
        assert found.gini_adjusted == pytest.approx(found.gini, abs=1e-9)
    assert found.lorenz.iloc[-1].tolist() == [1.0, 1.0]
    assert found.lorenz["event_share"].is_monotonic_increasing


@pytest.mark.parametrize(
    ("counts", "gini", "adjusted"),
    [
        ([2, 0, 0, 0, 0], 0.8, 0.5),  # both events at one place: 1 - 1/n, 1 - 1/c
        ([1, 1, 0, 0, 0], 0.6, 0.0),  # as equal as two events can be at five places
        ([3, 1, 0, 0, 0, 0, 0, 0], 0.8125, 0.625),  # 2 (7 / 4 + 8 * 3 / 4) - 9 over 8; 2 G - 1
        ([1, 2, 3, 4], 0.25, 0.25),  # 2 (1 + 4 + 9 + 16) / 10 - 5 over 4
        ([7], 0.0, 0.0),
    ],
)
def test_coefficients_worked_out_by_hand(counts, gini, adjusted):
    found = concentration(counts)
    assert (found.gini, found.gini_adjusted) == pytest.approx((gini, adjusted))


@given(COUNTS, st.randoms())
def test_the_order_of_places_changes_nothing(counts, random):
    one = concentration(counts)
    random.shuffle(counts)
    other = concentration(counts)
    assert (one.gini, one.gini_adjusted, one.share_with_half, one.active_places) == (
        other.gini, other.gini_adjusted, other.share_with_half, other.active_places
    )  # fmt: skip


def test_a_fifth_of_the_places_is_rounded_down_and_at_least_one():
    assert concentration([5, 3, 1, 1]).top_20_share == 0.5
    assert concentration([5, 3, 1, 1, 0, 0, 0, 0, 0]).top_20_share == 0.5
    assert concentration([5, 3, 1, 1, 0, 0, 0, 0, 0, 0]).top_20_share == 0.8


def test_without_events_there_is_no_share():
    found = concentration([0, 0])
    assert np.isnan([found.gini, found.gini_adjusted, found.share_with_half]).all()
    assert (found.reason, found.active_places) == ("no_events", 0)
    assert concentration([0, 1]).reason is None


@pytest.mark.parametrize("counts", [[], [1, -1], [0.5], [np.nan], ["many"], [[1]], [np.inf]])
def test_wrong_counts_are_refused(counts):
    with pytest.raises(AnalysisError, match="concentration"):
        concentration(counts)
