"""The sections of indicators and the scorecard: what they take, and what they refuse by name."""

from pathlib import Path

import pytest

from blockdata.batch.scores_settings import (
    check_scores,
    definitions_of,
    indicator_layers,
    registry_of,
    scorecard_layers,
    weights_of,
)
from blockdata.config import Indicators, Scorecard, parse_config
from blockdata.errors import ConfigError, PrivacyError

MINIMAL = {"city": {"name": "试验区"}, "base": {"path": "unused"}, "source": []}
OWN = """
drop = ["hot_cells"]

[measure.tall]
zh = "六层以上建筑"
en = "Buildings above six floors"
subject = "building"
timing = "standing"
where = { floors = { gt = 6 } }

[indicator.tall]
zh = "六层以上建筑数"
en = "Buildings above six floors"
group = "housing"
definition_zh = "六层以上的建筑物数。"
definition_en = "Buildings above six floors."
formula = "tall"
unit = "1"
fresh_days = 400

[indicator.repeat_share]
red = 50
"""


def parsed(folder=Path(), **sections):
    return parse_config(MINIMAL | sections, folder=folder)


def test_left_out_sections_take_their_defaults():
    config = parsed()
    assert (config.indicators, config.scorecard) == (Indicators(), Scorecard())
    assert indicator_layers(config) == ("responsibility", "unit", "extended", "community")
    assert scorecard_layers(config) == ("community",)
    assert weights_of(config.scorecard) == {}
    check_scores(config)


def test_a_city_adds_changes_and_leaves_out(tmp_path):
    (tmp_path / "own.toml").write_text(OWN, encoding="utf-8")
    thresholds = {"repeat_share": {"yellow": 30}}
    own = {"files": ["own.toml"], "off": ["reports"], "thresholds": thresholds}
    registry = registry_of(parsed(tmp_path, indicators=own))
    assert "tall" in registry.indicators
    assert not {"reports", "hot_cells"} & set(registry.indicators)
    changed = registry.indicator("repeat_share")
    assert (changed.yellow, changed.red) == (30, 50)
    assert changed.zh == registry_of(parsed()).indicator("repeat_share").zh


def test_the_files_take_part_in_the_fingerprint(tmp_path):
    own = {"indicators": {"files": ["own.toml"]}}
    prints = []
    for text in (None, OWN, OWN.replace("50", "60")):
        if text:
            (tmp_path / "own.toml").write_text(text, encoding="utf-8")
        prints.append(parsed(tmp_path, **own).fingerprint("indicators"))
    assert len(set(prints)) == 3
    assert parsed(tmp_path, **own).fingerprint("indicators") == prints[-1]


@pytest.mark.parametrize(
    ("sections", "told"),
    [
        ({"indicators": {"month": 3}}, "unknown key month; allowed: months"),
        ({"indicators": {"months": 0}}, "indicators.months"),
        ({"indicators": {"thresholds": {"reports": {"rad": 1}}}}, "unknown key rad; allowed"),
        ({"indicators": {"thresholds": {"nothing": {"red": 1}}}}, "nothing"),
        ({"indicators": {"off": ["nothing"]}}, "no indicator 'nothing'"),
        ({"indicators": {"layers": ["moon"]}}, "no layer moon.*allowed: responsibility"),
        ({"indicators": {"files": ["gone.toml"]}}, "cannot be read"),
        (
            {"indicators": {"thresholds": {"repeat_share": {"red": 5}}}},
            "thresholds are out of order",
        ),
        ({"scorecard": {"weight": {}}}, "unknown key weight; allowed"),
        ({"scorecard": {"interval": "wald"}}, "scorecard.interval"),
        ({"scorecard": {"definitions": {"nothing": "rework_due"}}}, "no indicator nothing"),
        ({"scorecard": {"definitions": {"rework": "reopened"}}}, "no definition of rework.*rework"),
        ({"scorecard": {"off": ["nothing"]}}, "no indicator nothing"),
        ({"scorecard": {"layers": ["moon"]}}, "no layer moon"),
        ({"scorecard": {"weights": {"rework": 0}}}, "scorecard.weights.rework"),
        ({"scorecard": {"weights": {"nothing": 1}}}, "no indicator nothing"),
        ({"scorecard": {"off": ["rework"], "weights": {"rework": 1}}}, "both off and weights"),
        (
            {"scorecard": {"definitions": {"rework": "rework_times"}, "weights": {"rework": 1}}},
            "no share and has no score.*allowed: rework_handled, rework_due",
        ),
    ],
)
def test_what_is_wrong_is_refused_by_name_with_what_is_allowed(sections, told):
    with pytest.raises(ConfigError, match=told):
        check_scores(parsed(**sections))


@pytest.mark.parametrize(
    ("text", "error", "told"),
    [
        ("[indicators.tall]\n", ConfigError, "unknown indicators.*allowed: tables"),
        ("indicator = 3\n", ConfigError, "another shape"),
        ("drop = 'reports'\n", ConfigError, "another shape"),
        ("= 3\n", ConfigError, "not TOML"),
        ("[indicator.tall]\nzh = '高'\n", ConfigError, "keys lacking"),
        (OWN.replace('"building"', '"person"'), PrivacyError, "not counted row by row"),
        (OWN.replace('"building"', '"moon"'), ConfigError, "no subject 'moon'"),
        (OWN.replace("floors = {", "colour = {"), ConfigError, "no open field colour"),
        (OWN.replace('formula = "tall"', 'formula = "short"'), ConfigError, "no measure short"),
    ],
)
def test_a_file_of_the_citys_own_is_checked_before_a_run(tmp_path, text, error, told):
    (tmp_path / "own.toml").write_text(text, encoding="utf-8")
    with pytest.raises(error, match=told):
        check_scores(parsed(tmp_path, indicators={"files": ["own.toml"]}))


def test_definitions_are_chosen_by_indicator():
    settings = Scorecard(definitions={"rework": "rework_due"}, weights={"rework": 2, "closing": 1})
    assert "rework_due" in {d.id for d in definitions_of(settings)}
    assert weights_of(settings) == {"rework_due": 2.0, "closing_due": 1.0}
