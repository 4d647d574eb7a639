"""Lights of running cases, and those that will soon be due."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import pandas as pd

from blockdata.errors import ConfigError
from blockdata.link.clock import WorkCalendar
from blockdata.records.codes import TIME_LIMIT_UNIT

__all__ = ["LightSettings", "due_soon", "lights"]


_HOURS = MappingProxyType(
    {
        u: "urgent_working_hour" if u.startswith("urgent") else "working_hour"
        for u in TIME_LIMIT_UNIT
    }
)
"""The unit of hours on the clock of each unit."""


@dataclass(frozen=True)
class LightSettings:
    """When lights change.

    Parameters
    ----------
    yellow_share : float
        Share of the limit from which on a case is yellow; no national clause sets it.
    red_share : float
        Share of the limit beyond which it is red.

    Raises
    ------
    ConfigError
        If not 0 < yellow_share <= red_share.
    """

    yellow_share: float = 0.8
    red_share: float = 1.0

    def __post_init__(self) -> None:
        if not 0 < self.yellow_share <= self.red_share:
            raise ConfigError(
                "the shares of lights are out of order",
                where="lights",
                allowed="0 < yellow_share <= red_share",
            )


def lights(
    cases: pd.DataFrame,
    calendar: WorkCalendar,
    now: pd.Timestamp,
    settings: LightSettings | None = None,
) -> pd.DataFrame:
    """Tell when each case is due, how much of its time it has used, and its light.

    Parameters
    ----------
    cases : DataFrame
        Columns id; opened_at, handled_at (local wall-clock times; handled_at null while it is
        being dealt with); limit_unit; allowed_hours and paused_hours, on the clock of the unit,
        as from `allowed_hours` and `paused_hours`.
    calendar : WorkCalendar
    now : Timestamp
        Local wall-clock time; cases not handled by then are measured up to it.
    settings : LightSettings, optional

    Returns
    -------
    DataFrame
        In the order of cases: id; due_at (local wall-clock time; of a case that is suspended,
        as if it went on now); used_share (of the time it was given, on its own clock; a handling
        before the opening uses none); hours_left (on that clock, negative once overdue; null once
        handled); light ("green", "yellow", "red", or "none" without a limit or opening).

    Examples
    --------
    >>> cases = pd.DataFrame({"id": ["i1"], "opened_at": pd.to_datetime(["2026-11-20 08:00"]),
    ...     "handled_at": pd.to_datetime([None]), "limit_unit": ["working_hour"],
    ...     "allowed_hours": [4.0], "paused_hours": [0.0]})
    >>> told = lights(cases, WorkCalendar(), pd.Timestamp("2026-11-20 11:30"))
    >>> told[["due_at", "light", "hours_left"]].values.tolist()
    [[Timestamp('2026-11-20 12:00:00'), 'yellow', 0.5]]
    """
    settings = settings or LightSettings()
    handled = cases["handled_at"].to_numpy(dtype="datetime64[us]")
    until = np.fmin(handled, np.datetime64(now, "us"))
    begins = cases["opened_at"].to_numpy(dtype="datetime64[us]")
    unit = cases["limit_unit"].astype("str")
    paused, hours = (cases[c].to_numpy(float) for c in ("paused_hours", "allowed_hours"))
    spent = np.maximum(calendar.elapsed_hours(begins, until, unit) - paused, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        # A limit of 0 is used up as soon as any time has passed.
        share = np.where(hours > 0, spent / hours, np.where(spent > 0, np.inf, 0.0))
    share = np.where(np.isnan(hours) | np.isnan(spent), np.nan, share)
    return pd.DataFrame(
        {
            "id": cases["id"].to_numpy(),
            "due_at": calendar.due(begins, hours + paused, unit.map(_HOURS)),
            "used_share": share,
            "hours_left": np.where(np.isnat(handled), hours - spent, np.nan),
            "light": _colours(share, settings),
        }
    )


def _colours(share: npt.NDArray[np.float64], settings: LightSettings) -> pd.Series:
    light = np.select(
        [np.isnan(share), share > settings.red_share, share >= settings.yellow_share],
        ["none", "red", "yellow"],
        "green",
    )
    return pd.Series(light, dtype="str")


def due_soon(told: pd.DataFrame, *, within_hours: float = 8.0) -> pd.DataFrame:
    """List the open cases that are overdue or will be due within some hours of their own clock.

    Parameters
    ----------
    told : DataFrame
        As from `lights`; without the cases that are suspended, for which no time runs out.
    within_hours : float
        Hours left on the clock of the case's unit.

    Returns
    -------
    DataFrame
        Columns id, due_at, hours_left (negative once overdue), sorted by due_at and id.

    Examples
    --------
    >>> told = pd.DataFrame({"id": ["i1", "i2"], "hours_left": [2.0, 9.0],
    ...                      "due_at": pd.to_datetime(["2026-11-23 09:00", "2026-11-24 08:00"])})
    >>> due_soon(told)["id"].to_list()
    ['i1']
    """
    soon = told.loc[told["hours_left"] <= within_hours, ["id", "due_at", "hours_left"]]
    return soon.sort_values(["due_at", "id"], ignore_index=True)
