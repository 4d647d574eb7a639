"""Incidents without a plan behind them: what is reported anywhere, by whom, when, and its fate."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from data_samples.district.library import Library
from data_samples.district.matters import MATTERS
from data_samples.district.network import Ints
from data_samples.district.places import Places
from data_samples.district.sizes import AS_OF, Hardness, Plan
from data_samples.district.things import kerb_points

HOTLINE, APP, PATROL = 0, 1, 2
SOURCE_SHARES = (0.62, 0.16, 0.22)


@dataclass(frozen=True)
class Faults:
    """Shares of cases to which something happens, by hardness; `k` is the overdispersion.

    Parameters
    ----------
    k : float
        Reports of one unit grid, category and month vary as a negative binomial of this k.
    never, early, administrative, late, reopened, repeated, default, misfiled : float
        Never closed; closed before opened; closed within a minute without anything done; entered
        days after it was reported; closed twice; reported again (the first of a group); put at the
        default location; filed under a wrong category.
    """

    k: float
    never: float
    early: float
    administrative: float
    late: float
    reopened: float
    repeated: float
    default: float
    misfiled: float


FAULTS = MappingProxyType(
    {
        "easy": Faults(np.inf, 0.008, 0.001, 0.004, 0.004, 0.008, 0.02, 0.006, 0.0),
        "real": Faults(5.0, 0.02, 0.003, 0.02, 0.02, 0.03, 0.05, 0.02, 0.02),
        "hard": Faults(2.0, 0.05, 0.008, 0.05, 0.05, 0.06, 0.08, 0.04, 0.06),
    }
)
"""The one declaration of what goes wrong with cases, and how often."""

_HOURS = np.array([1, 1, 1, 1, 1, 2, 4, 7, 9, 10, 9, 7, 6, 6, 8, 9, 8, 7, 7, 8, 8, 6, 4, 2.0])
_WEEKDAYS = np.array([1.12, 1.06, 1.0, 1.0, 1.04, 0.92, 0.86])
_TREND_A_YEAR = 0.06
_EMPTY_SHARE = 0.05
"""How often patrols find something in a grid without people, against the mean of the others."""

_DAY = np.timedelta64(86_400, "s")


@dataclass(frozen=True)
class Scene:
    """What incidents are drawn from.

    Parameters
    ----------
    persons_of_unit : list of ndarray
        Library rows of the dwellings of the people of each unit grid, one entry per person.
    people : ndarray of int
        People of each unit grid (row of `places.grids`).
    """

    plan: Plan
    hardness: Hardness
    places: Places
    library: Library
    components: pd.DataFrame
    people: Ints
    persons_of_unit: tuple[Ints, ...]

    @property
    def faults(self) -> Faults:
        """Shares of what goes wrong."""
        return FAULTS[self.hardness]


def scene_of(
    plan: Plan,
    hardness: Hardness,
    places: Places,
    library: Library,
    components: pd.DataFrame,
    persons: pd.DataFrame,
) -> Scene:
    """Gather what incidents are drawn from; people who are only registered do not count."""
    home = persons["address"].to_numpy()[(persons["residence"] != "空挂").to_numpy()]
    unit = places.blocks["unit"].to_numpy()[library.table["block"].to_numpy()[home]]
    order = np.argsort(unit, kind="stable")
    count = np.bincount(unit, minlength=len(places.grids))
    parts = np.split(home[order], np.cumsum(count)[:-1])
    return Scene(plan, hardness, places, library, components, count, tuple(parts))


def day_weights(plan: Plan, summer: float) -> npt.NDArray[np.float64]:
    """Return how many cases each day has against the others: season, weekday and trend."""
    days = np.datetime64(AS_OF) - plan.days + np.arange(plan.days)
    weekday = (days.astype(int) + 3) % 7
    turn = 2 * np.pi * ((days - days.astype("datetime64[Y]")).astype(int) - 196) / 365.25
    trend = 1 + _TREND_A_YEAR * np.arange(plan.days) / 365
    return np.asarray(_WEEKDAYS[weekday] * (1 + summer * np.cos(turn)) * trend)


def draw_cases(scene: Scene, rng: np.random.Generator) -> pd.DataFrame:
    """Draw the incidents that follow nothing but where people live and what stands there.

    Parameters
    ----------
    scene : Scene
    rng : numpy Generator

    Returns
    -------
    DataFrame
        See `frame_of`.
    """
    parts = []
    for source, share in enumerate(SOURCE_SHARES):
        for number, matter in enumerate(MATTERS):
            of_source = matter.patrolled if source == PATROL else matter.called
            count = round(scene.plan.incidents * share * of_source)
            if count:
                parts.append(_of_matter(scene, source, number, count, rng))
    return pd.concat(parts, ignore_index=True)


def _of_matter(
    scene: Scene, source: int, number: int, count: int, rng: np.random.Generator
) -> pd.DataFrame:
    matter = MATTERS[number]
    weights = day_weights(scene.plan, matter.summer)
    if matter.where in {"井盖", "路灯"}:
        place = np.full(count, -1)
        day = rng.choice(len(weights), size=count, p=weights / weights.sum())
    else:
        place, day = _unit_and_day(scene, source, count, weights, rng)
    return frame_of(scene, source, number, place, day, rng)


def _unit_and_day(
    scene: Scene,
    source: int,
    count: int,
    weights: npt.NDArray[np.float64],
    rng: np.random.Generator,
) -> tuple[Ints, Ints]:
    """Draw unit grid and day: by people, with a chance of its own for each grid and 28 days."""
    exposure = scene.people.astype(float)
    if source == PATROL:
        units = (scene.places.grids["layer"] == "unit").to_numpy()
        exposure += _EMPTY_SHARE * exposure[units].mean() * units
    # Periods of 28 days, counted back from the end, so that the last one is the window tested.
    days = np.arange(len(weights))
    period = (len(weights) - 1 - days) // 28
    per_period = np.bincount(period, weights=weights)
    chance = np.ones((len(exposure), len(per_period)))
    if np.isfinite(scene.faults.k):
        chance = rng.gamma(scene.faults.k, 1 / scene.faults.k, chance.shape)
    share = exposure[:, None] * per_period * chance
    drawn = rng.multinomial(count, (share / share.sum()).ravel())
    slot = np.repeat(np.arange(share.size), drawn)
    unit, own = slot // len(per_period), slot % len(per_period)
    return unit, _day_in(own, period, weights, rng)


def _day_in(
    own: Ints, period: Ints, weights: npt.NDArray[np.float64], rng: np.random.Generator
) -> Ints:
    """Draw a day of the given period by the days' weights."""
    ends = np.cumsum(weights)
    first = pd.Series(np.arange(len(period))).groupby(period).agg(["min", "max"])
    low = np.append(0, ends)[first["min"].to_numpy()][own]
    high = ends[first["max"].to_numpy()][own]
    return np.asarray(
        np.minimum(np.searchsorted(ends, rng.uniform(low, high), "right"), len(weights) - 1)
    )


