"""Reports and steps of a chronic place in one order of time."""

from __future__ import annotations

from types import MappingProxyType

import pandas as pd

from blockdata.records import codes
from blockdata.report.words import Words

__all__ = ["step_word", "timeline_of"]

_STEPS_EN = MappingProxyType({"sent_back": "sent back"})
_ORDER = {"reported": 0, "closed": 8}


def step_word(code: str, words: Words) -> str:
    """Return what a step of a case is called, its report among them."""
    if code == "reported":
        return words.t("上报", "reported")
    return words.t(codes.INCIDENT_STEP.get(code, code), _STEPS_EN.get(code, code))


def timeline_of(reports: pd.DataFrame, steps: pd.DataFrame) -> pd.DataFrame:
    """Put reports and steps into one order of time.

    Parameters
    ----------
    reports, steps : DataFrame
        As `Evidence` has them.

    Returns
    -------
    DataFrame
        category, episode, incident, case_no, at, what, department, result, administrative. A
        report whose closing no step tells has one of its own.
    """
    told = ["category", "episode", "incident", "case_no", "at", "what"]
    columns = [*told, "department", "result", "administrative"]
    made = reports.assign(at=reports["reported_at"], what="reported", department=reports["channel"])
    known = steps.loc[steps["step"] == "closed", "incident"]
    closed = reports[reports["closed_at"].notna() & ~reports["incident"].isin(known)]
    closed = closed.assign(at=closed["closed_at"], what="closed")
    numbers = reports.drop_duplicates("incident").set_index("incident")
    done = steps.rename(columns={"step": "what", "step_at": "at"})
    done = done.assign(
        case_no=done["incident"].map(numbers["case_no"]),
        administrative=done["incident"]
        .map(numbers["administrative"])
        .where(done["what"] == "closed"),
    )
    made = made.assign(result=None, administrative=None)
    parts = [p.reindex(columns=columns).astype(object) for p in (made, done, closed) if len(p)]
    if not parts:
        return pd.DataFrame(columns=columns)
    rows = pd.concat(parts, ignore_index=True)
    rows = rows.assign(at=pd.to_datetime(rows["at"]), order=rows["what"].map(_ORDER).fillna(4))
    return rows.sort_values(["at", "order", "incident", "what"], ignore_index=True)[columns]
