"""What a run need not do again: match texts that were matched, read files for a date they had."""

import datetime as dt

import pytest

from blockdata.address import AddressIndex
from blockdata.batch.nightly import Code, nightly
from blockdata.config import load_config
from blockdata.store.content_hash import table_hashes
from blockdata.store.decisions import Decision

DAY = dt.date(2026, 9, 2)
AS_OF = dt.date(2026, 11, 1)


def _department(key, text):
    return {"code": key, "name": key, "address_text": text}


def _address(n):
    point = f"POINT ({500050 + 100 * n} 50)"
    return {"code": f"A{n}", "full_text": f"听涛路{n + 1}号", "geom": point}


@pytest.fixture
def asked(monkeypatch):
    """The texts that are matched from now on, one list a matching."""
    calls, match = [], AddressIndex.match_columns

    def counted(index, texts):
        calls.append(list(texts))
        return match(index, texts)

    monkeypatch.setattr(AddressIndex, "match_columns", counted)
    return calls


EVERY = [["听涛路1号", "无名巷九弄"], ["乌有巷1弄", "听涛路2号"]]
"""The open texts, and those about people."""


@pytest.fixture
def made(town, asked, identity_number):
    """A library of two addresses, two departments and two persons of whom one is nowhere."""
    built = town(("library", "address"), ("units", "department"), ("register", "person"))
    built.deliver("library", [_address(0), _address(1)])
    built.deliver("units", [_department("1", "听涛路1号"), _department("2", "无名巷九弄")])
    built.persons = [
        {"pseudonym": identity_number(n), "address_text": text, "residence": "resident"}
        for n, text in enumerate(("听涛路2号", "乌有巷1弄"))
    ]
    built.deliver("register", built.persons)
    built.finish()
    assert asked == EVERY
    asked.clear()
    return built


def test_only_new_texts_are_matched(made, asked):
    rows = [
        _department("1", "听涛路1号"),
        _department("2", "无名巷九弄"),
        _department("3", "新路3号"),
    ]
    made.deliver("units", rows, DAY)
    made.finish()
    assert asked == [["新路3号"]]


def test_texts_of_people_that_match_nothing_are_asked_once(made, asked):
    made.deliver("register", made.persons[1:], DAY)
    made.finish()
    assert asked == []
    made.session.kept.clear()
    made.deliver("register", made.persons, DAY)
    made.finish()
    assert asked == [["听涛路2号"]]


@pytest.mark.parametrize(
    "rows",
    [
        [_address(0), _address(1), _address(2)],
        [_address(0)],
        [_address(0), _address(1) | {"full_text": "听涛路9号"}],
    ],
    ids=["added", "removed", "changed"],
)
def test_a_library_that_changed_is_asked_anew(made, asked, rows):
    made.deliver("library", rows, DAY)
    made.finish()
    assert asked == EVERY


def test_a_decided_address_asks_for_its_text_anew(made, asked, tmp_path):
    wanted = made.id_of("address", "A1")
    made.decide(tmp_path, Decision("address", "无名巷九弄", wanted, decided_on=DAY))
    made.finish()
    assert "无名巷九弄" in asked[0]
    assert "听涛路1号" not in asked[0]
    assert made.read("department", "source_id", "address_id")[1] == ("2", wanted)


def test_another_version_of_the_code_asks_anew(made, asked, monkeypatch):
    monkeypatch.setattr("blockdata.batch.resolving.MATCHING_VERSION", 0)
    made.session.forget_steps()
    made.session.kept.clear()  # Another version is another process.
    made.finish()
    assert asked == EVERY


def test_what_is_remembered_is_what_would_be_found(made):
    rows = [_department("2", "听涛路2号"), _department("3", "新路3号")]
    made.deliver("units", rows, DAY)
    made.deliver("library", [_address(1), _address(2)], DAY)
    made.finish()
    made.deliver("units", [*rows, _department("4", "听涛路3号")], DAY)
    made.finish()
    remembered = table_hashes(made.session)
    made.session.kept.clear()
    made.session.run("DELETE FROM base.meta")
    made.finish()
    assert table_hashes(made.session) == remembered


CONFIG = """
[city]
name = "试验区"
[base]
path = "town.base"
[[source]]
name = "units"
kind = "department"
path = "units_*.csv"
date = { column = "编制日期" }
"""


def test_a_file_that_the_base_holds_is_not_read_for_its_date(tmp_path, monkeypatch):
    (tmp_path / "city.toml").write_text(CONFIG, encoding="utf-8")
    row = "code,name,编制日期\n1,甲,2026-08-0{}\n"
    (tmp_path / "units_1.csv").write_text(row.format(1), encoding="utf-8")
    config = load_config(tmp_path / "city.toml")
    assert nightly(config, as_of=AS_OF).code is not Code.NOTHING
    read = []
    monkeypatch.setattr(
        "blockdata.batch.loading.Loading.latest_day",
        lambda self, source, path, column: read.append(path.name) or dt.date(2026, 8, 2),
    )
    assert nightly(config, as_of=AS_OF).code is Code.NOTHING
    assert read == []
    (tmp_path / "units_2.csv").write_text(row.format(2), encoding="utf-8")
    nightly(config, as_of=AS_OF)
    assert read == ["units_2.csv"]