def frame_of(
    scene: Scene, source: int, number: int, unit: Ints, day: Ints, rng: np.random.Generator
) -> pd.DataFrame:
    """Return cases of one source and matter, with an exact place, a time and a fate.

    Parameters
    ----------
    scene : Scene
    source : int
    number : int
        Row of `MATTERS`.
    unit : ndarray of int
        Row of the unit grid; -1 to draw a component anywhere.
    day : ndarray of int
        Days after the first.
    rng : numpy Generator

    Returns
    -------
    DataFrame
        `source`, `matter`, `unit`, `reported_at`, `entered_at`, `first_closed_at`, `reopened_at`,
        `closed_at`, `is_administrative`, `address` (row of the library, -1), `component` (row,
        -1), `x`, `y` (NaN where nobody measured), `caller`, `group`, `chain`, `same_caller`,
        `planted` (text), `is_default`, `plain` (whether the text is never vague).
    """
    count = len(day)
    frame = pd.DataFrame({"source": np.full(count, source), "matter": number, "unit": unit})
    begin = np.datetime64(AS_OF, "s") - scene.plan.days * _DAY
    hour = rng.choice(24, size=count, p=_HOURS / _HOURS.sum())
    second = rng.integers(0, 3600, count)
    frame["reported_at"] = begin + day * _DAY + (hour * 3600 + second).astype("timedelta64[s]")
    frame["caller"] = rng.integers(0, max(scene.plan.persons, 1000), count)
    frame["address"], frame["component"] = -1, -1
    frame["x"], frame["y"] = np.nan, np.nan
    _place(scene, frame, MATTERS[number].where, rng)
    for name, value in (("group", -1), ("chain", -1), ("same_caller", False), ("planted", "")):
        frame[name] = value
    frame["is_default"], frame["plain"] = False, False
    return with_fate(frame, scene.faults, rng)


