"""Sections about cases: from small frames to lines; their sums hold and their words are plain."""

import datetime as dt

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blockdata.link.chains import RULES
from blockdata.link.responsibility import REASONS
from blockdata.records import Catalogue
from blockdata.report.cases.categories import categories_of
from blockdata.report.cases.chains import ChainTexts, chains_of, in_order
from blockdata.report.cases.duplicates import duplicates_of
from blockdata.report.cases.duties import Disputes, Listed, disputes_of, duties_of
from blockdata.report.cases.episodes import episodes_of, revisions_of
from blockdata.report.cases.links import LINKED, contradictions_of, links_of
from blockdata.report.cases.window import Window
from blockdata.report.cases.words import CaseWords
from blockdata.report.words import metres, percent, share

ZH, EN = (CaseWords(lang, Catalogue()) for lang in ("zh", "en"))
WINDOW = Window(28, dt.datetime(2026, 10, 3, 16), dt.datetime(2026, 10, 31, 16), "Asia/Shanghai")
NO_CONTRADICTION = contradictions_of(
    pd.DataFrame({"cases": pd.Series(dtype="int64")}), pd.DataFrame(), ZH
)
NO_REVISION = revisions_of(
    pd.DataFrame(
        {
            "since": pd.Series(dtype="datetime64[us]"),
            "change": pd.Series(dtype="str"),
            "causes": pd.Series(dtype="str"),
            "episodes": pd.Series(dtype="int64"),
        }
    ),
    ZH,
)
NAMES = {"g1": "一网格", "D1": "城管局", "D2": "街道"}
NOTHING = Listed([], 0, 0)


@given(st.integers(0, 10**6), st.integers(1, 10**6))
def test_a_share_is_written_as_its_percentage(part, of):
    part = min(part, of)
    assert share(part / of) == percent(part, of)


def test_missing_metres_are_a_dash():
    assert (metres(float("nan")), metres(0.4)) == ("—", "0")


def link_counts(**more):
    row = {"source": "hotline", "cases": 10, "counted": 9, **dict.fromkeys(LINKED, 1)}
    return row | more


def test_links_are_summed_over_sources():
    counts = pd.DataFrame([link_counts(), link_counts(source="patrol", cases=30, component=25)])
    section = links_of(counts, pd.DataFrame(), NO_CONTRADICTION, ZH, 0.9)
    assert (section.total.cases, section.total.placed) == ("40", "45.0%")
    assert section.total.counts["component"] == "26"
    assert section.sure_from == "90%"


def test_a_single_source_has_no_total():
    section = links_of(pd.DataFrame([link_counts()]), pd.DataFrame(), NO_CONTRADICTION, ZH, 0.9)
    assert section.total is None


def test_methods_are_told_in_words():
    methods = pd.DataFrame(
        {
            "source": ["hotline", "hotline"],
            "target_kind": ["cell", "component"],
            "method": ["stated", "nearest_of_class"],
            "links": [4, 2],
            "median": [0.987, 0.7],
            "unsure": [1, 2],
        }
    )
    lines = links_of(pd.DataFrame([link_counts()]), methods, NO_CONTRADICTION, ZH, 0.9).methods
    assert [(line.target, line.method, line.median, line.unsure) for line in lines] == [
        ("网格", "来源写明", "98.7%", "25.0%"),
        ("部件", "同类最近", "70.0%", "100%"),
    ]


def test_contradictions_say_which_side_was_believed():
    counts = pd.DataFrame(
        {
            "first_kind": ["address", "cell:unit"],
            "second_kind": ["coordinates", "coordinates"],
            "cases": [5, 2],
            "median_m": [1234.5, 28.0],
            "first_stands": [2, 0],
        }
    )
    worst = pd.DataFrame(
        {
            "incident": ["inc1"],
            "first_kind": ["component_code"],
            "second_kind": ["coordinates"],
            "distance_m": [4100.0],
            "allowed_m": [60.0],
            "stands": ["component_code"],
        }
    )
    told = contradictions_of(counts, worst, EN)
    assert told.total == 7
    assert [(k.first, k.first_stands, k.second_stands) for k in told.kinds] == [
        ("the address", "2", "3"),
        ("the unit grid that the source names", "0", "2"),
    ]
    assert (told.worst[0].distance, told.worst[0].stands) == ("4,100", "the component code")


def categories(rows):
    columns = ["source", "category", "incidents", "scheme", "code", "name", "method"]
    return pd.DataFrame(rows, columns=columns)


