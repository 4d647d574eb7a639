"""The page about cases through a small base: what is counted, what is left out, nothing private."""

import datetime as dt
import json
import re

import pandas as pd
import pyarrow as pa
import pytest

from blockdata.engines import case_report_feeds, duty_report_feeds
from blockdata.records import Catalogue
from blockdata.report.page import render_report
from blockdata.store import derived
from blockdata.store.result_tables import RESULTS
from blockdata.store.snapshots import memory_session

FACTS = {"city": "望海区", "as_of": "2026-11-01"}
END = dt.datetime(2026, 10, 31, 16)
TITLES = ("谁来办、何时到期", "哪些案件是串在一起的", "重复上报了多少", "上报怎样算成问题")


def time(text):
    return dt.datetime.fromisoformat(f"2026-{text}")


def add(session, table, rows):
    common = {"source": "s", "source_id": "-", "first_delivery": 1, "last_delivery": 1}
    kinds = {k.name for k in session.catalogue}
    rows = [common | row if table in kinds else row for row in rows]
    session.append(table, pa.Table.from_pylist(rows))


def result(session, table, columns, *rows):
    derived.write_result(session, table, pd.DataFrame(rows, columns=columns.split()))


@pytest.fixture
def session():
    session = memory_session(Catalogue())
    session.set_meta("config", json.dumps({"city": {"name": "望海区", "crs": "EPSG:4549"}}))
    yield session
    session.con.close()


def add_incidents(session):
    """Six cases of two sources; i5 is void and was not looked at, i6 is closed."""
    rows = [
        ("i1", "hotline", "10-20 01:00", "噪声", None),
        ("i2", "hotline", "10-20 02:00", "噪声", None),
        ("i3", "hotline", "10-20 03:00", "噪声", None),
        ("i4", "patrol", "05-01 03:00", "摊点", None),
        ("i5", "patrol", "10-21 03:00", "摊点", None),
        ("i6", "patrol", "10-22 03:00", "摊点", time("10-23 03:00")),
    ]
    names = ("id", "source", "reported_at", "category", "closed_at")
    incidents = [dict(zip(names, row, strict=True)) for row in rows]
    add(
        session,
        "incident",
        [
            row | {"case_no": row["id"], "reported_at": time(row["reported_at"])}
            for row in incidents
        ],
    )
    add(session, "building", [{"id": "bld1", "code": "B1", "name": "望海大厦"}])
    add(session, "department", [{"id": "dep1", "code": "D1", "name": "城管局"}])
    result(
        session,
        "category",
        "source category incidents label scheme code name method",
        ("hotline", "噪声", 3, "噪声扰民", "S", "0501", "噪声扰民", "name"),
        ("patrol", "摊点", 2, "摊点", None, None, None, None),
    )
    result(
        session,
        "category_suggestion",
        "source category incidents rank scheme kind code name score why",
        ("patrol", "摊点", 2, 1, "S", "matter", "0301", "流动摊贩", 0.5, "shared characters"),
    )


def add_links(session):
    result(
        session,
        "link",
        "incident target_kind target method probability",
        ("i1", "address", "a1", "text", 0.99),
        ("i1", "building", "bld1", "via_address", 0.95),
        ("i1", "cell:unit", "g1", "place", 0.9),
        ("i2", "building", "bld1", "coordinates", 0.6),
        ("i3", "area", "are1", "source", 0.98),
        ("i4", "default_location", "a9", "text", 1.0),
        ("i6", "crossing", "a2", "text", 0.7),
    )
    result(
        session,
        "contradiction",
        "incident first_kind first second_kind distance_m allowed_m stands",
        ("i1", "address", "a1", "coordinates", 900.0, 50.0, "address"),
        ("i2", "address", "a1", "coordinates", 1500.0, 50.0, "coordinates"),
    )
    result(
        session,
        "incident_place",
        "incident place_kind place probability",
        ("i1", "building", "bld1", 0.95),
        ("i2", "building", "bld1", 0.95),
        ("i3", "area", "are1", 0.98),
        ("i4", None, None, None),
        ("i6", None, None, None),
    )


