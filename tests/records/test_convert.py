"""What is written is read as it is meant, and what cannot be read is marked, never guessed."""

import datetime as dt
import sys
import unicodedata
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from blockdata.errors import ConfigError
from blockdata.records import convert, texts
from blockdata.records.convert import MISSING_TEXTS, convert_column
from blockdata.records.field import Field, Type

SHANGHAI = "Asia/Shanghai"
LOCAL_MORNING = dt.datetime(2026, 11, 1, 0, 30)
NEW_YORK_YEARS = (dt.datetime(1990, 1, 1), dt.datetime(2120, 1, 1))


def field(type_: Type, **more: object) -> Field:
    if type_ in (Type.INT, Type.FLOAT):
        more = {"unit": "1", **more}
    return Field("a", type_, "甲", "A", **more)


def read(declared: Field, *texts: str | None, time_zone: str = SHANGHAI) -> list[object]:
    """Typed values, with "bad" where a value could not be read."""
    typed, bad = convert_column(declared, pa.array(texts, pa.string()), time_zone=time_zone)
    assert len(typed) == len(bad) == len(texts)
    assert not (np.asarray(typed.is_valid()) & bad).any()
    return ["bad" if b else v for v, b in zip(typed.to_pylist(), bad, strict=True)]


@pytest.mark.parametrize("type_", list(Type))
def test_missing_texts_are_null_and_not_bad_in_every_type(type_):
    texts = [*MISSING_TEXTS, None, "　", " - ", "　无 ", "－", "／"]
    assert read(field(type_), *texts) == [None] * len(texts)


@pytest.mark.parametrize("type_", list(Type))
def test_empty_columns_keep_their_type(type_):
    whole, bad = convert_column(field(type_), pa.array([], pa.string()), time_zone=SHANGHAI)
    nulls, _ = convert_column(field(type_), pa.nulls(2), time_zone=SHANGHAI)
    assert whole.type == nulls.type
    assert bad.dtype == bool
    assert len(bad) == 0


def test_a_source_may_name_its_own_missing_texts():
    typed, bad = convert_column(
        field(Type.INT),
        pa.array(["未填", "7", "-"]),
        time_zone=SHANGHAI,
        missing=frozenset({"未填"}),
    )
    assert typed.to_pylist() == [None, 7, None]
    assert bad.tolist() == [False, False, True]


def test_text_is_stripped_and_otherwise_kept():
    assert read(field(Type.TEXT), "　延安三路　１０５号\t") == ["延安三路　１０５号"]


def test_codes_keep_leading_zeros_and_lose_full_width():
    assert read(field(Type.CODE), "００７", "a１b", "0012 ") == ["007", "a1b", "0012"]
    assert read(field(Type.CODE, identifier="uscc"), "9a０b") == ["9A0B"]


def test_a_code_list_takes_codes_and_labels_and_leaves_the_rest_to_the_checks():
    sex = field(Type.CODE, codes={"1": "男", "2": "女（性）"})
    assert read(sex, "1", "男", "女(性)", "２", "3") == ["1", "1", "2", "2", "3"]


def test_a_code_wins_over_another_codes_equal_label():
    assert read(field(Type.CODE, codes={"A": "B", "B": "C"}), "A", "B", "C") == ["A", "B", "B"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,234", 1234), ("12.0", 12), ("12.", 12), ("-007", -7), ("+5", 5), ("１２", 12), ("0", 0),
        ("999999999999999999", 999999999999999999), ("12.5", "bad"), ("1,23", "bad"),
        ("1e5", "bad"), ("12人", "bad"), ("十二", "bad"), ("1234567890123456789", "bad"),
        ("1 2", "bad"), ("--1", "bad"),
    ],
)  # fmt: skip
def test_whole_numbers(text, value):
    assert read(field(Type.INT), text) == [value]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,234.5", 1234.5), ("12㎡", 12), ("12平方米", 12), ("12 m²", 12), ("-1.5E-3", -0.0015),
        (".5", 0.5), ("１２．５", 12.5), ("12米", "bad"), ("12亩", "bad"), ("1e999", "bad"),
        ("inf", "bad"), ("1.2.3", "bad"), ("约12", "bad"), ("12万", "bad"),
    ],
)  # fmt: skip
def test_numbers_take_their_own_unit_and_no_other(text, value):
    assert read(field(Type.FLOAT, unit="m²"), text) == [value]


def test_metres_may_be_written_out():
    assert read(field(Type.FLOAT, unit="m"), "12m", "12米", "12平方米") == [12, 12, "bad"]


