"""What is asked of indicators and scorecards: months, layers and ids that there are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import pandas as pd

from blockdata.engines import score_feeds
from blockdata.errors import AnalysisError
from blockdata.report.words import Words
from blockdata.store.session import Session

__all__ = ["month_asked", "reason_words", "require_one_of"]


def month_asked(
    session: Session, month: dt.date | str | None, table: str, where: str
) -> dt.date | None:
    """Return the first day of a month that is asked for, if the table tells of it.

    Parameters
    ----------
    session : Session
    month : date or str or None
        Any day of it, or "YYYY-MM".
    table : str
    where : str
        Who asks.

    Raises
    ------
    AnalysisError
        If it is no month, or none that the table tells of.
    """
    if month is None:
        return None
    try:
        day = dt.date.fromisoformat(f"{month:.7}-01") if isinstance(month, str) else month
    except ValueError as error:
        raise AnalysisError("no month", where=where, allowed="YYYY-MM or a date") from error
    first = day.replace(day=1)
    known = score_feeds.indicator_months(session, table)
    if first not in known:
        told = f"{known[0]:%Y-%m} to {known[-1]:%Y-%m}" if known else "none"
        raise AnalysisError(
            f"nothing is told of {first:%Y-%m}",
            where=where,
            allowed=told,
            next_step="A month is told when it is whole.",
        )
    return first


def require_one_of(value: str | None, known: Iterable[str], what: str, where: str) -> None:
    """Refuse a word that is none of those that there are.

    Raises
    ------
    AnalysisError
    """
    allowed = list(dict.fromkeys(known))
    if value is not None and value not in allowed:
        raise AnalysisError(
            f"there is no {what} {value!r}", where=where, allowed=", ".join(allowed) or "none"
        )


def reason_words(reasons: pd.Series, words: Words) -> pd.Series:
    """Return why there is no value, or no rank, in words; null where there is."""
    named = {code: words.untested(code) for code in reasons.dropna().unique()}
    return reasons.map(named).astype("str")
