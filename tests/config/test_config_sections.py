"""Sections of cases have what the settings they stand for have; what is wrong is refused."""

import datetime as dt
from dataclasses import MISSING, fields
from pathlib import Path

import pytest

from blockdata.config import (
    Calendar,
    Chains,
    Duplicates,
    Linking,
    Responsibility,
    load_config,
    parse_config,
)
from blockdata.errors import ConfigError
from blockdata.link.chains import ChainSettings
from blockdata.link.clock import WorkCalendar
from blockdata.link.duplicates import DuplicateSettings
from blockdata.link.evidence import EvidenceSettings
from blockdata.link.responsibility import LightSettings

MINIMAL = {"city": {"name": "试验区"}, "base": {"path": "unused"}, "source": []}


def defaults_of(settings):
    """Fields of a settings dataclass with what they are if nothing is said."""
    return {
        f.name: f.default if f.default_factory is MISSING else f.default_factory()
        for f in fields(settings)
    }


def parsed(**sections):
    return parse_config(MINIMAL | sections, folder=Path())


@pytest.mark.parametrize(
    ("section", "settings", "otherwise"),
    [
        # A base keeps pairs that are more likely than not; who asks for pairs sees weaker ones.
        (Duplicates, DuplicateSettings, {"min_probability": 0.5}),
        (Chains, ChainSettings, {}),
        (Calendar, WorkCalendar, {}),
    ],
)
def test_a_section_has_the_fields_and_defaults_of_its_settings(section, settings, otherwise):
    assert dict(section()) == defaults_of(settings) | otherwise


@pytest.mark.parametrize(
    ("section", "settings", "own"),
    [
        (Linking, EvidenceSettings, {"place_probability"}),
        (
            Responsibility,
            LightSettings,
            {
                *("clock_starts", "border_m", "due_soon_hours", "listed_days"),
                *("suspension_stops_clock", "extension_share", "max_extensions"),
            },
        ),
    ],
)
def test_what_a_section_shares_with_its_settings_has_the_same_default(section, settings, own):
    given = dict(section())
    assert own <= set(given)
    shared = {name: value for name, value in given.items() if name not in own}
    known = defaults_of(settings)
    assert shared == {name: known[name] for name in shared}


def test_lights_are_told_whole():
    assert {f.name for f in fields(LightSettings)} <= set(Responsibility.model_fields)


def test_settings_take_what_a_section_says():
    config = parsed(
        chains={"families": {"餐饮": ["油烟", "噪声"]}, "near_m": 10},
        calendar={"hours": [["09:00", "17:00"]], "holidays": ["2026-10-01"]},
        linking={"trust": {"hotline": "address"}},
    )
    chains = ChainSettings(**dict(config.chains))
    assert chains.near_m == 10 and chains.families == {"餐饮": ("油烟", "噪声")}
    calendar = WorkCalendar(**dict(config.calendar))
    assert calendar.hours == ((dt.time(9), dt.time(17)),)
    assert calendar.holidays == (dt.date(2026, 10, 1),)
    of_evidence = config.linking.model_dump(exclude={"place_probability"})
    assert EvidenceSettings(**of_evidence).trust == {"hotline": "address"}
    assert DuplicateSettings(**dict(config.duplicates)).min_probability == 0.5


SECTIONS = ("linking", "duplicates", "chains", "calendar", "responsibility")


@pytest.mark.parametrize("section", SECTIONS)
def test_an_unknown_key_is_refused_by_its_name(section):
    with pytest.raises(ConfigError, match=rf"\[{section}\.no_such_key\] Extra inputs"):
        parsed(**{section: {"no_such_key": 1}})


def test_an_unknown_section_is_refused_by_its_name():
    with pytest.raises(ConfigError, match=r"\[no_such_section\] Extra inputs"):
        parsed(no_such_section={})


@pytest.mark.parametrize(
    ("section", "key", "value"),
    [
        ("linking", "code_error", 0),
        ("linking", "min_probability", 1),
        ("linking", "place_probability", 1.1),
        ("linking", "usual_error_m", 0),
        ("duplicates", "max_gap_hours", -1),
        ("duplicates", "same_probability", 1.5),
        ("chains", "min_strength", 2),
        ("chains", "min_cases", 1),
        ("responsibility", "red_share", 0),
        ("responsibility", "clock_starts", "closed"),
        ("responsibility", "listed_days", 0),
        ("calendar", "holidays", "never"),
        ("city", "time_zone", "Asia/Nowhere"),
    ],
)
def test_a_value_out_of_bounds_is_refused_by_its_key(section, key, value):
    with pytest.raises(ConfigError, match=rf"\[{section}\.{key}"):
        parsed(**{section: MINIMAL.get(section, {}) | {key: value}})


def test_a_source_is_trusted_for_its_address_or_its_coordinates():
    with pytest.raises(ConfigError, match=r"\[linking\.trust\.hotline\]"):
        parsed(linking={"trust": {"hotline": "luck"}})


def test_a_file_says_the_same_as_a_dictionary_and_where_it_is_wrong(tmp_path):
    path = tmp_path / "city.toml"
    text = '[city]\nname = "试验区"\n[base]\npath = "unused"\n[chains]\nmin_cases = 3\n'
    path.write_text("source = []\n" + text, encoding="utf-8")
    read = load_config(path)
    assert read.folder == tmp_path and read.chains.min_cases == 3
    assert read.fingerprint("chains") == parsed(chains={"min_cases": 3}).fingerprint("chains")
    path.write_text("source = []\n" + text + "few = 1\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"city\.toml: .*\[chains\.few\]"):
        load_config(path)
