"""The steps that measure month by month, from delivered rows to tables, views and the page."""

import datetime as dt
import json

import pandas as pd
import pytest

from blockdata.batch.flow import STEPS
from blockdata.report.page import render_report
from blockdata.report.words import Words
from blockdata.views.scores.scores import Scores

AS_OF = dt.date(2026, 11, 1)
NEEDED = (
    *("resolve", "locate", "cells", "courses", "lineage", "categories", "link"),
    *("episodes", "gaps", "indicators", "scorecard"),
)
LAST = tuple(step for step in STEPS if step.name in NEEDED)


def _case(number, day, department="市政所", **fields):
    return {
        "case_no": f"N{number}",
        "reported_at": f"{day} 09:00:00",
        "category": "噪声",
        "geom": f"POINT ({500050 + number % 7 * 5} 50)",
        "department_name": department,
        "satisfaction": "满意",
        **fields,
    }


def _closed(number, day, *, happy, **fields):
    rated = "满意" if happy else "不满意"
    return _case(number, day, closed_at=f"{day} 18:00:00", satisfaction=rated, **fields)


def _rated():
    """Forty a month: from August on ever more are dissatisfied, in September just so many."""
    angry = {7: 0, 8: 16, 9: 4, 10: 20}
    return [
        _closed(100 * month + n, f"2026-{month:02d}-{1 + n % 28:02d}", happy=n >= angry[month])
        for month in angry
        for n in range(40)
    ]


@pytest.fixture
def build(town, square):
    def made(rows, as_of=AS_OF, day=AS_OF - dt.timedelta(days=1), **sections):
        built = town(("grids", "grid"), ("hotline", "incident", {"mode": "delta"}), **sections)
        built.deliver("grids", [square(n) for n in range(3)])
        built.deliver("hotline", rows, day)
        built.finish(as_of, LAST)
        return built

    return made


def _of(made, indicator, layer="whole"):
    rows = made.session.rows(
        "SELECT month, numerator, denominator FROM base.indicator "
        "WHERE indicator = ? AND layer = ? AND numerator IS NOT NULL ORDER BY month, cell",
        [indicator, layer],
    )
    return [(month.isoformat()[:7], n, d) for month, n, d in rows]


def _scores(made, lang="zh"):
    return Scores(made.session, made.config, AS_OF, Words(lang, made.session.catalogue))


def test_only_whole_months_are_told(build):
    rows = [_case(n, f"2026-{month}-{day}") for n, (month, day) in enumerate(_days())]
    made = build(rows, dt.date(2026, 10, 15))
    reports = {month: n for month, n, _ in _of(made, "reports")}
    assert max(reports) == "2026-09" and reports["2026-09"] == 2
    made.finish(AS_OF, LAST)
    reports = {month: n for month, n, _ in _of(made, "reports")}
    assert max(reports) == "2026-10" and reports["2026-10"] == 3


def _days():
    """Days at both ends of months; a day of the city's begins eight hours before that of UTC."""
    return [("08", "31"), ("09", "01"), ("09", "30"), ("10", "01"), ("10", "20"), ("10", "31")]


def test_an_alarm_says_since_when_and_what_was_before(build):
    made = build(_rated(), indicators={"layers": ["unit"]})
    alarms = _scores(made).alarms("whole").frame.set_index("indicator")
    found = alarms.loc["dissatisfaction_share"]
    assert (found["numerator"], found["denominator"], found["light"]) == (20, 40, "red")
    assert (found["previous"], found["months"], found["is_new"]) == (10.0, 1, True)
    assert found["since"] == pd.Timestamp("2026-10-01") and found["sure"]
    assert found["sentence_zh"] == (
        "全区：2026年10月不满意率 50%（20/40），高于红线 20%；上月 10%，未越线。"
    )
    made.deliver("hotline", [_closed(9000 + n, "2026-09-05", happy=False) for n in range(30)])
    made.finish(AS_OF, LAST)
    again = _scores(made, "en").alarms("whole").frame.set_index("indicator")
    found = again.loc["dissatisfaction_share"]
    assert (found["months"], found["is_new"]) == (3, False)
    assert found["since"] == pd.Timestamp("2026-08-01")
    assert "for 3 months, since 2026-08" in found["sentence_en"]


def test_cells_and_the_whole_stand_side_by_side(build):
    made = build(_rated(), indicators={"layers": ["unit"]})
    [(_, n, _)] = [row for row in _of(made, "reports") if row[0] == "2026-10"]
    inside = [row for row in _of(made, "reports", "unit") if row[0] == "2026-10"]
    assert n == 40 and sum(row[1] for row in inside) == 40
    assert set(made.read("indicator", "layer")) == {"whole", "unit"}


def test_what_has_no_source_says_so_and_the_run_tells_it(build):
    made = build(_rated())
    reasons = dict(
        made.session.rows(
            "SELECT indicator, reason FROM base.indicator WHERE layer = 'whole' "
            "AND month = '2026-10-01'"
        )
    )
    assert reasons["reports"] is None
    assert {reasons[i] for i in ("hazards", "lamps_per_km", "closing_share")} == {"no_source"}
    told = dict(made.session.rows("SELECT code, zh FROM base.finding WHERE step = 'indicators'"))
    assert "危险源" in told["indicators_without_source"]
    assert "案件" not in told["indicators_without_source"].replace("案件环节", "")
    assert "没有数据来源" in _scores(made).indicators(month="2026-10").explain()


