"""Lights of running cases, and those that will soon be due."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from blockdata.errors import ConfigError
from blockdata.link.clock import WorkCalendar

__all__ = ["LightSettings", "due_soon", "lights"]


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
    """Tell how much of its limit each case has used, and its light.

    Parameters
    ----------
    cases : DataFrame
        Columns id, opened_at, handled_at (local wall-clock times; handled_at null while it is
        being dealt with), limit, limit_unit, as from `limits_of_cases`.
    calendar : WorkCalendar
    now : Timestamp
        Local wall-clock time; cases not handled by then are measured up to it.
    settings : LightSettings, optional

    Returns
    -------
    DataFrame
        Columns id, used_share (of the limit, on its own clock), light ("green", "yellow", "red",
        or "none" without a limit or opening), in the order of cases.

    Examples
    --------
    >>> cases = pd.DataFrame({"id": ["i1"], "opened_at": pd.to_datetime(["2026-11-20 08:00"]),
    ...     "handled_at": pd.to_datetime([None]), "limit": [4.0], "limit_unit": ["working_hour"]})
    >>> lights(cases, WorkCalendar(), pd.Timestamp("2026-11-20 11:30"))["light"].to_list()
    ['yellow']
    """
    settings = settings or LightSettings()
    handled = cases["handled_at"].to_numpy(dtype="datetime64[us]")
    until = np.fmin(handled, np.datetime64(now, "us"))
    begins = cases["opened_at"].to_numpy(dtype="datetime64[us]")
    unit = [u if isinstance(u, str) else None for u in cases["limit_unit"]]
    spent = calendar.elapsed_hours(begins, until, unit)
    per_unit = {"working_day": calendar.us_per_day / 3.6e9, "urgent_working_day": 24.0}
    hours = cases["limit"].to_numpy(float) * np.array([per_unit.get(u or "", 1.0) for u in unit])
    with np.errstate(divide="ignore", invalid="ignore"):
        # A limit of 0 is used up as soon as any time has passed.
        share = np.where(hours > 0, spent / hours, np.where(spent > 0, np.inf, 0.0))
    share = np.where(np.isnan(hours) | np.isnan(spent), np.nan, share)
    light = np.select(
        [np.isnan(share), share > settings.red_share, share >= settings.yellow_share],
        ["none", "red", "yellow"],
        "green",
    )
    return pd.DataFrame(
        {
            "id": cases["id"].to_numpy(),
            "used_share": share,
            "light": pd.Series(light, dtype="str"),
        }
    )


def due_soon(
    cases: pd.DataFrame, calendar: WorkCalendar, now: pd.Timestamp, *, within_hours: float = 8.0
) -> pd.DataFrame:
    """List the open cases that are overdue or will be due within some hours of their own clock.

    Parameters
    ----------
    cases : DataFrame
        Columns id, due_at, handled_at (local wall-clock times), limit_unit.
    calendar : WorkCalendar
    now : Timestamp
        Local wall-clock time.
    within_hours : float
        Hours left on the clock of the case's unit.

    Returns
    -------
    DataFrame
        Columns id, due_at, hours_left (negative once overdue), sorted by due_at and id.

    Examples
    --------
    >>> cases = pd.DataFrame({"id": ["i1"], "due_at": pd.to_datetime(["2026-11-23 09:00"]),
    ...     "handled_at": pd.to_datetime([None]), "limit_unit": ["working_hour"]})
    >>> due_soon(cases, WorkCalendar(), pd.Timestamp("2026-11-20 17:00"))["hours_left"].to_list()
    [2.0]
    """
    running = cases[cases["due_at"].notna() & cases["handled_at"].isna()]
    due = running["due_at"].to_numpy(dtype="datetime64[us]")
    at = np.full(len(running), np.datetime64(now, "us"))
    left = calendar.elapsed_hours(at, due, running["limit_unit"].to_list())
    listed = running[["id", "due_at"]].assign(hours_left=left)
    soon = listed[listed["hours_left"] <= within_hours]
    return soon.sort_values(["due_at", "id"], ignore_index=True)
