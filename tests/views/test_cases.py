"""Cases as users hold them: tables, one case explained in both languages, answers, privacy."""

import datetime as dt
import json
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from blockdata.config import parse_config
from blockdata.errors import AnalysisError, DecisionError
from blockdata.link.evidence.words import METHODS, WORDS
from blockdata.report.words import Words
from blockdata.store import derived
from blockdata.store.snapshots import memory_session
from blockdata.views.cases.cases import Cases
from blockdata.views.cases.words import PHRASES_ZH, CaseWords

AS_OF = dt.date(2026, 11, 2)
COMMON = {"source": "app", "source_id": "-", "first_delivery": 1, "last_delivery": 1}
PSEUDONYM, SAID = "0f" * 16, "水流很细，请处理"


def at(text):
    return dt.datetime.fromisoformat(text)


def _case(n, **more):
    facts = {"id": f"inc{n}", "case_no": f"A{n}", "category": "流动摊贩", "address_text": "试路1号"}
    return facts | {"reported_at": at(f"2026-11-01 0{n}:00"), "status": "open"} | more


RECORDS = {
    "incident": [_case(1), _case(2), _case(3, case_no="A1", source="patrol"), _case(4)],
    "incident_step": [
        {"id": "stp1", "case_no": "A2", "step": "accepted", "step_at": at("2026-11-01 03:00"),
         "department_name": "试办"},
        {"id": "stp2", "case_no": "A2", "step": "handled", "step_at": at("2026-11-01 02:30")},
    ],
    "address": [{"id": "adr1", "code": "1", "full_text": "试路1号"}],
    "building": [{"id": "bld1", "code": "b1", "name": "试楼"}],
    "department": [{"id": "dep1", "code": "D01", "name": "城管队"}],
}  # fmt: skip


def _link(incident, kind, target, probability, **more):
    told = {"method": "text", "evidence": "its text names the address; its coordinates agree"}
    keys = {"incident": incident, "target_kind": kind, "target": target}
    return keys | {"probability": probability} | told | more


RESULTS = {
    "link": [
        _link("inc1", "address", "adr1", 0.99, runner_up="adr9", runner_up_probability=0.01),
        _link("inc2", "address", "adr1", 0.62, distance_m=12.0),
        _link("inc2", "building", "bld1", 0.95, method="via_address"),
    ],
    "contradiction": [
        {"incident": "inc2", "first_kind": "address", "first": "adr1", "probability": 0.97,
         "second_kind": "coordinates", "distance_m": 812.0, "allowed_m": 60.0,
         "stands": "coordinates"}
    ],
    "incident_place": [
        {"incident": "inc1", "place_kind": "address", "place": "adr1", "probability": 0.99},
        {"incident": "inc2", "place_kind": "building", "place": "bld1", "probability": 0.95,
         "x": 1.0, "y": 2.0, "error_m": 8.0, "made": "coordinates"},
        {"incident": "inc3"},
    ],
    "category": [
        {"source": "app", "category": "流动摊贩", "incidents": 3, "label": "占道经营",
         "scheme": "GB/T 47678.5-2026", "kind": "matter", "code": "09006", "name": "占道经营",
         "method": "table"},
        {"source": "patrol", "category": "流动摊贩", "incidents": 1, "label": "流动摊贩"},
    ],
    "category_suggestion": [
        {"source": "patrol", "category": "流动摊贩", "incidents": 1, "rank": 1, "code": "09006"}
    ],
    "duplicate_pair": [
        {"first": "inc1", "second": "inc2", "probability": 0.91, "gap_hours": 1.0,
         "caller": "same", "reasons_zh": "同一来电人", "reasons_en": "the same caller"},
        {"first": "inc2", "second": "inc4", "probability": 0.55, "caller": "different",
         "reasons_zh": "类别相同", "reasons_en": "the same category"},
    ],
    "occurrence": [
        {"occurrence": "inc1", "reports": 2, "callers": 1, "calling": "one_caller",
         "last_reported": at("2026-11-01 02:00"), "probability": 0.91}
    ],
    "occurrence_member": [
        {"incident": "inc1", "occurrence": "inc1", "repeats": False},
        {"incident": "inc2", "occurrence": "inc1", "repeats": True},
    ],
    "chain": [{"chain": "inc1", "cases": 4, "span_days": 3.0, "strength": 0.9}],
    "chain_member": [{"incident": "inc1", "chain": "inc1"}, {"incident": "inc4", "chain": "inc1"}],
    "chain_link": [
        {"chain": "inc1", "first": "inc1", "second": "inc4", "rule": "near", "strength": 0.7,
         "reason_zh": "位置相近", "reason_en": "near by"}
    ],
    "case_course": [{"incident": "inc2", "disorder": "handled before accepted",
                     "is_suspended": True}],
    "case_limit": [
        {"incident": "inc2", "limit": 2.0, "limit_unit": "working_day", "limit_basis": "only",
         "due_at": at("2026-11-02 01:00"), "used_share": 0.9, "light": "yellow",
         "hours_left": 1.5, "due_soon": True},
        {"incident": "inc1", "limit_basis": "none", "light": "none", "due_soon": False},
    ],
    "case_unit": [
        {"incident": "inc2", "rank": 1, "department": "D01", "reason": "duty", "disputed": True,
         "border_m": 7.0},
        {"incident": "inc2", "rank": 2, "department": "D02", "reason": "nearest",
         "disputed": False},
    ],
    "disputed_duty": [{"grid": "g1", "scheme": "S", "code": "1", "departments": "D01, D02"}],
    "disputed_border": [{"grid": "g1", "neighbour": "g2", "cases": 2, "departments": "D01, D02"}],
    "episode": [
        {"episode": "inc1", "place_kind": "building", "place": "bld1", "category": "占道经营",
         "status": "open", "reports": 2, "reopenings": 1, "late_reports": 0,
         "ignored_closings": 0, "administrative_closings": 0,
         "first_reported": at("2026-11-01 01:00"), "last_reported": at("2026-11-01 02:00")}
    ],
    "episode_member": [
        {"incident": "inc1", "episode": "inc1"}, {"incident": "inc2", "episode": "inc1"},
        {"incident": "inc3", "excluded_reason": "no place"},
    ],
}  # fmt: skip


