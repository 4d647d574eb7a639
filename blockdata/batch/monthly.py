"""The monthly report that a run leaves beside its own, when a month has become whole."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd

from blockdata.analysis.monthly import month_of
from blockdata.config import Config
from blockdata.engines import monthly_source_feeds
from blockdata.engines.spans import spans_of
from blockdata.report.monthly import monthly_content, write_monthly
from blockdata.store.session import Session

__all__ = ["month_become_whole", "write_month"]


def month_become_whole(before: dt.date | None, as_of: dt.date) -> dt.date | None:
    """Return the month that is whole now and was not at the snapshot before.

    Parameters
    ----------
    before : date or None
        as_of of the snapshot before; None: there is none.
    as_of : date

    Returns
    -------
    date or None
        Its first day. Of several the last.

    Examples
    --------
    >>> month_become_whole(dt.date(2026, 10, 31), dt.date(2026, 11, 1))
    datetime.date(2026, 10, 1)
    >>> month_become_whole(dt.date(2026, 11, 1), dt.date(2026, 11, 2)) is None
    True
    """
    month = month_of(None, as_of)
    if before is not None and month_of(None, before) >= month:
        return None
    return month


def write_month(
    session: Session, config: Config, as_of: dt.date, before: dt.date | None, folder: Path
) -> list[Path]:
    """Write the report of the month that has become whole, if any.

    Parameters
    ----------
    session : Session
        The base as the run leaves it.
    config : Config
        `[monthly] nightly` says whether it is written at all.
    as_of : date
    before : date or None
        as_of of the snapshot before.
    folder : Path
        Of the run's report.

    Returns
    -------
    list of Path
        What was written; nothing for a month without any case.
    """
    month = month_become_whole(before, as_of) if config.monthly.nightly else None
    if month is None:
        return []
    first = pd.DatetimeIndex([month])
    span = spans_of(config.city, first, pd.DateOffset(months=1))
    if monthly_source_feeds.cases_delivered(session, span).empty:
        return []
    return write_monthly(monthly_content(session, config, as_of, month), folder)
