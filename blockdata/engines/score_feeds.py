"""What the night has written of indicators and the scorecard, with the names of cells and units."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pandas as pd

from blockdata.engines import case_lookups
from blockdata.engines.gathering_feeds import result_rows
from blockdata.store.connection import quote
from blockdata.store.session import Session

__all__ = [
    "alarm_rows",
    "card_rows",
    "card_rows_of_months",
    "course_of",
    "definition_rows",
    "indicator_months",
    "indicator_rows",
    "layers_told",
    "score_rows",
    "total_rows",
]

_NAMED = (
    "SELECT id AS cell, code, name FROM base.grid UNION ALL SELECT id, code, name FROM base.area"
)
_UNITS = (
    f"{_NAMED} UNION ALL SELECT name, min(code), name FROM base.department "
    "WHERE name IS NOT NULL GROUP BY name"
)


def indicator_rows(
    session: Session,
    layer: str | None = None,
    indicator: str | None = None,
    month: dt.date | None = None,
) -> pd.DataFrame:
    """Return the values of indicators with code and name of their cell.

    Parameters
    ----------
    session : Session
    layer, indicator : str, optional
    month : date, optional
        First day of a month; default: all that are kept.

    Returns
    -------
    DataFrame
        The columns of table `indicator`, code, name; the whole base first, then by layer, code
        and cell, of each by indicator as they are listed, then month.
    """
    case_lookups.require_table(session, "indicator")
    return _rows(
        session,
        f"SELECT v.*, n.code, n.name FROM base.indicator v LEFT JOIN ({_NAMED}) n "
        "ON n.cell = v.cell LEFT JOIN base.indicator_definition d ON d.indicator = v.indicator",
        {"v.layer": layer, "v.indicator": indicator, "v.month": month},
        "v.layer <> 'whole', v.layer, n.code, v.cell, d.no, v.month",
    )


def alarm_rows(session: Session, layer: str | None = None) -> pd.DataFrame:
    """Return what is beyond a threshold, in the order of the night, with code and name of cells.

    Those of the whole base come first, then layer by layer.
    """
    case_lookups.require_table(session, "indicator_alarm")
    return _rows(
        session,
        f"SELECT v.*, n.code, n.name FROM base.indicator_alarm v LEFT JOIN ({_NAMED}) n "
        "ON n.cell = v.cell LEFT JOIN base.indicator_definition d ON d.indicator = v.indicator",
        {"v.layer": layer},
        "v.layer <> 'whole', v.layer, v.light = 'yellow', NOT v.sure, v.months DESC, d.no, "
        "n.code, v.cell",
    )


def course_of(session: Session, layer: str, cells: Sequence[str]) -> pd.DataFrame:
    """Return indicator, cell, month, value of some cells, by indicator, cell and month."""
    case_lookups.require_table(session, "indicator")
    return session.frame(
        "SELECT indicator, cell, month, value FROM base.indicator WHERE layer = $layer "
        "AND cell IN (SELECT unnest($cells::VARCHAR[])) ORDER BY indicator, cell, month",
        {"layer": layer, "cells": sorted(set(cells))},
    )


def indicator_months(session: Session, table: str = "indicator") -> list[dt.date]:
    """Return the months that a table tells of, rising; of tables of another version none."""
    if not case_lookups.has_table(session, table):
        return []
    rows = session.rows(f"SELECT DISTINCT month FROM {quote('base', table)} ORDER BY month")
    return [row[0] for row in rows if isinstance(row[0], dt.date)]


def definition_rows(session: Session, table: str) -> pd.DataFrame:
    """Return `indicator_definition` or `scorecard_definition`, in order."""
    case_lookups.require_table(session, table)
    return result_rows(session, table, ("no",)).drop(columns="no")


def card_rows(
    session: Session, unit_kind: str | None = None, month: dt.date | None = None
) -> pd.DataFrame:
    """Return the scorecard with code and name of each unit.

    Parameters
    ----------
    session : Session
    unit_kind : str, optional
        "department", a layer, or "whole".
    month : date, optional

    Returns
    -------
    DataFrame
        The columns of table `scorecard`, code, name; by definition as they are listed, unit_kind,
        month, rank (units without one last) and name.
    """
    case_lookups.require_table(session, "scorecard")
    return _rows(
        session,
        f"SELECT v.*, n.code, n.name FROM base.scorecard v LEFT JOIN ({_UNITS}) n "
        "ON n.cell = v.unit LEFT JOIN base.scorecard_definition d ON d.definition = v.definition",
        {"v.unit_kind": unit_kind, "v.month": month},
        "d.no, v.unit_kind <> 'whole', v.unit_kind, v.month, v.rank NULLS LAST, "
        "n.code, n.name, v.unit",
    )


def card_rows_of_months(session: Session, months: pd.DatetimeIndex) -> pd.DataFrame:
    """Return the scorecard of the whole base and of departments, as the run has made it.

    Parameters
    ----------
    session : Session
    months : DatetimeIndex
        First days.

    Returns
    -------
    DataFrame
        unit_kind, unit, month, indicator, numerator, denominator, value, low, high, rank, ranked,
        reason; and zh, en, numerator_zh, numerator_en, denominator_zh, denominator_en, kind and
        no of the definition. By no, the whole first, then by unit and month.
    """
    rows = session.frame(
        "SELECT s.unit_kind, s.unit, s.month, s.indicator, s.numerator, s.denominator, s.value, "
        "s.low, s.high, s.rank, s.ranked, s.reason, d.zh, d.en, d.numerator_zh, d.numerator_en, "
        "d.denominator_zh, d.denominator_en, d.kind, d.no FROM base.scorecard s "
        "JOIN base.scorecard_definition d ON d.definition = s.definition "
        "WHERE s.unit_kind IN ('whole', 'department') "
        "AND s.month IN (SELECT unnest($months::TIMESTAMP[])::DATE) "
        "ORDER BY d.no, s.unit_kind DESC, s.unit, s.month",
        {"months": [m.to_pydatetime() for m in months]},
    )
    return rows.assign(month=pd.to_datetime(rows["month"]))


def score_rows(
    session: Session, unit_kind: str | None = None, month: dt.date | None = None
) -> pd.DataFrame:
    """Return the weighted scores with code and name of each unit, the best first."""
    case_lookups.require_table(session, "score")
    return _rows(
        session,
        f"SELECT v.*, n.code, n.name FROM base.score v LEFT JOIN ({_UNITS}) n ON n.cell = v.unit",
        {"v.unit_kind": unit_kind, "v.month": month},
        "v.unit_kind, v.month, v.rank NULLS LAST, v.score DESC NULLS LAST, n.code, v.unit",
    )


def total_rows(
    session: Session, unit_kind: str | None = None, month: dt.date | None = None
) -> pd.DataFrame:
    """Return whether units add up to the whole, by kind of unit, month and measure."""
    case_lookups.require_table(session, "score_total")
    return _rows(
        session,
        "SELECT v.* FROM base.score_total v",
        {"v.unit_kind": unit_kind, "v.month": month},
        "v.unit_kind, v.month, v.measure",
    )


def _rows(session: Session, select: str, where: dict[str, object], order: str) -> pd.DataFrame:
    """Return the rows of a SELECT narrowed by columns that have a value, months as timestamps."""
    given = {column: value for column, value in where.items() if value is not None}
    terms = [f"{column} = ${n}" for n, column in enumerate(given, start=1)]
    only = f" WHERE {' AND '.join(terms)}" if terms else ""
    rows = session.frame(f"{select}{only} ORDER BY {order}", list(given.values()))
    days = {c: pd.to_datetime(rows[c]) for c in ("month", "since") if c in rows}
    whole = {c: rows[c].astype("Int64") for c in _WHOLE if c in rows}
    return rows.assign(**days, **whole)


_WHOLE = ("rank", "rank_low", "rank_high")


def layers_told(session: Session, table: str, column: str) -> list[str]:
    """Return the layers or kinds of unit that a table tells of, the whole base first."""
    case_lookups.require_table(session, table)
    name = quote(column)
    rows = session.rows(
        f"SELECT DISTINCT {name} FROM {quote('base', table)} ORDER BY {name} <> 'whole', {name}"
    )
    return [str(row[0]) for row in rows]
