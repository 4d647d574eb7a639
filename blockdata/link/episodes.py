"""Reports of one occurrence at one place become one episode."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from blockdata.errors import AnalysisError, ConfigError
from blockdata.link.order import ranks

__all__ = ["build_episodes"]

Booleans = npt.NDArray[np.bool_]
Integers = npt.NDArray[np.int64]

_NEVER = np.iinfo(np.int64).min  # also what numpy stores for NaT
_US_PER_S = 1_000_000
_US_PER_DAY = 86_400 * _US_PER_S
_TEXTS = {"incident": "id", "place": "place", "category": "category"}
# Reasons in the order in which they are given, should several apply.
_REQUIRED = ("reported_at", "place", "category")


def build_episodes(
    incidents: pd.DataFrame, *, gap_days: float = 7, administrative_s: float = 60
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Group reports of one category at one place into episodes.

    Reports are taken by time, ties by id. A report belongs to the running episode

    - if some report of it is still being worked on: reported no later than its closing; or
    - if some report of it has no closing, and the previous report is at most `gap_days` back.

    Otherwise it starts a new episode. So once every report of an episode is closed, a report after
    the last closing is a recurrence, however soon; and an episode that nobody closes ends when no
    report comes for more than `gap_days`.

    An episode is closed when all its reports are, at the last closing. A closing before its own
    report is ignored (as if never closed) and counted. A closing less than `administrative_s`
    after its report is kept and counted as administrative: it shows the case was put away, not
    that anything was mended. The episode's id is the id of its earliest report, so a report that
    is delivered late but was made earlier may give an episode a new id, or join two.

    Parameters
    ----------
    incidents : DataFrame
        Columns id (str, unique), place, category (str), reported_at, closed_at (UTC timestamps;
        closed_at null while open). Rows with a null place, category or reported_at are excluded.
    gap_days : float
        Longest time between two reports of an unclosed episode, in days of 24 hours, inclusive.
    administrative_s : float
        Closings sooner than this after the report, in seconds, are administrative.

    Returns
    -------
    episodes : DataFrame
        Columns episode, place, category, first_reported, last_reported, closed_at (NaT while
        open), reports (int64), status ("open" or "closed"), ignored_closings and
        administrative_closings (int64), notes (these two in words, empty if none), sorted by
        episode.
    members : DataFrame
        Columns incident, episode, excluded_reason, one row for every incident, sorted by
        incident. An excluded incident has a null episode and the reason "no reported_at",
        "no place" or "no category"; the others have a null reason.

    Raises
    ------
    ConfigError
        If `gap_days` or `administrative_s` is negative or not finite.
    AnalysisError
        If an incident id occurs twice.

    Examples
    --------
    >>> import pandas as pd
    >>> incidents = pd.DataFrame({
    ...     "id": ["i1", "i2", "i3"], "place": "adr1", "category": "litter",
    ...     "reported_at": pd.to_datetime(["2024-01-01", "2024-01-03", "2024-01-06"]),
    ...     "closed_at": pd.to_datetime(["2024-01-04", "2024-01-05", None])})
    >>> episodes, members = build_episodes(incidents)
    >>> episodes[["episode", "reports", "status"]].values.tolist()
    [['i1', 2, 'closed'], ['i3', 1, 'open']]
    >>> members["episode"].to_list()
    ['i1', 'i1', 'i3']
    """
    for name, value in (("gap_days", gap_days), ("administrative_s", administrative_s)):
        if not (np.isfinite(value) and value >= 0):
            raise ConfigError(f"{name} is {value}", where="episodes", allowed="0 or more")
    if incidents["id"].duplicated().any():
        raise AnalysisError("incident ids repeat", where="incidents", allowed="unique ids")
    reason = _excluded_reason(incidents)
    rows = _ordered(incidents[reason.isna()])
    starts = _episode_starts(rows, gap_us=round(gap_days * _US_PER_DAY))
    episodes = _summarise(rows, starts, administrative_us=round(administrative_s * _US_PER_S))
    return episodes, _members(incidents, reason, rows, starts)


def _excluded_reason(incidents: pd.DataFrame) -> pd.Series:
    reason = pd.Series(None, index=incidents.index, dtype="str")
    for column in reversed(_REQUIRED):
        reason = reason.mask(incidents[column].isna(), f"no {column}")
    return reason


def _ordered(incidents: pd.DataFrame) -> pd.DataFrame:
    """Return the rows by place, category, time and id, with times as whole microseconds."""
    rows = pd.DataFrame(
        {
            **{name: incidents[column].astype("str") for name, column in _TEXTS.items()},
            "reported": _microseconds(incidents["reported_at"]),
            "closed": _microseconds(incidents["closed_at"]),
        }
    )
    keys = [ranks(rows[name]) for name in ("incident", "category", "place")]
    order = np.lexsort((keys[0], rows["reported"], keys[1], keys[2]))
    series = keys[2] * (keys[1].max(initial=0) + 1) + keys[1]
    ignored = (rows["closed"] != _NEVER) & (rows["closed"] < rows["reported"])
    rows = rows.assign(series=series, ignored=ignored, closed=rows["closed"].mask(ignored, _NEVER))
    return rows.iloc[order].reset_index(drop=True)