def _place(scene: Scene, frame: pd.DataFrame, where: str, rng: np.random.Generator) -> None:
    source = int(frame["source"].iloc[0]) if len(frame) else HOTLINE
    if where in {"井盖", "路灯"}:
        of_class = np.flatnonzero(scene.components["name"].str.endswith(where).to_numpy())
        chosen = of_class[rng.integers(0, len(of_class), len(frame))]
        put_at_components(scene, frame, chosen)
    elif source == PATROL:
        _on_the_street(scene, frame, rng)
    else:
        _at_addresses(scene, frame, where, rng)


def put_at_components(scene: Scene, frame: pd.DataFrame, chosen: Ints) -> None:
    """Let cases be about components."""
    own = scene.components.iloc[chosen]
    frame["component"] = chosen
    frame["unit"] = own["unit"].to_numpy()
    frame["x"], frame["y"] = own["x"].to_numpy(), own["y"].to_numpy()


def _on_the_street(scene: Scene, frame: pd.DataFrame, rng: np.random.Generator) -> None:
    """Put cases on the kerbs of their unit grid, or in its middle where it has no street."""
    at, block = kerb_points(scene.places, 30 * scene.plan.units + 500, rng)
    pool = scene.places.blocks["unit"].to_numpy()[block]
    order = np.argsort(pool, kind="stable")
    unit = frame["unit"].to_numpy()
    first = np.searchsorted(pool[order], unit)
    size = np.searchsorted(pool[order], unit, "right") - first
    chosen = order[np.minimum(first + (rng.random(len(unit)) * size).astype(int), len(order) - 1)]
    shapes = scene.places.grids["geometry"].to_numpy()[unit]
    middle = shapely.get_coordinates(shapely.point_on_surface(shapes))
    inside = (size > 0) & shapely.contains_xy(shapes, *at[chosen].T)
    place = np.where(inside[:, None], at[chosen], middle).round(2)
    frame["x"], frame["y"] = place[:, 0], place[:, 1]


def _at_addresses(scene: Scene, frame: pd.DataFrame, where: str, rng: np.random.Generator) -> None:
    """Put cases at a person's dwelling, or at a building of that person's block."""
    unit = frame["unit"].to_numpy()
    size = scene.people[unit]
    offset = np.append(0, np.cumsum(scene.people))[unit]
    home = np.concatenate(scene.persons_of_unit)[
        offset + (rng.random(len(unit)) * size).astype(int)
    ]
    address = home
    if where != "home":
        address = _building_beside(scene, home, rng)
    frame["address"] = address
    if frame["source"].iloc[0] == APP:
        table = scene.library.table
        noise = rng.normal(0, 9, (len(frame), 2))
        at = table[["x", "y"]].to_numpy()[address] + noise
        frame["x"], frame["y"] = at[:, 0].round(2), at[:, 1].round(2)


