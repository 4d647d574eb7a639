"""What one monthly report is asked for, and what all its parts need to know."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from blockdata.analysis.monthly import Periods, observed_days
from blockdata.config import Config
from blockdata.engines import monthly_source_feeds
from blockdata.engines.spans import Spans, spans_of
from blockdata.errors import ConfigError
from blockdata.report.words import Words
from blockdata.store.session import Session

__all__ = ["BESIDES", "Ask"]

BESIDES = "＊"
"""Mark of a count that is hidden because a small one could be got by subtraction with it."""


@dataclass(frozen=True)
class Ask:
    """A report of one month.

    Parameters
    ----------
    session : Session
    config : Config
    as_of : date
        Local midnight, exclusive end of what is known.
    periods : Periods
    words : Words
    publish : bool
        Whether small counts are hidden and private places named by road or community.
    stated : mapping of source to int
        Totals that sources state themselves.
    """

    session: Session
    config: Config
    as_of: dt.date
    periods: Periods
    words: Words
    publish: bool
    stated: Mapping[str, int]

    @property
    def small(self) -> int:
        """Published counts below it are hidden."""
        return self.config.monthly.small_count

    @property
    def day(self) -> dt.date:
        """The last day that is known whole."""
        return self.as_of - dt.timedelta(days=1)

    @property
    def is_last(self) -> bool:
        """Whether the month is the last whole one of the snapshot."""
        return self.as_of < (self.periods.end + pd.offsets.MonthBegin(1)).date()

    @cached_property
    def month(self) -> Spans:
        """The month in UTC."""
        return self._spans(pd.DatetimeIndex([self.periods.month]))

    @cached_property
    def compared(self) -> Spans:
        """The month, the one before and that of the year before in UTC."""
        return self._spans(self.periods.compared)

    @cached_property
    def shown(self) -> Spans:
        """The thirteen months in UTC."""
        return self._spans(self.periods.shown)

    @cached_property
    def days(self) -> Spans:
        """The days of the month in UTC."""
        return spans_of(self.config.city, self.periods.days, pd.DateOffset(days=1))

    @cached_property
    def observed(self) -> pd.DataFrame:
        """On how many days of the compared months each source was there."""
        return observed_days(
            monthly_source_feeds.first_days(self.session, self.config.city),
            monthly_source_feeds.silences(self.session),
            self.periods.compared,
        )

    @cached_property
    def layers(self) -> tuple[str, ...]:
        """The layers that have a table each."""
        told = self.config.monthly.layers
        return self.config.grid.area_levels if told is None else self.known(*told)

    def known(self, *layers: str) -> tuple[str, ...]:
        """Return layers, each once, if the base has them all.

        Raises
        ------
        ConfigError
            If it has not.
        """
        grid = self.config.grid
        there = (*grid.all_layers, *grid.area_levels)
        if strangers := sorted(set(layers) - set(there)):
            raise ConfigError(
                f"no layer {', '.join(strangers)}", where="[monthly]", allowed=", ".join(there)
            )
        return tuple(dict.fromkeys(layers))

    def few(self, count: object) -> object:
        """Return a count of a category in a place as it may be shown."""
        if count is None or pd.isna(count):  # type: ignore[call-overload]
            return None
        number = int(str(int(float(str(count)))))
        return f"<{self.small}" if self.publish and 0 < number < self.small else number

    def _spans(self, months: pd.DatetimeIndex) -> Spans:
        return spans_of(self.config.city, months, pd.DateOffset(months=1))