@given(st.floats(allow_nan=False, allow_infinity=False))
@settings(deadline=None)
def test_every_float_is_read_as_python_reads_it(number):
    assert read(field(Type.FLOAT), repr(number)) == [number]


def test_yes_and_no():
    assert read(field(Type.BOOL), "是", "TRUE", "1", "y") == [True] * 4
    assert read(field(Type.BOOL), "否", "False", "０", "N") == [False] * 4
    assert read(field(Type.BOOL), "可能", "2") == ["bad", "bad"]


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-01 08:30", "2026/11/1 8:30", "2026.11.1 08:30", "2026年11月1日 8时30分",
        "2026年11月1日8:30", "2026-11-01T08:30:00", "2026-11-01 08:30:00.000", "202611010830",
        "20261101083000", "20261101 08:30", "20261101T0830", "２０２６－１１－０１　０８：３０",
        "2026-11-01T00:30:00Z", "2026-11-01T09:30:00+09:00", "2026-11-01 08:30:00 +0800",
        "2026-10-31T19:30-05", "20261101T003000Z", "46327.354166666664", "46327.35417",
    ],
)  # fmt: skip
def test_one_moment_in_every_spelling(text):
    assert read(field(Type.TIME), text) == [LOCAL_MORNING]


def test_seconds_and_their_fractions_are_kept_to_the_microsecond():
    assert read(field(Type.TIME), "2026-11-01 08:30:15.5", "2026-11-01 8时30分15.1234567秒") == [
        dt.datetime(2026, 11, 1, 0, 30, 15, 500_000),
        dt.datetime(2026, 11, 1, 0, 30, 15, 123_456),
    ]


def test_a_day_is_a_moment_at_its_local_midnight():
    midnight = dt.datetime(2026, 10, 31, 16)
    texts = ["2026-11-01", "20261101", "2026年11月1日", "46327", "2026年11月1日0时"]
    assert read(field(Type.TIME), *texts) == [midnight] * 5


@pytest.mark.parametrize("type_", [Type.DATE, Type.TIME])
@pytest.mark.parametrize(
    "text",
    [
        "2026-02-29", "2026-13-01", "2026-00-10", "2026-04-31", "20260230", "1899-12-31",
        "2201-01-01", "0001-01-01", "2026-11", "2026", "202611", "12345", "80001", "19999",
        "2026-11-01 24:00", "2026-11-01 08:60", "2026-11-01 08:", "2026-11-108:30",
        "2026-11-01 08:30+25:00", "2026-11-01 08:30+08:75", "11/01/2026", "明天", "1761957000000",
    ],
)  # fmt: skip
def test_what_is_no_moment_is_bad(type_, text):
    assert read(field(type_), text) == ["bad"]


def test_a_date_keeps_the_written_day_and_takes_the_local_day_of_an_offset():
    days = read(
        field(Type.DATE), "2026-11-01 23:59:59", "2026-10-31T16:00:00Z", "46327.99", "2024-02-29"
    )
    first = dt.date(2026, 11, 1)
    assert days == [first, first, first, dt.date(2024, 2, 29)]


def test_a_local_time_that_occurs_twice_is_the_earlier_and_a_skipped_one_moves_forward():
    twice, skipped = "2026-11-01 01:30", "2026-03-08 02:30"
    assert read(field(Type.TIME), twice, skipped, time_zone="America/New_York") == [
        dt.datetime(2026, 11, 1, 5, 30),
        dt.datetime(2026, 3, 8, 7, 0),
    ]
    # China had summer time from 1986 to 1991.
    assert read(field(Type.TIME), "1991-09-15 01:30") == [dt.datetime(1991, 9, 14, 16, 30)]


@given(st.datetimes(*NEW_YORK_YEARS), st.sampled_from(["America/New_York", SHANGHAI]))
@settings(deadline=None)
def test_local_times_agree_with_zoneinfo(local, name):
    utc = local.replace(tzinfo=ZoneInfo(name)).astimezone(dt.UTC)
    if utc.astimezone(ZoneInfo(name)).replace(tzinfo=None) == local:
        assert read(field(Type.TIME), local.isoformat(), time_zone=name) == [
            utc.replace(tzinfo=None)
        ]


@given(st.dates(dt.date(1954, 10, 3), dt.date(2119, 1, 10)))
@settings(deadline=None)
def test_serials_count_days_since_the_end_of_1899(day):
    assert read(field(Type.DATE), str((day - dt.date(1899, 12, 30)).days)) == [day]


