"""Which sources tell of a category alike before and now, and when they were silent."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from blockdata.analysis.checks import require_columns
from blockdata.analysis.cube.silence import gaps_of_sources

__all__ = ["Comparable", "comparable_sources"]


@dataclass(frozen=True)
class Comparable:
    """What of the reports may be compared over time; see `comparable_sources`.

    Parameters
    ----------
    pairs : DataFrame
        category, source: what counts.
    left_out : DataFrame
        category, source, why ("young" or "ended"): what does not.
    gaps : DataFrame
        category, start, end (end exclusive): when too little of a category was observed.
    """

    pairs: pd.DataFrame
    left_out: pd.DataFrame
    gaps: pd.DataFrame


def comparable_sources(
    reports: pd.DataFrame,
    silences: pd.DataFrame,
    as_of: pd.Timestamp,
    *,
    window_days: int,
    past_days: int = 56,
    least_share: float = 0.2,
) -> Comparable:
    """Leave out the sources whose coming or going would look like a rise.

    A source that began less than `past_days` before the window ("young"), or has been silent for
    more than the window ("ended"), is left out of every category that another source tells of
    all the time. The category of which it alone tells keeps it, and is then not observed. Days
    before a source begins, and its silences, are gaps of those categories of which it brings
    `least_share`, by itself or with others that are silent.

    Parameters
    ----------
    reports : DataFrame
        category, source (str), reports (int > 0), first (datetime64, local day of the first).
    silences : DataFrame
        source, start, end (local midnights, end exclusive).
    as_of : Timestamp
        Local midnight, exclusive end of what is known.
    window_days : int
        The longest window that ends at as_of.
    past_days : int
    least_share : float

    Returns
    -------
    Comparable
        Sorted by category and source.

    Raises
    ------
    AnalysisError
        If a column is missing or a share is no share.

    Examples
    --------
    >>> days = pd.to_datetime(["2024-01-01", "2026-10-20"])
    >>> reports = pd.DataFrame({"category": "noise", "source": ["hotline", "app"],
    ...                         "reports": [900, 30], "first": days})
    >>> none = pd.DataFrame({"source": pd.Series(dtype=str), "start": days[:0], "end": days[:0]})
    >>> found = comparable_sources(reports, none, pd.Timestamp("2026-11-01"), window_days=28)
    >>> found.left_out.values.tolist()
    [['noise', 'app', 'young']]
    """
    where = "comparable_sources"
    require_columns(reports, ["category", "source", "reports", "first"], f"{where} reports")
    require_columns(silences, ["source", "start", "end"], f"{where} silences")
    began = reports.groupby("source")["first"].min()
    window = pd.Timedelta(days=window_days)
    lasting = silences[(silences["end"] >= as_of) & (silences["start"] < as_of - window)]
    began_at = reports.groupby("source")["first"].transform("min")
    young = began_at > as_of - window - pd.Timedelta(days=past_days)
    ended = reports["source"].isin(lasting["source"])
    why = pd.Series(np.select([ended, young], ["ended", "young"], ""), index=reports.index)
    alone = (why != "").groupby(reports["category"]).transform("all")
    out = (why != "") & ~alone
    order = ["category", "source"]
    pairs = reports[~out].sort_values(order, ignore_index=True)
    left = reports.assign(why=why)[out].sort_values(order, ignore_index=True)
    gaps = pd.DataFrame({"category": left["category"], "start": as_of, "end": as_of}).head(0)
    if len(pairs):
        gaps = gaps_of_sources(pairs, silences, began, as_of, least_share=least_share)
    return Comparable(pairs[order], left[[*order, "why"]], gaps)
