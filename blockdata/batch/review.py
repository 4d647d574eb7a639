"""The review workbook: what needs a human answer, to be filled in and read back as decisions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from pathlib import Path
from zipfile import BadZipFile

import openpyxl
import pandas as pd
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from blockdata.address import is_missing_text, normalise_address
from blockdata.engines import parsers, review_feeds
from blockdata.engines.matching import matcher_of
from blockdata.errors import DecisionError, PrivacyError
from blockdata.records.checks import REASONS
from blockdata.records.codes import DECISION_VERB
from blockdata.store import quarantine
from blockdata.store.decisions import Decision
from blockdata.store.session import Session

ADDRESSES, REJECTED = "地址", "隔离"
"""Names of the sheets."""

VERBS = {ADDRESSES: ("address",), REJECTED: ("replay", "ignore")}
"""What can be decided on each sheet; a cell holds the Chinese label or the verb itself."""

_ANSWERS = ("决定", "取值", "备注")
_MOST_CANDIDATES = 3
_CANDIDATES = tuple(
    f"{part}{n}" for n in range(1, _MOST_CANDIDATES + 1) for part in ("候选编号", "候选地址")
)
_HEADINGS = {
    ADDRESSES: ("地址文本", "类型", "条数", "原因", *_CANDIDATES, *_ANSWERS),
    REJECTED: ("编号", "来源", "类型", "文件", "行号", "字段", "原因", "内容（已脱敏）", *_ANSWERS),
}
_PLACE_OF_ROW = ("id", "source", "kind", "file", "row_number", "field")
_WHY = {
    "no text": "没有内容",
    "names no place": "未写明地点",
    "crossing": "路口，不是地址",
    "not in library": "地址库中没有",
    "ambiguous": "不止一处相符",
    "conflict": "号码不符",
}
"""Reasons of the matching, as the sheet says them."""

_WIDTH = 24
_FORMULA = ("=", "+", "-", "@")


def export_review(session: Session, path: Path) -> None:
    """Write what needs a human answer as a workbook.

    Parameters
    ----------
    session : Session
        Of a base that can hold temporary tables; nothing is written into the base.
    path : Path
        The new .xlsx file. Sheet 地址 has one row per address text that no address matches, the
        most frequent first, with the reason and up to three candidates; sheet 隔离 one per
        rejected value. All cells are texts; personal values are masked, and texts of persons are
        left out.
    """
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in ((ADDRESSES, _address_rows(session)), (REJECTED, _rejected_rows(session))):
        sheet = book.create_sheet(name)
        for number, row in enumerate((_HEADINGS[name], *rows), start=1):
            _write_row(sheet, number, row)
        _dress(sheet, name, len(rows) + 1)
    book.save(path)


def _address_rows(session: Session) -> list[tuple[object, ...]]:
    texts = _unmatched(session)
    asked = texts["text"].tolist()
    reasons = matcher_of(session).match(asked)["reason"].tolist()
    nearest = _nearest(session, asked)
    rows: list[tuple[object, ...]] = []
    for (text, kinds, count), reason in zip(texts.itertuples(index=False), reasons, strict=True):
        found = nearest.get(text, [])
        padded = [*found, *[("", "")] * (_MOST_CANDIDATES - len(found))]
        pairs = (cell for pair in padded for cell in pair)
        rows.append((text, kinds, count, _WHY.get(reason, ""), *pairs, "", "", ""))
    return rows


def _unmatched(session: Session) -> pd.DataFrame:
    frame = review_feeds.unmatched_texts(session)
    said = [not is_missing_text(text) for text in frame["text"]]
    return pd.DataFrame(frame[said])


def _nearest(session: Session, texts: Sequence[str]) -> dict[str, list[tuple[str, str]]]:
    """Return the library's addresses on the same road, else in the same estate or community."""
    parsed = parsers.parser_of(session).parse(texts).df()
    asked = []
    columns = [parsed[name] for name in ("road", "estate", "community")]
    for text, *names in zip(texts, *columns, strict=True):
        key = normalise_address(next((name for name in names if isinstance(name, str)), ""))
        whole = normalise_address(text)
        if key:
            asked.append((text, key, whole[max(whole.find(key), 0) :]))
    return review_feeds.nearest_addresses(session, asked, _MOST_CANDIDATES)


def _rejected_rows(session: Session) -> list[tuple[object, ...]]:
    listed = quarantine.listing(session)
    rows: list[tuple[object, ...]] = []
    for *place, code, value in listed[[*_PLACE_OF_ROW, "reason", "value"]].to_numpy().tolist():
        reason = REASONS.get(code, (code, code))[0]
        rows.append((*place, reason, value, "", "", ""))
    return rows


