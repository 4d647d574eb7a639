"""Evidence of chronic places: what is gathered, from whom, and by how many questions."""

import datetime as dt

import pandas as pd
import pyarrow as pa
import pytest
import shapely

from blockdata.config import Chronic, City, Episodes
from blockdata.engines import evidence_feeds, lookups, report_feeds, standing_feeds
from blockdata.records import Catalogue
from blockdata.report.change_words import change_sentence
from blockdata.report.evidence import Asking, gather
from blockdata.report.words import Words
from blockdata.store import derived
from blockdata.store.snapshots import memory_session

ROW = {"source": "s", "source_id": "-", "first_delivery": 1, "last_delivery": 1}
AS_OF = dt.date(2026, 11, 1)
X, Y = 500_000.0, 4_000_000.0


def day(month, number=1, hour=4, year=2026):
    return dt.datetime(year, month, number, hour)


def add(session, table, *rows):
    every = dict.fromkeys(key for row in rows for key in row)
    session.append(table, pa.Table.from_pylist([ROW | every | row for row in rows]))


def result(session, table, rows):
    derived.write_result(session, table, pd.DataFrame(rows))


def problem(place_kind, place, category, **more):
    row = {"place_kind": place_kind, "place": place, "category": category, "measure": "chronic"}
    row |= {"status": "chronic", "course": "persistent", "episodes": 3, "expected": 0.2}
    return row | {"excess": 2.5, "rank": 1} | more


@pytest.fixture(scope="module")
def town():
    """A restaurant's address, a flat above it, a manhole that was replaced, and their cell."""
    session = memory_session(Catalogue())
    add(session, "grid", {"id": "grd1", "code": "01", "layer": "unit", "name": "一号网格"})
    house = {"id": "adr1", "code": "A1", "full_text": "海宁路12号", "x": X, "y": Y}
    flat = {"id": "adr2", "code": "A2", "parent_code": "A1", "full_text": "海宁路12号1单元501"}
    flat |= {"unit": "1单元", "room": "501", "x": X, "y": Y}
    add(session, "address", house, flat)
    add(session, "building", {"id": "bld1", "code": "B1", "name": "海宁大厦", "address_id": "adr1"})
    shop = {"id": "ent1", "uscc": "U1", "name": "春峰饭店", "industry": "餐饮业", "staff": 7}
    shop |= {"address_id": "adr1", "match_level": "road_no", "valid_from": dt.date(2025, 12, 20)}
    add(session, "legal_entity", shop)
    old = {"id": "cmp1", "code": "0101", "name": "污水井盖", "x": X + 100, "y": Y, "status": "破损"}
    old |= {"located_by": "geometry", "valid_from": dt.date(2020, 1, 1)}
    gone = old | {"valid_to": dt.date(2026, 5, 2), "closed_by": 2}
    new = old | {"id": "cmp2", "code": "0102", "status": "完好", "valid_from": dt.date(2026, 5, 10)}
    lamp = old | {"id": "cmp3", "name": "路灯", "x": X + 110, "owner_name": "市路灯管理所"}
    dark = lamp | {"valid_to": dt.date(2026, 4, 1), "closed_by": 2, "status": "完好"}
    add(session, "component", new, lamp | {"valid_from": dt.date(2026, 4, 1)})
    add(session, "component_history", gone, dark)
    work = {"id": "ivn1", "code": "W1", "name": "油烟整治", "started_on": dt.date(2026, 6, 1)}
    spot = {"ended_on": dt.date(2026, 6, 9), "department_name": "城管局", "located_by": "geometry"}
    add(session, "intervention", work | spot | {"geom": shapely.Point(X + 5, Y).wkb})
    add_cases(session)
    add_results(session)
    return session


def add_cases(session):
    """Three episodes at the flat, one closed by a form after a day, one within a minute."""
    cases = []
    for number, closed in enumerate((day(2, 2), day(3, 9, 4), None), start=1):
        case = {"id": f"inc{number}", "case_no": f"N{number}", "category": "油烟扰民"}
        case |= {"reported_at": day(number + 1, 1 if number == 1 else 9), "closed_at": closed}
        cases.append(case | {"status": "closed" if closed else "open", "channel": "电话"})
    cases[1]["closed_at"] = cases[1]["reported_at"] + dt.timedelta(seconds=30)
    add(session, "incident", *cases)
    steps = [("accepted", day(2, 1, 5), None), ("closed", day(2, 2), "行政办结")]
    add(
        session,
        "incident_step",
        *(
            {"id": f"stp{s}", "case_no": "N1", "step": s, "step_at": t, "result": r}
            for s, t, r in steps
        ),
    )
    course = {"incident": "inc1", "closed_at": day(2, 2), "sent_back": 1, "reopened": 0}
    result(session, "case_course", [course])
    episodes = [
        {
            "episode": c["id"],
            "place_kind": "address",
            "place": "adr2",
            "category": "油烟扰民",
            "first_reported": c["reported_at"],
            "last_reported": c["reported_at"],
            "closed_at": c["closed_at"],
            "reports": 1,
            "status": c["status"],
            "reopenings": 0,
            "ignored_closings": 0,
            "administrative_closings": int(c["id"] != "inc3"),
        }
        for c in cases
    ]
    result(session, "episode", episodes)
    members = [{"incident": c["id"], "episode": c["id"]} for c in cases]
    result(session, "episode_member", members)


