"""Since when and up to when each input of the indicators tells, and when it was silent."""

from __future__ import annotations

import datetime as dt
from typing import TypeAlias

import pandas as pd

from blockdata.engines import feeds
from blockdata.engines.indicator_asked import Asked
from blockdata.store.connection import quote
from blockdata.store.session import Session

__all__ = ["indicator_gaps", "indicator_inputs"]

_LIMIT_DAYS = 31
"""Cases that were closed before limits are kept, and due after: none has a limit longer than so."""


def indicator_inputs(session: Session, asked: Asked) -> pd.DataFrame:
    """Return since when and up to when each input tells.

    Parameters
    ----------
    session : Session
    asked : Asked

    Returns
    -------
    DataFrame
        input, first_on, newest_on; sorted by input. newest_on of a kind is the day of the newest
        accepted delivery of that of its sources which is furthest behind; a source that no longer
        delivers is taken out of the configuration. first_on stands for what happens alone: the
        day of the first case and of the first step; limits are kept for as long as cases are
        listed. People are as of the day on which figures were settled.
    """
    newest = session.frame(
        "SELECT source, max(delivered_on) AS newest_on FROM base.delivery "
        "WHERE status = 'accepted' GROUP BY source ORDER BY source"
    ).set_index("source")["newest_on"]
    newest_of: dict[str, list[pd.Timestamp]] = {}
    for source in asked.config.sources:
        if source.name in newest.index:
            newest_of.setdefault(source.kind, []).append(pd.Timestamp(newest[source.name]))
    told: dict[str, _Span] = {k: (None, min(d)) for k, d in newest_of.items() if k != "person"}
    _, settled = feeds.atoms_dates(session)
    if settled is not None:
        told["person"] = (None, pd.Timestamp(settled))
    if "grid" not in told and "area" in told:
        # The cells of a base without grids are areas.
        told["grid"] = told["area"]
    _with_first_days(session, asked, told)
    rows = [(name, *days) for name, days in sorted(told.items())]
    frame = pd.DataFrame(rows, columns=["input", "first_on", "newest_on"])
    return frame.astype({"first_on": "datetime64[us]", "newest_on": "datetime64[us]"})


_Span: TypeAlias = tuple[pd.Timestamp | None, pd.Timestamp]


def _with_first_days(session: Session, asked: Asked, told: dict[str, _Span]) -> None:
    city = asked.config.city
    for kind, column in (("incident", "reported_at"), ("incident_step", "step_at")):
        if kind in told:
            first = session.frame(f"SELECT min({column}) AS at FROM {quote('base', kind)}")
            told[kind] = (city.local_days(first["at"]).iloc[0], told[kind][1])
    if "incident" in told and feeds.has_rows(session, "case_limit"):
        listed = asked.config.responsibility.listed_days - _LIMIT_DAYS
        told["case_limit"] = (
            pd.Timestamp(asked.as_of - dt.timedelta(days=max(listed, 0))),
            told["incident"][1],
        )


def indicator_gaps(session: Session, asked: Asked) -> pd.DataFrame:
    """Return input, start_on, end_on, weight: when sources of cases were silent.

    The weight is the share of the cases that the silent source has among all.
    """
    shares = session.frame("SELECT source, count(*) AS n FROM base.incident GROUP BY source")
    gaps = session.frame("SELECT source, start_on, end_on FROM base.coverage_gap ORDER BY ALL")
    total = max(int(shares["n"].sum()), 1)
    weight = gaps["source"].map(shares.set_index("source")["n"] / total).fillna(0.0)
    return gaps.assign(input="incident", weight=weight.astype("float64"))[
        ["input", "start_on", "end_on", "weight"]
    ]
