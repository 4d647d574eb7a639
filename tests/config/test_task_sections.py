"""The section of tasks: what makes no sense is refused."""

import pytest
from pydantic import ValidationError

from blockdata.config import Tasks


def test_every_setting_has_a_default():
    assert Tasks().stops_per_grid == 20 and Tasks().layer == "responsibility"


@pytest.mark.parametrize(
    "wrong",
    [{"person": 30}, {"incident": 30}, {"component": 0}],
)
def test_only_registers_go_stale(wrong):
    with pytest.raises(ValidationError, match=r"register|days"):
        Tasks(stale_days=wrong)


def test_what_it_does_not_know_is_refused():
    with pytest.raises(ValidationError):
        Tasks(stops=3)
