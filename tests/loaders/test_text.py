"""Delimited text: encodings, row numbers, bad rows, untouched cells."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from blockdata.errors import SourceError
from blockdata_loaders.reader.raw import RawTable
from blockdata_loaders.reader.text import read_text


def read(folder: Path, content: bytes | str, **options: str) -> RawTable:
    path = folder / "a.csv"
    path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
    return read_text(path, **options)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_encoding_is_found_and_recorded(tmp_path: Path, encoding: str) -> None:
    table = read(tmp_path, "编号,名称\n001,路灯𠮷\n".encode(encoding))
    assert table.columns.to_pydict() == {"编号": ["001"], "名称": ["路灯𠮷"]}
    assert table.encoding == encoding.removesuffix("-sig")


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_line_that_is_no_text_costs_its_row(tmp_path: Path, encoding: str) -> None:
    good = "编号,名称\n1,路灯\n2,井盖\n".encode(encoding)
    table = read(tmp_path, good + b"3,\xff\xff\n" + "4,树\n".encode(encoding))
    assert table.columns["编号"].to_pylist() == ["1", "2", "4"]
    assert table.row_number.tolist() == [2, 3, 5]
    assert [(bad.row_number, bad.reason) for bad in table.bad_rows] == [(4, "undecodable")]
    assert (table.encoding, table.rows_read) == (encoding, 4)


def test_ragged_rows_are_bad_and_blank_rows_are_not_counted(tmp_path: Path) -> None:
    table = read(tmp_path, "\n a ,b\r\n1,2\r\n\r\n3\r\n,\r\n  \r\n4,5,6\r\n7,8")
    assert table.columns.to_pydict() == {"a": ["1", "7"], "b": ["2", "8"]}
    assert table.row_number.tolist() == [3, 9]
    assert [(bad.row_number, bad.reason) for bad in table.bad_rows] == [
        (5, "ragged"),
        (8, "ragged"),
    ]
    assert table.rows_read == 4


def test_quoted_newlines_are_one_row_of_a_spreadsheet(tmp_path: Path) -> None:
    table = read(tmp_path, '"a\nx",b\n"1\n\n2",3\n4,"5, ""6"""\n')
    assert table.columns.to_pydict() == {"a\nx": ["1\n\n2", "4"], "b": ["3", '5, "6"']}
    assert table.row_number.tolist() == [2, 3]


def test_cells_stay_as_written_and_empty_ones_are_missing(tmp_path: Path) -> None:
    table = read(tmp_path, 'a,b,c\n007,NULL,\n 1 ,NaN,""\n')
    expected = {"a": ["007", " 1 "], "b": ["NULL", "NaN"], "c": [None, None]}
    assert table.columns.to_pydict() == expected


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_delimiter_is_found_in_the_header(tmp_path: Path, delimiter: str) -> None:
    header = delimiter.join(['"x,;,;,;|"', "b", "c"])
    table = read(tmp_path, f"{header}\n1{delimiter}2{delimiter}3\n")
    assert table.columns.column_names == ["x,;,;,;|", "b", "c"]


@pytest.mark.parametrize("header", ["a,b, a", "a,,b", "a,b,"])
def test_repeated_and_empty_column_names_are_refused(tmp_path: Path, header: str) -> None:
    with pytest.raises(SourceError, match=r"column [23]") as caught:
        read(tmp_path, f"{header}\n1,2,3\n")
    assert caught.value.reason == "duplicate_column"


def test_a_file_with_a_header_only_has_no_rows(tmp_path: Path) -> None:
    for content in ("a,b", "a,b\n", "\n\na,b\n\n"):
        table = read(tmp_path, content)
        assert (table.columns.num_rows, table.rows_read) == (0, 0)
        assert table.columns.column_names == ["a", "b"]


def test_an_open_quotation_mark_is_not_taken_for_a_long_text(tmp_path: Path) -> None:
    table = read(tmp_path, 'a,b\n1,2\n3,"4\n5,6\n7,8\n')
    assert table.columns["a"].to_pylist() == ["1"]
    assert [(bad.row_number, bad.reason) for bad in table.bad_rows] == [(3, "ragged")]
    table = read(tmp_path, 'a,b\n1,2\n"3,4\n5,6\n7,8\n')
    assert "over 3 lines" in table.bad_rows[0].detail


def test_errors_do_not_quote_the_file(tmp_path: Path) -> None:
    header = "编号,姓名\n".encode("gb18030")
    with pytest.raises(SourceError) as caught:
        read(tmp_path, header + b"1,secret\n", encoding="no-such-encoding")
    assert caught.value.reason == "unknown_encoding"
    with pytest.raises(SourceError) as caught:
        read(tmp_path, "编号,姓名\n1,secret\n".encode("gb18030"), encoding="utf-8")
    assert caught.value.reason == "undecodable_header"
    assert "secret" not in str(caught.value)


