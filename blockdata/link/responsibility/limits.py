"""Until when a case is to be dealt with: by its opening condition and the condition's clock."""

from __future__ import annotations

import numpy as np
import pandas as pd

from blockdata.link.clock import WorkCalendar

__all__ = ["limits_of_cases"]

_MATTER = ["scheme", "matter_kind", "code"]
_TEXTS = {"limit_unit": "str", "condition_no": "str", "limit_basis": "str"}


def limits_of_cases(
    cases: pd.DataFrame, matters: pd.DataFrame, calendar: WorkCalendar
) -> pd.DataFrame:
    """Give each case its time limit and due time.

    The limit hangs on the opening condition, not on the matter. A case that states none of the
    conditions of its matter gets the only one there is, else the strictest: the one that would be
    due first. Which of these it was stands in `limit_basis`.

    Parameters
    ----------
    cases : DataFrame
        Columns id (str, unique), scheme, matter_kind, code (of the matter; null if unmapped),
        condition_no (null if not stated), opened_at (local wall-clock time at which the clock
        starts; null before the case is opened).
    matters : DataFrame
        Columns scheme, matter_kind, code, condition_no, time_limit, time_limit_unit: those in
        force. Conditions without a limit are left out.
    calendar : WorkCalendar

    Returns
    -------
    DataFrame
        Columns id, condition_no, limit, limit_unit, due_at (local wall-clock time), limit_basis
        ("stated", "only", "strictest", "none"), in the order of cases. With "none" the rest is
        null; due_at is null too before a case is opened.

    Examples
    --------
    >>> matters = pd.DataFrame({"scheme": "S", "matter_kind": "component", "code": "0101",
    ...     "condition_no": ["1", "2"], "time_limit": [2.0, 2.0],
    ...     "time_limit_unit": ["working_day", "urgent_working_hour"]})
    >>> cases = pd.DataFrame({"id": ["i1"], "scheme": "S", "matter_kind": "component",
    ...     "code": "0101", "condition_no": [None],
    ...     "opened_at": pd.to_datetime(["2026-11-20 17:00"])})
    >>> limits_of_cases(cases, matters, WorkCalendar()).loc[0, ["due_at", "limit_basis"]].to_list()
    [Timestamp('2026-11-20 19:00:00'), 'strictest']
    """
    limited = matters.dropna(subset=[*_MATTER, "time_limit", "time_limit_unit"])
    asked = cases[["id", "opened_at", "condition_no", *_MATTER]].assign(row=range(len(cases)))
    options = asked.merge(limited, on=_MATTER, suffixes=("_stated", ""))
    begins = options["opened_at"].to_numpy(dtype="datetime64[us]")
    # Before a case is opened its limits are compared from one common working moment.
    compared = np.where(np.isnat(begins), np.datetime64("2001-01-01T08:00", "us"), begins)
    limit, unit = options["time_limit"].to_numpy(float), options["time_limit_unit"]
    due = calendar.due(compared, limit, unit)
    stated = options["condition_no_stated"].notna() & (
        options["condition_no_stated"] == options["condition_no"]
    )
    options = options.assign(due=due, stated=stated, waits=np.isnat(begins))
    options["options"] = options.groupby("row")["due"].transform("size")
    best = options.sort_values(
        ["row", "stated", "due", "condition_no"], ascending=[True, False, True, True]
    ).drop_duplicates("row")
    return _told(cases, best.set_index("row"))


def _told(cases: pd.DataFrame, best: pd.DataFrame) -> pd.DataFrame:
    basis = np.where(best["stated"], "stated", np.where(best["options"] == 1, "only", "strictest"))
    chosen = pd.DataFrame(
        {
            "condition_no": best["condition_no"],
            "limit": best["time_limit"],
            "limit_unit": best["time_limit_unit"],
            "due_at": best["due"].mask(best["waits"]),
            "limit_basis": pd.Series(basis, index=best.index, dtype="str"),
        }
    ).reindex(range(len(cases)))
    chosen["limit_basis"] = chosen["limit_basis"].fillna("none")
    chosen.insert(0, "id", cases["id"].to_numpy())
    return chosen.astype(_TEXTS).reset_index(drop=True)