def add_results(session):
    kinds = (("address", "adr2"), ("building", "bld1"), ("cell:unit", "grd1"))
    found = [problem(kind, place, "油烟扰民") for kind, place in kinds]
    found.append(problem("component", "cmp2", "井盖破损"))
    found.append(problem("address", "adr1", "油烟扰民", course="resolved", calm_months=8))
    result(session, "chronic", found)
    behind = [
        {"place_kind": kind, "place": place, "category": "油烟扰民", "episode": f"inc{n}"}
        for kind, place in kinds
        for n in (1, 2, 3)
    ]
    result(session, "chronic_case", behind)
    alike = {"place_kind": "address", "category": "油烟扰民", "place": "adr2", "similar": "adr1"}
    alike |= {"nearness": 1, "course": "resolved", "episodes": 4, "calm_months": 8}
    result(session, "chronic_similar", [alike])
    cells = [("building", "bld1"), ("legal_entity", "ent1"), ("component", "cmp2")]
    cells += [("address", "adr1"), ("address", "adr2"), ("intervention", "ivn1")]
    inside = [{"kind": k, "id": i, "layer": "unit", "cell": "grd1"} for k, i in cells]
    result(session, "cell_of", inside)
    result(session, "profile", [{"layer": "unit", "cell": "grd1", "people": 120}])
    change = {"layer": "unit", "changed_on": dt.date(2026, 7, 1), "change": "border"}
    result(
        session,
        "grid_lineage",
        [change | {"old": "grd1", "old_code": "01", "new": "grd1", "new_code": "01"}],
    )


@pytest.fixture(scope="module")
def asking():
    return Asking(AS_OF, City(name="x"), Chronic(window_days=360), Episodes())


@pytest.fixture(scope="module")
def gathered(town, asking):
    found = evidence_feeds.chronic_found(town)
    return gather(town, found, asking, Words("zh", town.catalogue))


def of(gathered, table, kind, place, category="油烟扰民"):
    return gathered.of(kind, place, category)[table]


def test_the_timeline_is_in_the_city_s_time_with_every_step(gathered):
    reports = of(gathered, "reports", "address", "adr2")
    assert reports["reported_at"].tolist()[0] == pd.Timestamp("2026-02-01 12:00")
    steps = of(gathered, "steps", "address", "adr2")
    assert steps["step"].tolist() == ["accepted", "closed"]
    assert steps["result"].tolist()[1] == "行政办结"


def test_a_closing_is_administrative_by_its_form_or_by_its_haste(gathered):
    row = of(gathered, "closings", "address", "adr2").iloc[0]
    assert (row["closings"], row["administrative"], row["sent_back"]) == (2, 2, 1)
    assert row["results"] == [("行政办结", 1)]
    episodes = of(gathered, "episodes", "address", "adr2")
    assert row["administrative"] == episodes["administrative_closings"].sum()


def test_a_larger_place_tells_where_in_it_and_a_flat_as_its_building(gathered):
    rows = of(gathered, "whereabouts", "cell:unit", "grd1")
    assert rows[["name", "episodes"]].values.tolist() == [["海宁路12号", 3]]
    names = gathered.problems.set_index("place")["name"]
    assert names["adr2"] == "海宁路12号"


def test_what_stands_there_is_counted_and_people_of_cells_alone(gathered):
    cell = of(gathered, "standing", "cell:unit", "grd1").set_index("kind")["count"]
    assert cell["people"] == 120 and cell["building"] == 1
    house = of(gathered, "standing", "address", "adr1").set_index("kind")
    assert house.loc["legal_entity", "names"] == ["春峰饭店"]
    assert "people" not in gathered.standing.query("place_kind != 'cell:unit'")["kind"].tolist()
    cover = of(gathered, "standing", "component", "cmp2", "井盖破损")
    assert cover["relation"].tolist() == ["near", "own"]
    assert "权属单位：市路灯管理所" not in str(cover["names"].tolist())


