"""How much a visit to each place may meet, and why."""

from __future__ import annotations

from itertools import pairwise
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
import pandas as pd

from blockdata.analysis.checks import require_columns, require_naive_time
from blockdata.analysis.tasks.rules import TaskRules

__all__ = ["STOP_REASONS", "Evidence", "score_stops"]

STOP_REASONS = MappingProxyType(
    {
        "hot": ("热点", "hot spot"),
        "overdue": ("案件超期", "overdue"),
        "due_soon": ("案件临期", "soon due"),
        "open": ("问题未办结", "open problem"),
        "idle": ("长期无进展", "no progress for long"),
        "chronic": ("久治不愈", "chronic"),
        "unseen": ("久未到场", "not seen for long"),
    }
)
"""Why a place is on a list, in the order in which reasons are told."""

_STOP = ["stop_kind", "stop"]
_DAYS_A_YEAR = 365.0
_COUNTS = ("open", "idle", "overdue", "due_soon")


class Evidence(NamedTuple):
    """What speaks for going to places; every frame has stop_kind and stop.

    `rates`: category, episodes, expected, excess, excess_now (null where not tested), status,
    course: rows of the table `chronic` at the stops; a stop may have several rows of a category.
    `open_episodes`: episode, category, last_sign_at (naive UTC: the last report or step), overdue,
    due_soon (cases).
    `hot`: category, window_days, cell, episodes (distinct ones of the cell at the stop), count (all
    of the cell), excess (of the cell).
    `seen`: seen_at (naive UTC, null for never): when something was last handled, checked or closed
    at a stop.
    """

    rates: pd.DataFrame
    open_episodes: pd.DataFrame
    hot: pd.DataFrame
    seen: pd.DataFrame


def score_stops(evidence: Evidence, *, as_of: pd.Timestamp, rules: TaskRules) -> pd.DataFrame:
    """Score every place that anything speaks for.

    The rule is told in `blockdata.analysis.tasks`.

    Parameters
    ----------
    evidence : Evidence
    as_of : Timestamp
        End of what is known, naive UTC.
    rules : TaskRules

    Returns
    -------
    DataFrame
        stop_kind, stop, score, expected (new problems within the horizon), open (not idle), idle,
        overdue, due_soon (cases of open problems that are not idle), idle_days (of the problem
        that is idle for longest; null without), unseen_days (null where not chronic or never
        seen), chronic, hot (categories joined by "、"; empty without), categories (all that speak
        for the place, so joined), reasons (keys of `STOP_REASONS` joined by ","); sorted by
        stop_kind and stop. Places without a reason are left out.

    Raises
    ------
    AnalysisError
        If a column is missing, or as_of carries a zone.
    """
    end = require_naive_time(as_of, "score_stops as_of")
    for name, frame in evidence._asdict().items():
        require_columns(frame, _STOP, f"score_stops {name}")
    evidence = Evidence(*(_as_text(frame) for frame in evidence))
    bad = _still_bad(evidence.rates)
    parts = [
        _open_work(evidence.open_episodes, end, rules),
        _joined(bad, "chronic"),
        _joined(evidence.hot, "hot"),
        _all_categories([evidence.open_episodes, bad, evidence.hot]),
        _new_problems(evidence, rules),
        _unseen(evidence.seen, bad, end),
    ]
    found = pd.concat([part.set_index(_STOP) for part in parts], axis=1).sort_index().reset_index()
    whole = {name: found[name].fillna(0).astype(np.int64) for name in _COUNTS}
    texts = {name: found[name].fillna("") for name in ("chronic", "hot", "categories")}
    found = found.assign(**whole, **texts, expected=found["expected"].fillna(0.0).round(6))
    scored = found.assign(score=_score(found, rules), reasons=_reasons(found, rules))
    return scored[scored["reasons"] != ""].reset_index(drop=True)[
        [
            *(*_STOP, "score", "expected", *_COUNTS, "idle_days", "unseen_days"),
            *("chronic", "hot", "categories", "reasons"),
        ]
    ]


def _as_text(frame: pd.DataFrame) -> pd.DataFrame:
    """Make keys text, which they are not in an empty frame."""
    return frame.astype({k: "str" for k in (*_STOP, "category") if k in frame})


def _still_bad(rates: pd.DataFrame) -> pd.DataFrame:
    return rates[rates["status"].notna() & (rates["course"] != "resolved")]