def _config(lang):
    raw = {"city": {"name": "试验区", "lang": lang}, "base": {"path": "unused"}, "source": []}
    return parse_config(raw, folder=Path())


@pytest.fixture(scope="module")
def session():
    made = memory_session(_config("zh").catalogue())
    for table, rows in RECORDS.items():
        made.append(table, pa.Table.from_pylist([COMMON | row for row in rows]))
    for table, rows in RESULTS.items():
        derived.write_result(made, table, pd.DataFrame(rows))
    caller = pa.table({"id": ["inc1", "inc2"], "caller": [PSEUDONYM, PSEUDONYM]})
    made.append("incident_people", caller, "people")
    made.append("incident_text", pa.table({"id": ["inc1"], "content": [SAID]}), "text")
    yield made
    made.con.close()


def _cases(session, lang, taken=None):
    config = _config(lang)
    return Cases(
        *(session, config, AS_OF, Words(lang, config.catalogue())),
        match=lambda texts: pd.DataFrame(),
        take=lambda decisions: (taken if taken is not None else []).extend(decisions),
        today=lambda: dt.date(2026, 11, 2),
    )


@pytest.fixture(scope="module")
def cases(session):
    return _cases(session, "en")


def test_links_name_both_and_can_be_narrowed(cases):
    rows = cases.links()
    assert rows["name"].tolist() == ["试路1号", "试路1号", "试楼"]
    assert rows.loc[0, ["runner_up", "runner_up_probability"]].tolist() == ["adr9", 0.01]
    assert cases.links(at_most=0.7)["incident"].tolist() == ["inc2"]
    assert cases.links("inc2", kind="building")["target"].tolist() == ["bld1"]
    assert cases.links(["inc1", "inc9"])["incident"].tolist() == ["inc1"]


def test_duplicates_tell_one_caller_or_several_and_no_more(cases):
    rows = cases.duplicates()
    assert rows[["occurrence", "incident", "repeats", "calling"]].values.tolist() == [
        ["inc1", "inc1", False, "one_caller"],
        ["inc1", "inc2", True, "one_caller"],
    ]
    assert "callers" not in rows and len(cases.duplicates("inc2")) == 2
    assert cases.duplicates("inc4").empty


def test_the_due_are_listed_with_who_answers_and_the_citys_clock(cases):
    row = cases.due_soon().iloc[0]
    assert (row["incident"], row["department_name"], row["light"]) == ("inc2", "城管队", "yellow")
    assert row["due_local"] - row["due_at"] == pd.Timedelta(hours=8)


def test_categories_suggestions_and_disputes(cases):
    assert cases.categories(unmapped=True)["source"].tolist() == ["patrol"]
    assert cases.suggestions()["code"].tolist() == ["09006"]
    assert cases.disputes()["dispute"].tolist() == ["duty", "border"]
    assert cases.disputes()["cases"].tolist()[1] == 2


def test_chains_and_the_links_of_one(cases):
    assert cases.chains()["chain"].tolist() == ["inc1"]
    assert cases.chains("inc1")["reason"].tolist() == ["near by"]
    with pytest.raises(AnalysisError, match="no chain 'x'"):
        cases.chains("x")


def test_episodes_are_narrowed_and_named(cases):
    assert cases.episodes(status="open")["place_name"].tolist() == ["试楼"]
    assert cases.episodes(status="closed").attrs["summary"] == "No episode is like that."


def test_an_empty_answer_says_what_would_fill_it(cases):
    assert "responsibilities" in cases.ownerless().attrs["summary"]
    assert "catalogue of matters" in cases.units("inc4").attrs["summary"]
    assert cases.revisions().attrs["summary"]
    assert cases.contradictions("inc1").attrs["summary"]


