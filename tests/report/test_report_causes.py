"""What the page says of what chronic places share, and of what interventions did."""

import datetime as dt
import json
import re

import pandas as pd
import pyarrow as pa
import pytest

from blockdata.records import Catalogue
from blockdata.report.causes import cause_kind_words, cause_sentence, neighbour_sentence
from blockdata.report.effects import effect_line, effect_order, forest
from blockdata.report.page import forest_plot, render_report
from blockdata.report.words import Words
from blockdata.store import derived
from blockdata.store.snapshots import memory_session

FACTS = {"city": "望海区", "as_of": "2026-11-01"}
LANGS = ("zh", "en")
CAUSE = {
    "place_kind": "component", "cause_kind": "batch", "cause": "路灯 滨河区路灯管理所 2019",
    "places": 120, "bad": 8, "expected": 1.6, "excess": 6.4, "ratio": 5.0, "p": 1e-5, "tests": 40,
    "q": 4e-4, "status": "shared_cause", "rank": 1, "reason": None,
}  # fmt: skip
KIND = {
    "place_kind": "component", "cause_kind": "batch", "places": 900, "bad": 12, "with_cause": 880,
    "causes": 28, "tested": 20, "listed": 1, "too_few_places": 8, "no_other_like": 0,
    "none_or_all_bad": 0, "too_few_to_tell": 0, "reason": None,
}  # fmt: skip
NEAR = {
    "place_kind": "component", "places": 300, "bad": 12, "radius_m": 50.0, "pairs": 9,
    "expected": 1.2, "permutations": 999, "p": 0.001, "q": 0.002, "status": "gathered",
    "reason": None,
}  # fmt: skip
EFFECT = {
    "effect": "ivn1", "scope": "intervention", "code": "M1", "name": "夜间整治", "category": "噪声",
    "interventions": 1, "started_on": dt.date(2026, 3, 1), "ended_on": None, "place_kind": "x",
    "observed_from": dt.date(2025, 1, 1), "observed_to": dt.date(2026, 11, 1), "reached": 1,
    "treated": 1, "followed": 1, "matched": 1, "controls": 20, "pre": 40.0, "post": 10.0,
    "expected": 30.0, "naive_ratio": 0.3, "ratio": 0.33, "low": 0.15, "high": 0.7, "level": 0.95,
    "verdict": "fewer", "zh": "“夜间整治”：确有减少。", "en": "Fewer problems.", "reason": None,
}  # fmt: skip


@pytest.fixture(scope="module")
def page():
    session = memory_session(Catalogue())
    common = {"source": "s", "source_id": "-", "first_delivery": 1, "last_delivery": 1}
    lamps = [common | {"id": f"cmp{n}", "code": f"L{n}", "name": "路灯"} for n in range(8)]
    session.append("component", pa.Table.from_pylist(lamps))

    def rendered(lang="zh", **tables):
        session.set_meta("config", json.dumps({"city": {"name": "望海区", "lang": lang}}))
        for name in ("cause", "cause_kind", "cause_place", "near_chronic", "effect"):
            derived.write_result(session, name, pd.DataFrame(tables.get(name, [])))
        return re.sub(r"\s+", " ", render_report(session, FACTS))

    yield rendered
    session.con.close()


def _section(text, name):
    return text.split(f'aria-labelledby="{name}"')[1].split("</section>")[0]


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize(
    "kind", ["owner", "keeper", "batch", "road", "estate", "company", "department"]
)
def test_every_kind_of_cause_has_a_sentence_with_its_numbers(lang, kind):
    words = Words(lang, Catalogue())
    row = CAUSE | {"cause_kind": kind, "cause": "某单位"}
    said = cause_sentence(row, words)
    assert all(part in said for part in ("120", "8", "1.6", "5.0", "某单位"))
    assert bool(re.search("[a-z]", said)) == (lang == "en")
    assert kind not in cause_kind_words("component", kind, Words("zh", Catalogue()))


def test_a_field_of_the_kind_is_called_by_its_label():
    words = Words("zh", Catalogue())
    assert cause_kind_words("component", "data_source", words) == "数据来源"
    assert cause_kind_words("address", "use", words) == "建筑用途"


