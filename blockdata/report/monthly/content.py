"""All that a monthly report says, section by section, before it becomes a page or a workbook."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from blockdata.analysis.monthly import Periods, month_of, periods
from blockdata.config import Config
from blockdata.engines import monthly_place_feeds
from blockdata.report.monthly.areas import areas
from blockdata.report.monthly.asking import Ask
from blockdata.report.monthly.card import card
from blockdata.report.monthly.columns import NAMED, heading, meaning
from blockdata.report.monthly.counts import counted
from blockdata.report.monthly.findings import distinct_spots, hot_spots
from blockdata.report.monthly.rules import rules
from blockdata.report.monthly.sections import Parts, Section
from blockdata.report.monthly.sentences import summary
from blockdata.report.monthly.tables import Table
from blockdata.report.words import Words
from blockdata.store.session import Session

__all__ = ["Monthly", "monthly_content"]


@dataclass(frozen=True)
class Monthly:
    """A monthly report.

    Parameters
    ----------
    city : str
    periods : Periods
    as_of : date
    number : int
        Of the snapshot.
    content_hash : str
        Of the snapshot: the same content gives the same report.
    publish : bool
    words : Words
    summary : list of str
    sections : list of Section
    rules : list of str
        How it was counted, and what is hidden by which rule.
    definitions : Table
        What every column means.
    """

    city: str
    periods: Periods
    as_of: dt.date
    number: int
    content_hash: str
    publish: bool
    words: Words
    summary: list[str]
    sections: list[Section]
    rules: list[str]
    definitions: Table

    @property
    def tables(self) -> dict[str, Table]:
        """All tables by name, in the order of the page."""
        return {table.name: table for section in self.sections for table in section.tables}


def monthly_content(
    session: Session,
    config: Config,
    as_of: dt.date,
    month: str | dt.date | None = None,
    *,
    publish: bool = False,
    stated: Mapping[str, int] | None = None,
) -> Monthly:
    """Work out the report of a month.

    Parameters
    ----------
    session : Session
        Whose run is done: its number and content hash stand in it.
    config : Config
    as_of : date
    month : str or date, optional
        Default: the last whole month.
    publish : bool, default False
        Hide small counts, and name private places by road or community.
    stated : mapping of source to int, optional
        Totals that sources state themselves; default: as configured.

    Returns
    -------
    Monthly

    Raises
    ------
    AnalysisError
        If there is no such month, or it is not over.
    """
    asked = periods(month_of(month, as_of))
    told = config.monthly.stated.get(asked.name, {}) if stated is None else stated
    words = Words(config.city.lang, session.catalogue)
    ask = Ask(session, config, as_of, asked, words, publish, told)
    found = counted(ask)
    chronic = monthly_place_feeds.chronic_rows(session, ask.month)
    chronic = chronic if ask.is_last else chronic.head(0)
    spots = distinct_spots(ask, chronic)
    hot = monthly_place_feeds.hot_rows(session)
    hot = hot if ask.is_last else hot.head(0)
    parts = Parts(*(ask, found, areas(ask), card(ask), hot, hot_spots(ask, hot), chronic, spots))
    sections = [s for s in parts.sections() if s.sentences or s.charts or s.maps or s.tables]
    tables = {table.name: table for section in sections for table in section.tables}
    return Monthly(
        city=config.city.name,
        periods=asked,
        as_of=as_of,
        number=int(session.meta("number") or 0),
        content_hash=session.meta("content_hash") or "",
        publish=publish,
        words=words,
        summary=summary(ask, found, tables, parts.card, parts.hot, spots),
        sections=sections,
        rules=rules(ask, parts.areas.withheld),
        definitions=_definitions(tables, words),
    )


def _definitions(tables: dict[str, Table], words: Words) -> Table:
    """Return what every column of some tables means, each once."""
    columns = [column for table in tables.values() for column in table.columns]
    used = dict.fromkeys(column for column in columns if not column.startswith(NAMED))
    frame = pd.DataFrame(
        {
            "measure": [heading(column, words) for column in used],
            "definition": [meaning(column, words) for column in used],
        }
    ).drop_duplicates(ignore_index=True)
    return Table("definitions", words.t("各列的含义", "What every column means"), frame)
