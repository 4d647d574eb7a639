"""By what settings evidence is gathered."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import pandas as pd

from blockdata.analysis.lasting import STEP_DAYS
from blockdata.config import Chronic, City, Episodes

__all__ = ["Asking"]

_BEFORE_DAYS = 90


@dataclass(frozen=True)
class Asking:
    """The settings and the end of the window that places were found chronic by.

    Parameters
    ----------
    as_of : date
        Local midnight, exclusive end of what is known.
    city : City
    chronic : Chronic
    episodes : Episodes
    """

    as_of: dt.date
    city: City
    chronic: Chronic
    episodes: Episodes

    @property
    def end(self) -> dt.datetime:
        """as_of in UTC."""
        return self.city.midnight_utc(self.as_of)

    @property
    def months(self) -> int:
        """Months of 30 days in the window."""
        return int(self.chronic.window_days) // STEP_DAYS

    @property
    def since(self) -> dt.date:
        """First day from which changes are told: some time before the window begins."""
        return self.month_start(0) - dt.timedelta(days=_BEFORE_DAYS)

    def month_start(self, month: int) -> dt.date:
        """Return the first day of a month of the window; 0 is the oldest."""
        return self.as_of - dt.timedelta(days=STEP_DAYS * (self.months - month))

    def local(self, times: pd.Series[Any]) -> pd.Series[Any]:
        """Return times of UTC in the city's own time, without a zone."""
        moments = times.astype("datetime64[us]").dt.tz_localize("UTC")
        return moments.dt.tz_convert(self.city.time_zone).dt.tz_localize(None)