def _joined(rows: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return stop_kind, stop and the categories of each, sorted and joined."""
    distinct = rows[[*_STOP, "category"]].drop_duplicates().sort_values([*_STOP, "category"])
    first = ~distinct.duplicated(_STOP).to_numpy(dtype=bool)
    bounds = np.append(np.flatnonzero(first), len(distinct)).tolist()
    categories = distinct["category"].tolist()
    texts = ["、".join(categories[a:b]) for a, b in pairwise(bounds)]
    stops = distinct.loc[first, _STOP].reset_index(drop=True)
    return stops.assign(**{name: pd.Series(texts, dtype="str")})


def _all_categories(frames: list[pd.DataFrame]) -> pd.DataFrame:
    return _joined(pd.concat([f[[*_STOP, "category"]] for f in frames]), "categories")


def _open_work(episodes: pd.DataFrame, end: pd.Timestamp, rules: TaskRules) -> pd.DataFrame:
    days = (end - episodes["last_sign_at"]).dt.total_seconds() / 86_400
    idle = days >= rules.idle_days
    work = episodes[_STOP].assign(
        open=(~idle).astype(np.int64),
        idle=idle.astype(np.int64),
        overdue=episodes["overdue"].where(~idle, 0),
        due_soon=episodes["due_soon"].where(~idle, 0),
        idle_days=np.floor(days.where(idle)),
    )
    return (
        work.groupby(_STOP).agg(dict.fromkeys(_COUNTS, "sum") | {"idle_days": "max"}).reset_index()
    )


def _new_problems(evidence: Evidence, rules: TaskRules) -> pd.DataFrame:
    """Return the problems expected within the horizon, by the greater of two estimates."""
    own = _own_rate(evidence.rates, rules).rename("rate")
    hot = _hot_rate(evidence.hot).rename("rate")
    both = pd.concat([own, hot]).groupby(level=[0, 1, 2]).max()
    expected = both.groupby(level=[0, 1]).sum() * rules.horizon_days
    return expected.rename("expected").rename_axis(_STOP).reset_index()


def _own_rate(rates: pd.DataFrame, rules: TaskRules) -> pd.Series[float]:
    """Return new problems a day by stop and category; what was not tested adds nothing."""
    surplus = (rates["excess_now"] / _DAYS_A_YEAR).fillna(rates["excess"] / rules.window_days)
    rate = (rates["expected"] / rules.window_days + surplus).clip(lower=0.0).fillna(0.0)
    # What every such cell has lies at its places; only what it has too many is its own.
    above = surplus.clip(lower=0.0).fillna(0.0)
    whole = rates["stop_kind"].astype("str").str.startswith("cell:").astype(bool)
    # A stop's rows speak of the same problems: an address, its building, the entity in it.
    keyed = rates[[*_STOP, "category"]].assign(rate=rate.where(~whole, above))
    return keyed.groupby([*_STOP, "category"])["rate"].max()


def _hot_rate(hot: pd.DataFrame) -> pd.Series[float]:
    """Return a stop's share of the excess of hot cells a day; of several windows the greatest."""
    share = hot["episodes"] / hot["count"]
    keyed = hot.assign(rate=hot["excess"].clip(lower=0) / hot["window_days"] * share)
    by_window = keyed.groupby([*_STOP, "category", "window_days"])["rate"].sum()
    return by_window.groupby(level=[0, 1, 2]).max()


def _unseen(seen: pd.DataFrame, bad: pd.DataFrame, end: pd.Timestamp) -> pd.DataFrame:
    """Return days since chronic places were last seen; infinite where nobody ever was there."""
    last = bad[_STOP].drop_duplicates().merge(seen, on=_STOP, how="left")
    last = last.groupby(_STOP)["seen_at"].max().reset_index()
    days = (end - last["seen_at"]).dt.total_seconds() / 86_400
    return last[_STOP].assign(unseen_days=np.floor(days).fillna(np.inf))


def _score(found: pd.DataFrame, rules: TaskRules) -> pd.Series[float]:
    score: pd.Series[float] = (
        found["expected"]
        + rules.open_weight * found["open"]
        + rules.idle_weight * found["idle"]
        + rules.overdue_weight * found["overdue"]
        + rules.due_soon_weight * found["due_soon"]
    )
    return score.round(6)


def _reasons(found: pd.DataFrame, rules: TaskRules) -> list[str]:
    holds = {
        "hot": found["hot"] != "",
        "overdue": found["overdue"] > 0,
        "due_soon": found["due_soon"] > 0,
        "open": found["open"] > 0,
        "idle": found["idle"] > 0,
        "chronic": found["chronic"] != "",
        "unseen": found["unseen_days"] >= rules.unseen_days,
    }
    held = pd.DataFrame(holds)[list(STOP_REASONS)].to_numpy(dtype=bool)
    names = np.array(list(STOP_REASONS), dtype=object)
    return [",".join(names[row]) for row in held]