def test_what_changed_is_dated_from_the_beginning_of_the_problem(gathered):
    house = of(gathered, "changes", "address", "adr1")
    came = house[house["what"] == "came"].iloc[0]
    assert came["on"] == pd.Timestamp("2025-12-20")
    assert "法人“春峰饭店”成立" in came["zh"]
    began = gathered.problems.set_index(["place_kind", "place"]).loc[("building", "bld1")]
    inside = of(gathered, "changes", "building", "bld1").query("what == 'came'").iloc[0]
    assert inside["days"] == (dt.date(2025, 12, 20) - began["began_on"]).days < 0
    assert f"比问题开始早 {-inside['days']} 天" in inside["zh"]
    assert "before the problem began" in inside["en"]


def test_works_near_a_place_and_in_a_cell_are_told(gathered):
    for kind, place in (("address", "adr2"), ("cell:unit", "grd1")):
        rows = of(gathered, "changes", kind, place).query("what == 'intervention'")
        assert rows["on"].tolist() == [pd.Timestamp("2026-06-01")]
        assert "开始治理：油烟整治（至 2026-06-09，城管局）" in rows["zh"].iloc[0]


def test_a_component_on_the_spot_of_one_that_went_is_a_replacement(gathered):
    rows = of(gathered, "changes", "component", "cmp2", "井盖破损")
    assert rows.loc[rows["what"] == "replaced", "on"].tolist() == [pd.Timestamp("2026-05-10")]
    assert not rows["what"].isin(["gone"]).any()


def test_a_field_that_changed_is_told_with_both_values(gathered):
    rows = of(gathered, "changes", "component", "cmp2", "井盖破损").query("what == 'changed'")
    assert len(rows) == 1
    assert "旁边 10 米的部件“路灯”的部件状态由“完好”改为“破损”" in rows["zh"].iloc[0]


def test_a_cell_tells_its_redrawing_and_sums_without_names(gathered):
    rows = of(gathered, "changes", "cell:unit", "grd1")
    assert rows.loc[rows["what"] == "grid", "on"].tolist() == [pd.Timestamp("2026-07-01")]
    sums = rows[rows["what"] == "sum"]
    assert sums["on"].isna().all()
    assert sums["zh"].str.contains("法人新增 1、减少 0").any()
    assert not rows["zh"].str.contains("春峰饭店").any()


def test_similar_places_tell_what_was_done_there(gathered):
    row = of(gathered, "similar", "address", "adr2").iloc[0]
    assert (row["name"], row["course"]) == ("海宁路12号", "resolved")
    assert "油烟整治" in row["works_zh"]


def test_many_places_need_as_many_questions_as_one(town, asking, monkeypatch):
    asked = []
    frame = type(town).frame
    monkeypatch.setattr(type(town), "frame", lambda *a: asked.append(a[1][:20]) or frame(*a))
    found = evidence_feeds.chronic_found(town)
    words = Words("zh", town.catalogue)
    counts = []
    for rows in (found.head(1), found):
        asked.clear()
        gather(town, rows, asking, words)
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_no_figure_of_people_is_compared(town):
    fields = {f for k in town.catalogue for f in standing_feeds.compared_fields(k)}
    assert not {"staff", "households", "representative", "caller"} & fields


def test_a_place_that_reaches_no_house_holds_nothing(town):
    asked = pd.DataFrame({"place_kind": ["legal_entity", "crossing"], "place": ["ent1", "adr1"]})
    addresses, points = standing_feeds.reach_of(town, asked)
    assert addresses.iloc[:, :3].values.tolist() == [["legal_entity", "ent1", "adr1"]]
    assert points["place"].tolist() == ["adr1"]


def test_a_sole_trader_is_told_by_what_it_is_and_where_never_by_its_number():
    session = memory_session(Catalogue())
    flat = {"id": "adr2", "code": "A2", "full_text": "海宁路12号1单元501", "unit": "1单元"}
    add(session, "address", flat | {"room": "501"})
    trader = {"id": "ent9", "uscc": "92U9", "entity_type": "个体工商户", "address_id": "adr2"}
    add(session, "legal_entity", trader)
    told = report_feeds.place_names(session, ["ent9"]).iloc[0]
    assert told["name"] == "个体工商户（海宁路12号）"
    assert pd.isna(told["code"])
    assert lookups.places(session, ["ent9"])["name"].tolist() == [told["name"]]


def test_names_that_may_be_a_person_s_are_not_told():
    row = {"what": "changed", "on": "2026-05-01", "kind": "component", "field": "owner_name"}
    row |= {"before": "赵某某", "after": "市路灯管理所", "relation": "own", "days": 3}
    text = change_sentence(row, Words("zh", Catalogue()))
    assert "赵某某" not in text and "由“个人”改为“市路灯管理所”" in text
