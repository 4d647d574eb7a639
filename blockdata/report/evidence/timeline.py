"""The course of a chronic problem: months, closings and what these were."""

from __future__ import annotations

import numpy as np
import pandas as pd

from blockdata.analysis.lasting import STEP_DAYS, bad_months
from blockdata.engines.evidence_feeds import KEY
from blockdata.report.evidence.asking import Asking

__all__ = ["closings_of", "months_of", "with_beginning"]

CLOSING_COLUMNS = ["closings", "administrative", "reopenings", "ignored", "sent_back"]


def months_of(episodes: pd.DataFrame, found: pd.DataFrame, asking: Asking) -> np.ndarray:
    """Count the episodes of each place by month of the window.

    Parameters
    ----------
    episodes : DataFrame
        place_kind, place, category, first_reported (local).
    found : DataFrame
        place_kind, place, category, distinct together.
    asking : Asking

    Returns
    -------
    ndarray of int, shape (len(found), months)
    """
    row = pd.MultiIndex.from_frame(found[KEY]).get_indexer(pd.MultiIndex.from_frame(episodes[KEY]))
    age = (pd.Timestamp(asking.as_of) - episodes["first_reported"]).dt.total_seconds()
    # An episode just at the start of a month belongs to it, as the rule of the courses has it.
    month = asking.months - np.ceil(age.to_numpy() / (86_400 * STEP_DAYS)).astype(np.int64)
    inside = (row >= 0) & (month >= 0) & (month < asking.months)
    counts = np.zeros((len(found), asking.months), np.int64)
    np.add.at(counts, (row[inside], month[inside]), 1)
    return counts


def with_beginning(found: pd.DataFrame, counts: np.ndarray, asking: Asking) -> pd.DataFrame:
    """Add when a problem began: the first day of the first month that is bad.

    Parameters
    ----------
    found : DataFrame
        Rows of the table `chronic`.
    counts : ndarray
        As from `months_of`.
    asking : Asking

    Returns
    -------
    DataFrame
        With began_on (dates): by the rule of the courses, what such places have spread evenly over
        the window; of a place without a bad month the first month with an episode, null without
        any.
    """
    expected = found["expected"].fillna(0).to_numpy(dtype=float)
    excess = found["excess"].fillna(0).to_numpy(dtype=float)
    times = 1 + np.divide(excess, expected, out=np.zeros(len(found)), where=expected > 0)
    evenly = np.repeat(expected[:, None] / asking.months, asking.months, axis=1)
    bad = bad_months(counts, evenly, np.maximum(times, 1e-6))
    none = ~np.asarray(bad.any(axis=1))
    bad[none] = counts[none] > 0
    first = np.argmax(bad, axis=1)
    days = [
        asking.month_start(int(month)) if some else None
        for month, some in zip(first.tolist(), np.asarray(bad.any(axis=1)), strict=True)
    ]
    return found.assign(began_on=pd.Series(days, index=found.index, dtype=object))


def closings_of(episodes: pd.DataFrame, reports: pd.DataFrame) -> pd.DataFrame:
    """Count the closings of each place, and say what came of them.

    Parameters
    ----------
    episodes : DataFrame
        place_kind, place, category, episode, reopenings, ignored_closings.
    reports : DataFrame
        As from `reports_of`.

    Returns
    -------
    DataFrame
        place_kind, place, category, closings (reports that were closed), administrative (of
        these), reopenings and ignored (of episodes), sent_back, results (list of text and count,
        the most frequent first; those without any stated result left out); sorted.
    """
    told = episodes[[*KEY, "episode"]].merge(reports, on="episode")
    told = told.assign(
        closings=told["closed_at"].notna().astype(np.int64),
        administrative=told["administrative"].astype("boolean").fillna(False).astype(np.int64),
        sent_back=told["sent_back"].fillna(0).astype(np.int64),
    )
    sums = told.groupby(KEY)[["closings", "administrative", "sent_back"]].sum()
    own = episodes.rename(columns={"ignored_closings": "ignored"})
    more = own.groupby(KEY)[["reopenings", "ignored"]].sum()
    table = sums.join(more, how="outer").fillna(0).astype(np.int64)
    counted = told[told["result"].notna()].groupby([*KEY, "result"]).size().rename("count")
    ordered = counted.reset_index().sort_values(["count", "result"], ascending=[False, True])
    listed = {
        key: list(zip(rows["result"], rows["count"].astype(int), strict=True))
        for key, rows in ordered.groupby(KEY)
    }
    results = pd.Series([listed.get(key, []) for key in table.index], table.index, dtype=object)
    return table.assign(results=results).reset_index()[[*KEY, *CLOSING_COLUMNS, "results"]]
