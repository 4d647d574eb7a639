"""Tonight against the past, for every place, category and window at once."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from blockdata.analysis.checks import require_numbers
from blockdata.analysis.cube import Cube
from blockdata.analysis.expected import CalendarLaw
from blockdata.analysis.exposure import Exposure
from blockdata.analysis.fdr import adjusted_qvalues
from blockdata.analysis.hotspots import excess_rank
from blockdata.analysis.surveillance.forecast import Level, forecast, learn_level, matching_days
from blockdata.analysis.surveillance.night import Night, Window, prepare_night
from blockdata.analysis.surveillance.past import WEEK, Past, pair_counts
from blockdata.analysis.surveillance.predictive import predictive_upper_tail
from blockdata.analysis.surveillance.settings import Watch
from blockdata.analysis.surveillance.spread import pooled_dispersions
from blockdata.analysis.tails import FloatArray
from blockdata.errors import AnalysisError

__all__ = ["SURVEILLANCE_COLUMNS", "surveillance_test"]

_Ahead: TypeAlias = tuple[Past, CalendarLaw, Level]
_TOLD = ("expected", "dispersion", "past_count", "matched", "trend_per_year", "p")

SURVEILLANCE_COLUMNS = {
    "category": "str",
    "place": "str",
    "window_days": "int64",
    "observed_days": "int64",
    "count": "int64",
    "expected": "float64",
    "excess": "float64",
    "ratio": "float64",
    "dispersion": "float64",
    "past_count": "float64",
    "reference": "str",
    "trend_per_year": "float64",
    "p": "float64",
    "q": "float64",
    "alarm": "bool",
    "rank": "Int64",
    "reason": "str",
}


def surveillance_test(
    cube: Cube,
    as_of: pd.Timestamp,
    *,
    watch: Watch | None = None,
    exposure: Exposure | None = None,
) -> pd.DataFrame:
    """Compare the windows that end at as_of with each place's own past.

    Parameters
    ----------
    cube : Cube
        Of days; better of episodes than of reports, since one caller's many reports are no rise.
    as_of : Timestamp
        Local midnight, an edge of the cube; the last day before it is tonight's.
    watch : Watch, optional
    exposure : Exposure, optional
        What places without a past of their own are expected to have is in proportion to it; by
        default all places are alike in this. Places of zero or unknown exposure are not tested.

    Returns
    -------
    DataFrame, columns `SURVEILLANCE_COLUMNS`, sorted by category, place and window
        count over the observed days of the window; past_count and reference ("matched": own days
        of the same season and, for one day, weekday class; "pooled": all days, drawn towards the
        category's law); trend_per_year (change of the logarithm; 0: none of its own); p; q over
        the night's family; alarm (q <= alpha); rank by excess among the alarms. A row with a
        reason was not tested: "not_observed" (no day of the window), "too_little_past" (fewer
        than 8 weeks, or half of it not observed), "too_few_incidents", "zero_exposure",
        "unknown_exposure".

    Raises
    ------
    AnalysisError
        If the cube's steps are not days, as_of is no edge, or an exposure is negative, infinite
        or has a place twice.

    Notes
    -----
    Per category a calendar law (season, weekday, holiday, trend if significant) is fitted to the
    daily totals of the past, and outbreak weeks are left out. A place's level has a gamma law
    whose spread over places is estimated, updated by the place's own past; places with enough
    incidents look only at days like the window's and have a significant trend of their own taken
    up. Given the level a window's count is negative binomial with the category's dispersion for
    windows of that length, and p is the tail with the level integrated out, not a mid-p.

    What it assumes: the dispersion is one per category and window length, and calendar effects
    that a place does not share with its category are small or those of a place with enough past
    of its own. A factor that all places share on one day, as weather, is taken for dispersion:
    where it is strong and places are busy, more nights than the level have an alarm (variance
    0.2, k = 2, 100 incidents a year at a place: 7 of 60 null nights; within the assumptions 1 to
    2 in a hundred, `benchmarks/statistics/surveillance.py`).

    References
    ----------
    Farrington et al. (1996) and Noufaily et al. (2013), as in `without_outbreaks`. Clayton, D. and
    Kaldor, J. (1987). Empirical Bayes estimates of age-standardized relative risks for use in
    disease mapping. Biometrics 43, 671-681. Benjamini, Y. and Yekutieli, D. (2001). The control
    of the false discovery rate in multiple testing under dependency. Annals of Statistics 29,
    1165-1188.

    Examples
    --------
    >>> from blockdata.analysis.cube import counts_cube
    >>> days = pd.date_range("2024-01-01", periods=140)
    >>> usual = pd.DataFrame({"place": ["a", "b"] * 70, "category": "noise", "day": days})
    >>> burst = pd.DataFrame({"place": ["b"] * 9, "category": "noise", "day": days[-1]})
    >>> events = pd.concat([usual, burst])
    >>> cube = counts_cube(events, start=days[0], end=pd.Timestamp("2024-05-20"))
    >>> night = surveillance_test(cube, pd.Timestamp("2024-05-20"))
    >>> night[night["alarm"]][["place", "window_days", "count"]].to_numpy().tolist()
    [['b', 1, 10], ['b', 7, 13]]
    """
    chosen = watch or Watch()
    night = prepare_night(cube, as_of, chosen)
    relative, outside = _relative(exposure, cube.places)
    inside = np.flatnonzero(outside == "")
    kinds = np.flatnonzero(night.reasons == "") if inside.size else np.empty(0, dtype=np.int64)
    pasts = {int(k): night.past(int(k)) for k in kinds}
    spread = _dispersions(pasts, {*chosen.windows_days, WEEK})
    blocks = []
    for kind, category in enumerate(cube.categories):
        reason = np.where(outside == "", night.reasons[kind], outside)
        ahead: _Ahead | None = None
        if kind in pasts:
            past, law = pasts[kind]
            level = learn_level(past, relative, spread[WEEK][kind], night.years)
            ahead = past, law, level
        for days in sorted(chosen.windows_days):
            block = _block(night, night.window(kind, days), ahead, spread[days].get(kind), reason)
            blocks.append(block.assign(category=category, place=cube.places))
    return _called(blocks, chosen)


def _relative(
    exposure: Exposure | None, places: pd.Index[Any]
) -> tuple[FloatArray, npt.NDArray[np.str_]]:
    """Exposure per place, 0 where it cannot be tested, and why it cannot."""
    if exposure is None:
        return np.ones(len(places)), np.full(len(places), "", dtype="<U16")
    if exposure.values.index.has_duplicates:
        raise AnalysisError("a place stands twice", where="surveillance_test exposure")
    values = require_numbers(exposure.values.reindex(places), "surveillance_test exposure")
    if np.any((values < 0) | np.isinf(values)):
        raise AnalysisError(
            "an exposure is negative or infinite",
            where="surveillance_test exposure",
            allowed="finite, >= 0",
        )
    reason = np.select([np.isnan(values), values == 0], ["unknown_exposure", "zero_exposure"], "")
    return np.nan_to_num(values), reason


def _dispersions(
    pasts: dict[int, tuple[Past, CalendarLaw]], lengths: set[int]
) -> dict[int, dict[int, float]]:
    """Dispersion of each window length and category."""
    found = {}
    for days in sorted(lengths):
        alphas = pooled_dispersions([pair_counts(past, days) for past, _ in pasts.values()])
        found[days] = dict(zip(pasts, alphas.tolist(), strict=True))
    return found


def _block(
    night: Night,
    window: Window,
    ahead: _Ahead | None,
    dispersion: float | None,
    reason: npt.NDArray[np.str_],
) -> pd.DataFrame:
    """One category and window, in the order of the places."""
    size = len(window.count)
    told: dict[str, Any] = dict.fromkeys(_TOLD, np.full(size, np.nan))
    if ahead is not None and dispersion is not None and window.days.size:
        told = _told(night, window, ahead, dispersion)
    elif window.days.size == 0:
        reason = np.where(reason == "", "not_observed", reason)
    frame = pd.DataFrame(
        {
            "window_days": window.length_days,
            "observed_days": len(window.days),
            "count": window.count,
            "reason": pd.Series(reason, dtype="str").mask(reason == ""),
            **told,
        }
    )
    if (reason != "").any():
        frame.loc[reason != "", list(_TOLD)] = np.nan
    return frame


def _told(night: Night, window: Window, ahead: _Ahead, dispersion: float) -> dict[str, Any]:
    past, law, level = ahead
    reference = night.days[: night.weeks * WEEK]
    whole = night.days[-window.length_days :]
    expected = forecast(
        past,
        level,
        law,
        window=window.days,
        matching=matching_days(reference, whole, night.watch.calendar),
        years=night.years,
    )
    p = predictive_upper_tail(window.count, expected.expected, dispersion, expected.shape)
    return {
        "expected": expected.expected,
        "dispersion": dispersion,
        "past_count": expected.past_count,
        "matched": expected.matched.astype(np.float64),
        "trend_per_year": level.slope,
        "p": p,
    }


def _called(blocks: list[pd.DataFrame], watch: Watch) -> pd.DataFrame:
    if not blocks:
        return pd.DataFrame({c: pd.Series(dtype=d) for c, d in SURVEILLANCE_COLUMNS.items()})
    frame = pd.concat(blocks, ignore_index=True)
    frame["q"] = adjusted_qvalues(frame["p"].to_numpy(), watch.correction)
    frame["alarm"] = frame["q"] <= watch.alpha
    frame["excess"] = frame["count"] - frame["expected"]
    frame["ratio"] = frame["count"] / frame["expected"]
    frame["rank"] = excess_rank(frame["excess"].where(frame["alarm"]))
    matched = frame["matched"].map({1.0: "matched", 0.0: "pooled"})
    frame = frame.assign(reference=matched).astype(SURVEILLANCE_COLUMNS)
    ordered = frame.sort_values(["category", "place", "window_days"], ignore_index=True)
    return ordered[list(SURVEILLANCE_COLUMNS)]
