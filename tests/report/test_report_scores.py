"""What the page says of indicators and the scorecard."""

import datetime as dt
import math

import pandas as pd
import pytest

from blockdata.records import Catalogue
from blockdata.report.scores.spark import spark
from blockdata.report.scores.totals import total_sentence
from blockdata.report.scores.words import alarm_sentence, number, span_words, value_words
from blockdata.report.words import Words

ZH, EN = (Words(lang, Catalogue()) for lang in ("zh", "en"))
ALARM = {
    "month": dt.date(2026, 10, 1), "light": "red", "value": 41.19, "threshold": 80.0,
    "previous": 30.3, "months": 3, "since": dt.date(2026, 8, 1), "is_new": False, "sure": True,
    "numerator": 325.0, "denominator": 789.0,
}  # fmt: skip
DEFINITION = {"zh": "按期结案率", "en": "Share closed in time", "unit": "%", "bad": "below"}


def test_an_alarm_is_one_sentence_with_both_counts():
    said = alarm_sentence(ALARM, DEFINITION, "东社区", ZH)
    assert said == (
        "东社区：2026年10月按期结案率 41.2%（325/789），低于红线 80%；"
        "自2026年8月起已连续 3 个月，上月 30.3%。"
    )
    assert alarm_sentence(ALARM, DEFINITION, "East", EN) == (
        "East: Share closed in time 41.2% in 2026-10 (325/789), below the red line of 80%; "
        "so for 3 months, since 2026-08 (30.3% the month before)."
    )


def test_what_began_with_the_first_month_kept_may_have_begun_before():
    said = alarm_sentence(ALARM, DEFINITION, "东社区", ZH, dt.date(2026, 8, 1))
    assert "自2026年8月或更早起" in said


def test_what_may_be_chance_and_what_is_new_are_said():
    row = ALARM | {"months": 1, "is_new": True, "sure": False, "previous": 81.0}
    said = alarm_sentence(row, DEFINITION, "东社区", ZH)
    assert "上月 81%，未越线" in said and "偶然波动" in said
    row = row | {"previous": math.nan, "is_new": False, "denominator": math.nan}
    said = alarm_sentence(row, DEFINITION | {"unit": "1/km"}, "东社区", ZH)
    assert "上月" not in said and "偶然" not in said and "325" not in said


def test_values_are_written_with_their_unit():
    assert value_words(13468.9, "1/km²", ZH) == "13,469/平方公里"
    assert value_words(13468.9, "1/km²", EN) == "13,469 per km²"
    assert value_words(None, "%", ZH) == "—" and value_words(7.0, "辆", ZH) == "7 辆"
    assert number(-3.25) == "-3.25"


def test_a_rank_has_its_span():
    row = {"rank": 1, "rank_low": 1, "rank_high": 1, "ranked": 9}
    assert span_words(row, ZH) == "1（1）/9" and span_words(row, EN) == "1 (1) of 9"
    assert span_words(row | {"rank": pd.NA}, ZH) == ""


@pytest.mark.parametrize(
    ("kind", "difference", "why"),
    [
        ("department", 3.0, "没有写明部门"),
        ("unit", 3.0, "不在任何单元网格里"),
        ("unit", -3.0, "不止一次"),
    ],
)
def test_totals_that_differ_are_explained(kind, difference, why):
    row = {
        "unit_kind": kind, "month": dt.date(2026, 10, 1), "zh": "结案数", "en": "Cases closed",
        "units": 10.0, "whole": 10.0 + difference, "difference": difference,
    }  # fmt: skip
    assert why in total_sentence(row, ZH)
    assert "Cases closed" in total_sentence(row, EN)


def test_a_small_line_has_gaps_where_nothing_is_known():
    drawn = spark([1.0, 2.0, math.nan, 4.0], 3.0)
    assert drawn.path.count("M") == 2 and drawn.x == 97.0
    assert 3.0 <= drawn.line <= 23.0
    assert spark([5.0, 5.0]).y == 13.0
    assert spark([]) is None