def test_categories_are_told_by_how_they_were_mapped():
    table = categories(
        [
            ("app", "果皮箱", 6, "S", "0305", "垃圾箱（果皮箱、桶）", "table"),
            ("app", "占道经营", 20, "S", "0301", "占道经营", "name"),
            ("app", "咨询", 3, None, None, None, "table"),
            ("app", "臭味", 11, None, None, None, None),
        ]
    )
    suggestions = pd.DataFrame(
        {
            "source": ["app", "app"],
            "category": ["臭味", "臭味"],
            "rank": [2, 1],
            "code": ["0402", "0401"],
            "name": ["乙", "甲"],
        }
    )
    section = categories_of(table, suggestions, ZH)
    assert [(w.categories, w.cases) for w in section.ways] == [
        ("1", "6"),
        ("1", "20"),
        ("1", "3"),
        ("1", "11"),
    ]
    assert [(u.category, u.candidates) for u in section.unmapped] == [
        ("臭味", ["甲 0401", "乙 0402"])
    ]
    assert [m.category for m in section.mapped] == ["占道经营", "果皮箱"]


def test_an_unmapped_category_that_is_like_nothing_has_no_candidate():
    suggestions = pd.DataFrame(
        {"source": ["app"], "category": ["臭味"], "rank": [1], "code": [None], "name": [None]}
    )
    table = categories([("app", "臭味", 11, None, None, None, None)])
    assert categories_of(table, suggestions, ZH).unmapped[0].candidates == []


def test_of_many_unmapped_categories_the_most_frequent_are_listed():
    rows = [("app", f"c{n:02}", n, None, None, None, None) for n in range(1, 26)]
    section = categories_of(categories(rows), pd.DataFrame({"code": [], "rank": []}), ZH)
    assert (len(section.unmapped), section.more, section.unmapped[0].category) == (20, 5, "c25")


def test_repeats_and_occurrences_add_up_to_reports():
    counts = pd.DataFrame(
        {"reports": [100], "same_caller": [7], "several_callers": [4], "unknown_caller": [1]}
    )
    groups = pd.DataFrame(
        {
            "occurrence": ["inc1"],
            "label": ["噪声"],
            "reports": [5],
            "calling": ["several_callers"],
            "first_reported": pd.to_datetime(["2026-10-31 15:59"]),
            "span_hours": [3.25],
            "diameter_m": [float("nan")],
            "probability": [0.97],
            "reasons_zh": ["同一楼栋"],
            "reasons_en": ["the same building"],
        }
    )
    section = duplicates_of(counts, counts, groups, ZH, WINDOW)
    assert (section.lines[0].occurrences, section.lines[0].repeats) == ("88", "12.0%")
    line = section.groups[0]
    assert (line.first_reported, line.diameter, line.calling) == (
        "2026-10-31 23:59",
        "—",
        "不同来电人",
    )
    assert duplicates_of(counts, counts, groups, EN, WINDOW).groups[0].reasons == (
        "the same building"
    )


def chains():
    return pd.DataFrame(
        {
            "chain": ["a", "b", "c"],
            "cases": [5, 9, 4],
            "categories": [2, 1, 3],
            "usual_cases": [0.5, 8.0, float("nan")],
            "span_days": [10.0, 200.0, 3.0],
            "last_reported": pd.to_datetime(["2026-10-30 01:00"] * 3),
            "rules": ["building 3, near 1", "component 8", "entity 3"],
            "rank": [2, 1, None],
            "q": [0.02, 0.0001, None],
        }
    )


TEXTS = ChainTexts(
    reasons=pd.DataFrame({"chain": ["a"], "reason_zh": ["同一楼栋"], "reason_en": ["building"]}),
    categories=pd.DataFrame(
        {
            "chain": ["a"] * 5,
            "label": ["油烟", "噪声", "占道", "污水", "垃圾"],
            "cases": [2, 1, 1, 1, 1],
        }
    ),
    places=pd.DataFrame({"chain": ["a"], "house": [None], "name": [None], "code": ["B1"]}),
)


def test_chains_go_by_rank():
    section = chains_of(in_order(chains()), TEXTS, ZH, WINDOW, 30)
    assert [(c.chain, c.usual, c.q) for c in section.chains] == [
        ("b", "8.0", "<0.001"),
        ("a", "0.5", "0.020"),
        ("c", "—", "—"),
    ]


def test_a_chain_is_told_with_place_categories_rules_and_reason():
    section = chains_of(in_order(chains()), TEXTS, ZH, WINDOW, 30)
    other, line = section.chains[:2]
    assert (line.place, line.categories) == ("B1", "油烟 2、噪声 1、占道 1、另 2 类")
    assert line.rules == "同一楼栋 3、位置相近 1"
    assert (line.reason, other.reason, other.place) == ("同一楼栋", "—", "—")


