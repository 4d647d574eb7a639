"""The report page: it asks for nothing, escapes all, says what is missing, and its sums hold."""

import datetime as dt
import json
import re

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import shapely

from blockdata.records import Catalogue
from blockdata.report import write_report
from blockdata.report.page import render_report
from blockdata.store import derived
from blockdata.store.snapshots import memory_session

SECRET = "A-COLUMN-VALUE-THAT-WAS-REJECTED"
UNUSED = {"source": "survey", "source_id": "-", "first_delivery": 1, "last_delivery": 1}
AS_OF = dt.date(2026, 11, 1)


def add(session, table, rows):
    """Append rows; kinds of record get the columns that every record has."""
    common = UNUSED if table in {k.name for k in session.catalogue} else {}
    session.append(table, pa.Table.from_pylist([common | row for row in rows]))


def result(session, table, rows):
    derived.write_result(session, table, pd.DataFrame(rows))


def add_places(session, *, geometry=True):
    """Twenty cells of 300 by 250 m in two communities, a street, a component, an address."""
    add(
        session,
        "area",
        [
            {"id": f"are{n}", "code": f"37020300{n}", "name": name, "level": "community"}
            for n, name in enumerate(("望海社区", "青山社区"))
        ],
    )
    cells = []
    for n in range(20):
        west, south = 500_000 + 300 * (n % 5), 4_000_000 + 250 * (n // 5)
        shape = shapely.box(west, south, west + 300, south + 250).wkb if geometry else None
        cells.append(
            {
                "id": f"grd{n:02}",
                "code": f"370203000{n:02}",
                "layer": "unit",
                "geom": shape,
                "name": f"第{n + 1}网格" if n != 4 else None,
                "area_code": f"37020300{n // 10}",
            }
        )
    add(session, "grid", cells)
    line = shapely.LineString([(500_000, 4_000_410), (501_500, 4_000_300)])
    add(session, "street", [{"id": "str1", "code": "S1", "name": "延安三路", "geom": line.wkb}])
    add(
        session,
        "component",
        [
            {
                "id": "cmp1",
                "code": "3702030101000001",
                "name": "雨水篦子",
                "address_text": "延安三路与望海路口",
            }
        ],
    )
    add(
        session,
        "address",
        [
            {
                "id": "adr1",
                "code": "A1",
                "full_text": "望海区延安三路105号3号楼",
                "x": 1.0,
                "y": 2.0,
            }
        ],
    )
    add(
        session,
        "building",
        [
            {
                "id": f"bld{n}",
                "code": f"B{n}",
                "address_text": "延安三路105号",
                "x": 1.0,
                "y": 2.0,
                "address_id": "adr1" if n else None,
            }
            for n in range(4)
        ],
    )


def hot_row(cell, category, count, expected, **more):
    row = {
        "layer": "unit",
        "window_days": 28,
        "category": category,
        "cell": cell,
        "count": count,
        "expected": expected,
        "excess": count - expected,
        "ratio": count / expected,
        "exposure": 100.0,
        "exposure_name": "people",
        "dispersion": 0.1,
        "p": 1e-6,
        "q": 3e-5,
        "hot": True,
        "rank": 1,
        "reason": None,
    }
    return row | more


def add_results(session):
    untested = {
        "expected": np.nan,
        "excess": np.nan,
        "ratio": np.nan,
        "p": np.nan,
        "q": np.nan,
        "hot": False,
        "rank": None,
        "reason": "too_few_incidents",
    }
    result(
        session,
        "hotspot",
        [
            hot_row("grd02", "占道经营", 14, 2.1),
            hot_row("grd02", "乱堆物料", 6, 1.2, q=0.02),
            hot_row("grd04", "占道经营", 9, 1.9, q=0.004),
            hot_row("grd13", "井盖破损", 5, 1.4, q=0.041),
            hot_row("grd07", "占道经营", 2, 1.9, hot=False, q=0.8, rank=5),
            hot_row("grd07", "油烟扰民", 1, 1.0) | untested,
        ],
    )
    chronic = {
        "measure": "chronic",
        "exposure_name": "each",
        "p": 1e-4,
        "status": "chronic",
        "course": "persistent",
        "rank": 1,
        "model": "regression",
    }
    quiet = {"measure": "chronic", "reason": "no_closing_at_risk"}
    back = {"followed": 9, "returned": 7, "share": 7 / 9, "share_km": 0.8, "median_days": 17.0}
    excess = {"excess": 5.9, "excess_low": 3.1, "excess_high": 9.2, "excess_now": 6.0}
    less = {"excess": 3.4, "excess_low": 0.4, "excess_high": 7.7, "excess_now": 3.0}
    cover = {"place_kind": "component", "place": "cmp1", "category": "井盖破损"}
    house = {"place_kind": "address", "place": "adr1", "category": "占道经营"}
    cell = {"place_kind": "cell:unit", "place": "grd07", "category": "油烟扰民"}
    result(
        session,
        "chronic",
        [
            chronic
            | cover
            | back
            | excess
            | {"episodes": 10, "closings": 9, "q": 2e-4, "expected": 1},
            chronic
            | house
            | back
            | less
            | {"episodes": 8, "closings": 8, "q": 0.01, "expected": 2},
            quiet | cell | {"episodes": 1, "closings": 1},
        ],
    )
    result(
        session,
        "coverage_gap",
        [
            {
                "source": "hotline",
                "start_on": dt.date(2026, 2, 10),
                "end_on": dt.date(2026, 2, 19),
                "days": 9,
            }
        ],
    )
    result(
        session,
        "category",
        [
            {
                "category": "占道经营",
                "scheme": "GB/T 30428.2-2013",
                "code": "0301",
                "incidents": 1210,
            },
            {"category": "油烟扰民", "scheme": None, "code": None, "incidents": 87},
        ],
    )


def add_people(session):
    """Two atoms, one of them over two cells: 45 + 60 people, though the cells show 45, 105, 0."""
    day = dt.date(2026, 10, 1)
    add(
        session,
        "atom",
        [
            {"atom": atom, "building": building, "drawn_on": day}
            for atom, building in (("a1", "bld0"), ("a1", "bld1"), ("a2", "bld2"))
        ],
    )
    add(
        session,
        "atom_figure",
        [
            {"atom": "a1", "people": 45, "settled_on": day},
            {"atom": "a2", "people": 60, "settled_on": day},
        ],
    )
    add(
        session,
        "cell_of",
        [
            {"kind": "building", "id": building, "layer": "unit", "cell": cell}
            for building, cell in (("bld0", "grd00"), ("bld1", "grd01"), ("bld2", "grd01"))
        ],
    )
    result(
        session,
        "profile",
        [
            {"layer": "unit", "cell": cell, "people": people, "people_shared": shared}
            for cell, people, shared in (
                ("grd00", 45, True),
                ("grd01", 105, True),
                ("grd02", 0, False),
            )
        ],
    )


def add_deliveries(session):
    counted = {"mode": "full", "sha256": "0" * 64, "status": "accepted"}
    add(
        session,
        "delivery",
        [
            counted | {"seq": 1, "source": "survey", "file": "a.csv", "delivered_on": AS_OF},
            counted
            | {
                "seq": 2,
                "source": "hotline",
                "file": "b.csv",
                "delivered_on": dt.date(2026, 10, 30),
            },
        ],
    )
    rejected = {
        "delivery": 2,
        "source": "hotline",
        "kind": "incident",
        "file": "b.csv",
        "value": SECRET,
        "status": "open",
    }
    add(
        session,
        "quarantine",
        [
            rejected
            | {"id": "qua1", "row_number": 7, "field": "reported_at", "reason": "unreadable"},
            rejected | {"id": "qua1", "row_number": 7, "field": "category", "reason": "missing"},
            rejected
            | {"id": "qua2", "row_number": 9, "field": "reported_at", "reason": "unreadable"},
        ],
    )
    add(session, "quarantine_row", [{"id": "qua1", "raw": json.dumps({"reported_at": SECRET})}])


def configured(session, **city):
    config = {"city": {"name": "望海区", "crs": "EPSG:4549", **city}, "people": {"minimum": 30}}
    session.set_meta("config", json.dumps(config, ensure_ascii=False))


@pytest.fixture
def session():
    session = memory_session(Catalogue())
    configured(session)
    yield session
    session.con.close()


@pytest.fixture
def filled(session):
    add_places(session)
    add_results(session)
    add_people(session)
    add_deliveries(session)
    return session


@pytest.fixture
def facts():
    def counts(read, loaded, merged, quarantined, closed):
        return {
            "read": read,
            "loaded": loaded,
            "merged": merged,
            "quarantined": quarantined,
            "closed": closed,
            "inserted": loaded,
            "changed": 0,
            "unchanged": 0,
            "removed": 0,
        }

    fallback = {
        "code": "exposure_fallback",
        "subject": "addresses",
        "count": None,
        "warns": False,
        "zh": "近 28 天的热点以人口为基数；未用地址数：没有数据来源",
        "en": "not on addresses",
    }
    return {
        "number": 42,
        "as_of": "2026-11-01",
        "city": "望海区",
        "content_hash": "ab" * 32,
        "sources": {
            "survey": {"kind": "grid", "mode": "full", "counts": counts(1300, 1290, 7, 3, 11)},
            "hotline": {
                "kind": "incident",
                "mode": "period",
                "counts": counts(2000, 1998, 0, 2, 0),
            },
            "residents": {"kind": "person", "mode": "full", "counts": None},
        },
        "findings": [
            fallback,
            fallback,
            {
                "code": "rows_quarantined",
                "subject": "hotline",
                "count": 2,
                "warns": True,
                "zh": "2 行被隔离",
                "en": "2 rows were quarantined",
            },
            {
                "code": "decision_without_effect",
                "subject": "grd99",
                "count": None,
                "warns": True,
                "zh": "对象不存在",
                "en": "its subject is not there",
            },
        ],
        "versions": {"duckdb": "1.5.5"},
        "steps": [
            {"step": "load", "seconds": 1.25, "peak_memory_mib": 310.5},
            {"step": "link", "seconds": 0.0, "peak_memory_mib": None, "kept": True},
        ],
    }


def cells_of(page, row_start, section=""):
    """Return the texts of the first table row after a heading whose first cell starts so."""
    for row in re.findall(r"<tr.*?</tr>", page[page.index(section) :], re.DOTALL):
        texts = [
            re.sub(r"<[^>]*>", "", c).strip()
            for c in re.findall(r"<t[hd].*?</t[hd]>", row, re.DOTALL)
        ]
        if texts and texts[0].startswith(row_start):
            return texts
    raise AssertionError(row_start)


def test_page_asks_for_nothing(filled, facts, tmp_path):
    page = write_report(filled, facts, tmp_path / "000042").read_text(encoding="utf-8")
    elsewhere = page.replace('xmlns="http://www.w3.org/2000/svg"', "")
    assert not re.search(
        r"https?:|//[a-z]|url\(|@import|<script|<link|<img|<iframe|\bon\w+=", elsewhere
    )
    assert "default-src 'none'; style-src 'unsafe-inline'; img-src data:" in page
    assert [p.name for p in (tmp_path / "000042").iterdir()] == ["index.html"]


def test_same_base_and_facts_give_the_same_bytes(filled, facts):
    assert render_report(filled, facts) == render_report(filled, facts)


def test_rows_in_another_order_give_the_same_bytes(filled, facts):
    page = render_report(filled, facts)
    for table in ("hotspot", "chronic", "category", "quarantine", "grid", "cell_of", "delivery"):
        rows = filled.read(table)
        filled.replace(table, rows.take(list(reversed(range(rows.num_rows)))))
    assert render_report(filled, facts) == page


def test_hot_cells_are_told_in_plain_chinese(filled, facts):
    page = render_report(filled, facts)
    assert (
        "过去28天，望海社区 第3网格的占道经营 14 起，按人口应为 2.1 起，"
        "多出 11.9 起，是应有的 6.7 倍。"
    ) in page
    assert page.count("近 28 天的热点以人口为基数；未用地址数：没有数据来源") == 1


def test_hot_cells_are_numbered_on_the_map_and_listed_by_excess(filled, facts):
    page = render_report(filled, facts)
    assert page.count('<path class="cell') == 20
    assert re.findall(r'<text class="num"[^>]*>([^<]+)<', page) == ["1+", "2", "4"]
    assert (
        page.index("占道经营 14 起，按")
        < page.index("占道经营 9 起，按")
        < page.index("井盖破损 5 起，按")
    )
    assert "望海社区 第3网格：共 20 起；乱堆物料 6 起，应为 1.2 起；占道经营 14 起" in page
    assert "500 米" not in page
    assert "200 米" in page


def test_without_geometry_a_sentence_stands_for_the_map(session, facts):
    add_places(session, geometry=False)
    add_results(session)
    page = render_report(session, facts)
    assert "画图需要单元网格的边界（几何），库里一个也没有" in page
    assert "<figure" not in page
    assert "第3网格的占道经营 14 起" in page


def test_cells_without_a_polygon_are_counted_beside_the_map(filled, facts):
    add(filled, "grid", [{"id": "grd98", "code": "98", "layer": "unit", "name": "无界网格"}])
    assert "另有 1 个没有边界，未画出。" in render_report(filled, facts)


def test_cells_that_have_ended_are_not_on_the_map(filled, facts):
    drawn = render_report(filled, facts).count('<path class="cell')
    filled.run("UPDATE base.grid SET valid_to = DATE '2026-09-01' WHERE id = 'grd19'")
    assert render_report(filled, facts).count('<path class="cell') == drawn - 1


def test_chronic_places_are_described(filled, facts):
    page = render_report(filled, facts)
    assert "哪些地方总不见好" in page
    assert "雨水篦子" in page
    assert "部件 3702030101000001 · 延安三路与望海路口" in page
    assert "望海区延安三路105号3号楼的占道经营出现 8 次，同类地方应为 2.0 次" in page
    assert "多出 3.4 次（0.4 至 7.7）" in page
    assert "观察满 90 天的 9 次办结中有 7 次复发（77.8%；按 Kaplan-Meier 估计 80.0%）" in page
    assert "走势：持续（一直没有平静过，近 6 个月与以前相当）" in page
    assert cells_of(page, "油烟扰民", "哪些地方总不见好") == [
        "油烟扰民",
        "0",
        "0",
        "0",
        "时间窗内没有可观察满复发期的办结（1 处）",
    ]


def test_whole_areas_stand_apart_from_spots(filled, facts):
    page = render_report(filled, facts)
    assert "成片的地方" not in page
    filled.run("UPDATE base.chronic SET place_kind = 'area', place = 'are0' WHERE place = 'cmp1'")
    page = render_report(filled, facts)
    spots = page.index("具体地点，现在多出最多的在前")
    areas = page.index("成片的地方，现在多出最多的在前")
    assert spots < page.index("占道经营出现 8 次") < areas < page.index("井盖破损出现 10 次")


def test_what_has_been_resolved_is_not_listed_as_bad(filled, facts):
    filled.run("UPDATE base.chronic SET course = 'resolved' WHERE place = 'cmp1'")
    page = render_report(filled, facts)
    assert "井盖破损出现 10 次" not in page
    assert "曾列入、已平静 6 个月以上：雨水篦子 3702030101000001 井盖破损（10 次）" in page


def test_where_nothing_is_chronic_the_page_says_why(filled, facts):
    filled.run("UPDATE base.chronic SET status = NULL, course = NULL")
    page = render_report(filled, facts)
    assert "没有哪个地方明显多于其他地方。<br>检验了 2 处地方的问题" in page
    assert "1 处未检验：时间窗内没有可观察满复发期的办结" in page


def test_without_closing_times_it_is_called_recurring(filled, facts):
    table = (
        filled.read("chronic")
        .to_pandas()
        .assign(measure="recurring", active_months=6, exposure_name="all_episodes", course=None)
    )
    derived.write_result(filled, "chronic", table)
    page = render_report(filled, facts)
    assert "哪些地方反复出现问题" in page
    assert "来源没有给出办结时间" in page
    assert "总不见好" not in page
    assert "出现 10 次，分布在 6 个月" in page


def test_balance_holds_in_every_row_and_in_the_sum(filled, facts):
    page = render_report(filled, facts)
    lines = {name: cells_of(page, name, "来源与收支") for name in ("survey", "hotline", "合计")}
    sums = np.zeros(5, dtype=int)
    for name, line in lines.items():
        numbers = np.array([int(text.replace(",", "")) for text in line[-5:]])
        assert numbers[0] == numbers[1:4].sum(), name
        sums = numbers - sums if name == "合计" else sums + numbers
    assert not sums.any()
    assert cells_of(page, "residents")[-1] == "涉及个人，不公布逐日数字"
    assert "2026-10-30" in page


def test_quarantine_is_counted_and_never_quoted(filled, facts):
    page = render_report(filled, facts)
    assert re.search(r"上报时间</td><td>无法按字段类型读取</td><td class=\"n\">2<", page)
    assert "待处理 2 行" in page
    assert SECRET not in page


def test_people_are_whole_atoms_each_once(filled, facts):
    page = render_report(filled, facts)
    assert cells_of(page, "单元网格")[-3:] == ["3", "2", "105"]
    assert "人口只以 2 个楼栋组合的合计出现" in page


def test_no_person_source_is_said(session, facts):
    del facts["sources"]["residents"]
    assert "没有人口来源，因此没有任何人口数字" in render_report(session, facts)


def test_names_from_files_are_escaped(filled, facts):
    evil = "<script>alert(1)</script>"
    filled.run("UPDATE base.grid SET name = ? WHERE id = 'grd02'", [evil])
    filled.run("UPDATE base.address SET full_text = ?", [evil])
    filled.run("UPDATE base.hotspot SET category = ? WHERE category = '占道经营'", ['"><b>' + evil])
    configured(filled, name=evil)
    page = render_report(filled, facts)
    assert "<script" not in page
    assert "<b>&lt;script" not in page
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;") > 5


def test_english_base_has_english_labels(filled, facts):
    configured(filled, name="Wanghai", lang="en")
    page = render_report(filled, facts)
    assert '<html lang="en">' in page
    assert "Where do problems gather?" in page
    assert "the category has too few incidents to be tested" in page
    assert cells_of(page, "Grid") == ["Grid", "20", "—", "—", "0%"]
    chinese = {c for c in re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL) if c > "\u3000"}
    tables = ("hotspot", "grid", "category", "area", "component", "address")
    assert chinese <= set("".join(str(filled.read(table).to_pylist()) for table in tables))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_empty_base_says_so(session, lang):
    configured(session, lang=lang)
    page = render_report(session, {"as_of": "2026-11-01"})
    assert {"zh": "库里还没有案件", "en": "The base has no incidents yet"}[lang] in page
    assert "None" not in page
    assert "nan" not in re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)


def test_findings_stand_once_warnings_first_and_idle_decisions_apart(filled, facts):
    page = render_report(filled, facts)
    assert cells_of(page, "提醒") == ["提醒", "hotline", "2 行被隔离"]
    assert re.search(r"没有起作用.*grd99</span> 对象不存在", page, re.DOTALL)
    assert "本次运行有 2 条提醒" in page


def test_tables_have_headers_with_scope_and_every_section_a_name(filled, facts):
    page = render_report(filled, facts)
    assert "<th>" not in page
    assert len(re.findall(r"<th(?=[ >])", page)) == len(re.findall(r"<th[^>]* scope=", page))
    for name in re.findall(r'aria-labelledby="([^"]+)"', page):
        assert page.count(f'id="{name}"') == 1