def add_groups(session):
    result(
        session,
        "duplicate_pair",
        "first second probability caller reasons_zh reasons_en",
        ("i1", "i2", 0.8, "different", "较弱的理由", "weaker"),
        ("i1", "i3", 0.9, "same", "同一楼栋", "the same building"),
    )
    result(
        session,
        "occurrence",
        "occurrence reports callers calling first_reported last_reported span_hours probability",
        ("i1", 3, 2, "several_callers", time("10-20 01:00"), time("10-20 03:00"), 2.0, 0.85),
    )
    result(
        session,
        "occurrence_member",
        "incident occurrence repeats",
        ("i1", "i1", False),
        ("i2", "i1", False),
        ("i3", "i1", True),
    )
    columns = "chain cases first_reported last_reported span_days categories usual_cases rules"
    recent, old = time("10-22 03:00"), time("06-01 03:00")
    result(
        session,
        "chain",
        columns,
        ("i1", 4, time("05-01 03:00"), recent, 174.0, 2, 0.4, "building 3"),
        ("i9", 4, time("01-01 03:00"), old, 151.0, 2, 0.4, "near 3"),
    )
    result(
        session,
        "chain_link",
        "chain first second rule strength reason_zh reason_en",
        ("i1", "i1", "i2", "near", 0.5, "位置相近", "near"),
        ("i1", "i2", "i4", "building", 0.8, "同一楼栋，相隔 3 天", "the same building"),
    )
    members = [(name, "i1") for name in ("i1", "i2", "i4", "i6")]
    result(session, "chain_member", "incident chain", *members)


def add_episodes(session):
    columns = "episode reports occurrences status reopenings administrative_closings"
    result(session, "episode", columns, ("i1", 3, 1, "open", 1, 0), ("i6", 1, 1, "closed", 0, 1))
    result(
        session,
        "episode_member",
        "incident episode excluded_reason",
        *((name, "i1", None) for name in ("i1", "i2", "i3")),
        ("i4", None, "default location"),
        ("i6", "i6", None),
    )
    add(
        session,
        "episode_revision",
        [
            {
                "as_of": dt.date(2026, 11, 1),
                "since": dt.date(2026, 10, 31),
                "episode": "i6",
                "change": "changed",
                "causes": "closing_learned",
            },
            {
                "as_of": dt.date(2026, 10, 31),
                "since": dt.date(2026, 10, 30),
                "episode": "i1",
                "change": "renamed",
                "causes": "late_report",
            },
        ],
    )


def add_duties(session):
    columns = "incident limit limit_unit due_at light hours_left due_soon"
    result(
        session,
        "case_limit",
        columns,
        ("i1", 2.0, "working_day", time("11-01 02:00"), "yellow", 1.0, True),
        ("i2", 2.0, "working_day", time("10-25 02:00"), "red", -40.0, True),
        ("i3", 2.0, "working_day", time("11-20 02:00"), "green", 90.0, False),
        ("i6", 2.0, "working_day", time("10-22 02:00"), "red", None, False),
    )
    result(
        session,
        "case_unit",
        "incident rank department reason disputed",
        ("i1", 1, "D1", "duty", True),
        ("i1", 1, "D2", "duty", True),
        ("i1", 2, "D3", "function", False),
    )
    result(session, "ownerless", "category grid cases", ("摊点", "g1", 7))
    result(session, "disputed_duty", "grid scheme code departments", ("g1", "S", "0301", "D1, D2"))
    result(
        session,
        "disputed_border",
        "grid neighbour cases departments",
        ("g1", "g2", 3, "D1, D2"),
    )


@pytest.fixture
def filled(session):
    for fill in (add_incidents, add_links, add_groups, add_episodes, add_duties):
        fill(session)
    return session


def test_every_case_is_linked_to_something_or_nothing(filled):
    counts = case_report_feeds.link_counts(filled).set_index("source")
    told = ["cases", "counted", "address", "building", "cell", "area_only", "nothing"]
    assert counts.loc["hotline", told].tolist() == [3, 3, 1, 2, 1, 1, 0]
    assert counts.loc["patrol", [*told, "at_default"]].tolist() == [2, 0, 1, 0, 0, 0, 1, 1]


def test_links_are_counted_by_method_and_unsure_ones_apart(filled):
    methods = case_report_feeds.link_methods(filled, 0.9)
    columns = ["source", "target_kind", "method", "links", "unsure"]
    assert methods.loc[methods["unsure"] > 0, columns].values.tolist() == [
        ["hotline", "building", "coordinates", 1, 1],
        ["patrol", "address", "text", 1, 1],
    ]
    assert "default_location" not in set(methods["target_kind"])


def test_repeats_are_counted_since_a_moment_and_of_all_time(filled):
    recent = case_report_feeds.repeat_counts(filled, time("10-04 00:00")).iloc[0]
    assert recent.tolist() == [4, 1, 1, 0]
    assert case_report_feeds.repeat_counts(filled).iloc[0].tolist() == [5, 1, 1, 0]


