"""The step that tells which reports speak of one occurrence (判重)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from blockdata.batch.findings import Finding
from blockdata.batch.reports import reports_to_compare
from blockdata.batch.steps import Context
from blockdata.config import Config
from blockdata.engines import duplicate_feeds, feeds
from blockdata.link.duplicates import (
    DuplicateModel,
    DuplicateSettings,
    duplicate_groups,
    duplicate_pairs,
    model_for,
)
from blockdata.store import derived
from blockdata.store.session import Session

_COMPARED_FROM = 0.05
"""Pairs that are less probable make no difference to any group."""


def find_duplicates(session: Session, context: Context) -> None:
    """Compare the reports, and put those of one occurrence together.

    Without the steward's key neither callers nor texts take part; pairs are then judged by place,
    time, category and component alone.
    """
    derived.clear_result(session, "duplicate_pair", "occurrence", "occurrence_member")
    if not feeds.has_rows(session, "incident_place"):
        return
    reports = reports_to_compare(session, context.end)
    settings = duplicate_settings(context.config)
    pairs = duplicate_pairs(reports, settings, model_of(reports))
    pairs = with_decisions(pairs, duplicate_feeds.decided_pairs(session))
    groups, members = duplicate_groups(reports, pairs, settings)
    kept = pairs[pairs["probability"] >= context.config.duplicates.min_probability]
    derived.append_result(session, "duplicate_pair", kept)
    derived.append_result(session, "occurrence", groups.rename(columns={"group": "occurrence"}))
    members = members[members["group"].isin(groups["group"])]
    named = members.rename(columns={"group": "occurrence", "report": "incident"})
    derived.append_result(session, "occurrence_member", named)
    _tell(context, groups)


def duplicate_settings(config: Config) -> DuplicateSettings:
    """Return the limits of duplicates as configured; all pairs that can matter are listed."""
    limits = config.duplicates.model_dump(exclude={"min_probability"})
    return DuplicateSettings(**limits, min_probability=_COMPARED_FROM)


def model_of(reports: pd.DataFrame) -> DuplicateModel:
    """Return the weights for reports with texts, or for those of a base that holds hardly any."""
    return model_for(reports)


def with_decisions(pairs: pd.DataFrame, decided: pd.DataFrame) -> pd.DataFrame:
    """Put what persons decided of pairs in place of what was computed.

    Parameters
    ----------
    pairs : DataFrame
        As from `duplicate_pairs`.
    decided : DataFrame
        first, second (the lesser id first), same.

    Returns
    -------
    DataFrame
        Pairs that are the same have probability 1; those that are not have minus infinity, so
        that no mean of probabilities ever puts them into one group.
    """
    if decided.empty:
        return pairs
    low, high = (np.minimum, np.maximum)
    ids = pairs[["first", "second"]].to_numpy(dtype=object)
    own = pd.MultiIndex.from_arrays([low(ids[:, 0], ids[:, 1]), high(ids[:, 0], ids[:, 1])])
    judged = pd.MultiIndex.from_frame(decided[["first", "second"]])
    words = decided["same"].map(
        {
            True: ("人工判定为同一事件", "a person decided that they are one"),
            False: ("人工判定不是同一事件", "a person decided: not one"),
        }
    )
    made = decided[["first", "second"]].assign(
        probability=np.where(decided["same"], 1.0, -np.inf),
        reasons_zh=[zh for zh, _ in words],
        reasons_en=[en for _, en in words],
    )
    kept = pairs[~own.isin(judged)]
    both = pd.concat([kept, made.reindex(columns=pairs.columns)], ignore_index=True)
    return both.sort_values(["first", "second"], ignore_index=True)


def _tell(context: Context, groups: pd.DataFrame) -> None:
    if groups.empty:
        return
    reports = int(groups["reports"].sum())
    by_one = int((groups["calling"] == "one_caller").sum())
    context.tell(
        Finding(
            "duplicate_reports",
            "incident",
            f"{reports} 件案件合并为 {len(groups)} 起事件，其中 {by_one} 起为同一人重复反映",
            f"{reports} reports speak of {len(groups)} occurrences; {by_one} of them are one "
            "caller's repeats",
            reports,
            warns=False,
        )
    )
