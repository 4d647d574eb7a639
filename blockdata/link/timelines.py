"""The course of each case, from its steps."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd

from blockdata.records.codes import INCIDENT_STEP

__all__ = ["COURSE", "case_timelines"]

COURSE = ("accepted", "dispatched", "handled", "checked", "closed")
"""The steps of a case in the order in which they should come."""

_RETURNS = ("sent_back", "extended", "suspended")
_REOPENS = ("dispatched", "handled", "sent_back")
"""Steps after a closing that show that the case was not at its end."""


def case_timelines(steps: pd.DataFrame) -> pd.DataFrame:
    """Put the steps of each case in order and tell its course.

    Of a step that a case has several times, being accepted and being dispatched count when they
    first happened, the others when they last did: a case that was sent back is handled when the
    rework is. A closing after which the case was dispatched, handled or sent back again is none.
    A suspension lasts until the case's next step of any kind.

    Parameters
    ----------
    steps : DataFrame
        Columns case_no (str), step, step_at (timestamps); unknown steps and rows without a time
        are left out, the same step at the same time counts once.

    Returns
    -------
    DataFrame
        One row per case, sorted by case_no: accepted_at, dispatched_at, handled_at, checked_at,
        closed_at (NaT where there is none), sent_back, extended, suspended (how many times),
        suspended_hours (of suspensions that have ended), is_suspended (whether the last step is
        one), disorder (such as "handled before accepted", the first pair that is out of order;
        null if none is).

    Examples
    --------
    >>> steps = pd.DataFrame({"case_no": "A1", "step": ["handled", "accepted", "closed"],
    ...     "step_at": pd.to_datetime(["2026-06-01 10:00", "2026-06-01 08:00", "2026-06-02"],
    ...                               format="ISO8601")})
    >>> case_timelines(steps)[["accepted_at", "sent_back", "disorder"]].values.tolist()
    [[Timestamp('2026-06-01 08:00:00'), 0, nan]]
    """
    rows = _ordered(steps)
    by_case = rows.groupby("case_no", sort=True)
    told = pd.DataFrame(index=pd.Index(by_case.groups, name="case_no", dtype="str"))
    for name in COURSE:
        times = rows[rows["step"] == name].groupby("case_no")["step_at"]
        when = times.min() if name in COURSE[:2] else times.max()
        told[f"{name}_at"] = when.reindex(told.index)
    again = rows[rows["step"].isin(_REOPENS)].groupby("case_no")["step_at"].max()
    told["closed_at"] = told["closed_at"].mask(again.reindex(told.index) > told["closed_at"])
    for name in _RETURNS:
        counted = rows[rows["step"] == name].groupby("case_no").size()
        told[name] = counted.reindex(told.index, fill_value=0).astype("int64")
    hours = _suspended_hours(rows).reindex(told.index, fill_value=0.0)
    told = told.assign(
        suspended_hours=hours,
        is_suspended=(by_case["step"].last() == "suspended").astype(bool),
        disorder=_disorder(told),
    )
    return told.reset_index()


def _ordered(steps: pd.DataFrame) -> pd.DataFrame:
    """Return the usable steps by case and time; at one moment in the order of the course."""
    order = {name: place for place, name in enumerate(INCIDENT_STEP)}
    known = steps[steps["step"].isin(list(order)) & steps["step_at"].notna()]
    rows = known[["case_no", "step", "step_at"]].drop_duplicates()
    rows = rows.assign(place=rows["step"].map(order).astype("int64"))
    return rows.sort_values(["case_no", "step_at", "place"], ignore_index=True)


def _suspended_hours(rows: pd.DataFrame) -> pd.Series:
    ends = rows.groupby("case_no")["step_at"].shift(-1)
    hours = (ends - rows["step_at"]).dt.total_seconds() / 3600
    waited = hours.where(rows["step"] == "suspended").fillna(0.0)
    total: pd.Series = waited.groupby(rows["case_no"]).sum()
    return total


def _disorder(told: pd.DataFrame) -> pd.Series:
    disorder = pd.Series(None, index=told.index, dtype="str")
    for before, after in reversed(list(pairwise(COURSE))):
        wrong = (told[f"{after}_at"] < told[f"{before}_at"]).to_numpy(dtype=bool)
        disorder = disorder.mask(np.asarray(wrong), f"{after} before {before}")
    return disorder
