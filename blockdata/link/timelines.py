"""The course of each case, from its steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from blockdata.link.order import positions, ranks

__all__ = ["COURSE", "case_timelines", "standing_closings", "suspensions"]

Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

COURSE = ("accepted", "dispatched", "handled", "checked", "closed")
"""The steps of a case in the order in which they should come."""

_AT_ONE_MOMENT = ("accepted", "sent_back", *COURSE[1:], "extended", "suspended")
"""In which order steps are taken that have the same time."""

_PLACE = {name: place for place, name in enumerate(_AT_ONE_MOMENT)}
_COUNTED = ("sent_back", "extended", "suspended")
_NEVER = np.iinfo(np.int64).min  # what numpy stores for NaT
_US_PER_HOUR = 3_600_000_000


@dataclass(frozen=True)
class _Rows:
    """Distinct known steps by case and time, with the names of the cases in order."""

    case: Integers
    place: Integers
    at_us: Integers
    names: pd.Index[str]

    @property
    def same_case(self) -> Flags:
        """Whether each row but the last is followed by one of its own case."""
        same: Flags = self.case[1:] == self.case[:-1]
        return same

    def of(self, *steps: str) -> Flags:
        """Tell which rows are one of some steps."""
        return np.isin(self.place, [_PLACE[s] for s in steps])

    def first(self, chosen: Flags) -> Integers:
        """Return the first time of each case among chosen rows."""
        rows = np.flatnonzero(chosen)[::-1]
        return self._times(rows)

    def last(self, chosen: Flags) -> Integers:
        """Return the last time of each case among chosen rows."""
        return self._times(np.flatnonzero(chosen))

    def count(self, chosen: Flags) -> Integers:
        """Return how many chosen rows each case has."""
        counted: Integers = np.bincount(self.case[chosen], minlength=len(self.names))
        return counted.astype(np.int64)

    def only(self, chosen: Flags) -> _Rows:
        """Return chosen rows of the same cases."""
        return _Rows(self.case[chosen], self.place[chosen], self.at_us[chosen], self.names)

    def _times(self, rows: Integers) -> Integers:
        times = np.full(len(self.names), _NEVER)
        times[self.case[rows]] = self.at_us[rows]  # of several rows of one case the last stays
        return times


def case_timelines(steps: pd.DataFrame) -> pd.DataFrame:
    """Put the steps of each case in order and tell its course.

    Of a step that a case has several times, being accepted and being dispatched count when they
    first happened, the others when they last did: a case that was sent back is handled when the
    rework is. A case is open again once it is sent back, or is dispatched or handled a second
    time: a closing before that is none. A handling is none once the case is sent back or
    dispatched a second time. A suspension lasts until the case's next step of any kind.

    Parameters
    ----------
    steps : DataFrame
        Columns case_no (str), step, step_at (timestamps); unknown steps and rows without a time
        are left out, the same step at the same time counts once. Steps at one moment are taken in
        the order of a course; what was sent back was so before the other steps of that moment.

    Returns
    -------
    DataFrame
        One row per case, sorted by case_no: accepted_at, dispatched_at, handled_at, checked_at,
        closed_at (NaT where there is none), sent_back, extended, suspended (how many times),
        reopened (how many closings were none), reopened_at (when the last of them was undone for
        good), suspended_hours (of suspensions that have ended), is_suspended (whether the last
        step is one), disorder (such as "handled before accepted", the first pair that is out of
        order; null if none is).

    Examples
    --------
    >>> steps = pd.DataFrame({"case_no": "A1", "step": ["handled", "accepted", "closed"],
    ...     "step_at": pd.to_datetime(["2026-06-01 10:00", "2026-06-01 08:00", "2026-06-02"],
    ...                               format="ISO8601")})
    >>> case_timelines(steps)[["accepted_at", "sent_back", "disorder"]].values.tolist()
    [[Timestamp('2026-06-01 08:00:00'), 0, nan]]
    """
    rows = _ordered(steps)
    again = _again(rows)
    times = {
        name: rows.first(rows.of(name)) if name in COURSE[:2] else rows.last(rows.of(name))
        for name in COURSE
    }
    undone = rows.last(again & ~rows.of("handled"))
    times["handled"] = np.where(undone > times["handled"], _NEVER, times["handled"])
    reopened, reopened_at, times["closed"] = _closings(rows, again)
    told: dict[str, object] = {f"{name}_at": _moments(at) for name, at in times.items()}
    told |= {name: rows.count(rows.of(name)) for name in _COUNTED}
    told |= {"reopened": reopened, "reopened_at": _moments(reopened_at)}
    told |= _suspended(rows)
    told["disorder"] = _disorder([times[name] for name in COURSE])
    return pd.DataFrame({"case_no": rows.names} | told)


def suspensions(steps: pd.DataFrame) -> pd.DataFrame:
    """List when cases were suspended and when they went on.

    Parameters
    ----------
    steps : DataFrame
        As for `case_timelines`.

    Returns
    -------
    DataFrame
        Columns case_no, begins, ends (NaT while the suspension lasts), sorted. A case that is
        suspended while it is suspended begins another suspension.

    Examples
    --------
    >>> steps = pd.DataFrame({"case_no": "A1", "step": ["suspended", "handled"],
    ...     "step_at": pd.to_datetime(["2026-06-01 10:00", "2026-06-03 08:00"])})
    >>> suspensions(steps)["ends"].to_list()
    [Timestamp('2026-06-03 08:00:00')]
    """
    rows = _ordered(steps)
    chosen = rows.of("suspended")
    ends = _next_at(rows)
    return pd.DataFrame(
        {
            "case_no": rows.names.take(rows.case[chosen]),
            "begins": _moments(rows.at_us[chosen]),
            "ends": _moments(ends[chosen]),
        }
    )


def standing_closings(told: pd.DataFrame, own: pd.DataFrame) -> pd.Series:
    """Return when each case was closed, by what it says itself and by its steps.

    Parameters
    ----------
    told : DataFrame
        As from `case_timelines`, with the cases' own closings among the steps.
    own : DataFrame
        Columns case_no (unique), closed_at: what a case itself says, in any order.

    Returns
    -------
    Series of datetime64, with the index of told
        The case's own closing unless it was undone, else the one that its steps show, else NaT.

    Examples
    --------
    >>> steps = pd.DataFrame({"case_no": "A1", "step": ["closed", "sent_back"],
    ...                       "step_at": pd.to_datetime(["2026-06-01", "2026-06-02"])})
    >>> own = pd.DataFrame({"case_no": ["A1"], "closed_at": pd.to_datetime(["2026-06-01"])})
    >>> standing_closings(case_timelines(steps), own).isna().to_list()
    [True]
    """
    row = positions(told["case_no"], own["case_no"])
    at = own["closed_at"].reset_index(drop=True).reindex(row).set_axis(told.index)
    return at.mask(told["reopened_at"] > at).fillna(told["closed_at"])


def _ordered(steps: pd.DataFrame) -> _Rows:
    """Return the usable steps by case and time; at one moment in the order of the course."""
    place = positions(steps["step"], pd.Series(_AT_ONE_MOMENT))
    at_us = steps["step_at"].to_numpy(dtype="datetime64[us]").astype(np.int64)
    known = np.flatnonzero((place >= 0) & (at_us != _NEVER) & steps["case_no"].notna().to_numpy())
    names = steps["case_no"].iloc[known]
    case = ranks(names)
    place, at_us = place[known], at_us[known]
    # Twice as fast as one sort by three keys; a place needs three bits.
    order = np.argsort(at_us * 8 + place)
    order = order[np.argsort(case[order], kind="stable")]
    case, place, at_us = case[order], place[order], at_us[order]
    starts = np.diff(case, prepend=-1) > 0
    by_case = pd.Index(names.iloc[order[starts]], dtype="str")
    repeats = (np.diff(case) == 0) & (np.diff(at_us) == 0) & (np.diff(place) == 0)
    distinct = starts.copy()
    distinct[1:] |= ~repeats
    return _Rows(case, place, at_us, by_case).only(distinct)


def _again(rows: _Rows) -> Flags:
    """Tell which steps show that a case goes on that may have been at its end."""
    again = rows.of("sent_back")
    for name in ("dispatched", "handled"):
        own = np.flatnonzero(rows.of(name))
        repeated = np.zeros(len(own), dtype=bool)
        repeated[1:] = rows.case[own][1:] == rows.case[own][:-1]
        again[own[repeated]] = True
    return again


def _closings(rows: _Rows, again: Flags) -> tuple[Integers, Integers, Integers]:
    """Return, per case, closings undone, when the last was, and the closing that stands."""
    closed = rows.of("closed")
    turns = rows.only(closed | again)
    is_closing = turns.of("closed")
    undoes = np.zeros(len(is_closing), dtype=bool)
    undoes[1:] = turns.same_case & is_closing[:-1] & ~is_closing[1:]
    ends = np.ones(len(is_closing), dtype=bool)
    ends[:-1] = ~turns.same_case
    # A closing may be undone by several steps in turn: the last of them counts as when.
    since = np.maximum(turns.last(~is_closing), _NEVER)
    undone = turns.count(undoes)
    return undone, np.where(undone > 0, since, _NEVER), turns.last(ends & is_closing)


def _next_at(rows: _Rows) -> Integers:
    """Return when the next step of each row's case is."""
    following = np.full(len(rows.case), _NEVER)
    following[:-1] = np.where(rows.same_case, rows.at_us[1:], _NEVER)
    return following


