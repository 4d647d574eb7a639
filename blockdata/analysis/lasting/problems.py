"""The test: more episodes than such places have, and coming back after closing."""

from __future__ import annotations

import numpy as np
import pandas as pd

from blockdata.analysis.checks import require_naive_time
from blockdata.analysis.fdr import bh_qvalues
from blockdata.analysis.hotspots import excess_rank
from blockdata.analysis.lasting.courses import courses_of
from blockdata.analysis.lasting.expectations import Expected, Tally, expectations
from blockdata.analysis.lasting.ground import Floats, Ground, grounds_of, month_of
from blockdata.analysis.lasting.memory import half_life_months, rate_a_year, ratio_now, series_of
from blockdata.analysis.lasting.prior import posterior_interval, posterior_mean
from blockdata.analysis.lasting.returns import (
    closings_of_known,
    known_episodes,
    returns_within,
)
from blockdata.analysis.lasting.rules import STEP_DAYS, LastingRules
from blockdata.analysis.tails import negative_binomial_upper_tail
from blockdata.kernels.blocks import all_at_once
from blockdata.link.order import positions, ranks

__all__ = ["LASTING_COLUMNS", "lasting_problems"]

LASTING_COLUMNS = {
    "place_kind": "str",
    "place": "str",
    "category": "str",
    "episodes": "int64",
    "closings": "int64",
    "administrative_closings": "int64",
    "reopenings": "int64",
    "followed": "int64",
    "returned": "int64",
    "share": "float64",
    "share_km": "float64",
    "median_days": "float64",
    "exposure": "float64",
    "expected": "float64",
    "excess": "float64",
    "excess_low": "float64",
    "excess_high": "float64",
    "excess_now": "float64",
    "returns": "int64",
    "expected_returns": "float64",
    "p_count": "float64",
    "p_return": "float64",
    "p": "float64",
    "q": "float64",
    "status": "str",
    "course": "str",
    "spells": "Int64",
    "calm_months": "Int64",
    "rank": "Int64",
    "dispersion": "float64",
    "half_life_days": "float64",
    "model": "str",
    "reason": "str",
}
_KEYS = ["category", "place"]
_RETURN = ["closed_at", "next_episode", "days", "recurred", "observed_days"]
_COUNTED = ["administrative_closings", "reopenings"]


def lasting_problems(
    episodes: pd.DataFrame,
    places: pd.DataFrame | None = None,
    *,
    as_of: pd.Timestamp,
    rules: LastingRules | None = None,
) -> pd.DataFrame:
    """Find the places that have more of a problem than such places, and where it comes back.

    The design, the rules and the classes are told in `blockdata.analysis.lasting`.

    Parameters
    ----------
    episodes : DataFrame
        place_kind, place, category, episode (str, distinct within a kind of place), first_reported
        and closed_at (naive UTC; NaT is open); optionally reopenings and administrative_closings
        (int >= 0). Also those that were closed in the window and began before it.
    places : DataFrame, optional
        place_kind, place (str, distinct together), exposure (>= 0; NaN is not known), and if
        known group (str: places are compared with those of their group, such as the class of a
        component), since and until (naive UTC; NaT is always). All places of a kind, with or
        without an episode. A kind without a row has as places those ever seen with an episode,
        each of exposure 1.
    as_of : Timestamp
        End of what is known, naive UTC, exclusive.
    rules : LastingRules, optional

    Returns
    -------
    DataFrame, one row per place and category with an episode in the window
        Columns `LASTING_COLUMNS`, sorted by place_kind, category and place.

    Raises
    ------
    AnalysisError
        If a column or value is missing, a key stands twice, times carry a zone, or an exposure
        is negative or infinite.

    References
    ----------
    As in `fit_such_places`, `returns_within`, `courses_of` and `bh_qvalues`. Clayton, D. and
    Kaldor, J. (1987). Empirical Bayes estimates of age-standardized relative risks. Biometrics
    43, 671-681 (gamma posterior). Berger, R. L. (1982). Multiparameter hypothesis testing and
    acceptance sampling. Technometrics 24, 295-300 (the larger p of two that must both hold).
    Chao, A. (1984). Nonparametric estimation of the number of classes in a population.
    Scandinavian Journal of Statistics 11, 265-270.

    Examples
    --------
    >>> day = pd.Timestamp("2024-01-01") + pd.to_timedelta(range(0, 320, 20), unit="D")
    >>> bad = pd.DataFrame({"place": "bad", "first_reported": day})
    >>> names = [f"g{i:02}" for i in range(64)]
    >>> good = pd.DataFrame({"place": names, "first_reported": [*day] * 4})
    >>> frame = pd.concat([bad, good], ignore_index=True)
    >>> frame = frame.assign(place_kind="address", category="leak", episode=frame.index.astype(str))
    >>> frame["closed_at"] = frame["first_reported"] + pd.Timedelta(days=3)
    >>> found = lasting_problems(frame, as_of=pd.Timestamp("2024-12-01")).query("status == status")
    >>> found[["place", "episodes", "returns", "course"]].values.tolist()
    [['bad', 16, 15, 'persistent']]
    """
    rules = rules or LastingRules()
    end = require_naive_time(as_of, "lasting_problems as_of")
    known = known_episodes(episodes, "lasting_problems episodes")
    counted = {c: episodes[c].array if c in episodes.columns else 0 for c in _COUNTED}
    known = known.assign(**counted).reset_index(drop=True)
    known = known[known["first_reported"] < end]
    start = end - pd.Timedelta(days=STEP_DAYS * rules.months)
    closings = closings_of_known(known, end)
    closings = closings[closings["closed_at"] >= start]
    recent = known[known["first_reported"] >= start]
    if recent.empty:
        return pd.DataFrame({c: pd.Series(dtype=d) for c, d in LASTING_COLUMNS.items()})
    recent = recent.assign(month=month_of(recent["first_reported"], end, rules.months))
    grounds = grounds_of(places, known, end, rules.months)
    by_kind = dict(list(closings.groupby("place_kind")))
    none = closings.head(0)
    blocks = all_at_once(
        recent.groupby("place_kind", sort=True),
        lambda part: _kind(grounds[str(part[0])], part[1], by_kind.get(part[0], none), rules),
    )
    table = pd.concat(blocks, ignore_index=True)
    whole = [c for c, d in LASTING_COLUMNS.items() if d == "int64"]
    table[whole] = table[whole].fillna(0)
    # Kinds, categories and places come sorted, and a left join keeps their order.
    return table[list(LASTING_COLUMNS)].astype(LASTING_COLUMNS)


