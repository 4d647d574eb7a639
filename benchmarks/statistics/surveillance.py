"""False alarms of surveillance on null districts, days until a rise is seen, and its speed.

Run: python -m benchmarks.statistics --only surveillance [--nights 200].
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from blockdata.analysis.cube import Cube
from blockdata.analysis.surveillance import Watch, surveillance_test

DAYS = 764
ALPHA = 0.05


@dataclass(frozen=True)
class NullDistrict:
    """A district in which nothing rises: place levels, calendar and spread are constant.

    Parameters
    ----------
    size : float
        k of the negative binomial spread of a place's day; infinity is the Poisson law.
    yearly : float
        Mean number of incidents of a place and category in a year.
    places, categories : int
    levels : {"gamma", "lognormal", "equal"}
        How places differ: by a gamma law of shape 2, a lognormal one of sigma 1.5, or not.
    shared : float
        Variance of a factor that all places of a category share on one day, as weather does.
    own : float
        Standard deviation of what the logarithm of each place's own weekdays, and its own season,
        differ from the category's.

    Examples
    --------
    >>> NullDistrict(5.0, 2.0).places
    200
    """

    size: float
    yearly: float
    places: int = 200
    categories: int = 4
    levels: str = "gamma"
    shared: float = 0.0
    own: float = 0.0

    def draw(self, rng: np.random.Generator, days: int = DAYS) -> np.ndarray:
        """Draw counts, shape (categories, places, days)."""
        shape = (self.categories, self.places, 1)
        level = {
            "gamma": lambda: rng.gamma(2, 0.5, shape),
            "lognormal": lambda: rng.lognormal(-1.125, 1.5, shape),
            "equal": lambda: np.ones(shape),
        }[self.levels]()
        day = np.arange(days)
        season = np.exp(0.4 * np.sin(2 * np.pi * day / 365.25 + rng.uniform(0, 6)))
        weekday = np.exp(rng.normal(0, 0.4, (self.categories, 1, 7)))[:, :, day % 7]
        mean = self.yearly / 365 * level * season * weekday / weekday.mean(axis=2, keepdims=True)
        if self.own:
            weekdays = rng.normal(0, self.own, (*shape[:2], 7))[:, :, day % 7]
            swing = rng.normal(0, self.own, shape)
            mean = mean * np.exp(weekdays + swing * np.sin(2 * np.pi * day / 365.25))
        if self.shared:
            mean = mean * rng.gamma(1 / self.shared, self.shared, (self.categories, 1, days))
        if np.isfinite(self.size):
            mean = mean * rng.gamma(self.size, 1 / self.size, mean.shape)
        return rng.poisson(mean)


def dense_cube(counts: np.ndarray) -> Cube:
    """Make a cube of days from an array of categories, places and days."""
    kinds, places, days = counts.shape
    by_day = counts.transpose(2, 0, 1)
    step, category, place = np.nonzero(by_day)
    return Cube(
        places=pd.Index([f"c{n:05}" for n in range(places)], dtype="str"),
        categories=pd.Index([f"k{n:02}" for n in range(kinds)], dtype="str"),
        edges=pd.date_range("2022-01-03", periods=days + 1).as_unit("us"),
        step=step.astype(np.int64),
        category=category.astype(np.int64),
        place=place.astype(np.int64),
        count=by_day[step, category, place].astype(np.int64),
        observed_days=np.ones((kinds, days), dtype=np.int64),
        offsets=np.searchsorted(step, np.arange(days + 1)).astype(np.int64),
    )


def false_alarms(district: NullDistrict, nights: int, seed: int = 20240501) -> dict[str, float]:
    """Share of nights with any alarm, and of p-values at or under small levels, by level."""
    rng = np.random.default_rng(seed)
    any_alarm, tests = 0, 0
    under = dict.fromkeys((1e-2, 1e-3, 1e-4, 1e-5, 1e-6), 0)
    for _ in range(nights):
        cube = dense_cube(district.draw(rng))
        night = surveillance_test(cube, cube.edges[-1], watch=Watch(alpha=ALPHA))
        any_alarm += int(night["alarm"].any())
        p = night["p"].dropna().to_numpy()
        tests += len(p)
        for level in under:
            under[level] += int((p <= level).sum())
    return {
        "any": any_alarm / nights,
        **{f"{level:g}": n / max(tests, 1) / level for level, n in under.items()},
    }


def days_until_seen(
    yearly: float, factor: float, size: float, repeats: int, seed: int = 20240501
) -> list[int | None]:
    """Days from the begin of a rise at one place until an alarm names it, None after 28."""
    rng = np.random.default_rng(seed)
    district = NullDistrict(size, 4.0, places=200, categories=2)
    waited: list[int | None] = []
    for _ in range(repeats):
        counts = district.draw(rng, DAYS + 28)
        counts[0, 0, :DAYS] = rng.poisson(yearly / 365, DAYS)
        counts[0, 0, DAYS:] = rng.poisson(factor * yearly / 365, 28)
        waited.append(_first_alarm(dense_cube(counts)))
    return waited


def _first_alarm(cube: Cube) -> int | None:
    for day in (1, 2, 3, 4, 5, 7, 10, 14, 21, 28):
        night = surveillance_test(cube, cube.edges[DAYS + day])
        found = night[night["alarm"] & (night["place"] == "c00000") & (night["category"] == "k00")]
        if len(found):
            return day
    return None


def speed(places: int = 1064, categories: int = 30, days: int = 758) -> tuple[float, int]:
    """Seconds for one night of a whole district, and its incidents."""
    rng = np.random.default_rng(1)
    district = NullDistrict(5.0, 10.0, places=places, categories=categories, levels="lognormal")
    cube = dense_cube(district.draw(rng, days))
    began = time.perf_counter()
    surveillance_test(cube, cube.edges[-1])
    return time.perf_counter() - began, int(cube.count.sum())


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nights", type=int, default=200)
    parser.add_argument("--repeats", type=int, default=10)
    arguments = parser.parse_args(arguments)
    seconds, incidents = speed()
    print(f"1,064 places x 30 categories x 758 days, {incidents:,} incidents: {seconds:.2f} s")
    limit = ALPHA + 2 * np.sqrt(ALPHA * (1 - ALPHA) / arguments.nights)
    print(f"share of {arguments.nights} null nights with any alarm: {ALPHA}, limit {limit:.3f};")
    print("and share of p at or under a level, over the level")
    print("levels        k  a year shared  own    any   1e-2  1e-3  1e-4  1e-5  1e-6")
    kinds = (("gamma", 0.0, 0.0), ("lognormal", 0.0, 0.0), ("gamma", 0.2, 0.0), ("gamma", 0.0, 0.3))
    for levels, shared, own in kinds:
        for size in (np.inf, 5.0, 2.0):
            for yearly in (0.5, 5.0, 100.0):
                kind = NullDistrict(size, yearly, levels=levels, shared=shared, own=own)
                found = false_alarms(kind, arguments.nights)
                row = " ".join(f"{v:5.2f}" for v in list(found.values())[1:])
                what = f"{levels:9} {size:5g} {yearly:7g} {shared:6g} {own:4g}"
                print(f"{what} {found['any']:6.3f}  {row}", flush=True)
    print("days until a rise is seen: incidents a year, times, k: median (share seen in 28 days)")
    for yearly, factor in ((1, 100), (1, 365), (12, 10), (50, 5), (365, 2), (365, 3), (3650, 1.5)):
        waited = days_until_seen(yearly, factor, 5.0, arguments.repeats)
        seen = [day for day in waited if day is not None]
        median = np.median([99 if d is None else d for d in waited])
        print(f"{yearly:6} x{factor:<4g} {median:5.1f} ({len(seen) / len(waited):.2f})", flush=True)
