"""The section of the monthly report refuses what would hide nothing or mean no month."""

import pytest
from pydantic import ValidationError

from blockdata.config import Monthly


def test_a_limit_that_hides_nothing_is_refused():
    # "Less than 2" of a count that is not 0 says that it is 1.
    with pytest.raises(ValidationError):
        Monthly(small_count=2)


@pytest.mark.parametrize("month", ["2026-13", "202610", "十月"])
def test_stated_totals_are_of_months(month):
    with pytest.raises(ValidationError):
        Monthly(stated={month: {"hotline": 3}})


def test_stated_totals_are_counts_by_source():
    assert Monthly(stated={"2026-10": {"hotline": 3}}).stated["2026-10"] == {"hotline": 3}
    with pytest.raises(ValidationError):
        Monthly(stated={"2026-10": {"hotline": -3}})