@given(st.integers(1890, 2210), st.integers(0, 13), st.integers(0, 32))
@settings(deadline=None)
def test_a_day_is_read_if_and_only_if_it_exists(year, month, day):
    try:
        expected = dt.date(year, month, day) if 1900 <= year <= 2200 else "bad"
    except ValueError:
        expected = "bad"
    texts = (f"{year}-{month}-{day}", f"{year}{month:02d}{day:02d}")
    assert read(field(Type.DATE), *texts) == [expected, expected]


def test_typed_columns_of_other_formats_are_read_through_their_text():
    days = pa.array([dt.date(2026, 11, 1), None])
    typed, bad = convert_column(field(Type.DATE), days, time_zone=SHANGHAI)
    assert typed.equals(days)
    assert not bad.any()


def test_an_unknown_time_zone_is_told():
    with pytest.raises(ConfigError, match=r"unknown time zone 'Asia/Qingdao'.*IANA"):
        read(field(Type.TIME), "2026-11-01", time_zone="Asia/Qingdao")


WRITTEN = {
    Type.TEXT: ["路灯", " 路灯", "ＡＢ", "a"],
    Type.CODE: ["a1", "ａ１", "甲", "B"],
    Type.INT: ["7", "-7", "1,234", "12.0", "7米", "９", "1" * 19, "1-2", "0" * 20],
    Type.FLOAT: ["7", ".5", "1.", "1.2.3", "-1.5", "1e3", "1,234.5", "９.5", "9" * 400, "x"],
    Type.BOOL: ["是", "0", "y", "x"],
    Type.DATE: ["2026-02-28", "2026-02-30", "2026/2/3", "20260203", "45000", "2026-02-03 10:00"],
    Type.TIME: [
        "2026-02-28 10:00:00", "2026-02-30 10:00:00", "2026-02-28T24:00:00", "2026.02.28 10:00",
        "2026-02-28 10:00:00Z", "1986-05-04 00:30:00", "2026-02-28 10:00:0a", "2026-02-28-10:00:00",
    ],
}  # fmt: skip
"""Values in plain and in other ways, some of which cannot be read."""


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(type_=st.sampled_from(list(Type)), data=st.data())
def test_a_column_is_read_as_its_values_are_alone(monkeypatch, type_, data):
    monkeypatch.setattr(texts, "_BLOCK_ROWS", 3)
    values = st.sampled_from([*WRITTEN[type_], None, "无", " ", "－"])
    column = data.draw(st.lists(values, max_size=12)) * data.draw(st.sampled_from([1, 20]))
    declared = field(type_, **({"unit": "m"} if type_ in (Type.INT, Type.FLOAT) else {}))
    alone = {text: read(declared, text)[0] for text in set(column)}
    assert read(declared, *column) == [alone[text] for text in column]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.datetimes().map(lambda d: d.isoformat(sep=" ")[:19])
        | st.from_regex(r"(19|20|22)[0-9]{2}[-/.][0-3][0-9][-/.][0-3][0-9]", fullmatch=True)
        | st.from_regex(
            r"2[0-9]{3}-[01][0-9]-[0-3][0-9][T \t.][0-2][0-9]:[0-6][0-9](:[0-6][0-9])?",
            fullmatch=True,
        )
    )
)
def test_moments_in_plain_form_are_read_as_by_the_patterns(monkeypatch, written):
    for type_ in (Type.DATE, Type.TIME):
        plainly = read(field(type_), *written)
        with monkeypatch.context() as patched:
            patched.setattr(convert, "_PLAIN_SIZES", ())
            assert read(field(type_), *written) == plainly


@pytest.mark.parametrize("type_", [Type.INT, Type.FLOAT])
def test_plain_numbers_are_read_as_by_the_patterns(monkeypatch, type_):
    written = [*WRITTEN[type_], "007", "-0", "0.10", "00.5", "9223372036854775807", "1" * 18]
    plainly = read(field(type_), *written)
    assert "bad" in plainly
    monkeypatch.setattr(convert, "_DIGITS", b"")
    assert read(field(type_), *written) == plainly


def test_folding_makes_no_text_shorter_than_a_quarter():
    characters = [chr(code) for code in range(sys.maxunicode + 1) if not 0xD800 <= code < 0xE000]
    longest: dict[str, int] = {}
    folded = {c: unicodedata.normalize("NFKC", c) for c in characters}
    for character, short in folded.items():
        size = len(character.encode())
        assert size <= 4 * len(short.encode())
        longest[short] = max(longest.get(short, 0), size)
    # What a text is folded to may be composed of several, each written in its longest way.
    for character in {c for c, short in folded.items() if c == short}:
        parts = unicodedata.normalize("NFD", character)
        assert sum(longest[part] for part in parts) <= 4 * len(character.encode())
