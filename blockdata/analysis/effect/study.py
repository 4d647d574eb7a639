"""Places, their events and the windows in which each intervention is compared."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.spatial import cKDTree

from blockdata.analysis.checks import looks_like_degrees, require_columns, require_distinct
from blockdata.analysis.effect.settings import EffectSettings
from blockdata.analysis.effect.windows import EventLog, Window, day_numbers
from blockdata.errors import AnalysisError
from blockdata.link.order import positions

__all__ = ["Study", "first_starts", "make_study"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_WHERE = "intervention_effect"


@dataclass(frozen=True)
class Study:
    """Everything known of all places, in their order.

    Parameters
    ----------
    names : Series of str
        Sorted.
    exposure : ndarray of float64
    log : EventLog
    treated : ndarray of int64
        Positions of the places that had the intervention.
    windows : list of Window or None
        Of each of them; None where it was not observed for long enough.
    free : ndarray of bool
        Which places may be compared with.
    group : ndarray of object
        Within which places are compared.
    """

    names: pd.Series
    exposure: Floats
    log: EventLog
    treated: Integers
    windows: list[Window | None]
    free: Flags
    group: npt.NDArray[np.object_]


def make_study(
    events: pd.DataFrame,
    places: pd.DataFrame,
    treated: pd.DataFrame,
    span: tuple[pd.Timestamp, pd.Timestamp],
    settings: EffectSettings,
) -> Study:
    """Check what came in and put it together; see `intervention_effect`."""
    require_columns(events, ["place", "day"], f"{_WHERE} events")
    require_columns(places, ["place"], f"{_WHERE} places")
    require_distinct(places, ["place"], f"{_WHERE} places")
    require_columns(treated, ["place", "started_on"], f"{_WHERE} treated")
    ordered = places.sort_values("place", ignore_index=True)
    names = ordered["place"].astype("str")
    log = EventLog(
        positions(events["place"].astype("str"), names), day_numbers(events["day"]), len(names)
    )
    starts = first_starts(treated)
    known = positions(starts["place"], names)
    windows = _windows(starts[known >= 0], span, settings)
    at = known[known >= 0]
    free = np.ones(len(names), dtype=np.bool_)
    free[at] = False
    if settings.apart_m:
        free &= _apart(ordered, at, settings.apart_m)
    group = np.zeros(len(names), dtype=object)
    if "group" in ordered.columns:
        group = ordered["group"].to_numpy(dtype=object)
    return Study(names, _exposure(ordered), log, at, windows, free, group)


def first_starts(treated: pd.DataFrame) -> pd.DataFrame:
    """Return place, started_on, ended_on of the first intervention of each place; by place."""
    rows = pd.DataFrame(
        {
            "place": treated["place"].astype("str"),
            "started_on": pd.to_datetime(treated["started_on"]),
            "ended_on": pd.NaT,
        }
    )
    if "ended_on" in treated.columns:
        rows["ended_on"] = pd.to_datetime(treated["ended_on"])
    first = rows.sort_values(["place", "started_on", "ended_on"]).drop_duplicates("place")
    return first.reset_index(drop=True)


def _windows(
    starts: pd.DataFrame, span: tuple[pd.Timestamp, pd.Timestamp], settings: EffectSettings
) -> list[Window | None]:
    first, last = day_numbers(pd.Series(list(span)))
    begins = day_numbers(starts["started_on"])
    after = np.maximum(day_numbers(starts["ended_on"].fillna(starts["started_on"])), begins)
    windows: list[Window | None] = []
    for start, done in zip(begins.tolist(), after.tolist(), strict=True):
        window = Window(
            max(start - settings.pre_days, int(first)),
            start,
            done,
            min(done + settings.post_days, int(last)),
        )
        long = min(window.pre_days, window.post_days) >= settings.min_days
        windows.append(window if long else None)
    return windows


def _apart(places: pd.DataFrame, treated: Integers, apart_m: float) -> Flags:
    require_columns(places, ["x", "y"], f"{_WHERE} places")
    xy = places[["x", "y"]].to_numpy(dtype=np.float64)
    if looks_like_degrees(xy):
        raise AnalysisError("x and y look like degrees", where=f"{_WHERE} places", allowed="metres")
    known = np.isfinite(xy).all(axis=1)
    around = treated[known[treated]]
    far = np.ones(len(xy), dtype=np.bool_)
    if len(around):
        # Where a place is not known it is not known to be near.
        nearest_m, _ = cKDTree(xy[around]).query(xy[known])
        far[known] = nearest_m >= apart_m
    return far


def _exposure(places: pd.DataFrame) -> Floats:
    if "exposure" not in places.columns:
        return np.ones(len(places))
    exposure = places["exposure"].to_numpy(dtype=np.float64, na_value=np.nan)
    if not (np.isfinite(exposure) & (exposure > 0)).all():
        raise AnalysisError(
            "an exposure is missing, infinite or not above 0",
            where=f"{_WHERE} places",
            next_step="Leave these places out and report how many they are.",
        )
    return exposure
