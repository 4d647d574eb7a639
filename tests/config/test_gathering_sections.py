"""Sections about what gathers and repeats: their defaults, and what is refused."""

from pathlib import Path

import pytest

from blockdata.config import Emerging, NearRepeat, parse_config
from blockdata.errors import ConfigError

MINIMAL = {"city": {"name": "试验区"}, "base": {"path": "unused"}, "source": []}


def parsed(**sections):
    return parse_config(MINIMAL | sections, folder=Path())


def test_left_out_sections_take_their_defaults():
    config = parsed()
    assert (config.emerging, config.near_repeat) == (Emerging(), NearRepeat())
    assert config.emerging.references == ("entire", "neighbourhood", "step")
    assert config.concentration.window_days == 365


@pytest.mark.parametrize(
    ("section", "value"),
    [
        ("emerging", {"weeks": 1}),
        ("emerging", {"references": ["week"]}),
        ("near_repeat", {"days": [14, 7]}),
        ("near_repeat", {"distances_m": [0, 100]}),
        ("near_repeat", {"distances_m": []}),
        ("near_repeat", {"min_ratio": 0.5}),
        ("concentration", {"window_days": 0}),
    ],
)
def test_what_makes_no_sense_is_refused(section, value):
    with pytest.raises(ConfigError, match=section):
        parsed(**{section: value})
