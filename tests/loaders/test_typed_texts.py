"""Typed columns as texts, and bytes as text: exact, or marked."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blockdata.errors import SourceError
from blockdata.records import Field, Type
from blockdata.records.convert import convert_column
from blockdata_loaders.reader.charset import canonical_encoding, decode_table, distinct_names
from blockdata_loaders.reader.raw import float_text
from blockdata_loaders.reader.texts import as_texts


def texts(values: Any, kind: pa.DataType | None = None) -> list[str | None]:
    found, undecodable = as_texts(pa.array(values, kind))
    assert not undecodable.any()
    return found.to_pylist()


@given(st.lists(st.floats(allow_nan=False)))
def test_numbers_come_back_as_they_were(values: list[float]) -> None:
    found = texts(values, pa.float64())
    assert [float(str(text)) for text in found] == values
    assert found == [float_text(value) for value in values]
    assert not any("e" in str(text) for text in found)


@given(st.lists(st.floats(width=32, allow_nan=False)))
def test_short_numbers_have_as_few_digits_as_they_need(values: list[float]) -> None:
    found = texts(values, pa.float32())
    assert [float(np.float32(str(text))) for text in found] == values


@given(st.lists(st.datetimes(dt.datetime(1950, 1, 1), dt.datetime(2150, 1, 1)), min_size=1))
def test_moments_are_read_again_as_they_were(values: list[dt.datetime]) -> None:
    field = Field("t", Type.TIME, "", "")
    for zone in (None, "UTC", "Asia/Shanghai"):
        written, _ = as_texts(pa.array(values, pa.timestamp("us", zone)))
        typed, bad = convert_column(field, written, time_zone="UTC")
        assert typed.to_pylist() == values
        assert not bad.any()


def test_nothing_is_null_and_infinity_is_told() -> None:
    assert texts(["", None, "a"]) == [None, None, "a"]
    assert texts([math.nan, math.inf, -math.inf, None]) == [None, "inf", "-inf", None]


@pytest.mark.parametrize(
    ("values", "kind", "found"),
    [
        ([True, None], None, ["true", None]),
        ([2**63], pa.uint64(), ["9223372036854775808"]),
        ([dt.time(8, 30)], None, ["08:30:00"]),
        ([dt.datetime(2024, 2, 29)], pa.timestamp("s"), ["2024-02-29 00:00:00"]),
        ([b"\x01\xff", None], pa.binary(), ["01ff", None]),
        ([{"甲": [1, None]}], None, ['{"甲": [1, null]}']),
        ([None], pa.null(), [None]),
    ],
)
def test_other_types(values: list[Any], kind: pa.DataType | None, found: list[str | None]) -> None:
    assert texts(values, kind) == found


def chunks(*values: list[bytes | None]) -> pa.ChunkedArray:
    return pa.chunked_array([pa.array(part, pa.binary()) for part in values], pa.binary())


def test_columns_of_a_table_are_in_one_encoding() -> None:
    # Alone, the first column would pass for GB18030 and the second for UTF-8.
    first, second = chunks(["路灯".encode()], ["井盖".encode()]), chunks([b"1"], [b"2"])
    found = decode_table(
        [b"a", "编号".encode()], [first, second], [None] * 2, encoding=None, where=""
    )
    assert (found.encoding, found.names) == ("utf-8", ["a", "编号"])
    assert found.columns[0].to_pylist() == ["路灯", "井盖"]


def test_the_encoding_that_leaves_fewer_values_is_taken() -> None:
    lines = [f"{text}坏".encode() for text in ("路灯", "井盖", "公厕")]
    column = chunks([*lines, b"\xff", None])
    found = decode_table([b"a"], [column], [None], encoding=None, where="")
    assert (found.encoding, found.undecodable.tolist()) == ("utf-8", [False] * 3 + [True, False])
    assert found.columns[0].to_pylist()[3:] == [None, None]


def test_a_table_without_columns_or_rows_is_decoded() -> None:
    found = decode_table([], [], [], encoding=None, where="")
    assert (found.names, len(found.undecodable)) == ([], 0)
    assert (
        decode_table([b"a"], [chunks()], [None], encoding=None, where="").columns[0].length() == 0
    )


@pytest.mark.parametrize(
    ("stated", "codec"),
    [
        ("UTF-8", "utf-8"), ("utf8", "utf-8"), ("65001", "utf-8"), ("ANSI 936", "gb18030"),
        ("CP936", "gb18030"), ("GB2312", "gb18030"), ("windows-936", "gb18030"),
        ("54936", "gb18030"), (" gbk\r\n", "gb18030"), ("1252", "cp1252"), ("BIG5", "big5"),
        ("ISO-8859-1", "iso8859-1"),
    ],
)  # fmt: skip
def test_names_of_encodings(stated: str, codec: str) -> None:
    assert canonical_encoding(stated, "a") == codec


def test_an_unknown_encoding_is_told() -> None:
    with pytest.raises(SourceError, match=r"a\.cpg: .*'x-klingon'") as caught:
        canonical_encoding("x-klingon", "a.cpg")
    assert caught.value.reason == "unknown_encoding"


@given(st.lists(st.sampled_from(["管", "管_2", "管_3", "n"])))
def test_names_become_distinct_and_the_first_of_each_stays(names: list[str]) -> None:
    found = distinct_names(names)
    assert len(set(found)) == len(found) == len(names)
    assert all(new.startswith(old) for new, old in zip(found, names, strict=True))
    assert found[:1] == names[:1]
