"""When a category was not observed, from when each of its sources was silent."""

from __future__ import annotations

import numpy as np
import pandas as pd

from blockdata.analysis.checks import require_columns, require_naive_times
from blockdata.errors import AnalysisError

__all__ = ["category_gaps", "gaps_of_sources"]

_LONG_AGO = pd.Timestamp("1900-01-01")


def category_gaps(
    reports: pd.DataFrame, gaps: pd.DataFrame, *, least_share: float = 0.5
) -> pd.DataFrame:
    """Tell when too many of a category's sources were silent for its counts to be believed.

    A category counts as not observed on the days on which those of its sources were silent that
    together bring at least `least_share` of its reports, by their reports per day. A source that
    brings little to a category may be silent: its category was observed nearly whole.

    Parameters
    ----------
    reports : DataFrame with category, source (str), per_day (float > 0)
        What each source brings on a day that it reports on.
    gaps : DataFrame with source, start, end (datetime64, local midnights, end exclusive)
        When sources were silent; gaps of one source may overlap.
    least_share : float, default 0.5
        Above 0, at most 1.

    Returns
    -------
    DataFrame
        category, start, end (end exclusive), as `counts_cube` takes them; sorted, no two of a
        category touch.

    Raises
    ------
    AnalysisError
        If a column is missing or has missing values, `per_day` is not above 0, or the share is
        none.

    Examples
    --------
    >>> reports = pd.DataFrame(
    ...     {"category": "noise", "source": ["hotline", "patrol"], "per_day": [9.0, 1.0]}
    ... )
    >>> days = pd.to_datetime(["2024-05-01", "2024-05-03", "2024-06-01", "2024-06-09"])
    >>> silent = pd.DataFrame(
    ...     {"source": ["hotline", "patrol"], "start": days[[0, 2]], "end": days[[1, 3]]}
    ... )
    >>> category_gaps(reports, silent)
      category      start        end
    0    noise 2024-05-01 2024-05-03
    """
    if not 0 < least_share <= 1:
        raise AnalysisError(
            f"least_share is {least_share}", where="category_gaps", allowed="above 0, at most 1"
        )
    require_columns(reports, ["category", "source", "per_day"], "category_gaps reports")
    require_columns(gaps, ["source", "start", "end"], "category_gaps gaps")
    if not (reports["per_day"] > 0).all():
        raise AnalysisError("per_day is not above 0", where="category_gaps reports")
    whole = reports.groupby("category")["per_day"].transform("sum")
    shares = reports.assign(share=reports["per_day"] / whole)
    changes = _changes(gaps).merge(shares[["category", "source", "share"]], on="source")
    if changes.empty:
        none = pd.Series(dtype="datetime64[us]")
        return pd.DataFrame({"category": pd.Series(dtype="str"), "start": none, "end": none})
    by_day = changes.assign(share=changes["share"] * changes["turn"])
    by_day = by_day.groupby(["category", "day"], sort=True)["share"].sum().reset_index()
    silent = by_day.groupby("category")["share"].cumsum() >= least_share - 1e-9
    return _stretches(by_day, silent)


def gaps_of_sources(
    reports: pd.DataFrame,
    silences: pd.DataFrame,
    began: pd.Series[pd.Timestamp],
    as_of: pd.Timestamp,
    *,
    least_share: float = 0.5,
) -> pd.DataFrame:
    """Tell when categories were not observed, by when their sources began and were silent.

    Parameters
    ----------
    reports : DataFrame with category, source (str), reports (int > 0)
        What counts. A source brings a category its reports by the days on which it spoke.
    silences : DataFrame with source, start, end (datetime64, local midnights, end exclusive)
        Those of sources that did not begin are left aside.
    began : Series of datetime64, indexed by source
        Local day of the first report of each source, of any category.
    as_of : Timestamp
        Local midnight, exclusive end of what is known.
    least_share : float, default 0.5
        As in `category_gaps`.

    Returns
    -------
    DataFrame
        As from `category_gaps`; what lies before a source began is a gap too.

    Raises
    ------
    AnalysisError
        As in `category_gaps`.

    Examples
    --------
    >>> reports = pd.DataFrame({"category": ["noise"], "source": "app", "reports": [30]})
    >>> days = pd.to_datetime(["2026-08-01", "2026-08-09"])
    >>> silent = pd.DataFrame({"source": "post", "start": days[:1], "end": days[1:]})
    >>> began = pd.Series({"app": pd.Timestamp("2026-10-01")})
    >>> gaps_of_sources(reports, silent, began, pd.Timestamp("2026-11-01"))["end"].tolist()
    [Timestamp('2026-10-01 00:00:00')]
    """
    own = silences[silences["source"].isin(began.index)]
    quiet_days = (own["end"] - own["start"]).dt.days.groupby(own["source"]).sum()
    spoke_days = (as_of - began).dt.days - quiet_days.reindex(began.index).fillna(0)
    spoke = spoke_days.reindex(reports["source"]).to_numpy(dtype=np.float64)
    per_day: pd.Series[float] = reports["reports"] / np.maximum(spoke, 1)
    before = pd.DataFrame({"source": began.index, "start": _LONG_AGO, "end": began.to_numpy()})
    silent = pd.concat([before, own[["source", "start", "end"]]], ignore_index=True)
    silent = silent.astype({"source": "str", "start": "datetime64[us]", "end": "datetime64[us]"})
    bring = reports[["category", "source"]].assign(per_day=per_day)
    return category_gaps(bring, silent, least_share=least_share)


def _changes(gaps: pd.DataFrame) -> pd.DataFrame:
    """Return source, day, turn: 1 where a source falls silent, -1 where it speaks again."""
    where = "category_gaps gaps"
    ends = pd.concat(
        [
            pd.DataFrame(
                {"source": gaps["source"], "day": require_naive_times(gaps[c], where)}
            ).assign(turn=turn)
            for c, turn in (("start", 1), ("end", -1))
        ]
    )
    turns = ends.groupby(["source", "day"], sort=True)["turn"].sum().reset_index()
    depth = turns.groupby("source")["turn"].cumsum()
    silent = (depth > 0).astype("int64")
    before = silent.groupby(turns["source"]).shift(fill_value=0)
    return turns.assign(turn=silent - before)


def _stretches(by_day: pd.DataFrame, silent: pd.Series[bool]) -> pd.DataFrame:
    before = silent.groupby(by_day["category"]).shift(fill_value=False)
    begins = by_day[silent & ~before].reset_index(drop=True)
    ends = by_day[~silent & before].reset_index(drop=True)
    return pd.DataFrame(
        {"category": begins["category"], "start": begins["day"], "end": ends["day"]}
    )
