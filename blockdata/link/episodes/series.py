"""Reports of one category at one place, in order, and where among them an episode begins."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from blockdata.link.order import ranks

__all__ = ["NEVER", "WIDE", "Rules", "episode_starts", "ordered_rows"]

Booleans = npt.NDArray[np.bool_]
Integers = npt.NDArray[np.int64]

NEVER = int(np.iinfo(np.int64).min)
"""No closing; also what numpy stores for NaT."""

WIDE = ("cell:", "area")
"""How kinds of place begin that are too wide for two reports to be taken for one occurrence."""

_TEXTS = {"incident": "id", "place": "place", "category": "category"}


class Rules(NamedTuple):
    """Lengths of time in microseconds, and the end of what is known."""

    gap_us: int
    repeat_us: int
    administrative_us: int
    end: pd.Timestamp | None


def ordered_rows(incidents: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    """Return reports by series, time and id, with times as whole microseconds.

    Parameters
    ----------
    incidents : DataFrame
        As for `build_episodes`, without those that are excluded.
    rules : Rules

    Returns
    -------
    DataFrame
        incident, place_kind, place, category (str); series and occurrence (numbers); reported,
        closed (`NEVER` if not, or not by a closing that counts), until (up to when the report
        holds its episode together whatever comes: its closing or the last report of its
        occurrence); ignored, administrative, is_late (bool), reopenings (int64).
    """
    texts = {name: incidents[column].astype("str") for name, column in _TEXTS.items()}
    reported, closed = (_microseconds(incidents[c]) for c in ("reported_at", "closed_at"))
    if rules.end is not None:
        closed = np.where(closed >= _microseconds(pd.Series([rules.end]))[0], NEVER, closed)
    ignored = (closed != NEVER) & (closed < reported)
    closed = np.where(ignored, NEVER, closed)
    soon = closed - reported < rules.administrative_us
    number, series, occurrence = _numbers(incidents, texts)
    rows = pd.DataFrame(
        {
            **texts,
            "place_kind": _optional(incidents, "place_kind", None).astype("str"),
            "series": series,
            "occurrence": occurrence,
            "reported": reported,
            "closed": closed,
            "ignored": ignored,
            "administrative": (closed != NEVER) & (soon | _flags(incidents, "is_administrative")),
            "is_late": _flags(incidents, "is_late"),
            "reopenings": _optional(incidents, "reopenings", 0).fillna(0).astype("int64"),
        }
    )
    order = np.lexsort((number, reported, series))
    rows = rows.iloc[order].reset_index(drop=True)
    return rows.assign(until=np.maximum(rows["closed"], _last_of_occurrence(rows)))


def _optional(incidents: pd.DataFrame, name: str, default: object) -> pd.Series:
    if name in incidents:
        return incidents[name]
    return pd.Series(default, index=incidents.index, dtype=object if default is None else None)


def _flags(incidents: pd.DataFrame, name: str) -> Booleans:
    flags: Booleans = _optional(incidents, name, False).eq(True).to_numpy(dtype=bool)
    return flags


def _microseconds(times: pd.Series) -> Integers:
    return pd.to_datetime(times).to_numpy(dtype="datetime64[us]").astype(np.int64)


def _numbers(
    incidents: pd.DataFrame, texts: dict[str, pd.Series]
) -> tuple[Integers, Integers, Integers]:
    """Return numbers of the reports by id, of their series, and of their occurrences."""
    number, place, category = (ranks(texts[name]) for name in ("incident", "place", "category"))
    occurrence = ranks(_optional(incidents, "occurrence", None))
    alone = occurrence < 0
    occurrence = np.where(alone, occurrence.max(initial=0) + 1 + number, occurrence)
    if "place_kind" in incidents:
        wide = incidents["place_kind"].str.startswith(WIDE).eq(True).to_numpy(dtype=bool)
        place = np.where(wide, place.max(initial=0) + 1 + occurrence, place)
    return number, place * (category.max(initial=0) + 1) + category, occurrence


def _last_of_occurrence(rows: pd.DataFrame) -> Integers:
    """Return the time of the last report of each report's occurrence in its series."""
    last = rows["reported"].to_numpy(copy=True)
    several = rows["occurrence"].duplicated(keep=False).to_numpy()
    by_occurrence = rows[several].groupby(["series", "occurrence"], sort=False)["reported"]
    last[several] = by_occurrence.transform("max").to_numpy()
    return last


def episode_starts(rows: pd.DataFrame, rules: Rules) -> Booleans:
    """Tell which of the ordered rows begin an episode.

    Whether the running episode has a report that holds it together at a moment can be asked of
    all earlier reports of the series at once: those of earlier episodes held no longer than until
    the start of the running one, or it would not have started.
    """
    number = np.arange(len(rows))
    reported = rows["reported"].to_numpy()
    held_until = rows.groupby("series", sort=False)["until"].cummax().to_numpy()
    same_series = _previous(rows["series"].to_numpy(), -1) == rows["series"].to_numpy()
    since = reported - _previous(reported, 0)
    held = same_series & ((reported <= _previous(held_until, NEVER)) | (since <= rules.repeat_us))
    soon = same_series & (since <= rules.gap_us)
    # A report that nothing has mended counts for as long as every report since has followed in
    # one of these ways: it is then a member of the running episode.
    unmended = ((rows["closed"] == NEVER) | rows["administrative"]).to_numpy()
    latest = np.maximum.accumulate(np.where(unmended, number, -1))
    broken = np.maximum.accumulate(np.where(held | soon, -1, number))
    waits = _previous(latest >= broken, False)
    starts: Booleans = ~(held | (soon & waits))
    return starts


def _previous(values: npt.NDArray[np.generic], first: int) -> npt.NDArray[np.generic]:
    shifted = np.roll(values, 1)
    shifted[:1] = first
    return shifted