def _write_row(sheet: Worksheet, number: int, values: Sequence[object]) -> None:
    for column, value in enumerate(values, start=1):
        missing = value is None or bool(pd.isna(value))  # type: ignore[call-overload]
        text = "" if missing else ILLEGAL_CHARACTERS_RE.sub("", str(value))
        cell = sheet.cell(number, column)
        cell.value = text
        # A text that looks like a formula must never become one, here or when it is edited.
        cell.data_type = "s"
        cell.number_format = "@"
        cell.quotePrefix = text.startswith(_FORMULA)


def _dress(sheet: Worksheet, name: str, last_row: int) -> None:
    headings = _HEADINGS[name]
    sheet.freeze_panes = "A2"
    for column in range(1, len(headings) + 1):
        sheet.column_dimensions[get_column_letter(column)].width = _WIDTH
    choices = ",".join(DECISION_VERB[v] for v in VERBS[name])
    validation = DataValidation(type="list", formula1=f'"{choices}"', allow_blank=True)
    letter = get_column_letter(headings.index(_ANSWERS[0]) + 1)
    validation.add(f"{letter}2:{letter}{max(last_row, 2)}")
    sheet.add_data_validation(validation)


def read_review(path: Path, *, on: dt.date) -> list[Decision]:
    """Read a filled-in workbook as decisions; rows without an answer are left out.

    Parameters
    ----------
    path : Path
        A workbook of `export_review`. On sheet 地址 the value is an address id, or 1, 2 or 3 for
        a candidate; on sheet 隔离 it is the right value of the row's field, or empty.
    on : date
        Day of the decisions.

    Returns
    -------
    list of Decision
        In the order of the sheets and rows.

    Raises
    ------
    DecisionError
        If this is no such workbook or a row cannot be read; the text names sheet and row.
    PrivacyError
        If an answer holds a phone number, an identity number or a name.
    """
    sheets = _cells(path)
    return [decision for name in _HEADINGS for decision in _decisions(sheets[name], name, on)]


def _cells(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Return the cells of both sheets, row by row."""
    try:
        with path.open("rb") as file:
            book = openpyxl.load_workbook(file, read_only=True, data_only=True)
            there = [name for name in _HEADINGS if name in book.sheetnames]
            sheets = {name: list(book[name].iter_rows(values_only=True)) for name in there}
    except (OSError, KeyError, ValueError, BadZipFile, InvalidFileException) as error:
        raise DecisionError("not a workbook that can be read", where=str(path)) from error
    if missing := [name for name in _HEADINGS if name not in sheets]:
        raise DecisionError(
            f"sheet {missing[0]} is missing", where=str(path), allowed=", ".join(_HEADINGS)
        )
    return sheets


def _decisions(rows: list[tuple[object, ...]], name: str, on: dt.date) -> Iterator[Decision]:
    heading = tuple(_text(cell) for cell in rows[0]) if rows else ()
    if missing := [h for h in _HEADINGS[name] if h not in heading]:
        raise DecisionError(f"column {missing[0]} is missing", where=f"sheet {name}")
    for number, cells in enumerate(rows[1:], start=2):
        row = dict(zip(heading, map(_text, cells), strict=False))
        if not any(row.get(answer) for answer in _ANSWERS):
            continue
        try:
            yield _decision(row, name, on)
        except (DecisionError, PrivacyError) as error:
            raise type(error)(error.message, where=f"sheet {name}, row {number}") from error


def _decision(row: dict[str, str], name: str, on: dt.date) -> Decision:
    verb = _verb(row["决定"], name)
    value, note = row["取值"] or None, row["备注"] or None
    if name == ADDRESSES:
        if value is None:
            raise DecisionError("取值 is empty; give an address id, or the number of a candidate")
        return Decision(verb, row["地址文本"], _candidate(row, value), None, note, on)
    if verb == "ignore" or value is None:
        return Decision(verb, row["编号"], None, None, note, on)
    if not row["字段"]:
        raise DecisionError("this row has no field to put a value in; leave 取值 empty")
    return Decision(verb, row["编号"], value, row["字段"], note, on)


def _verb(text: str, name: str) -> str:
    allowed = VERBS[name]
    for verb in allowed:
        if text in (verb, DECISION_VERB[verb]):
            return verb
    labels = ", ".join(DECISION_VERB[v] for v in allowed)
    raise DecisionError(f"决定 is empty or not one of {labels}")


def _candidate(row: dict[str, str], value: str) -> str:
    if value not in ("1", "2", "3"):
        return value
    identifier = row[f"候选编号{value}"]
    if not identifier:
        raise DecisionError(f"there is no candidate {value}")
    return identifier


def _text(cell: object) -> str:
    """Return a cell as text; a spreadsheet may have made a number of a digit."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return "" if cell is None else str(cell).strip()
