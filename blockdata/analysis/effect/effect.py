"""Does it work? Before and after an intervention at chosen places against matched places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from blockdata.analysis.checks import require_naive_time
from blockdata.analysis.effect.estimate import estimate_ratio, randomisation_p
from blockdata.analysis.effect.law import expected_after
from blockdata.analysis.effect.matching import distances, nearest_few, pick_matches
from blockdata.analysis.effect.settings import EffectSettings
from blockdata.analysis.effect.study import Study, first_starts, make_study
from blockdata.analysis.effect.windows import Counts, Window

__all__ = ["Effect", "intervention_effect"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_WHERE = "intervention_effect"


@dataclass(frozen=True)
class Effect:
    """What an intervention did.

    Parameters
    ----------
    summary : dict of str to float, int or None
        treated (places that had it), followed (observed for long enough before and after), matched
        (of these, with a match), controls (places matched with them); pre, post (events of the
        matched treated places), control_pre, control_post (those of their matches, each set
        weighing as one place); expected (events after, without the intervention); naive_ratio
        (post by pre, per day), did_ratio (that of the treated by that of their matches), ratio
        (post by expected: the estimate), low, high, p, p_randomised; prevented (expected less
        post); dispersion; reason (null where there is an estimate).
    places : DataFrame
        place, pre, post, pre_days, post_days, expected, matches, reason; one row per treated
        place, sorted.
    matches : DataFrame
        place, control, distance, pre, post; one row per match, sorted by place and distance.

    Examples
    --------
    >>> Effect({"ratio": 0.7}, pd.DataFrame(), pd.DataFrame()).summary["ratio"]
    0.7
    """

    summary: dict[str, float | int | str | None]
    places: pd.DataFrame
    matches: pd.DataFrame


def intervention_effect(
    events: pd.DataFrame,
    places: pd.DataFrame,
    treated: pd.DataFrame,
    *,
    observed_from: pd.Timestamp,
    observed_to: pd.Timestamp,
    settings: EffectSettings | None = None,
) -> Effect:
    """Compare places before and after an intervention with places like them that had none.

    Places are chosen for an intervention because they are bad, and what is bad by chance gets
    better by itself. So each is compared with places whose past was the same (its parts, its
    total and the exposure; see `distances`), and what the small differences that are left lead to
    expect is taken out by the law that the past has with what follows (`expected_after`). What
    happens to all places alike (season, campaigns, channels) falls out as well.

    Parameters
    ----------
    events : DataFrame with place (str), day (datetime64, local days)
        Episodes of the category at which the intervention aims.
    places : DataFrame with place (str, distinct)
        All places that could have an event, those without any among them. Optional: exposure
        (> 0; default 1), group (matched within it alone: the kind of place, say), x and y
        (metres; needed with `apart_m`).
    treated : DataFrame with place, started_on; optional ended_on
        A place that is treated twice counts from its first start. After begins with the day of
        ended_on, or of started_on where that is missing; what lies between is not compared.
    observed_from, observed_to : Timestamp
        Local midnights; the latter exclusive.
    settings : EffectSettings, optional

    Returns
    -------
    Effect
        The reason of the summary is "too_few_places" (fewer than `min_places` treated places are
        among `places`), "not_followed" (so few were observed for `min_days` before and after),
        "too_few_matches" (so few have a match), "too_few_cases" (fewer than `min_events` before,
        or none after at the matches), or null. That of a place is "unknown_place",
        "not_followed", "too_few_matches" (none), or null.

    Raises
    ------
    AnalysisError
        If a column or value is missing, a place stands twice, an exposure is not above 0, or
        coordinates are degrees.

    Notes
    -----
    That places without the intervention are like the treated ones in all that their past does not
    show cannot be tested. The interval takes places as independent of each other: where one
    intervention reached many places side by side, give their area as one place.

    References
    ----------
    As in `expected_after`, `estimate_ratio` and `randomisation_p`.

    Examples
    --------
    >>> random = np.random.default_rng(0)
    >>> rate = random.gamma(2.0, 4.0, 400)
    >>> days = pd.date_range("2024-01-01", periods=730)
    >>> count = random.poisson(rate)
    >>> chosen = np.argsort(count)[-60::2]
    >>> after = random.poisson(np.where(np.isin(np.arange(400), chosen), 0.5 * rate, rate))
    >>> where = np.concatenate([np.repeat(np.arange(400), n) for n in (count, after)])
    >>> when = np.concatenate([random.integers(a, a + 365, n.sum())
    ...                        for a, n in ((0, count), (365, after))])
    >>> events = pd.DataFrame({"place": where.astype(str), "day": days[when]})
    >>> treated = pd.DataFrame({"place": chosen.astype(str), "started_on": days[365]})
    >>> effect = intervention_effect(events, pd.DataFrame({"place": np.arange(400).astype(str)}),
    ...     treated, observed_from=days[0], observed_to=pd.Timestamp("2025-12-31"))
    >>> effect.summary["low"] < 0.5 < effect.summary["high"] < 1
    True
    """
    settings = settings or EffectSettings()
    span = (
        require_naive_time(observed_from, f"{_WHERE} observed_from"),
        require_naive_time(observed_to, f"{_WHERE} observed_to"),
    )
    study = make_study(events, places, treated, span, settings)
    followed = np.array([w is not None for w in study.windows], dtype=np.bool_)
    told = _told_places(treated, study)
    if len(study.treated) < settings.min_places:
        return _without("too_few_places", study, told)
    if followed.sum() < settings.min_places:
        return _without("not_followed", study, told)
    return _matched(study, told, settings)


def _told_places(treated: pd.DataFrame, study: Study) -> pd.DataFrame:
    named = first_starts(treated)["place"]
    told = pd.DataFrame({"place": named, "reason": "unknown_place"}).set_index("place")
    windows = dict(zip(study.names[study.treated], study.windows, strict=True))
    told["reason"] = [
        "unknown_place" if n not in windows else None if windows[n] else "not_followed"
        for n in named
    ]
    for column in ("pre", "post", "pre_days", "post_days", "expected"):
        told[column] = np.nan
    told["matches"] = 0
    return told


def _finish(told: pd.DataFrame) -> pd.DataFrame:
    columns = ["place", "pre", "post", "pre_days", "post_days", "expected", "matches", "reason"]
    told = told.reset_index().astype({"place": "str", "reason": "str", "matches": "int64"})
    return told[columns].sort_values("place", ignore_index=True)


_NUMBERS = (
    *("pre", "post", "control_pre", "control_post", "expected", "naive_ratio", "did_ratio"),
    *("ratio", "low", "high", "p", "p_randomised", "prevented", "dispersion"),
)
_MATCH_COLUMNS = ("place", "control", "distance", "pre", "post")


def _without(
    reason: str, study: Study, told: pd.DataFrame, sets: dict[str, int] | None = None
) -> Effect:
    followed = sum(w is not None for w in study.windows)
    summary: dict[str, float | int | str | None] = {
        "treated": len(study.treated),
        "followed": followed,
        **(sets or {"matched": 0, "controls": 0}),
        **dict.fromkeys(_NUMBERS),
        "reason": reason,
    }
    return Effect(summary, _finish(told), pd.DataFrame(columns=list(_MATCH_COLUMNS)))


@dataclass(frozen=True)
class _Sets:
    """Matched sets: the treated place of each, its matches, and all counts in its window."""

    place: list[int]
    controls: list[Integers]
    window: list[Window]
    counts: list[Counts]
    expected: list[Floats]
    distance: list[Floats]


def _matched(study: Study, told: pd.DataFrame, settings: EffectSettings) -> Effect:
    sets = _make_sets(study, settings)
    _tell(told, study, sets)
    fit = [i for i, c in enumerate(sets.controls) if len(c)]
    sizes = {"matched": len(fit), "controls": sum(len(sets.controls[i]) for i in fit)}
    if len(fit) < settings.min_places:
        return _without("too_few_matches", study, told, sizes)
    rows = _rows(sets, fit)
    if (
        rows["pre"][rows["treated"]].sum() < settings.min_events
        or not rows["post"][~rows["treated"]].any()
    ):
        return _without("too_few_cases", study, told, sizes)
    summary: dict[str, float | int | str | None] = {
        "treated": len(study.treated),
        "followed": len(sets.place),
        **sizes,
        **_numbers(rows, settings),
        "reason": None,
    }
    return Effect(summary, _finish(told), _match_table(study, sets, fit))


def _make_sets(study: Study, settings: EffectSettings) -> _Sets:
    followed = [(at, w) for at, w in zip(study.treated.tolist(), study.windows, strict=True) if w]
    made: dict[Window, tuple[Counts, Floats]] = {}
    for window in {w: None for _, w in followed}:
        counted = study.log.counts(window, settings.segments)
        law = expected_after(counted.pre, counted.post, study.exposure, study.free)
        made[window] = (counted, law)
    near = [_candidates(study, at, made[w][0], len(followed), settings) for at, w in followed]
    controls = pick_matches([positions for positions, _ in near], settings.matches)
    return _Sets(
        place=[at for at, _ in followed],
        controls=controls,
        window=[w for _, w in followed],
        counts=[made[w][0] for _, w in followed],
        expected=[made[w][1] for _, w in followed],
        distance=[_distances_of(*pair, own) for pair, own in zip(near, controls, strict=True)],
    )


def _candidates(
    study: Study, at: int, counts: Counts, followed: int, settings: EffectSettings
) -> tuple[Integers, Floats]:
    """Return the places that one may be matched with, as many as all could take."""
    among = np.flatnonzero(study.free & (study.group == study.group[at]))
    apart = distances(counts, study.exposure, at, among, settings)
    return nearest_few(among, apart, settings.matches * followed)


def _distances_of(positions: Integers, apart: Floats, own: Integers) -> Floats:
    known = dict(zip(positions.tolist(), apart.tolist(), strict=True))
    return np.array([known[o] for o in own.tolist()], dtype=np.float64)


def _tell(told: pd.DataFrame, study: Study, sets: _Sets) -> None:
    """Fill in what is known of each treated place that was followed."""
    for i, at in enumerate(sets.place):
        name, number = study.names[at], len(sets.controls[i])
        told.loc[name, ["pre", "post"]] = [sets.counts[i].pre[at], sets.counts[i].post[at]]
        told.loc[name, "pre_days"] = sets.window[i].pre_days
        told.loc[name, "post_days"] = sets.window[i].post_days
        told.loc[name, "expected"] = sets.expected[i][at]
        told.loc[name, "matches"] = number
        told.loc[name, "reason"] = None if number else "too_few_matches"


def _rows(sets: _Sets, fit: list[int]) -> dict[str, npt.NDArray[Any]]:
    """Return one row per member of each set, the treated one first."""
    member = [np.concatenate([[sets.place[i]], sets.controls[i]]) for i in fit]
    size = [len(m) for m in member]
    pairs = list(zip(fit, member, strict=True))
    treated = np.concatenate([np.arange(n) == 0 for n in size])
    return {
        "pre": np.concatenate([sets.counts[i].pre[m] for i, m in pairs]),
        "post": np.concatenate([sets.counts[i].post[m] for i, m in pairs]),
        "expected": np.concatenate([sets.expected[i][m] for i, m in pairs]),
        "days": np.repeat([sets.window[i].post_days / sets.window[i].pre_days for i in fit], size),
        "weight": np.where(treated, 1.0, np.repeat([1 / max(n - 1, 1) for n in size], size)),
        "treated": treated,
        "set": np.repeat(np.arange(len(fit)), size),
    }


def _numbers(rows: dict[str, npt.NDArray[Any]], settings: EffectSettings) -> dict[str, float]:
    treated, weight = rows["treated"], rows["weight"]
    post, pre = rows["post"] * weight, rows["pre"] * rows["days"] * weight
    one, other = (float(post[g].sum()) for g in (treated, ~treated))
    before, other_before = (float(pre[g].sum()) for g in (treated, ~treated))
    found = estimate_ratio(rows["post"], rows["expected"], treated, settings.level)
    # The score of the ratio: what few events are expected of weighs little.
    usual = found.level * rows["expected"]
    expected = float(usual[treated].sum())
    edges = np.flatnonzero(treated)
    members = np.split(np.arange(len(treated)), edges[1:])
    p = randomisation_p(
        (rows["post"] - usual) / (1 + found.dispersion * usual),
        members,
        permutations=settings.permutations,
        seed=settings.seed,
    )
    naive = one / before
    return {
        "pre": float(rows["pre"][treated].sum()),
        "post": one,
        "control_pre": float((rows["pre"] * weight)[~treated].sum()),
        "control_post": other,
        "expected": expected,
        "naive_ratio": naive,
        "did_ratio": naive / (other / other_before) if other_before else float("nan"),
        "ratio": found.ratio,
        "low": found.low,
        "high": found.high,
        "p": found.p,
        "p_randomised": p,
        "prevented": expected - one,
        "dispersion": found.dispersion,
    }


def _match_table(study: Study, sets: _Sets, fit: list[int]) -> pd.DataFrame:
    names = study.names.to_numpy(dtype=object)
    parts = [
        pd.DataFrame(
            {
                "place": names[sets.place[i]],
                "control": names[sets.controls[i]],
                "distance": sets.distance[i],
                "pre": sets.counts[i].pre[sets.controls[i]],
                "post": sets.counts[i].post[sets.controls[i]],
            }
        )
        for i in fit
    ]
    table = pd.concat(parts, ignore_index=True)
    return table.sort_values(["place", "distance", "control"], ignore_index=True)
