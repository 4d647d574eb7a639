"""The shipped registry is whole, and what a city adds or changes is checked."""

import pytest

from blockdata.analysis.indicators import load_registry, parse_measure, shipped_registry
from blockdata.errors import ConfigError, PrivacyError
from blockdata.records import Catalogue

_OWN = {
    "zh": "消防检查率",
    "en": "Premises inspected",
    "group": "safety",
    "definition_zh": "检查过的场所占比",
    "definition_en": "Share of premises inspected",
    "formula": "share(premises_addressed, premises)",
    "denominator_zh": "场所数",
    "denominator_en": "premises",
    "unit": "%",
    "fresh_days": 100,
}


def test_at_least_forty_indicators_each_with_definition_and_denominator():
    registry = shipped_registry()
    assert len(registry.indicators) >= 40
    for indicator in registry.indicators.values():
        texts = (indicator.zh, indicator.en, indicator.definition_zh, indicator.definition_en)
        assert all(texts) and indicator.reference and indicator.owner_zh and indicator.owner_en
        rate = indicator.parsed.rate is not None
        assert rate == bool(indicator.denominator_zh) == bool(indicator.denominator_en)
        assert (indicator.unit == "%") == (indicator.parsed.rate == "share")


def test_every_shipped_measure_is_used_by_an_indicator_or_a_definition():
    from blockdata.analysis.scorecard import definitions

    used = {m for i in shipped_registry().indicators.values() for m in i.parsed.measures}
    used |= {m for d in definitions().values() for m in d.parsed.measures}
    assert used == set(shipped_registry().measures)


def test_names_differ_and_measures_fit_the_record_kinds():
    registry = shipped_registry()
    registry.check(Catalogue())
    for language in ("zh", "en"):
        names = [getattr(i, language) for i in registry.indicators.values()]
        assert len(set(names)) == len(names)


def test_nothing_counts_persons_but_the_sums_of_atoms():
    assert not [m for m in shipped_registry().measures.values() if m.subject == "person"]
    with pytest.raises(PrivacyError, match="sum of atoms"):
        parse_measure("old", {"zh": "老人", "en": "Old", "subject": "person", "timing": "standing"})
    own = {"measure": {"people": {"subject": "person", "timing": "standing"}}}
    with pytest.raises(PrivacyError):
        load_registry(own)


def test_a_city_adds_changes_and_drops():
    own = {
        "indicator": {"inspected": _OWN, "closing_on_time": {"yellow": 95, "red": 90}},
        "measure": {"litter_bins": {"where": {"name": ["垃圾桶"]}}},
        "drop": ["rescue_teams"],
    }
    registry = load_registry(own)
    assert registry.indicator("inspected").inputs == ("premises",)
    assert registry.indicator("closing_on_time").red == 90
    assert registry.indicator("closing_on_time").formula == "share(cases_closed_in_time, cases_due)"
    assert registry.measures["litter_bins"].where["name"] == ("垃圾桶",)
    assert "rescue_teams" not in registry.indicators
    assert shipped_registry().indicator("closing_on_time").red == 80


@pytest.mark.parametrize(
    ("own", "match"),
    [
        ({"indicators": {}}, "unknown indicators"),
        ({"drop": ["nothing"]}, "no indicator"),
        ({"indicator": {"x": {**_OWN, "formula": "share(nothing, premises)"}}}, "no measure"),
        ({"indicator": {"x": {**_OWN, "denominator_zh": ""}}}, "divided by"),
        ({"indicator": {"x": {**_OWN, "colour": "red"}}}, "unknown: colour"),
        ({"indicator": {"x": {"zh": "x"}}}, "keys lacking"),
        ({"indicator": {"x": {**_OWN, "yellow": 90, "red": 80}}}, "out of order"),
        ({"indicator": {"x": {**_OWN, "bad": "below", "yellow": 1, "red": 2}}}, "out of order"),
        ({"indicator": {"x": {**_OWN, "bad": "beside"}}}, "out of order"),
        ({"measure": {"premises": {"timing": "events"}}}, "events need"),
        ({"measure": {"premises": {"timing": "now"}}}, "now or constant"),
        ({"measure": {"premises": {"timing": "never"}}}, "unknown timing"),
        ({"measure": {"premises": {"where": {"name": "x"}}}}, "no condition"),
        ({"measure": {"premises": {"where": {"name": {"like": 1}}}}}, "no condition"),
        ({"measure": {"people": {"sum": ""}}}, "now or constant"),
        ({"measure": {"x": {"zh": "x", "en": "x"}}}, "keys lacking"),
    ],
)
def test_what_does_not_fit_is_refused(own, match):
    with pytest.raises(ConfigError, match=match):
        load_registry(own)


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"subject": "spaceship"}, "no subject"),
        ({"subject": "incident"}, "no subject"),
        ({"begins": "someday"}, "no open field"),
        ({"where": {"colour": ["red"]}}, "no open field"),
        ({"where": {"contact_name": {"known": True}}}, "no open field"),
    ],
)
def test_measures_of_what_the_base_does_not_tell_are_refused(change, match):
    with pytest.raises(ConfigError, match=match):
        load_registry({"measure": {"premises": change}}).check(Catalogue())


def test_the_table_tells_everything_that_is_printed_beside_values():
    table = shipped_registry().table()
    assert len(table) == len(shipped_registry().indicators)
    assert {"formula", "denominator_zh", "fresh_days", "inputs", "reference"} <= set(table)
