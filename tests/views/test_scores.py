"""`base.scores` of the tiny district: words, both counts, reasons, and what cannot be asked."""

import datetime as dt

import pandas as pd
import pytest

import blockdata as bd
from blockdata.analysis.indicators import shipped_registry
from blockdata.analysis.scorecard import chosen_definitions, definitions
from blockdata.errors import AnalysisError
from blockdata.report.words import Words
from blockdata.store.snapshots import memory_session
from blockdata.views.scores.scores import Scores


@pytest.fixture(scope="module")
def base(tiny_base):
    with bd.open(tiny_base.base_path) as opened:
        yield opened


@pytest.fixture(scope="module")
def last(base):
    return base.scores.indicators("whole", month="2026-10").frame.set_index("indicator")


def test_every_shipped_indicator_has_a_value_or_says_why_not(last):
    assert set(last.index) == set(shipped_registry().indicators)
    assert (last["value"].isna() == last["reason"].notna()).all()
    assert (last["reason"].isna() == last["why"].isna()).all()
    assert last["value"].notna().sum() >= 30


def test_rates_have_both_counts_and_say_what_they_are_divided_by(last):
    for name, indicator in shipped_registry().indicators.items():
        row = last.loc[name]
        if indicator.parsed.rate is None:
            assert pd.isna(row["denominator"])
        elif pd.notna(row["value"]):
            scaled = indicator.parsed.scale * row["numerator"] / row["denominator"]
            assert row["value"] == pytest.approx(scaled)
            assert row["denominator_zh"] and row["denominator_en"]


def test_a_layer_an_indicator_and_a_month_are_asked_for(base):
    found = base.scores.indicators("community", "reports", dt.date(2026, 10, 17))
    assert set(found.frame["layer"]) == {"community"}
    assert set(found.frame["month"]) == {pd.Timestamp("2026-10-01")}
    assert found.frame["name"].notna().all() and found.frame["zh"].eq("上报量").all()
    course = base.scores.indicators("whole", "reports").frame["month"]
    assert course.is_monotonic_increasing and course.nunique() > 6


def test_people_are_told_as_shared_and_said_so(base):
    found = base.scores.indicators("unit", "people_density", "2026-10")
    assert found.frame["shared_people"].any()
    assert "共用" in found.explain()
    plain = base.scores.indicators("unit", "reports", "2026-10").frame
    assert not plain["shared_people"].any()


def test_alarms_are_sentences_red_first(base):
    alarms = base.scores.alarms()
    assert alarms.frame["layer"].iloc[0] == "whole"
    for _, own in alarms.frame.groupby("layer"):
        assert own["light"].tolist() == sorted(own["light"])
    assert alarms.frame[["sentence_zh", "sentence_en"]].notna().all().all()
    assert set(base.scores.alarms("community", light="red").frame["light"]) == {"red"}
    assert "预警" in alarms.explain()


def test_definitions_say_formula_unit_and_thresholds(base):
    known = base.scores.indicator_definitions().set_index("indicator")
    assert len(known) == len(shipped_registry().indicators)
    assert known.loc["closing_on_time", ["yellow", "red", "bad"]].tolist() == [90, 80, "below"]
    assert known["definition_zh"].notna().all() and known["formula"].notna().all()
    assert set(base.scores.indicator_definitions("housing")["group"]) == {"housing"}
    card = base.scores.scorecard_definitions()
    assert set(card["definition"]) == set(definitions())
    assert set(card.loc[card["chosen"], "definition"]) == {d.id for d in chosen_definitions()}
    assert len(base.scores.scorecard_definitions("rework")) == 3


def test_the_card_prints_both_counts_and_marks_small_ones(base):
    found = base.scores.scorecard(month="2026-10")
    card = found.frame
    assert set(card["unit_kind"]) == {"department"} and card["name"].notna().all()
    known = card[card["reason"] != "not_kept"]
    assert len(known) and known[["numerator", "denominator"]].notna().all().all()
    assert card[["numerator_zh", "denominator_zh"]].notna().all().all()
    ranked = card[card["rank"].notna()]
    assert (ranked["rank_low"] <= ranked["rank"]).all()
    assert (ranked["rank"] <= ranked["rank_high"]).all()
    assert card.loc[card["small"], "why"].notna().all()
    assert "small" in found.explain()
    areas = base.scores.scorecard("community", "2026-10").frame
    assert set(areas["unit_kind"]) == {"community"} and areas["name"].notna().all()
    assert {"department", "community", "whole"} == set(
        base.scores.scorecard(None).frame["unit_kind"]
    )


def test_the_score_is_a_mean_by_weights_and_says_what_is_missing(base):
    found = base.scores.composite(month="2026-10")
    assert "权重" in found.explain()
    assert found.frame["score"].dropna().between(0, 100).all()
    assert (found.frame["missing"].isna() == (found.frame["weight_used"] > 0.999)).all()


def test_without_weights_there_is_no_score_and_it_is_said(base):
    session = memory_session(base.catalogue)
    found = Scores(session, base.config, base.as_of, Words("zh", base.catalogue)).composite()
    assert found.frame.empty and "[scorecard.weights]" in found.explain()
    session.con.close()


def test_totals_that_do_not_add_up_are_said(base):
    found = base.scores.totals(month="2026-10")
    wrong = found.frame[~found.frame["adds_up"]]
    assert (wrong["difference"] == wrong["whole"] - wrong["units"]).all()
    assert (found.frame["adds_up"] == found.frame["sentence_zh"].isna()).all()
    assert "合计" in found.explain() or "总数" in found.explain()


def test_a_stated_card_is_held_against_the_cases(base):
    card = base.scores.scorecard(month="2026-10").frame
    row = card[card["value"].notna() & (card["denominator"] > 10)].iloc[0]
    stated = pd.DataFrame(
        {
            "unit": row["unit"],
            "month": ["2026-10", "2026-10"],
            "definition": [row["definition"], "overdue_due"],
            "numerator": [row["numerator"] + 2, None],
            "denominator": [row["denominator"], 7.0],
            "value": [None, 14.29],
        }
    )
    told = base.scores.compare_stated(stated)
    own = told[told["definition"] == row["definition"]].set_index("part")
    assert own["agrees"].to_dict() == {"numerator": False, "denominator": True}
    assert own.loc["numerator", "difference"] == -2 and "不一致" in own.loc["numerator", "zh"]
    assert row["zh"] in own.loc["numerator", "zh"]
    assert row["definition"] not in own.loc["numerator", "zh"]
    assert told.loc[told["definition"] == "overdue_due", "value_fits"].tolist() == [True]
    with pytest.raises(AnalysisError, match="stand twice"):
        base.scores.compare_stated(pd.concat([stated, stated]))


@pytest.mark.parametrize(
    ("ask", "told"),
    [
        (lambda s: s.indicators("moon"), "no layer 'moon'"),
        (lambda s: s.indicators(None, "luck"), "no indicator 'luck'"),
        (lambda s: s.indicators(month="2026-11"), "allowed: 20..-.. to 2026-10"),
        (lambda s: s.indicators(month="soon"), "no month"),
        (lambda s: s.alarms(light="blue"), "no light 'blue'"),
        (lambda s: s.scorecard("street"), "no kind of unit 'street'"),
        (lambda s: s.scorecard_definitions("luck"), "no indicator 'luck'"),
        (lambda s: s.indicator_definitions("luck"), "no group 'luck'"),
        (lambda s: s.totals("street"), "no kind of unit"),
    ],
)
def test_what_cannot_be_asked_is_told_with_what_can(base, ask, told):
    with pytest.raises(AnalysisError, match=told):
        ask(base.scores)