def test_a_case_is_explained_with_its_reasons(cases):
    told = repr(cases.explain("inc2"))
    for text in (
        "流动摊贩 → 占道经营 09006 (GB/T 47678.5-2026), by the table of categories",
        "coordinates are 812 m apart (60 m by the source's errors), 97.0% certain; believed: ",
        "Building 试楼 (bld1): the most specific of what is at least 90% certain",
        "Address 试路1号 (adr1) is more specific and only 62.0% certain: not counted",
        "A1 (inc1), the same occurrence, 91.0%: the same caller",
        "A4 (inc4), perhaps the same, not joined, 55.0%: the same category",
        "1 times reopened",
        "2026-11-01 11:00 accepted 试办",
        "out of order: handled before accepted",
        "2 working days, due 2026-11-02 09:00",
        "90% used, yellow",
        "1. 城管队 (D01): named for this matter in this grid; in dispute (7 m)",
        "with inc4: near by",
    ):
        assert text in told


def test_it_is_explained_in_chinese_too(session):
    told = repr(_cases(session, "zh").explain("inc2"))
    for text in (
        "地址文本写明该地址；坐标相符",
        "处置早于受理",
        "2 工作日，2026-11-02 09:00 到期",
        "职能加属地：责任清单写明；有争议",
    ):
        assert text in told


def test_what_is_missing_is_said(cases):
    told = repr(cases.explain("inc3"))
    assert "mapped to no class" in told and "counts at no place" in told
    assert "in no episode: without a place" in told and "no steps are known" in told
    assert "left out of the analysis" in repr(cases.explain("inc4"))


def test_frames_are_attributes_and_json(cases):
    found = cases.explain("inc2")
    assert found.duplicates["same"].tolist() == [True, False]
    assert found.chain_links["incident"].tolist() == ["inc4"]
    assert json.loads(json.dumps(found.to_dict()))["limit"][0]["light"] == "yellow"
    assert "<h4>Who answers</h4>" in found._repr_html_()


def test_a_case_is_known_by_its_number_unless_several_have_it(cases):
    assert cases.explain("A2").id == "inc2"
    with pytest.raises(AnalysisError, match="allowed: inc1, inc3"):
        cases.explain("A1")
    with pytest.raises(AnalysisError, match="no case that stands"):
        cases.explain("nowhere")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_who_called_and_what_was_said_is_never_told(session, lang):
    held = _cases(session, lang)
    told = [repr(held), held.duplicates().to_csv()]
    for identifier in ("inc1", "inc2"):
        found = held.explain(identifier)
        told += [repr(found), found._repr_html_(), json.dumps(found.to_dict(), ensure_ascii=False)]
    assert PSEUDONYM not in "".join(told)
    assert SAID not in "".join(told)


def test_answers_become_decisions_that_can_be_taken_back(session):
    taken = []
    held = _cases(session, "zh", taken)
    held.link("inc1", "address", "adr1", note="看过")
    held.link("inc1", "component", None)
    held.link("inc1", "address", None, take_back=True)
    held.same("inc1", "inc2")
    held.same("inc1", "inc2", False)
    held.same("inc1", "inc2", take_back=True)
    held.map_category("app", "流动摊贩", "GB/T 47678.5-2026", "matter", "09001")
    held.map_category("app", "流动摊贩")
    held.map_category("app", "流动摊贩", take_back=True)
    assert [(d.verb, d.subject, d.field, d.value) for d in taken] == [
        ("link", "inc1", "address", "adr1"),
        ("link", "inc1", "component", "none"),
        ("link", "inc1", "address", None),
        ("same", "inc1", "inc2", "yes"),
        ("same", "inc1", "inc2", "no"),
        ("same", "inc1", "inc2", None),
        ("category", "app/流动摊贩", None, "GB/T 47678.5-2026 matter 09001"),
        ("category", "app/流动摊贩", None, "none"),
        ("category", "app/流动摊贩", None, None),
    ]
    with pytest.raises(DecisionError, match="a scheme, a kind and a code"):
        held.map_category("app", "流动摊贩", code="09001")


def test_a_snapshot_of_an_earlier_version_says_so(session):
    old = memory_session(_config("zh").catalogue())
    old.append("incident", pa.Table.from_pylist([COMMON | _case(1)]))
    for table in ("duplicate_pair", "chain", "episode_revision", "incident_place"):
        old.run(f"DROP TABLE IF EXISTS base.{table}")
    held = _cases(old, "en")
    assert held.revisions().empty and "chains" not in repr(held)
    asked = {"reported_at": "2026-11-01"}
    for ask in (held.chains, lambda: held.explain("inc1"), lambda: held.repeats_of(asked)):
        with pytest.raises(AnalysisError, match="an earlier version made it"):
            ask()
    old.con.close()


def test_every_phrase_and_method_of_the_evidence_has_chinese_words():
    words = CaseWords("zh", _config("zh").catalogue())
    phrases = {text for told in WORDS.values() for text in told.values()}
    assert phrases <= set(PHRASES_ZH)
    methods = {name for told in METHODS.values() for name in told.values()}
    assert not [name for name in methods if words.method(name) == name]
