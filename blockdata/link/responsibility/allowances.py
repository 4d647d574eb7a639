"""How much time a case has been given, and how long its clock stood still."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from blockdata.errors import ConfigError
from blockdata.link.clock import WorkCalendar
from blockdata.link.order import positions

__all__ = ["allowed_hours", "paused_hours"]

Floats = npt.NDArray[np.float64]


def allowed_hours(
    cases: pd.DataFrame,
    calendar: WorkCalendar,
    *,
    extension_share: float = 1.0,
    max_extensions: int = 1,
) -> Floats:
    """Return how many hours each case has been given, extensions included.

    No standard that could be read says how much an extension gives; both numbers are settings.

    Parameters
    ----------
    cases : DataFrame
        Columns limit, limit_unit (as from `limits_of_cases`), extended (how many times).
    calendar : WorkCalendar
    extension_share : float
        Share of its limit that every extension gives to a case.
    max_extensions : int
        Further extensions give nothing.

    Returns
    -------
    ndarray of float64, shape (n,)
        Hours of the clock of the case's unit; NaN without a limit.

    Raises
    ------
    ConfigError
        If one of the settings is negative.

    Examples
    --------
    >>> cases = pd.DataFrame({"limit": [2.0, 2.0], "limit_unit": "working_day", "extended": [0, 3]})
    >>> allowed_hours(cases, WorkCalendar(), extension_share=0.5)
    array([16., 24.])
    """
    if not (extension_share >= 0 and max_extensions >= 0):
        raise ConfigError("an extension is negative", where="responsibility", allowed="0 or more")
    hours = calendar.hours_of(cases["limit"].to_numpy(float), cases["limit_unit"])
    times = np.minimum(cases["extended"].to_numpy(float), max_extensions)
    given: Floats = hours * (1 + extension_share * times)
    return given


def paused_hours(
    cases: pd.DataFrame, suspensions: pd.DataFrame, calendar: WorkCalendar, now: pd.Timestamp
) -> Floats:
    """Return how long the clock of each case stood still because the case was suspended.

    Parameters
    ----------
    cases : DataFrame
        Columns id (unique), opened_at, handled_at, limit_unit, as for `lights`. Suspensions count
        from the opening on, up to the handling.
    suspensions : DataFrame
        Columns id, begins, ends (NaT while it lasts): local wall-clock times; those of one case
        do not overlap.
    calendar : WorkCalendar
    now : Timestamp
        Local wall-clock time, up to which suspensions count that last.

    Returns
    -------
    ndarray of float64, shape (n,)
        Hours of the clock of the case's unit; 0 without a suspension or a unit.

    Examples
    --------
    >>> cases = pd.DataFrame({"id": ["i1"], "opened_at": pd.to_datetime(["2026-11-20 08:00"]),
    ...                       "handled_at": pd.to_datetime([None]), "limit_unit": "working_hour"})
    >>> suspensions = pd.DataFrame({"id": ["i1"], "begins": pd.to_datetime(["2026-11-20 17:00"]),
    ...                             "ends": pd.to_datetime(["2026-11-23 09:00"])})
    >>> paused_hours(cases, suspensions, WorkCalendar(), pd.Timestamp("2026-11-25"))
    array([2.])
    """
    row = positions(suspensions["id"], cases["id"])
    own = suspensions[row >= 0]
    row = row[row >= 0]
    opened, handled = (
        cases[name].to_numpy(dtype="datetime64[us]")[row] for name in ("opened_at", "handled_at")
    )
    until = np.fmin(handled, np.datetime64(now, "us"))
    begins = np.fmax(own["begins"].to_numpy(dtype="datetime64[us]"), opened)
    ends = np.fmin(own["ends"].to_numpy(dtype="datetime64[us]"), until)
    units = cases["limit_unit"].iloc[row]
    hours = np.fmax(np.nan_to_num(calendar.elapsed_hours(begins, ends, units)), 0.0)
    paused = np.zeros(len(cases))
    np.add.at(paused, row, hours)
    return paused
