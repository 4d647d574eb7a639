"""What stands where and since when: the places of one kind, as arrays for the laws to stand on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from blockdata.analysis.checks import require_columns, require_distinct, require_naive_times
from blockdata.analysis.lasting.rules import STEP_DAYS
from blockdata.errors import AnalysisError

__all__ = ["Ground", "grounds_of", "month_of"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

_MOST_EXPOSURES = 5000
_FINE = 0.01
_MOST_UNSEEN = 20


@dataclass(frozen=True)
class Ground:
    """The places of one kind.

    Parameters
    ----------
    places : Index of str
        Sorted.
    exposure : ndarray of float64
        NaN where not known.
    group : ndarray of int64
        Number of the group of places that each is compared within; the most common is 0.
    begins, ends : ndarray of float64
        From which to which month of the window the place could have an episode, in months (with
        fractions) from the window's start.

    Examples
    --------
    >>> one = np.ones(1)
    >>> Ground(pd.Index(["p"]), one, np.zeros(1, np.int64), 0 * one, 12 * one).usable.tolist()
    [True]
    """

    places: pd.Index
    exposure: Floats
    group: Integers
    begins: Floats
    ends: Floats

    @property
    def usable(self) -> npt.NDArray[np.bool_]:
        """Places that have exposure and were there for a part of the window."""
        return (self.exposure > 0) & (self.ends > self.begins)

    def share_of_time(self, profile: Floats) -> Floats:
        """Return the share of a category's year, so to say, that each place was there for.

        Parameters
        ----------
        profile : ndarray of float64, shape (months,)
            How much of the category falls into each month; sums to 1.
        """
        run = np.append(0.0, np.cumsum(profile))
        month = np.arange(len(run))
        return np.asarray(np.interp(self.ends, month, run) - np.interp(self.begins, month, run))


def month_of(times: pd.Series, end: pd.Timestamp, months: int) -> Integers:
    """Return the month of the window that each time lies in; 0 is the first, negative is before it.

    Parameters
    ----------
    times : Series of datetime64[us]
        All before `end`.
    end : Timestamp
    months : int

    Examples
    --------
    >>> times = pd.Series(pd.to_datetime(["2024-12-31", "2024-12-02"])).astype("datetime64[us]")
    >>> month_of(times, pd.Timestamp("2025-01-01"), 12).tolist()
    [11, 11]
    """
    steps = ((times - end) // pd.Timedelta(days=STEP_DAYS)).to_numpy(dtype=np.int64)
    return np.asarray(months + steps, dtype=np.int64)


def _months_from(times: pd.Series, end: pd.Timestamp, months: int) -> Floats:
    before = (end - times).dt.total_seconds().to_numpy(dtype=np.float64)
    return np.asarray(months - before / (86_400 * STEP_DAYS))


def grounds_of(
    places: pd.DataFrame | None, known: pd.DataFrame, end: pd.Timestamp, months: int
) -> dict[str, Ground]:
    """Return the places of each kind that has an episode.

    Parameters
    ----------
    places : DataFrame or None
        As for `lasting_problems`.
    known : DataFrame
        Checked episodes before `end`.
    end : Timestamp
    months : int
        Of the window.
    """
    by_place = known.groupby(["place_kind", "place"], sort=True)["first_reported"]
    seen = by_place.agg(["min", "size"])
    table = _checked(places)
    kinds = seen.index.get_level_values(0).unique()
    # Before the first report of all, nobody was looking.
    data_begin = known["first_reported"].min()
    return {
        str(kind): _ground(
            table[table["place_kind"] == kind], seen.loc[kind], (data_begin, end), months
        )
        for kind in kinds
    }


def _checked(places: pd.DataFrame | None) -> pd.DataFrame:
    where = "lasting_problems places"
    if places is None:
        places = pd.DataFrame({"place_kind": [], "place": [], "exposure": []})
    require_columns(places, ["place_kind", "place"], where)
    require_distinct(places, ["place_kind", "place"], where)
    if "exposure" not in places.columns:
        raise AnalysisError("no column exposure", where=where, allowed="numbers >= 0, NaN unknown")
    exposure = places["exposure"].astype("float64")
    if ((exposure < 0) | np.isinf(exposure)).any():
        raise AnalysisError(
            "an exposure is negative or infinite", where=where, allowed="finite, >= 0, NaN unknown"
        )
    none = pd.Series(pd.NaT, index=places.index, dtype="datetime64[us]")
    group = places["group"] if "group" in places.columns else pd.Series("", index=places.index)
    return places[["place_kind", "place"]].assign(
        exposure=exposure,
        group=group.fillna("").astype("str"),
        since=require_naive_times(places.get("since", none), f"{where} since"),
        until=require_naive_times(places.get("until", none), f"{where} until"),
    )


def _ground(
    table: pd.DataFrame, seen: pd.DataFrame, data: tuple[pd.Timestamp, pd.Timestamp], months: int
) -> Ground:
    """Join the places that are told of with those that have episodes.

    Without any that is told of, they are those that have ever had an episode, and as many that
    never had one as follows from how many had one or two.
    """
    data_begin, end = data
    own = table.set_index("place")
    index = own.index.union(seen.index).astype("str").sort_values()
    own = own.reindex(index)
    exposure = own["exposure"].to_numpy(dtype=np.float64)
    if not len(table):
        index, own = _with_unseen(index, own, seen["size"])
        exposure = np.ones(len(index))
    groups = own["group"].fillna("")
    common = groups.value_counts(sort=True, ascending=False).sort_index(kind="stable")
    order = common.sort_values(ascending=False, kind="stable").index
    first = seen["min"].reindex(index)
    # A register may know a place later than those who report it.
    since = own["since"].where(~(first < own["since"]), first)
    since = since.where(since > data_begin, data_begin)
    begins = _months_from(since, end, months)
    ends = np.where(
        own["until"].isna(), months, _months_from(own["until"].fillna(end), end, months)
    )
    return Ground(
        index,
        exposure,
        order.get_indexer(pd.Index(groups)).astype(np.int64),
        np.clip(np.round(begins, 1), 0.0, months),
        np.clip(np.round(ends, 1), 0.0, months),
    )


def _with_unseen(
    index: pd.Index, own: pd.DataFrame, size: pd.Series
) -> tuple[pd.Index, pd.DataFrame]:
    """Add as many places without a name as there must be that never had an episode.

    Chao's lower bound: f1 (f1 - 1) / (2 (f2 + 1)) of places with one and with two; at most twenty
    for each that is seen.
    """
    once, twice = int((size == 1).sum()), int((size == 2).sum())
    unseen = min(once * (once - 1) // (2 * (twice + 1)), _MOST_UNSEEN * len(index))
    longer = index.append(pd.Index([f"~{number}" for number in range(unseen)], dtype=index.dtype))
    return longer, own.reindex(longer)


def coarse(exposure: Floats) -> Floats:
    """Return exposures in steps of one per cent where there are very many different ones."""
    usable = exposure > 0
    if len(np.unique(exposure[usable])) <= _MOST_EXPOSURES:
        return exposure
    steps = np.round(np.log(np.where(usable, exposure, 1.0)) / _FINE) * _FINE
    return np.where(usable, np.exp(steps), exposure)
