"""A month held against the month before and the same month a year before (环比, 同比)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from blockdata.analysis.checks import require_columns
from blockdata.analysis.monthly.months import Periods

__all__ = ["COMPARED_COLUMNS", "MIN_COUNT", "MIN_OBSERVED", "compare_months"]

MIN_OBSERVED = 0.9
"""With a smaller share of a month's days observed, counts of a source are not compared."""

MIN_COUNT = 10
"""Changes in per cent of fewer are not told: one case more or less would turn them."""

COMPARED_COLUMNS = (
    *("count", "days", "per_day"),
    *("before", "before_days", "before_per_day", "change", "why_not"),
    *("year_ago", "year_ago_days", "year_ago_per_day", "year_change", "year_why_not"),
    *("why_not_sources", "year_why_not_sources"),
)

_THEN = (("before", "change", "why_not"), ("year_ago", "year_change", "year_why_not"))
_GRID = ("days", "observed", "reason")


def compare_months(
    counts: pd.DataFrame, observed: pd.DataFrame, compared: Periods, by: str
) -> pd.DataFrame:
    """Hold counts of a month against the month before and the same month a year before.

    Changes are of cases per observed day, so that months of unlike length, or with some days
    missing, can be compared. A group is compared where each source that it has cases of in either
    month was observed on at least `MIN_OBSERVED` of the days of both.

    Parameters
    ----------
    counts : DataFrame
        `by`, source, month (first day), count; those of other months are left out.
    observed : DataFrame
        As from `observed_days`, for all sources and the three months.
    compared : Periods
    by : str
        Column with the name of the group.

    Returns
    -------
    DataFrame
        `by`; count, days (observed, of the source that has fewest) and per_day of the month; the
        same of before and year_ago; change (0.1 for a tenth more; null if not compared), why_not:
        "begins_later", "silent", "small" (fewer than `MIN_COUNT` then), or null; and which
        sources are the reason. Most cases first, then by name.

    Raises
    ------
    AnalysisError
        If a column is lacking.

    Examples
    --------
    >>> from blockdata.analysis.monthly.months import periods
    >>> from blockdata.analysis.monthly.observed import observed_days
    >>> import datetime as dt
    >>> three = periods(dt.date(2026, 10, 1))
    >>> first = pd.DataFrame({"source": ["a"], "first_on": pd.to_datetime(["2026-01-01"])})
    >>> none = pd.DataFrame({"source": [], "start_on": [], "end_on": []})
    >>> counts = pd.DataFrame({"category": "noise", "source": "a",
    ...                        "month": [three.month, three.before], "count": [62, 30]})
    >>> told = compare_months(counts, observed_days(first, none, three.compared), three, "category")
    >>> told[["count", "before", "change", "year_why_not"]].values.tolist()
    [[62, 30, 1.0, 'begins_later']]
    """
    require_columns(counts, [by, "source", "month", "count"], "compare_months counts")
    names = sorted(counts[by].unique())
    seen = _Seen.of(counts, observed, compared, by, names)
    told: dict[str, object] = {by: names} | _now(seen)
    for place, (name, change, why) in enumerate(_THEN, start=1):
        told |= _then(seen, place, name, change, why)
    frame = pd.DataFrame(told, columns=[by, *COMPARED_COLUMNS], index=range(len(names)))
    return frame.sort_values(["count", by], ascending=[False, True], ignore_index=True)


@dataclass(frozen=True)
class _Seen:
    """Counts by group, source and month; days of the months; days observed by source and month."""

    counts: npt.NDArray[np.int64]
    days: npt.NDArray[np.int64]
    observed: npt.NDArray[np.int64]
    reasons: npt.NDArray[np.object_]
    sources: list[str]

    @classmethod
    def of(
        cls,
        counts: pd.DataFrame,
        observed: pd.DataFrame,
        compared: Periods,
        by: str,
        names: list[str],
    ) -> _Seen:
        sources = sorted(observed["source"].unique())
        shape = (len(names), len(sources), len(compared.compared))
        group, source, month = (
            pd.Index(known).get_indexer(pd.Index(counts[column]))
            for known, column in ((names, by), (sources, "source"), (compared.compared, "month"))
        )
        cube, there = np.zeros(shape, dtype=np.int64), (source >= 0) & (month >= 0)
        np.add.at(cube, (group[there], source[there], month[there]), counts["count"][there])
        grid = pd.MultiIndex.from_product([sources, compared.compared])
        laid = observed.set_index(["source", "month"]).reindex(grid)
        ordered = [laid[c].unstack()[list(compared.compared)].loc[sources] for c in _GRID]
        days = ordered[0].max(axis=0).fillna(0).to_numpy(dtype=np.int64)
        told = ordered[1].to_numpy(dtype=np.int64)
        return cls(cube, days, told, ordered[2].to_numpy(dtype=object), sources)

    def asked(self, month: int) -> npt.NDArray[np.bool_]:
        """Return which sources each group has cases of, in this month or a month compared."""
        has = self.counts > 0
        return np.asarray(has.any(axis=2) if month == 0 else has[:, :, 0] | has[:, :, month])

    def per_day(self, month: int) -> npt.NDArray[np.float64]:
        """Return cases by days observed, added up over sources."""
        days = np.maximum(self.observed[:, month], 1)
        rates: npt.NDArray[np.float64] = (self.counts[:, :, month] / days).sum(axis=1)
        return rates

    def fewest(self, month: int) -> npt.NDArray[np.int64]:
        """Return the days observed, of the source of a group that has fewest."""
        days = np.where(self.asked(month), self.observed[:, month], self.days[month])
        fewest: npt.NDArray[np.int64] = days.min(axis=1, initial=self.days[month])
        return fewest

    def short(self, month: int) -> npt.NDArray[np.bool_]:
        """Return which sources of a group lack too many days of this month or the first."""
        lacks = self.observed < MIN_OBSERVED * self.days
        found: npt.NDArray[np.bool_] = self.asked(month) & (lacks[:, 0] | lacks[:, month])
        return found


def _now(seen: _Seen) -> dict[str, object]:
    count = seen.counts[:, :, 0].sum(axis=1)
    return {"count": count, "days": seen.fewest(0), "per_day": seen.per_day(0)}


def _then(seen: _Seen, month: int, name: str, change: str, why: str) -> dict[str, object]:
    count, rate, short = (
        seen.counts[:, :, month].sum(axis=1),
        seen.per_day(month),
        seen.short(month),
    )
    later = np.isin(seen.reasons[:, [0, month]], ["begins_later"]).any(axis=1)
    reason = np.full(len(count), None, dtype=object)
    reason[count < MIN_COUNT] = "small"
    reason[short.any(axis=1)] = "silent"
    reason[(short & later).any(axis=1)] = "begins_later"
    told = pd.isna(reason)
    changes = np.full(len(count), np.nan)
    changes[told] = seen.per_day(0)[told] / rate[told] - 1
    sources = ["、".join(np.array(seen.sources, dtype=object)[row]) for row in short]
    return {
        name: count,
        f"{name}_days": seen.fewest(month),
        f"{name}_per_day": rate,
        change: changes,
        why: pd.Series(reason, dtype=object),
        f"{why}_sources": sources,
    }