def _kind(
    ground: Ground, recent: pd.DataFrame, closings: pd.DataFrame, rules: LastingRules
) -> pd.DataFrame:
    """Test all categories of one kind of place together."""
    categories = pd.Index(sorted(recent["category"].unique()))
    rows = _numbered(recent, ground, categories).assign(month=recent["month"])
    back = _numbered(closings, ground, categories).join(closings[_RETURN])
    back = back[back["category"] >= 0]
    told = _returns(back, rules)
    months = np.zeros((len(categories), rules.months), np.int64)
    np.add.at(months, (rows["category"], rows["month"]), 1)
    counts = rows.groupby(["category", "place"], sort=True).size().rename("count").reset_index()
    found = expectations(ground, Tally(counts, months, told), rules)
    scored = pd.concat(
        [_scored(one, number, rules) for number, one in enumerate(found)], ignore_index=True
    )
    family = max(sum(one.family for one in found), int(scored["p_count"].notna().sum()))
    q_return = bh_qvalues(scored["p_return"])
    scored["q"] = np.maximum(bh_qvalues(scored["p_count"], family_size=family), q_return)
    listed = (scored["q"] <= rules.alpha) & (scored["returns"] >= rules.min_returns)
    scored["status"] = pd.Series("chronic", index=scored.index, dtype="str").where(listed)
    half_life, scored["excess_now"] = _now(ground, rows, found)
    scored["rank"] = excess_rank(scored["excess_now"].where(scored["q"].notna()))
    scored = scored.join(_courses(ground, rows, scored[listed], found, rules))
    scored = scored.merge(_told(rows, recent, back, rules), on=_KEYS, how="left")
    return scored.assign(
        place_kind=recent["place_kind"].iloc[0],
        half_life_days=half_life * STEP_DAYS,
        exposure=ground.exposure[scored["place"]],
        place=ground.places[scored["place"]],
        category=categories[scored["category"]],
    )


def _numbered(told: pd.DataFrame, ground: Ground, categories: pd.Index) -> pd.DataFrame:
    """Return the places and categories of episodes or closings by their numbers; -1 is none."""
    numbers = {
        "category": positions(told["category"], categories.to_series()),
        "place": positions(told["place"], ground.places.to_series()),
    }
    return pd.DataFrame(numbers, index=told.index)


