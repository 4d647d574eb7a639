"""Address texts resolved: what is remembered, and that remembering changes no answer."""

import datetime as dt
import random

import pytest

from blockdata.batch import resolving
from blockdata.engines.matching import Matcher
from blockdata.store.decisions import Decision

DAY = dt.date(2026, 9, 1)
ROADS = ("听涛路", "望海路", "听海路", "聚贤街")
ESTATES = ("海棠花苑", "金沙公寓", None)


@pytest.fixture
def usual_steps(steps_for):
    return steps_for("resolve")


def _library(chance, share):
    """A library of whatever addresses chance leaves, with names that resemble each other."""
    rows = {}
    for road in ROADS:
        for number in (1, 3, 12):
            estate = chance.choice(ESTATES)
            for building, room in ((None, None), ("2号楼", None), ("2号楼", "501室")):
                if chance.random() < share:
                    parts = (road, f"{number}号", estate, building, room)
                    rows["".join(p for p in parts if p)] = {
                        "road": road, "road_no": f"{number}号", "estate": estate,
                        "building": building, "room": room,
                    }  # fmt: skip
    return [
        {"code": f"A{n}", "full_text": text, **{k: v for k, v in parts.items() if v}}
        for n, (text, parts) in enumerate(sorted(rows.items()))
    ]


def _texts():
    numbers = ("1号", "3号2栋501", "12号2号楼", "十二号", "5号", "")
    plain = [f"{road}{number}" for road in (*ROADS, "听滔路", "望海陆") for number in numbers]
    named = ("海棠花苑2号楼501", "金沙公寓2栋", "海堂花苑2号楼", "听涛路与望海路路口", "无此地")
    return [*plain, *named]


def _rows(texts):
    return [{"code": str(n), "name": "单位", "address_text": t} for n, t in enumerate(texts)]


def _answers(made):
    frame = Matcher(made.session).match(made.read("department", "address_text"))
    wanted = frame[["text", "address_id", "match_method"]].astype(object)
    return sorted(wanted.where(wanted.notna(), "").itertuples(index=False, name=None))


def _held(made):
    rows = made.read("department", "address_text", "address_id", "match_method")
    return sorted(tuple(value or "" for value in row) for row in rows)


@pytest.mark.parametrize("seed", range(6))
def test_what_a_change_does_not_touch_is_answered_as_if_matched_anew(
    town, tmp_path, monkeypatch, seed
):
    monkeypatch.setattr(resolving, "_SHARE_CHANGED", 100)
    chance = random.Random(seed)
    made = town(("library", "address"), ("names", "address_alias"), ("units", "department"))
    made.deliver("units", _rows(_texts()))
    for night in range(5):
        day = DAY + dt.timedelta(days=night)
        rows = _library(chance, chance.choice((0.5, 0.8, 0.95)))
        # Many rows stay as they are, for codes go by text.
        for number, row in enumerate(rows):
            row["code"] = f"A{number % 40}{row['full_text']}"
        made.deliver("library", rows, day)
        alias = {"address_code": rows[0]["code"], "alias_text": chance.choice(("老粮店", "5号"))}
        made.deliver("names", [alias], day)
        if night == 3:
            decided = made.id_of("address", rows[0]["code"])
            made.decide(tmp_path, Decision("address", "无此地", decided, decided_on=day))
        made.finish()
        assert _held(made) == _answers(made)


def test_only_new_texts_and_those_that_a_change_touches_are_matched(town, monkeypatch):
    made = town(("library", "address"), ("units", "department"))
    library = [
        {"code": f"{road}{n}", "full_text": f"{road}{n}号", "road": road, "road_no": f"{n}号"}
        for road in ROADS[:2]
        for n in range(1, 30)
    ]
    made.deliver("library", library)
    made.deliver("units", _rows(["听涛路5号", "望海路5号", "望海路31号"]))
    made.finish()
    asked = []
    whole = Matcher.columns
    monkeypatch.setattr(Matcher, "columns", lambda m, t: asked.extend(t) or whole(m, t))
    new = {"code": "N", "full_text": "望海路31号", "road": "望海路", "road_no": "31号"}
    made.deliver("library", [*library, new], DAY)
    made.deliver("units", _rows(["听涛路5号", "望海路5号", "望海路31号", "听涛路7号"]), DAY)
    made.finish()
    assert "听涛路7号" in asked and "望海路31号" in asked
    assert "听涛路5号" not in asked
    assert _held(made) == _answers(made)


def test_texts_of_people_asked_in_vain_are_not_asked_again(town, identity_number, monkeypatch):
    made = town(("library", "address"), ("register", "person"))
    made.deliver("library", [{"code": "A", "full_text": "听涛路1号"}])
    people = [
        {"pseudonym": identity_number(n), "address_text": text, "residence": "resident"}
        for n, text in enumerate(("听涛路1号", "无此地"))
    ]
    made.deliver("register", people)
    made.finish()
    asked = []
    whole = Matcher.columns
    monkeypatch.setattr(Matcher, "columns", lambda m, t: asked.extend(t) or whole(m, t))
    more = {"pseudonym": identity_number(7), "address_text": "无此地", "residence": "resident"}
    made.deliver("register", [*people, more], DAY)
    made.finish()
    assert asked == []
    found = made.read("person", "address_text", "address_id", part="people")
    assert [bool(address) for _, address in found] == [True, False, False]


def test_a_renamed_road_is_known_by_its_former_name(town):
    made = town(("library", "address"), ("changes", "name_change"), ("units", "department"))
    address = {"code": "A", "full_text": "望海路5号", "road": "望海路", "road_no": "5号"}
    made.deliver("library", [address])
    made.deliver("units", _rows(["东海路5号", "东海路7号"]))
    made.finish()
    assert made.read("department", "source_id", "address_id") == [("0", None), ("1", None)]
    change = {"element": "road", "former_name": "东海路", "current_name": "望海路"}
    made.deliver("changes", [change], DAY)
    made.finish()
    found = dict(made.read("department", "source_id", "address_id"))
    assert found["0"] == made.id_of("address", "A")
    assert found["1"] is None


def test_of_texts_that_nobody_has_any_more_nothing_is_remembered(town, identity_number):
    made = town(("library", "address"), ("register", "person"), ("units", "department"))
    made.deliver("library", [{"code": "A", "full_text": "听涛路1号"}])
    people = [
        {"pseudonym": identity_number(n), "address_text": text, "residence": "resident"}
        for n, text in enumerate(("听涛路1号", "无此地"))
    ]
    made.deliver("register", people)
    made.deliver("units", _rows(["听涛路1号"]))
    made.finish()
    assert made.session.count("matched", "people") == 2
    made.deliver("register", people[:1], DAY)
    made.finish()
    assert made.session.count("matched", "people") == 1
    assert made.session.count("matched") == 1
