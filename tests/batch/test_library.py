"""Steps around the library: places described by addresses, and the library's known defects."""

import datetime as dt

import pytest

from blockdata.address.tree import Succession
from blockdata.engines import lookups
from blockdata.engines.library_feeds import relative_texts

DAY = dt.date(2026, 9, 1)


@pytest.fixture
def usual_steps(steps_for):
    return steps_for("library", "cells")


def _address(road, n, x, y, **more):
    text = f"{road}{n}号"
    parts = {"road": road, "road_no": f"{n}号"}
    return {"code": text, "full_text": text, "geom": f"POINT ({x} {y})", **parts, **more}


@pytest.fixture
def made(town):
    """Two streets that cross at (500100, 0), and addresses along one of them."""
    built = town(
        ("library", "address"), ("streets", "street"), ("units", "department"),
        ("houses", "building"),
    )  # fmt: skip
    built.deliver("library", [_address("听涛路", n, 500000 + 10 * n, 20) for n in (1, 3, 5, 7)])
    lines = {"听涛路": "500000 0, 500200 0", "望海路": "500100 -90, 500100 90"}
    rows = [
        {"code": name, "name": name, "geom": f"LINESTRING ({line})"} for name, line in lines.items()
    ]
    built.deliver("streets", rows)
    return built


def _departments(made, *texts, day=DAY):
    rows = [{"code": str(n), "name": "单位", "address_text": t} for n, t in enumerate(texts)]
    made.deliver("units", rows, day)
    made.finish()
    return made.read("department", "source_id", "x", "y", "located_by")


def test_a_text_leads_from_its_anchor_and_streets_to_their_crossing(made):
    found = _departments(made, "听涛路5号东50米", "听涛路与望海路交叉口", "听涛路7号")
    assert found[0] == ("0", 500050.0, 20.0, "address")
    assert found[1] == ("1", 500100.0, pytest.approx(0.0, abs=1e-9), "description")
    assert found[2] == ("2", 500070.0, 20.0, "address")
    assert dict(made.read("department", "source_id", "location_radius_m"))["1"] > 0
    places = {text: rest for text, *rest in made.read("described_place", "text", "x", "method")}
    assert places["听涛路5号东50米"] == [500100.0, "offset"]
    assert places["听涛路与望海路交叉口"] == [500100.0, "crossing"]


def test_what_is_located_by_words_lies_in_no_cell(town, square):
    built = town(
        ("library", "address"), ("streets", "street"), ("units", "department"), ("grids", "grid")
    )
    built.deliver("library", [_address("聚贤街", 1, 500050, 20)])
    built.deliver("grids", [square(0), square(1)])
    lines = {"听涛路": "500000 50, 500200 50", "望海路": "500100 10, 500100 90"}
    rows = [
        {"code": name, "name": name, "geom": f"LINESTRING ({line})"} for name, line in lines.items()
    ]
    built.deliver("streets", rows)
    built.deliver("units", [{"code": "1", "name": "甲", "address_text": "听涛路与望海路交叉口"}])
    built.finish()
    assert built.read("department", "x", "located_by") == [(500100.0, "description")]
    assert set(built.read("cell_of", "kind")) == {"address"}


def test_an_address_that_follows_its_description_is_the_place(made):
    _departments(made, "听涛路1号附近听涛路7号")
    assert made.read("described_place", "text", "x", "method") == [
        ("听涛路1号附近听涛路7号", 500070.0, "anchor")
    ]


def test_a_description_without_a_known_anchor_says_why_and_leads_nowhere(made):
    assert _departments(made, "无名巷9号对面")[0] == ("0", None, None, None)
    assert made.read("described_place", "text", "reason") == [("无名巷9号对面", "anchor_unknown")]


def test_a_description_follows_an_address_that_moves(made):
    _departments(made, "听涛路5号东50米")
    assert made.read("described_place", "y") == [pytest.approx(20.0)]
    moved = [_address("听涛路", n, 500000 + 10 * n, 33) for n in (1, 3, 5, 7)]
    made.deliver("library", moved, DAY + dt.timedelta(days=1))
    made.finish()
    assert made.read("described_place", "y") == [pytest.approx(33.0)]


def test_defects_of_the_library_are_listed_and_counted(made):
    twice = _address("听涛路", 1, 500010, 20) | {"code": "again"}
    lost = _address("听涛路", 9, 500090, 20, parent_code="nobody")
    rows = [_address("听涛路", n, 500000 + 10 * n, 20) for n in (1, 3, 5, 7)]
    made.deliver("library", [*rows, twice, lost], DAY)
    made.finish()
    codes = made.read("address_defect", "code")
    assert {"duplicate_address", "orphan"} <= set(codes)
    ids = dict(made.read("address_defect", "code", "ids"))
    wanted = sorted(made.id_of("address", key) for key in ("听涛路1号", "again"))
    assert sorted(ids["duplicate_address"]) == wanted
    told = made.read("finding", "code", "subject", "count")
    assert ("address_defect", "orphan", 1) in told


def test_without_a_library_there_are_no_defects(town):
    built = town(("units", "department"))
    built.deliver("units", [{"code": "1", "name": "甲", "address_text": "甲路1号"}])
    built.finish()
    assert built.read("address_defect", "code") == []


def test_an_address_that_went_on_under_another_code_stays_resolvable(town):
    built = town(("library", "address"), ("changes", "address_change"))
    built.deliver("library", [_address("听涛路", n, 500000, 0) for n in (1, 3)])
    before = {n: built.id_of("address", f"听涛路{n}号") for n in (1, 3)}
    built.deliver("library", [_address("听涛路", n, 500000, 0) for n in (3, 5)], DAY)
    change = {"old_code": "听涛路1号", "new_code": "听涛路5号", "change": "renumber"}
    older = {"old_code": "never held", "new_code": "听涛路1号", "change": "merge"}
    days = {"changed_on": "2026-09-01"}, {"changed_on": "2020-01-01"}
    built.deliver("changes", [change | days[0], older | days[1]], DAY)
    succession = Succession.build(lookups.address_successions(built.session))
    now = built.id_of("address", "听涛路5号")
    assert succession.resolve(before[1]) == (now,)
    assert succession.resolve("never held") == (now,)
    assert succession.resolve("never held", on=dt.date(2021, 1, 1)) == (before[1],)
    assert succession.resolve(before[3]) == (before[3],)


TELLING = (
    *("甲路5号对面", "甲路5号附近", "甲路5号旁", "甲路5号隔壁", "甲路5号东50米", "甲路5号北侧"),
    *("甲路与乙路交叉口", "甲路/乙路", "甲路和乙路路口", "甲路跟乙路口", "甲路乙路交汇处"),
    *("甲小区与乙小区之间", "甲路(乙路-丙路段)", "甲路口往南", "甲路5号西公里", "甲路5号一带"),
    *("甲路5号门口", "甲路5号周边", "甲路5号楼下", "甲路&乙路", "甲路、乙路", "甲路與乙路交叉口"),
)


@pytest.mark.parametrize("text", TELLING)
def test_the_first_look_leaves_out_no_text_that_is_read_as_a_description(made, text):
    made.deliver("units", [{"code": "1", "name": "单位", "address_text": text}])
    department = made.session.catalogue.kind("department")
    assert relative_texts(made.session, [department])["text"].tolist() == [text]