def _building_beside(scene: Scene, home: Ints, rng: np.random.Generator) -> Ints:
    """Return the address of a building of the block in which a dwelling is."""
    buildings = scene.library.buildings
    block = buildings["block"].to_numpy()
    own = scene.library.table["block"].to_numpy()[home]
    first = np.searchsorted(block, own)
    size = np.searchsorted(block, own, "right") - first
    chosen = first + (rng.random(len(own)) * size).astype(int)
    return np.asarray(buildings["address"].to_numpy()[chosen])


def with_fate(frame: pd.DataFrame, faults: Faults, rng: np.random.Generator) -> pd.DataFrame:
    """Close cases: within days, twice, by a form alone, before they began, or never."""
    count = len(frame)
    reported = frame["reported_at"].to_numpy()
    took = np.minimum(rng.lognormal(0.6, 0.7, count), 20.0)
    closed = reported + (took * 86_400).astype("timedelta64[s]")
    fate = rng.random(count)
    ends = np.cumsum([faults.never, faults.early, faults.administrative, faults.reopened])
    kind = np.searchsorted(ends, fate, "right")
    closed = np.where(kind == 0, np.datetime64("NaT"), closed)
    closed = np.where(kind == 1, reported - np.timedelta64(5, "h"), closed)
    closed = np.where(kind == 2, reported + np.timedelta64(40, "s"), closed)
    again = kind == 3
    frame["is_administrative"] = kind == 2
    frame["first_closed_at"] = np.where(again, closed, np.datetime64("NaT"))
    reopened = closed + (rng.uniform(1, 9, count) * 86_400).astype("timedelta64[s]")
    frame["reopened_at"] = np.where(again, reopened, np.datetime64("NaT"))
    more = (rng.uniform(1, 8, count) * 86_400).astype("timedelta64[s]")
    frame["closed_at"] = np.where(again, reopened + more, closed)
    late = rng.random(count) < faults.late
    delay = np.where(late, rng.uniform(3, 40, count) * 86_400, 0).astype("timedelta64[s]")
    frame["entered_at"] = reported + delay
    for name in ("reported_at", "entered_at", "first_closed_at", "reopened_at", "closed_at"):
        frame[name] = frame[name].astype("datetime64[s]")
    return frame


def with_repeats(frame: pd.DataFrame, scene: Scene, rng: np.random.Generator) -> pd.DataFrame:
    """Report some calls again: the same caller within hours, or others within a day or so.

    Parameters
    ----------
    frame : DataFrame
    scene : Scene
    rng : numpy Generator

    Returns
    -------
    DataFrame
        With the repeats at its end; a group and its repeats have one number in `group`.
    """
    calls = np.flatnonzero((frame["source"] != PATROL).to_numpy() & (frame["group"] < 0).to_numpy())
    first = calls[rng.random(len(calls)) < scene.faults.repeated]
    times = np.minimum(rng.geometric(0.65, len(first)), 6)
    same = rng.random(len(first)) < 0.5
    frame.loc[first, "group"] = np.arange(len(first)) + frame["group"].max() + 1
    frame.loc[first, "same_caller"] = same
    copies = frame.iloc[np.repeat(first, times)].reset_index(drop=True)
    hours = np.where(
        np.repeat(same, times), rng.uniform(0.1, 5, len(copies)), rng.uniform(0.1, 30, len(copies))
    )
    copies["reported_at"] += (hours * 3600).astype("timedelta64[s]")
    others = rng.integers(0, max(scene.plan.persons, 1000), len(copies))
    copies["caller"] = np.where(copies["same_caller"], copies["caller"], others)
    copies = with_fate(copies, scene.faults, rng)
    copies = copies[copies["reported_at"] < np.datetime64(AS_OF, "s")]
    return pd.concat([frame, copies], ignore_index=True)


def without_place(frame: pd.DataFrame, scene: Scene, rng: np.random.Generator) -> pd.DataFrame:
    """Put some calls at the default location: what the hotline writes when it knows no better."""
    chance = rng.random(len(frame)) < scene.faults.default
    free = (frame["source"] != PATROL) & (frame["planted"] == "") & (frame["group"] < 0)
    frame["is_default"] = chance & free.to_numpy()
    return frame
