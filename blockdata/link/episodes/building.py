"""Reports become episodes, by stated rules."""

from __future__ import annotations

import numpy as np
import pandas as pd

from blockdata.errors import AnalysisError, ConfigError
from blockdata.link.episodes.series import Rules, episode_starts, ordered_rows
from blockdata.link.episodes.summing import summarise

__all__ = ["build_episodes"]

_US_PER_S = 1_000_000
_US_PER_HOUR = 3600 * _US_PER_S
# Reasons in the order in which they are given, should several apply.
_REQUIRED = ("reported_at", "place", "category")
_AFTER = "after as_of"


def build_episodes(
    incidents: pd.DataFrame,
    *,
    gap_days: float = 7,
    repeat_hours: float = 1,
    administrative_s: float = 60,
    as_of: pd.Timestamp | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Group reports of one category at one place into episodes.

    Reports are taken by time, ties by id. A report belongs to the running episode

    - if some report of it is still being worked on: reported no later than its closing;
    - if some report of it is of an occurrence that has not ended: reported no later than the last
      report of that occurrence, so that no occurrence is in two episodes;
    - if the previous report is at most `repeat_hours` back, whatever has been closed meanwhile; or
    - if some report of it has no closing, or an administrative one only, and the previous report
      is at most `gap_days` back.

    Otherwise it starts a new episode. So once every report of an episode is closed, a report after
    the last closing is a recurrence, however soon after `repeat_hours`.

    Reports at a cell ("cell:...") or an "area" are alone, unless they are of one occurrence: two
    reports from one community are not about one thing.

    An episode is closed when all its reports are, at the last closing. Its id is that of its
    earliest report. The cases that are not as they should be:

    never closed
        The episode takes no more reports when none comes for more than `gap_days`. It stays
        "open" up to the end of the data: nobody knows of a closing.
    closed before it was reported
        The closing is ignored, as if there were none, and counted.
    closed administratively
        Sooner than `administrative_s` after the report, or with `is_administrative`. The closing
        is kept and counted, but mends nothing: reports that follow within `gap_days` belong to
        the same episode and are no recurrence.
    reopened
        `closed_at` is the closing after which nothing more was done; those before it do not end
        the episode. Reopenings are counted. A case that is open again is open.
    late
        A report takes its place by when it was made, not by when it was delivered, and is
        counted. So it may give an episode an earlier report and thereby another id, or join two:
        `episode_revisions` tells what has changed.
    later than the data
        A report at or after `as_of` is excluded; a closing then has not happened yet.

    Parameters
    ----------
    incidents : DataFrame
        Columns id (str, unique), place, category (str), reported_at, closed_at (UTC timestamps;
        closed_at null while open). Rows with a null place, category or reported_at are excluded.
        Further columns may be given: place_kind (str); occurrence (str, null if a report has none
        of its kind), reopenings (int), is_late and is_administrative (bool).
    gap_days : float
        Longest time between two reports of an unclosed episode, in days of 24 hours, inclusive.
    repeat_hours : float
        Within so many hours, inclusive, a report repeats the one before.
    administrative_s : float
        Closings sooner than this after the report, in seconds, are administrative.
    as_of : Timestamp, optional
        End of what is known, UTC, exclusive.

    Returns
    -------
    episodes : DataFrame
        Columns episode, place_kind, place, category (those of the first report), first_reported,
        last_reported, closed_at (NaT while open), reports, occurrences (each counts once; int64),
        status ("open" or "closed"), reopenings, ignored_closings, administrative_closings,
        late_reports (int64), notes (these four in words, empty if none), sorted by episode.
    members : DataFrame
        Columns incident, episode, excluded_reason, one row for every incident, sorted by
        incident. An excluded incident has a null episode and the reason "after as_of", "no
        reported_at", "no place" or "no category"; the others have a null reason.

    Raises
    ------
    ConfigError
        If a length of time is negative or not finite.
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
    rules = Rules(
        gap_us=_microseconds("gap_days", gap_days, 24 * _US_PER_HOUR),
        repeat_us=_microseconds("repeat_hours", repeat_hours, _US_PER_HOUR),
        administrative_us=_microseconds("administrative_s", administrative_s, _US_PER_S),
        end=None if as_of is None else pd.Timestamp(as_of),
    )
    if incidents["id"].duplicated().any():
        raise AnalysisError("incident ids repeat", where="incidents", allowed="unique ids")
    reason = _excluded_reason(incidents, rules.end)
    rows = ordered_rows(incidents[reason.isna()], rules)
    starts = episode_starts(rows, rules)
    return summarise(rows, starts), _members(incidents, reason, rows.assign(starts=starts))


def _microseconds(name: str, value: float, unit_us: int) -> int:
    if not (np.isfinite(value) and value >= 0):
        raise ConfigError(f"{name} is {value}", where="episodes", allowed="0 or more")
    return round(value * unit_us)


def _excluded_reason(incidents: pd.DataFrame, end: pd.Timestamp | None) -> pd.Series:
    reason = pd.Series(None, index=incidents.index, dtype="str")
    for column in reversed(_REQUIRED):
        reason = reason.mask(incidents[column].isna(), f"no {column}")
    return reason if end is None else reason.mask(incidents["reported_at"] >= end, _AFTER)


def _members(incidents: pd.DataFrame, reason: pd.Series, rows: pd.DataFrame) -> pd.DataFrame:
    included = pd.DataFrame(
        {
            "incident": rows["incident"].astype("str"),
            "episode": rows["incident"].where(rows["starts"]).ffill().astype("str"),
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
