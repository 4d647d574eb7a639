"""The monthly report of a base: its tables, its page, its files."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

import pandas as pd

from blockdata.config import Config
from blockdata.report.monthly import Monthly, monthly_content, monthly_page, write_monthly
from blockdata.store.session import Session

__all__ = ["MonthlyReport", "monthly_report"]


class MonthlyReport:
    """The report of one natural month (考评数据分析报告); made by `Base.monthly`.

    Attributes
    ----------
    month : date
        Its first day.
    publish : bool
        Whether small counts are hidden and private places named by road or community.
    summary : list of str
        The month in sentences.
    """

    def __init__(self, content: Monthly) -> None:
        self.content = content
        self.month = content.periods.month.date()
        self.publish = content.publish
        self.summary = list(content.summary)

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """Every table by name, as it is told: of a published report small counts are marks.

        The column's names are keys; `definitions` says what they mean.
        """
        return {name: table.frame.copy() for name, table in self.content.tables.items()}

    @property
    def definitions(self) -> pd.DataFrame:
        """What every column means, and how it was counted."""
        return self.content.definitions.frame.copy()

    @cached_property
    def html(self) -> str:
        """The page: one self-contained text, made to be printed on A4."""
        return monthly_page(self.content)

    def write(self, folder: Path | str) -> list[Path]:
        """Write the page and the workbook.

        Parameters
        ----------
        folder : path
            Is made if it does not exist.

        Returns
        -------
        list of Path
            月报-2026-10.html and 月报-2026-10.xlsx, or -公开版 where it is for publication. The
            same snapshot gives the same bytes.
        """
        return write_monthly(self.content, Path(folder))

    def explain(self) -> str:
        """Return the month in sentences, and the rules by which it was counted."""
        return "\n".join([*self.summary, "", *self.content.rules])

    def _repr_html_(self) -> str:
        return self.html

    def __repr__(self) -> str:
        return "\n".join(self.summary)


def monthly_report(
    session: Session,
    config: Config,
    as_of: dt.date,
    month: str | dt.date | None,
    *,
    publish: bool = False,
    stated: Mapping[str, int] | None = None,
) -> MonthlyReport:
    """Return the report of a month; see `blockdata.report.monthly.monthly_content`."""
    content = monthly_content(session, config, as_of, month, publish=publish, stated=stated)
    return MonthlyReport(content)