def test_an_occurrence_has_the_reasons_of_its_most_probable_pair(filled):
    found = case_report_feeds.largest_occurrences(filled, time("10-04 00:00"), 5)
    assert found[["label", "reasons_zh"]].values.tolist() == [["噪声扰民", "同一楼栋"]]


def test_open_cases_have_a_light_or_none(filled):
    lights = duty_report_feeds.light_counts(filled, END)
    assert lights.values.tolist() == [
        ["green", 1, 0, 0, 0],
        ["none", 1, 0, 0, 0],
        ["red", 1, 1, 0, 0],
        ["yellow", 1, 0, 1, 0],
    ]


def test_the_units_of_the_first_rank_are_named(filled):
    soon = duty_report_feeds.due_cases(filled, END, 5)
    assert soon[["incident", "reason", "disputed"]].values.tolist() == [["i1", "duty", True]]
    assert soon["departments"].iloc[0].tolist() == ["城管局", "D2"]
    assert duty_report_feeds.overdue_cases(filled, END, 5)["incident"].tolist() == ["i2"]


def test_all_sections_are_on_the_page(filled):
    page = render_report(filled, FACTS)
    for title in (*TITLES, "案件说的是哪里、什么东西"):
        assert page.count(f">{title}</h2>") == 1
    assert "望海大厦：噪声扰民 2、摊点 2" in page
    assert "理由：同一楼栋，相隔 3 天（共串联：同一楼栋 3）" in page
    assert "流动摊贩 0301" in page
    assert "内容改变 1。原因：迟到的结案 1。" in page
    assert "编号改变" not in page
    assert "2026-11-01 10:00" in page
    assert "i9" not in page


def test_the_page_asks_for_nothing_and_quotes_no_one(filled):
    filled.run("UPDATE base.incident SET address_text = '某小区 13800000000'")
    page = render_report(filled, FACTS)
    assert not re.search(r"https?:|//[a-z]|url\(|@import|<script|<link|<img|\bon\w+=", page)
    assert "13800000000" not in page
    assert "某小区" not in page


def test_which_flat_a_chain_is_at_stays_out_of_the_page(filled):
    flat = {"id": "a7", "full_text": "望海街道海天路7号2号楼1单元501室", "unit": "1单元"}
    elements = {"town": "望海街道", "road": "海天路", "road_no": "7号", "building": "2号楼"}
    add(filled, "address", [flat | elements | {"room": "501室"}])
    filled.run("UPDATE base.incident_place SET place = 'a7' WHERE place = 'bld1'")
    page = render_report(filled, FACTS)
    assert "望海街道海天路7号2号楼：噪声扰民" in page
    assert "501室" not in page


def test_names_are_escaped(filled):
    evil = "<script>1</script>"
    filled.run("UPDATE base.department SET name = ?", [evil])
    filled.run("UPDATE base.category SET label = ?, name = ?", [evil, evil])
    filled.run("UPDATE base.building SET name = ?", [evil])
    filled.run("UPDATE base.category_suggestion SET name = ?", [evil])
    page = render_report(filled, FACTS)
    assert "<script" not in page
    assert page.count("&lt;script&gt;") >= 5


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_rows_in_another_order_give_the_same_bytes(filled, lang):
    config = {"city": {"name": "望海区", "crs": "EPSG:4549", "lang": lang}}
    filled.set_meta("config", json.dumps(config))
    page = render_report(filled, FACTS)
    for table in (t.name for t in RESULTS):
        rows = filled.read(table)
        filled.replace(table, rows.take(pa.array(range(rows.num_rows), pa.int64())[::-1]))
    assert render_report(filled, FACTS) == page
    assert "nan" not in re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)
    assert "None" not in page


def test_an_english_page_has_chinese_names_only(filled):
    filled.set_meta("config", json.dumps({"city": {"name": "Wanghai", "lang": "en"}}))
    page = re.sub(r"<style>.*?</style>", "", render_report(filled, FACTS), flags=re.DOTALL)
    named = "噪声扰民摊点流动贩城管局望海大厦"
    assert {c for c in page if c > "\u3000"} <= set(named)


def test_sections_without_anything_to_tell_are_left_out(session):
    page = render_report(session, FACTS)
    for title in TITLES:
        assert title not in page
    assert "没有案件类别" in page


def test_tables_have_headers_with_scope(filled):
    page = render_report(filled, FACTS)
    assert "<th>" not in page
    assert len(re.findall(r"<th(?=[ >])", page)) == len(re.findall(r"<th[^>]* scope=", page))