def _suspended(rows: _Rows) -> dict[str, object]:
    ends = _next_at(rows)
    chosen = rows.of("suspended")
    over = chosen & (ends != _NEVER)
    waited = np.zeros(len(rows.names), dtype=np.int64)
    np.add.at(waited, rows.case[over], (ends - rows.at_us)[over])
    last = np.zeros(len(rows.names), dtype=bool)
    last[rows.case[chosen & ~over]] = True
    return {"suspended_hours": waited / _US_PER_HOUR, "is_suspended": last}


def _disorder(times: Sequence[Integers]) -> pd.Series:
    """Name the first step that came before one that it should follow."""
    texts = np.array(["", *(f"{b} before {a}" for a in COURSE for b in COURSE)], dtype=object)
    latest, whose = times[0].copy(), np.zeros(len(times[0]), dtype=np.int64)
    found = np.zeros(len(latest), dtype=np.int64)
    for number, at in enumerate(times[1:], start=1):
        known = at != _NEVER
        wrong = known & (at < latest) & (found == 0)
        found[wrong] = 1 + whose[wrong] * len(COURSE) + number
        latest, whose = np.where(known, at, latest), np.where(known, number, whose)
    disorder = pd.Series(texts[found], dtype="str")
    return disorder.mask(pd.Series(found == 0))


def _moments(at_us: Integers) -> npt.NDArray[np.datetime64]:
    moments: npt.NDArray[np.datetime64] = at_us.astype("datetime64[us]")
    return moments