def _returns(back: pd.DataFrame, rules: LastingRules) -> pd.DataFrame:
    """Return how often problems came back, and in how many days that were followed.

    Where episodes overlap, the last closing before the next episode is the one it comes after.
    """
    after = back.assign(next_episode=ranks(back["next_episode"])).sort_values("closed_at")
    after = after.drop_duplicates([*_KEYS, "next_episode"], keep="last")
    told = returns_within(after, [rules.recur_days], by=_KEYS)
    told = told.assign(returned=told["returned_km"])
    return told.loc[told["followed_days"] > 0, [*_KEYS, "returned", "followed_days"]]


def _scored(one: Expected, number: int, rules: LastingRules) -> pd.DataFrame:
    """Score the places of one category; both tails must be small, so the larger p counts."""
    reason = pd.Series(one.reason, dtype="str")
    reason = reason.mask(reason.isna() & np.isnan(one.expected_returns), "no_closing_at_risk")
    counted = reason.isna() | (reason == "no_closing_at_risk")
    p_count = negative_binomial_upper_tail(one.count, one.expected, _usable(one.dispersion))
    p_return = negative_binomial_upper_tail(
        one.returned, one.expected_returns, _usable(one.dispersion)
    )
    p = np.where(reason.isna(), np.maximum(p_count, p_return), np.nan)
    tested = counted.to_numpy(dtype=bool)
    ratio = posterior_mean(one.count, one.expected, one.bad)
    ends = posterior_interval(one.count, one.expected, one.bad, rules.interval)
    excess, low, high = (one.expected * (times - 1) for times in (ratio, *ends))
    return pd.DataFrame(
        {
            "place": one.place,
            "category": number,
            "episodes": one.count,
            "expected": np.where(tested, one.expected, np.nan),
            "excess": np.where(tested, excess, np.nan),
            "excess_low": np.where(tested, low, np.nan),
            "excess_high": np.where(tested, high, np.nan),
            "returns": one.returned,
            "expected_returns": one.expected_returns,
            "p_count": np.where(tested, p_count, np.nan),
            "p_return": np.where(reason.isna(), p_return, np.nan),
            "p": p,
            "dispersion": one.dispersion,
            "model": pd.Series(one.model, index=reason.index, dtype="str").where(tested),
            "reason": reason,
        }
    )


def _now(ground: Ground, rows: pd.DataFrame, found: list[Expected]) -> tuple[float, Floats]:
    """Return the half-life in months, and the excess a year at the end of the window."""
    series = series_of(rows, found)
    half_life = half_life_months(ground, found, series)
    now = [
        rate_a_year(ground, one) * (ratio_now(ground, one, own, half_life) - 1)
        for one, own in zip(found, series, strict=True)
    ]
    return half_life, np.concatenate(now)


def _usable(dispersion: float) -> float:
    return 0.0 if np.isnan(dispersion) else dispersion


def _courses(
    ground: Ground,
    rows: pd.DataFrame,
    listed: pd.DataFrame,
    found: list[Expected],
    rules: LastingRules,
) -> pd.DataFrame:
    """Class the listed places by their months."""
    keys = pd.MultiIndex.from_frame(listed[["category", "place"]])
    which = keys.get_indexer(pd.MultiIndex.from_frame(rows[["category", "place"]]))
    count = np.zeros((len(listed), rules.months))
    np.add.at(count, (which[which >= 0], rows["month"].to_numpy()[which >= 0]), 1.0)
    place = listed["place"].to_numpy(dtype=np.int64)
    month = np.arange(rules.months)
    there = np.minimum(ground.ends[place][:, None], month + 1) - np.maximum(
        ground.begins[place][:, None], month
    )
    profile = np.array([one.profile for one in found])[listed["category"].to_numpy(dtype=np.int64)]
    part = np.clip(there, 0.0, 1.0) * profile
    whole = part.sum(axis=1, keepdims=True)
    expected = listed["expected"].to_numpy()[:, None] * np.divide(
        part, whole, out=np.zeros(part.shape), where=whole > 0
    )
    excess, mean = listed["excess"].to_numpy(), listed["expected"].to_numpy()
    told = courses_of(count, expected, 1 + excess / mean).set_index(listed.index)
    return told[["course", "spells", "calm_months"]]


def _told(
    rows: pd.DataFrame, recent: pd.DataFrame, back: pd.DataFrame, rules: LastingRules
) -> pd.DataFrame:
    """Return what is told of each place besides the test: closings, and how they held."""
    sums = rows[_KEYS].join(recent[_COUNTED]).groupby(_KEYS)[_COUNTED].sum()
    held = returns_within(back, [rules.recur_days], by=_KEYS)
    told = ["closings", "followed", "returned", "share", "share_km", "median_days"]
    return sums.join(held.set_index(_KEYS)[told], how="left").reset_index()
