"""Which component or camera an incident is about: by its code, or the nearest of its class."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from blockdata.link.evidence.candidates import Things
from blockdata.link.evidence.places import (
    COORDINATES,
    NOWHERE,
    Given,
    Where,
    crowding_of_cases,
    share_of_cases,
)
from blockdata.link.evidence.position_error import PositionError
from blockdata.link.evidence.weighing import Choice, Posterior, best_two, posterior
from blockdata.link.evidence.witnesses import Named, agreed, log_odds, no_named
from blockdata.link.order import positions

__all__ = ["ThingAnswers", "weigh_things"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

BY_CODE, BY_PLACE, UNLISTED = 1, 2, 4
"""Signs of the evidence: of the code, of the place, and of a code that nothing has."""

_UNLISTED_MISTYPED = 0.05
"""Of codes that nothing has, the share that is a slip; the others are of things not delivered."""
_ADDRESS_REACH_M = 20.0
"""Standard distance of a thing in the street from the address by which it is told."""


class ThingAnswers(NamedTuple):
    """Components or cameras of incidents.

    `sign` and `distance_m` stand beside the rows of `found`.
    """

    found: Posterior
    choice: Choice
    sign: Integers
    distance_m: Floats


class _Asked(NamedTuple):
    """What every question about the things of one kind needs."""

    given: Given
    kind: str
    things: pd.DataFrame
    where: Where


def weigh_things(given: Given, kind: str, where: Where) -> ThingAnswers:
    """Weigh the code against what stands near the place, of the class that the category is about.

    Incidents of a category without a class are linked by code alone: what merely stands nearby is
    no evidence.

    Parameters
    ----------
    given : Given
    kind : "component" or "camera"
    where : Where
        Of measured coordinates and, failing these, of the address or description.

    Returns
    -------
    ThingAnswers
    """
    asked = _Asked(given, kind, given.known.things(kind), where)
    named, unlisted = _coded(asked)
    near = _near(asked)
    coded = named._replace(log_odds=named.log_odds + _agreement(asked, named))
    share = share_of_cases(given, kind)
    outliers = given.sources.values("component", "outliers")
    lost = np.where(where.made == COORDINATES, outliers, where.outliers)
    lost = np.where(where.made == NOWHERE, 0.0, lost)
    none = np.log1p(-share + share * lost) * _has_near(near, len(share))
    none = none - np.log(_UNLISTED_MISTYPED) * unlisted
    found = posterior(
        np.r_[coded.incident, near.incident],
        np.r_[coded.target, near.target],
        np.r_[coded.log_odds, near.log_odds],
        none,
    )
    both = agreed([coded, near], 1.0)
    sign = both.sign | np.where(unlisted[both.incident], UNLISTED, 0)
    return ThingAnswers(
        found, best_two(found), sign, _distance(asked, found.incident, found.target)
    )


def _has_near(near: Named, count: int) -> npt.NDArray[np.bool_]:
    has = np.zeros(count, dtype=bool)
    has[near.incident] = True
    return has


def _coded(asked: _Asked) -> tuple[Named, npt.NDArray[np.bool_]]:
    """Return the things that codes name, and which incidents have a code that nothing has."""
    column, incidents = f"{asked.kind}_code", asked.given.incidents
    nothing = np.zeros(len(incidents), dtype=bool)
    if column not in incidents or not len(asked.things):
        return no_named(), nothing
    wanted = incidents[column].astype("str").str.strip()
    codes = asked.things["code"].astype("str").str.strip()
    order = np.argsort(positions(codes, codes), kind="stable")  # equal codes side by side
    number = positions(codes, codes)[order]
    first = positions(wanted, codes)
    begin = np.searchsorted(number, first, "left")
    size = np.where(first >= 0, np.searchsorted(number, first, "right") - begin, 0)
    row = np.repeat(np.arange(len(incidents)), size)
    step = np.arange(len(row)) - np.repeat(np.cumsum(size) - size, size)
    target = order[np.repeat(begin, size) + step]
    odds = log_odds(1 - asked.given.settings.code_error) - np.log(size[row])
    unlisted = (first < 0) & wanted.notna().to_numpy() & (wanted != "").to_numpy()
    return Named(row, target, odds, np.full(len(row), BY_CODE)), unlisted


def _distance(asked: _Asked, incident: Integers, target: Integers) -> Floats:
    if not len(target):
        return np.zeros(0)
    there = asked.things[["x", "y"]].to_numpy(dtype=np.float64)[target]
    x, y = asked.where.x[incident], asked.where.y[incident]
    return np.asarray(np.hypot(x - there[:, 0], y - there[:, 1]))


def _agreement(asked: _Asked, named: Named) -> Floats:
    """Return how much likelier coordinates are if the thing with the code is the one."""
    apart = _distance(asked, named.incident, named.target)
    counts = ~np.isnan(apart) & (asked.where.made[named.incident] == COORDINATES)
    near = asked.given.sources.near("component", named.incident, apart)
    area = asked.given.sources.values("component", "area_m2")[named.incident]
    lost = asked.given.sources.values("component", "outliers")[named.incident]
    return np.log(np.where(counts, area * near + lost, 1.0))


def _near(asked: _Asked) -> Named:
    """Return the things near each incident that are of the class its category is about."""
    incidents, known = asked.given.incidents, asked.given.known
    own = known.classes[known.classes["kind"] == asked.kind]
    same = own.groupby("category")["class_name"].agg(frozenset)
    found = []
    for names in sorted(set(same), key=sorted):
        about = incidents["category"].isin(same.index[same == names]).to_numpy()
        rows = np.flatnonzero(about & (asked.where.made != NOWHERE))
        things, target = known.things_of_class(asked.kind, names)
        if things.count and len(rows):
            near = _near_of_class(asked, rows, things)
            found.append(near._replace(target=target[near.target]))
    return agreed(found, 1.0)


def _near_of_class(asked: _Asked, rows: Integers, of_class: Things) -> Named:
    where, (_, _, sources, model, settings) = asked.where, asked.given
    reach = np.array([law.reach_m() for law in sources.to_thing] or [0.0])[sources.number[rows]]
    is_measured = where.made[rows] == COORDINATES
    spread = np.hypot(where.sigma_m[rows], _ADDRESS_REACH_M)
    reach = np.minimum(np.where(is_measured, reach, 3 * spread), settings.max_reach_m)
    asked_at = where.x[rows], where.y[rows]
    at, target, distance_m = of_class.within(*asked_at, reach, settings.candidates)
    row = rows[at]
    density = sources.near("component", row, distance_m)
    told = PositionError(1.0, 0.0, 0.0, model.area_m2)
    scaled = told.near(distance_m / spread[at]) / spread[at] ** 2 * (1 - where.outliers[row])
    density = np.where(is_measured[at], density, scaled)
    share = share_of_cases(asked.given, asked.kind)[row]
    share = share / crowding_of_cases(asked.given, asked.kind)[row]
    with np.errstate(divide="ignore"):
        weight = np.log(share * density * model.area_m2 / of_class.count)
    kept = np.isfinite(weight)
    sign = np.full(int(kept.sum()), BY_PLACE)
    return Named(row[kept], target[kept], weight[kept], sign)