def test_a_source_that_is_late_and_one_that_is_silent_are_told(build):
    thresholds = {"reports": {"fresh_days": 0}}
    made = build(_rated(), day=dt.date(2026, 10, 30), indicators={"thresholds": thresholds})
    told = dict(made.session.rows("SELECT code, zh FROM base.finding WHERE step = 'indicators'"))
    assert told["indicators_stale"] == "1 项体征没有上月数值：来源过旧（案件）"
    made.finish(dt.date(2026, 12, 1), LAST)
    told = dict(made.session.rows("SELECT code, en FROM base.finding WHERE step = 'indicators'"))
    assert told["indicators_not_observed"].endswith("silent were Incident")
    reasons = made.session.rows(
        "SELECT DISTINCT reason FROM base.indicator WHERE indicator = 'reports' "
        "AND month = '2026-11-01'"
    )
    assert reasons == [("not_observed",)]


def test_the_steps_are_kept_when_nothing_changed_and_the_settings_count(build):
    made = build(_rated())
    before = made.session.rows("FROM base.indicator ORDER BY ALL")
    assert {"indicators", "scorecard"} <= set(made.finish(AS_OF, LAST))
    weights = made.config.scorecard.model_copy(update={"weights": {"satisfaction": 1.0}})
    made.config = made.config.model_copy(update={"scorecard": weights})
    kept = made.finish(AS_OF, LAST)
    assert "indicators" in kept and "scorecard" not in kept
    assert made.session.count("score") > 0
    made.config = made.config.model_copy(
        update={"indicators": made.config.indicators.model_copy(update={"months": 3})}
    )
    assert not {"indicators", "scorecard"} & set(made.finish(AS_OF, LAST))
    months = {row[0] for row in made.session.rows("SELECT DISTINCT month FROM base.indicator")}
    assert len(months) == 3
    # What a month had does not depend on how many are told.
    after = made.session.rows("FROM base.indicator ORDER BY ALL")
    assert repr(after) == repr([row for row in before if row[2] in months])


def test_a_city_measures_by_its_own_file(build, tmp_path):
    (tmp_path / "own.toml").write_text(
        "[measure.angry]\nzh='不满'\nen='Angry'\nsubject='case'\ntiming='events'\n"
        "when='closed_on'\nwhere={satisfaction=['不满意']}\n"
        "[indicator.angry]\nzh='不满件数'\nen='Angry cases'\ngroup='cases'\nunit='1'\n"
        "definition_zh='评价不满意的件数。'\ndefinition_en='Cases rated so.'\n"
        "formula='angry'\nfresh_days=7\nred=18\n",
        encoding="utf-8",
    )
    made = build(_rated(), folder=tmp_path, indicators={"files": ["own.toml"], "off": ["reports"]})
    assert ("2026-10", 20.0, None) in [(m, n, None) for m, n, _ in _of(made, "angry")]
    assert _of(made, "reports") == []
    known = _scores(made).indicator_definitions().set_index("indicator")
    assert known.loc["angry", "red"] == 18 and "reports" not in known.index
    assert "angry" in set(_scores(made).alarms().frame["indicator"])
    told = json.dumps(made.config.model_dump(mode="json"), ensure_ascii=False)
    assert "own.toml" in told


def test_the_page_tells_alarms_and_the_card_in_both_languages(build):
    half = [
        r | {"department_name": "环卫所" if n % 2 else "市政所"} for n, r in enumerate(_rated())
    ]
    nameless = [r | {"department_name": ""} for r in half[:5]]
    made = build([*half[5:], *nameless], scorecard={"weights": {"satisfaction": 1}})
    for lang, titles in (
        ("zh", ("上月体征：哪些指标越过了线", "上月考核指标", "不满意率", "环卫所", "综合得分")),
        ("en", ("Indicators of the last month", "Scorecard of the last month", "Scores")),
    ):
        city = {"name": "试验区", "crs": "EPSG:4549", "lang": lang}
        made.session.set_meta("config", json.dumps({"city": city}))
        page = render_report(made.session, {"as_of": AS_OF.isoformat()})
        assert all(title in page for title in titles)
        assert "<svg" in page and "20/40" in page
        codes = ("no_source", "small_denominator", "dissatisfaction_share", "zero_denominator")
        assert not any(code in page for code in codes)


def test_nothing_gives_nothing_and_fails_nowhere(town):
    made = town(("hotline", "incident", {"mode": "delta"}))
    made.finish(AS_OF, LAST)
    for table in ("indicator", "indicator_alarm", "scorecard", "score", "score_total"):
        assert made.session.count(table) == 0
    scores = _scores(made)
    for answer in (scores.indicators, scores.alarms, scores.scorecard, scores.totals):
        assert answer().frame.empty and answer().explain()
    assert "没有权重" in scores.composite().explain()
    assert scores.months() == []
    page = render_report(made.session, {"as_of": AS_OF.isoformat()})
    assert "上月体征" not in page and "上月考核" not in page
