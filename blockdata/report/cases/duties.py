"""Who deals with open cases and until when, and where nobody or two units do."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from blockdata.engines import duty_report_feeds
from blockdata.report.cases.window import Window
from blockdata.report.cases.words import CaseWords
from blockdata.report.words import tenth, whole
from blockdata.store.session import Session

__all__ = ["Disputes", "DutySection", "disputes_of", "duties_of", "duty_section"]

_LISTED = 20
_LIGHTS = ("red", "yellow", "green", "none")
_COUNTED = ("cases", "overdue", "due_soon", "handled")


@dataclass(frozen=True)
class LightLine:
    """Open cases of one light: all, overdue, due soon, and dealt with but not yet closed."""

    light: str
    cases: str
    overdue: str
    due_soon: str
    handled: str


@dataclass(frozen=True)
class DueCase:
    """An open case with its due time, and the units that come first for it."""

    incident: str
    category: str
    due_at: str
    hours: str
    limit: str
    units: str
    reason: str
    disputed: bool


@dataclass(frozen=True)
class Listed:
    """The first lines of a list, and how many are not listed."""

    rows: list[dict[str, str]]
    more: int
    total: int


@dataclass(frozen=True)
class Disputes:
    """Where nobody answers, or two units do."""

    ownerless: Listed
    duties: Listed
    borders: Listed


@dataclass(frozen=True)
class DutySection:
    """Who answers until when.

    Parameters
    ----------
    lights : list of LightLine
        Red first; those that occur.
    total : LightLine
    due_soon : list of DueCase
        The next first.
    overdue : list of DueCase
        What ran out last first.
    more_due_soon, more_overdue : int
        Those that are not listed.
    disputes : Disputes
    """

    lights: list[LightLine]
    total: LightLine
    due_soon: list[DueCase]
    more_due_soon: int
    overdue: list[DueCase]
    more_overdue: int
    disputes: Disputes


def duty_section(session: Session, words: CaseWords, window: Window) -> DutySection | None:
    """Return who deals with open cases; None where nothing is known of it.

    Parameters
    ----------
    session : Session
    words : CaseWords
    window : Window
        Its end is the moment at which cases are open.
    """
    tables = ("case_limit", "ownerless", "disputed_duty", "disputed_border")
    if not any(session.count(table) for table in tables):
        return None
    names = duty_report_feeds.names_of_codes(session)
    disputes = disputes_of(
        duty_report_feeds.ownerless(session),
        duty_report_feeds.disputed_duties(session),
        duty_report_feeds.disputed_borders(session),
        names,
        words,
    )
    return duties_of(
        duty_report_feeds.light_counts(session, window.end),
        duty_report_feeds.due_cases(session, window.end, _LISTED),
        duty_report_feeds.overdue_cases(session, window.end, _LISTED),
        disputes,
        words,
        window.time_zone,
    )


def duties_of(
    lights: pd.DataFrame,
    due_soon: pd.DataFrame,
    overdue: pd.DataFrame,
    disputes: Disputes,
    words: CaseWords,
    time_zone: str,
) -> DutySection:
    """Put the section together.

    Parameters
    ----------
    lights : DataFrame
        As from `duty_report_feeds.light_counts`.
    due_soon, overdue : DataFrame
        As from `duty_report_feeds.due_cases`: the first rows of each.
    disputes : Disputes
    words : CaseWords
    time_zone : str
        IANA name of the zone in which times are told.
    """
    counted = {str(row["light"]): row for row in lights.to_dict("records")}
    sums: dict[Hashable, Any] = {name: lights[name].sum() for name in _COUNTED}
    return DutySection(
        lights=[_light(words.light(k), counted[k]) for k in _LIGHTS if k in counted],
        total=_light(words.t("合计", "Total"), sums),
        due_soon=[_case(row, words, time_zone) for row in due_soon.to_dict("records")],
        more_due_soon=int(sums["due_soon"]) - len(due_soon),
        overdue=[_case(row, words, time_zone) for row in overdue.to_dict("records")],
        more_overdue=int(sums["overdue"]) - len(overdue),
        disputes=disputes,
    )


def _light(name: str, row: Mapping[Hashable, Any]) -> LightLine:
    return LightLine(name, **{column: whole(row[column]) for column in _COUNTED})


def _case(row: dict[Hashable, Any], words: CaseWords, time_zone: str) -> DueCase:
    left = float(row["hours_left"])
    return DueCase(
        incident=str(row["incident"]),
        category=_text(row["label"]),
        due_at=words.moment(row["due_at"], time_zone),
        hours=tenth(abs(left)),
        limit=words.limit(row["time_limit"], row["limit_unit"]),
        units=_units(row["departments"], words),
        reason=words.unit_reason(row["reason"]),
        disputed=bool(row["disputed"]),
    )


def disputes_of(
    ownerless: pd.DataFrame,
    duties: pd.DataFrame,
    borders: pd.DataFrame,
    names: Mapping[str, str],
    words: CaseWords,
) -> Disputes:
    """Cut the lists of what nobody or two units answer for to what is shown.

    Parameters
    ----------
    ownerless : DataFrame
        As from `duty_report_feeds.ownerless`.
    duties : DataFrame
        As from `duty_report_feeds.disputed_duties`.
    borders : DataFrame
        As from `duty_report_feeds.disputed_borders`.
    names : mapping of str to str
        Names of grids and departments by code; a code without one stands for itself.
    words : CaseWords
    """

    def grid(code: object) -> str:
        return names.get(str(code), str(code)) if isinstance(code, str) else "—"

    def units(codes: object) -> str:
        return _units([names.get(code, code) for code in str(codes).split(", ")], words)

    return Disputes(
        ownerless=_listed(
            ownerless,
            lambda row: {
                "category": _text(row["category"]),
                "code": _text(row["code"]),
                "grid": grid(row["grid"]),
                "cases": whole(row["cases"]),
            },
        ),
        duties=_listed(
            duties,
            lambda row: {
                "grid": grid(row["grid"]),
                "code": _text(row["code"]),
                "matter": _text(row["name"]),
                "units": units(row["departments"]),
            },
        ),
        borders=_listed(
            borders,
            lambda row: {
                "grid": grid(row["grid"]),
                "neighbour": grid(row["neighbour"]),
                "cases": whole(row["cases"]),
                "units": units(row["departments"]),
            },
        ),
    )


def _listed(frame: pd.DataFrame, line: Callable[[dict[Hashable, Any]], dict[str, str]]) -> Listed:
    rows = [line(row) for row in frame.head(_LISTED).to_dict("records")]
    return Listed(rows, len(frame) - len(rows), len(frame))


def _units(names: Iterable[str] | None, words: CaseWords) -> str:
    return "—" if names is None else words.t("、", ", ").join(names)


def _text(value: object) -> str:
    return value if isinstance(value, str) else "—"