@given(st.lists(st.integers(0, 500), min_size=5, max_size=5), st.lists(st.integers(1, 9)))
def test_from_cases_to_episodes_every_line_adds_up(steps, left_out):
    outside, repeats, further, episodes, open_ = steps
    occurrences, reports = episodes + further, episodes + further + repeats
    members = reports + sum(left_out)
    counts = pd.DataFrame(
        {
            "incidents": [members + outside],
            "members": members,
            "reports": reports,
            "occurrences": occurrences,
            "episodes": episodes,
            **dict.fromkeys(("reopened", "administrative", "ignored_closing", "late"), 0),
        }
    )
    excluded = pd.DataFrame(
        {"excluded_reason": [f"reason {n}" for n in range(len(left_out))], "reports": left_out}
    )
    states = pd.DataFrame({"status": ["open"], "episodes": [open_]})
    left = None
    for line in episodes_of(counts, excluded, states, NO_REVISION, ZH).sum:
        number = int(line.count.replace(",", ""))
        if line.is_sum:
            assert left is None or left == number, line.text
            left = number
        else:
            left -= number
    assert left == episodes


def test_revisions_are_counted_by_change_and_by_cause():
    counts = pd.DataFrame(
        {
            "since": [dt.date(2026, 10, 31)] * 3,
            "change": ["changed", "changed", "joined"],
            "causes": ["closing_learned", "closing_learned late_report", "late_report"],
            "episodes": [4, 2, 1],
        }
    )
    told = revisions_of(counts, EN)
    assert (told.since, told.episodes) == ("2026-10-31", "7")
    assert told.changes == [("is one with others", "1"), ("is told differently", "6")]
    assert told.causes == [("a report came late", "3"), ("a closing was learned late", "6")]
    assert NO_REVISION.since == ""


def due_cases():
    return pd.DataFrame(
        {
            "incident": ["inc1", "inc2"],
            "label": ["占道经营", "井盖破损"],
            "due_at": pd.to_datetime(["2026-11-01 01:30", "2026-11-01 02:00"]),
            "hours_left": [1.5, -30.26],
            "time_limit": [2.0, 0.5],
            "limit_unit": ["urgent_working_hour", "working_day"],
            "departments": [["城管局", "街道办"], None],
            "reason": ["duty", None],
            "disputed": [True, False],
        }
    )


def test_due_cases_are_told_by_local_time_with_unit_and_reason():
    counts = pd.DataFrame(
        {
            "light": ["green", "none", "red"],
            "cases": [5, 4, 3],
            "overdue": [0, 0, 3],
            "due_soon": [2, 0, 0],
            "handled": [1, 1, 0],
        }
    )
    none = Disputes(NOTHING, NOTHING, NOTHING)
    cases = due_cases()
    section = duties_of(counts, cases[:1], cases[1:], none, ZH, WINDOW.time_zone)
    assert [line.light for line in section.lights] == ["红灯", "绿灯", "没有时限"]
    assert (section.total.cases, section.more_due_soon, section.more_overdue) == ("12", 1, 2)
    soon, late = section.due_soon[0], section.overdue[0]
    assert (soon.due_at, soon.hours, soon.limit) == ("2026-11-01 09:30", "1.5", "2 紧急工作时")
    assert (soon.units, soon.reason, soon.disputed) == (
        "城管局、街道办",
        "职能加属地：责任清单写明",
        True,
    )
    assert (late.hours, late.limit, late.units, late.reason) == ("30.3", "0.5 工作日", "—", "—")


def test_disputes_are_told_by_names_and_cut():
    ownerless = pd.DataFrame(
        {"category": "噪声", "code": None, "grid": "g1", "cases": range(25, 0, -1)}
    )
    duties = pd.DataFrame(
        {"grid": ["g1"], "code": ["0301"], "name": ["占道经营"], "departments": ["D1, D2"]}
    )
    borders = pd.DataFrame(
        {"grid": ["g1"], "neighbour": ["g2"], "cases": [3], "departments": ["D1, D9"]}
    )
    told = disputes_of(ownerless, duties, borders, NAMES, ZH)
    assert (len(told.ownerless.rows), told.ownerless.more, told.ownerless.total) == (20, 5, 25)
    assert told.duties.rows[0]["units"] == "城管局、街道"
    assert told.borders.rows == [
        {"grid": "一网格", "neighbour": "g2", "cases": "3", "units": "城管局、D9"}
    ]


def test_every_rule_of_chains_and_reason_of_units_has_words():
    for rule in RULES:
        assert ZH.rules(f"{rule.name} 2") != f"{rule.name} 2"
    assert all(ZH.unit_reason(reason) != reason for reason in REASONS)


@pytest.mark.parametrize("words", [ZH, EN])
@pytest.mark.parametrize(
    "tell",
    ["target", "side", "method", "calling", "light", "unit_reason", "excluded", "state", "rules"],
)
def test_a_code_without_words_stands_for_itself(words, tell):
    code = "strange 1" if tell == "rules" else "strange"
    assert getattr(words, tell)(code) == code