def _microseconds(times: pd.Series) -> Integers:
    return pd.to_datetime(times).to_numpy(dtype="datetime64[us]").astype(np.int64)


def _episode_starts(rows: pd.DataFrame, *, gap_us: int) -> Booleans:
    """Tell which of the ordered rows begin an episode.

    Whether the running episode has a closing that a report does not exceed can be asked of all
    earlier reports of the series at once: the closings of earlier episodes lie before the start
    of the running one, or it would not have started.
    """
    number = np.arange(len(rows))
    reported = rows["reported"].to_numpy()
    latest_closing = rows.groupby("series", sort=False)["closed"].cummax().to_numpy()
    same_series = _previous(rows["series"].to_numpy(), -1) == rows["series"].to_numpy()
    worked_on = same_series & (reported <= _previous(latest_closing, _NEVER))
    soon = same_series & (reported - _previous(reported, 0) <= gap_us)
    # An unclosed report counts for as long as every report since has followed in one of the two
    # ways: it is then a member of the running episode.
    unclosed = np.maximum.accumulate(np.where(rows["closed"] == _NEVER, number, -1))
    broken = np.maximum.accumulate(np.where(worked_on | soon, -1, number))
    waits = _previous(unclosed >= broken, False)
    starts: Booleans = ~(worked_on | (soon & waits))
    return starts


def _previous(values: npt.NDArray[np.generic], first: int) -> npt.NDArray[np.generic]:
    shifted = np.roll(values, 1)
    shifted[:1] = first
    return shifted


def _summarise(rows: pd.DataFrame, starts: Booleans, *, administrative_us: int) -> pd.DataFrame:
    closed = rows["closed"].to_numpy()
    sooner = (closed != _NEVER) & (closed - rows["reported"].to_numpy() < administrative_us)
    first = np.flatnonzero(starts)
    head = rows.iloc[first]
    last = np.append(first[1:], len(rows))[: len(first)] - 1
    is_open = np.logical_or.reduceat(closed == _NEVER, first) if len(first) else first > 0
    episodes = pd.DataFrame(
        {
            "episode": head["incident"].astype("str"),
            "place": head["place"].astype("str"),
            "category": head["category"].astype("str"),
            "first_reported": _times(head["reported"].to_numpy()),
            "last_reported": _times(rows["reported"].to_numpy()[last]),
            "closed_at": _times(np.where(is_open, _NEVER, _reduce(np.maximum, closed, first))),
            "reports": last - first + 1,
            "status": pd.Series(np.where(is_open, "open", "closed"), head.index, dtype="str"),
            "ignored_closings": _reduce(np.add, rows["ignored"].to_numpy(dtype=np.int64), first),
            "administrative_closings": _reduce(np.add, sooner.astype(np.int64), first),
        }
    )
    return episodes.assign(notes=_notes(episodes)).sort_values("episode", ignore_index=True)


def _reduce(operation: np.ufunc, values: Integers, first: Integers) -> Integers:
    # reduceat refuses an empty array.
    reduced: Integers = operation.reduceat(values, first) if len(first) else values[:0]
    return reduced


def _times(values: Integers) -> npt.NDArray[np.datetime64]:
    return values.astype("datetime64[us]")


def _notes(episodes: pd.DataFrame) -> pd.Series:
    notes = pd.Series("", index=episodes.index, dtype="str")
    for column, words in (
        ("ignored_closings", " closed before reported"),
        ("administrative_closings", " closed administratively"),
    ):
        count = episodes[column]
        separator = (notes != "").map({True: "; ", False: ""})
        notes = notes.mask(count > 0, notes + separator + count.astype("str") + words)
    return notes


def _members(
    incidents: pd.DataFrame, reason: pd.Series, rows: pd.DataFrame, starts: Booleans
) -> pd.DataFrame:
    included = pd.DataFrame(
        {
            "incident": rows["incident"].astype("str"),
            "episode": rows["incident"].where(starts).ffill().astype("str"),
            "excluded_reason": pd.Series(None, index=rows.index, dtype="str"),
        }
    )
    excluded = pd.DataFrame(
        {
            "incident": incidents.loc[reason.notna(), "id"].astype("str"),
            "episode": pd.Series(None, index=reason.index[reason.notna()], dtype="str"),
            "excluded_reason": reason[reason.notna()],
        }
    )
    members = pd.concat([included, excluded], ignore_index=True)
    return members.sort_values("incident", ignore_index=True)