@pytest.mark.parametrize("lang", LANGS)
def test_neighbours_are_told_gathered_or_not_or_not_tested(lang):
    words = Words(lang, Catalogue())
    said = [
        neighbour_sentence(NEAR | more, words)
        for more in ({}, {"status": None}, {"status": None, "reason": "too_few_places"})
    ]
    assert len(set(said)) == 3
    assert "9" in said[0] and "1.2" in said[0] and "50" in said[0]
    assert all(bool(re.search("[a-z]", s)) == (lang == "en") for s in said)


@pytest.mark.parametrize("lang", LANGS)
def test_the_page_lists_causes_with_their_places(page, lang):
    place = {k: CAUSE[k] for k in ("place_kind", "cause_kind", "cause")}
    told = _section(
        page(
            lang,
            cause=[CAUSE, CAUSE | {"cause": "别的", "status": None, "rank": 2}],
            cause_kind=[KIND, KIND | {"cause_kind": "keeper", "causes": 0, "reason": "no_source"}],
            cause_place=[place | {"place": f"cmp{n}", "category": "路灯故障"} for n in range(8)],
            near_chronic=[NEAR],
        ),
        "causes",
    )
    assert "路灯 滨河区路灯管理所 2019" in told and "别的" not in told
    assert "路灯 L0" in told and "路灯 L7" not in told
    words = Words(lang, Catalogue())
    assert neighbour_sentence(NEAR, words) in told and words.untested("no_source") in told
    assert "too_few" not in told and "shared_cause" not in told
    # No register names the property company: that is said, not passed over.
    assert words.t("物业公司", "property company") in told


def test_where_nothing_is_chronic_and_nothing_was_done_there_is_no_section(page):
    told = page()
    assert 'id="causes"' not in told and 'id="effects"' not in told


def test_nothing_found_is_said(page):
    told = _section(page(cause_kind=[KIND | {"listed": 0}]), "causes")
    assert "没有哪个共同点明显多于同类" in told


@pytest.mark.parametrize("lang", LANGS)
def test_the_page_tells_effects_with_a_plot(page, lang):
    rows = [
        EFFECT,
        EFFECT | {"effect": "n", "scope": "name", "interventions": 3, "verdict": "undecided",
                  "high": 80.0},
        EFFECT | {"effect": "few", "verdict": None, "reason": "too_few_cases", "pre": None,
                  "post": None, "expected": None, "naive_ratio": None, "ratio": None, "low": None,
                  "high": None},
    ]  # fmt: skip
    told = _section(page(lang, effect=rows), "effects")
    assert EFFECT[lang] in told and "夜间整治 ×3" in told and told.count("<circle") == 1
    assert "33% (15% – 70%)" in told and "8,000%" in told
    words = Words(lang, Catalogue())
    assert words.untested("too_few_cases") in told and "too_few" not in told
    assert "undecided" not in told or lang == "en"


def _frame(*rows):
    return pd.DataFrame([EFFECT | row for row in rows])


def test_the_plot_keeps_ends_beyond_it_open_and_one_in_the_middle():
    words = Words("zh", Catalogue())
    drawn = forest(_frame({}, {"low": 0.0, "ratio": 0.0, "high": 500.0}), words)
    first, wide = drawn.marks
    assert not first.low_open and not first.high_open and first.low < first.x < first.high
    assert wide.low_open and wide.high_open and wide.low == drawn.left and wide.high == drawn.right
    assert drawn.left < drawn.one < drawn.right and first.high < drawn.one
    assert forest(_frame({"verdict": None}), words) is None
    svg = forest_plot(drawn, words)
    assert svg.startswith("<svg") and svg.endswith("</svg>") and "http" not in svg.split(">", 1)[1]


def test_several_together_come_first_and_lines_name_figures():
    rows = effect_order(
        _frame({"started_on": dt.date(2026, 1, 1)}, {"scope": "name", "name": "乙"})
    )
    assert rows["scope"].tolist() == ["name", "intervention"]
    line = effect_line(EFFECT, Words("zh", Catalogue()))
    assert (line.ratio, line.interval, line.verdict) == ("33%", "15% – 70%", "确有减少")
    assert line.label == "夜间整治 · 噪声" and line.when == "2026-03-01"
