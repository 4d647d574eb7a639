"""Incidents: callers as pseudonyms, masked texts, local days and periods."""

from __future__ import annotations

import datetime as dt
import hmac
import json

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blockdata.records import Held
from blockdata.records.pseudonyms import normal_number, normal_phone, pseudonyms
from blockdata_loaders.incident import loader

HEADER = ["案件编号", "上报时间", "案件类别", "来电号码", "来电人", "诉求内容", "地址"]


def _row(number: str, at: str = "2026-10-05 08:00:00", **other: str) -> list[str]:
    row = dict.fromkeys(HEADER, "") | {"案件编号": number, "上报时间": at, "案件类别": "占道经营"}
    return list((row | other).values())


@pytest.fixture
def load(ask, csv_file):
    def loaded(*rows, **request):
        return loader.load(ask("incident", csv_file([HEADER, *rows]), **request))

    return loaded


def test_spellings_of_a_phone_number_are_one_caller(load):
    spelt = ["13800000000", "138-0000-0000", "+86 138 0000 0000", "013800000000"]
    rows = load(*[_row(f"A{i}", 来电号码=n) for i, n in enumerate([*spelt, "13800000001"])]).rows
    callers = rows["caller"].to_pylist()
    assert len(set(callers[:4])) == 1
    assert callers[4] != callers[0]


def test_a_caller_without_digits_is_nobody(load):
    assert load(_row("A1", 来电号码="匿名")).rows["caller"].to_pylist() == [None]


def test_without_a_secret_callers_are_empty_and_rows_stay(load):
    batch = load(_row("A1", 来电号码="13800000000"), secret=None)
    assert batch.rows["caller"].to_pylist() == [None]
    assert batch.rows_rejected == 0


def test_no_personal_value_is_in_an_open_column(load):
    row = _row(
        "A1", 来电号码="13800000000", 来电人="甲乙丙", 地址="测试路1号，电话13800000001",
        诉求内容="姓名：甲乙丙。请回电13800000002",
    )  # fmt: skip
    batch = load(row)
    fields = [f.name for f in batch.kind.held_in(Held.OPEN)]
    shown = batch.rows.select(["source_id", *fields]).to_pylist()
    assert "1380000000" not in str(shown)
    assert "甲乙丙" not in str(batch.rows.to_pylist())
    assert batch.rows["address_text"].to_pylist() == ["测试路1号，电话〔电话〕"]
    assert batch.rows["content"].to_pylist() == ["姓名：〔姓名〕。请回电〔电话〕"]


def test_a_rejected_row_is_masked_for_all_and_whole_for_the_steward(load):
    rejected = load(_row("A1", at="昨天", 来电号码="13800000000", 地址="13800000001旁")).rejected
    raw, private = (json.loads(rejected[name][0]) for name in ("raw", "private_raw"))
    assert "caller" not in raw
    assert raw["address_text"] == "〔电话〕旁"
    assert private["caller"] == "13800000000"
    assert private["address_text"] == "13800000001旁"


def test_the_value_of_a_rejected_cell_is_masked(load):
    rejected = load(_row("A1", at="请打13800000000")).rejected
    assert rejected["value"].tolist() == ["请打〔电话〕"]


def test_a_row_without_anything_personal_is_kept_once(load):
    rejected = load(_row("A1", at="昨天")).rejected
    assert rejected["private_raw"].tolist() == [None]
    assert rejected["source_id"].tolist() == ["A1"]


def test_a_key_that_is_a_phone_number_is_rejected_and_not_shown(load):
    rejected = load(_row("13800000000"), _row("138-0000-0001")).rejected
    assert rejected["reason"].tolist() == ["personal_key", "personal_key"]
    assert rejected["source_id"].tolist() == [None, None]
    assert "1380000" not in rejected.drop(columns="private_raw").to_json()


def test_the_day_of_a_case_is_the_day_in_the_city(load):
    rows = load(_row("A1", at="2026-10-05 00:30:00")).rows
    assert rows["reported_at"].to_pylist() == [dt.datetime.fromisoformat("2026-10-04 16:30")]
    assert rows["stated_from"].to_pylist() == [dt.date(2026, 10, 5)]
    assert rows["stated_to"].to_pylist() == [None]


@pytest.mark.parametrize(
    ("unit", "first", "end"),
    [
        ("day", dt.date(2026, 10, 5), dt.date(2026, 12, 2)),
        ("month", dt.date(2026, 10, 1), dt.date(2027, 1, 1)),
    ],
)
def test_a_period_spans_the_accepted_rows(load, unit, first, end):
    rows = [_row("A1", "2026-12-01 23:59:59"), _row("A2", "2026-10-05 00:00:00"), _row("A3", "x")]
    assert load(*rows, mode="period", period=unit).period == (first, end)


def test_a_period_without_accepted_rows_is_none(load):
    assert load(_row("A1", "x"), mode="period").period is None
    assert load(_row("A1")).period is None


@given(st.lists(st.none() | st.text(max_size=30)), st.binary(min_size=1, max_size=130))
def test_pseudonyms_are_those_of_the_standard_library(texts, secret):
    expected = [t and hmac.digest(secret, t.encode(), "sha256").hex()[:32] for t in texts if t]
    found = pseudonyms(pa.array([t for t in texts if t], pa.string()), secret)
    assert found.to_pylist() == expected
    assert pseudonyms(pa.array([None, "a"]), secret).is_valid().to_pylist() == [False, True]


_SPELT = st.text(st.sampled_from("0123456789 -+().Ａ１a路\u3000"), max_size=20)


@given(st.lists(st.none() | _SPELT | st.sampled_from(["0086013800000000", "8613800000000", ""])))
def test_numbers_of_a_column_are_compared_as_each_alone(texts):
    for normal in (normal_number, normal_phone):
        alone = [normal(pa.array([text], pa.string()))[0].as_py() for text in texts]
        assert normal(pa.array(texts, pa.string())).to_pylist() == alone


@pytest.mark.parametrize(
    ("written", "phone"),
    [
        ("008613800000000", "13800000000"), ("86 13800000000", "13800000000"),
        ("013800000000", "13800000000"), ("0532-81234567", "053281234567"),
        ("8613800000000 转 2", "86138000000002"), ("　", None), ("无", None),
    ],
)  # fmt: skip
def test_only_a_mobile_number_loses_what_stands_before_it(written, phone):
    assert normal_phone(pa.array([written])).to_pylist() == [phone]