def test_a_stated_encoding_is_kept(tmp_path: Path) -> None:
    table = read(tmp_path, "编号\né\n".encode("gb18030"), encoding="gb18030", delimiter=",")
    assert table.columns["编号"].to_pylist() == ["é"]


CELLS = st.text(st.sampled_from('ab"\n\r,路0 \t;|'), max_size=5)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.lists(st.lists(CELLS, min_size=1, max_size=4), max_size=8), st.integers(1, 4))
def test_rows_and_numbers_agree_with_the_standard_library(
    tmp_path: Path, rows: list[list[str]], width: int
) -> None:
    buffer = io.StringIO(newline="")
    names = [f"c{i}" for i in range(width)]
    csv.writer(buffer, quoting=csv.QUOTE_ALL).writerows([names, *rows])
    table = read(tmp_path, buffer.getvalue(), delimiter=",")
    kept = {
        number: [cell or None for cell in row]
        for number, row in enumerate(rows, start=2)
        if len(row) == width and any(row)
    }
    assert table.row_number.tolist() == list(kept)
    assert [list(row.values()) for row in table.columns.to_pylist()] == list(kept.values())
    assert table.rows_read == len(kept) + len(table.bad_rows)


def test_row_numbers_hold_across_the_parser_s_blocks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("blockdata_loaders.reader.text._ATTEMPTS", ((64, False),))
    lines = ["1" if i % 7 == 0 else f'{i},"x\ny"' for i in range(2, 200)]
    table = read(tmp_path, "\n".join(["a,b", *lines]))
    assert table.columns["a"].to_pylist() == [str(n) for n in table.row_number]
    assert [bad.row_number for bad in table.bad_rows] == list(range(7, 200, 7))


def test_a_record_longer_than_a_small_block_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempts = ((64, True), (64, False), (4096, False))
    monkeypatch.setattr("blockdata_loaders.reader.text._ATTEMPTS", attempts)
    table = read(tmp_path, f'a,b\n1,"{"x" * 1000}\n"\n2,3\n')
    assert [len(text) for text in table.columns["b"].to_pylist()] == [1001, 1]
    monkeypatch.setattr("blockdata_loaders.reader.text._ATTEMPTS", attempts[:2])
    with pytest.raises(SourceError) as caught:
        read(tmp_path, f"a,b\n1,{'x' * 1000}\n")
    assert caught.value.reason == "unreadable_text"
    assert "xxx" not in str(caught.value)


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
@pytest.mark.parametrize("wrong", [b"\xff", b"1,\xff,3", b"\x81"])
def test_bytes_that_are_no_text_are_found_in_records_left_out_too(
    tmp_path: Path, encoding: str, wrong: bytes
) -> None:
    good = "编号,名称\n1,路灯\n2,井盖\n".encode(encoding)
    table = read(tmp_path, good + wrong + b"\n")
    assert table.encoding == encoding
    assert [bad.row_number for bad in table.bad_rows] == [4]
    assert table.rows_read == 3


def test_a_file_that_is_ascii_for_long_may_still_be_gb18030(tmp_path: Path) -> None:
    lines = "".join(f"{i},x\n" for i in range(5000))
    table = read(tmp_path, f"a,b\n{lines}z,街\n".encode("gb18030"))
    assert (table.encoding, table.columns["b"][-1].as_py()) == ("gb18030", "街")
    assert table.rows_read == 5001


def test_columns_come_in_one_piece(tmp_path: Path) -> None:
    table = read(tmp_path, "a,b\n" + "1,2\n" * 100_000 + ",\n3,\n")
    assert [column.num_chunks for column in table.columns.columns] == [1, 1]
    assert table.row_number[[0, -1]].tolist() == [2, 100_003]
    assert table.columns["b"].null_count == 1


@pytest.mark.parametrize("tail", ["\n,\n", "\n\n", "\n4\n"])
def test_only_the_last_record_with_its_cells_can_be_left_open(tmp_path: Path, tail: str) -> None:
    table = read(tmp_path, f'a,b\n1,"x\ny" {tail}')
    assert table.columns["b"].to_pylist() == ([] if "4" in tail else ["x\ny "])


def test_a_header_that_is_never_closed_has_no_rows(tmp_path: Path) -> None:
    table = read(tmp_path, 'a,"b\nc')
    assert (table.columns.num_rows, [bad.row_number for bad in table.bad_rows]) == (0, [1])


@pytest.mark.parametrize("encoding", ["utf-16", "idna"])
def test_an_encoding_that_cannot_be_is_told_as_such(tmp_path: Path, encoding: str) -> None:
    with pytest.raises(SourceError) as caught:
        read(tmp_path, "a,b\n1,é\n", encoding=encoding)
    assert caught.value.reason in ("unreadable_text", "undecodable_header")
