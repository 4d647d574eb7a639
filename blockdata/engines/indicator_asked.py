"""What is asked of the feeds of indicators, and the cells that they are told of."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pandas as pd

from blockdata.analysis.indicators import Registry
from blockdata.config import Config
from blockdata.engines import feeds
from blockdata.store.session import Session

__all__ = ["THINGS", "Asked", "indicator_cells"]

THINGS = ("address", "building", "component", "legal_entity", "premises", "camera", "hazard")
"""Kinds of place that are one thing; what comes back in a cell or an area need not be the same."""


@dataclass(frozen=True)
class Asked:
    """What a feed is to know besides the base.

    Parameters
    ----------
    registry : Registry
    config : Config
    as_of : date
        Local midnight, exclusive.
    since : date, optional
        First day that is asked for: cases and episodes that were over before it are left out,
        which is quicker and changes no count of a later month.
    """

    registry: Registry
    config: Config
    as_of: dt.date
    since: dt.date | None = None

    @property
    def day(self) -> dt.date:
        """The last day that is known whole."""
        return self.as_of - dt.timedelta(days=1)

    @property
    def end(self) -> dt.datetime:
        """as_of in UTC."""
        return self.config.city.midnight_utc(self.as_of)

    @property
    def begins(self) -> dt.datetime:
        """The beginning of `since` in UTC, or of all time."""
        return dt.datetime.min if self.since is None else self.config.city.midnight_utc(self.since)


def indicator_cells(session: Session, asked: Asked) -> pd.DataFrame:
    """Return layer, cell, code, name of all cells that stand on the last day, drawn ones too."""
    grid = asked.config.grid
    return feeds.cell_names(session, grid.all_layers, grid.area_levels, asked.day)
