"""Simulated districts without a chronic place: how often one is listed all the same.

Each district has 500 places of very unequal exposure (lognormal, sigma 1) and three categories, of
0.02, 0.5 and 10 episodes a place in 720 days. Episodes come at random; how many a place has of a
category is negative binomial (k = infinity, 5, 2: the place's own rate, gamma, all the time). An
episode is closed after 3 days in the mean; reports until then belong to it. The share of districts
with anything listed is to be at or under the nominal level, 0.05, over all categories together.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence

import numpy as np
import pandas as pd

from blockdata.analysis.lasting import LastingRules, lasting_problems

END = pd.Timestamp("2025-01-01")
SIZES = (np.inf, 5.0, 2.0)
MEANS = (0.02, 0.5, 10.0)
PLACES = 500
DAYS = 720.0
CLOSED_DAYS = 3.0


def draw(size: float, rng: np.random.Generator) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Draw a district: its episodes and its places, as `lasting_problems` takes them.

    Parameters
    ----------
    size : float
        k of the negative binomial; infinity is Poisson's law.
    rng : Generator

    Examples
    --------
    >>> draw(2.0, np.random.default_rng(1))[1]["exposure"].size
    500
    """
    exposure = rng.lognormal(0.0, 1.0, PLACES)
    parts = []
    for mean in MEANS:
        risk = np.ones(PLACES) if np.isinf(size) else rng.gamma(size, 1 / size, PLACES)
        count = rng.poisson(mean * exposure / exposure.mean() * risk)
        place = np.repeat(np.arange(PLACES), count)
        day = rng.uniform(0, DAYS, len(place))
        closed = day + rng.exponential(CLOSED_DAYS, len(place))
        order = np.lexsort((day, place))
        own = pd.DataFrame({"place": place, "day": day, "closed": closed}).iloc[order]
        # What is reported before the last closing at the place belongs to the episode before.
        until = own.groupby("place")["closed"].cummax().groupby(own["place"]).shift()
        parts.append(own[~(own["day"] <= until)].assign(category=f"{mean:g} a place"))
    rows = pd.concat(parts, ignore_index=True)
    names = np.array([f"p{place:04}" for place in range(PLACES)], dtype=object)
    episodes = pd.DataFrame(
        {
            "place_kind": "cell",
            "place": names[rows["place"]],
            "category": rows["category"],
            "episode": [f"e{row}" for row in range(len(rows))],
            "first_reported": END - pd.to_timedelta(DAYS - rows["day"], unit="D"),
            "closed_at": END - pd.to_timedelta(DAYS - rows["closed"], unit="D"),
        }
    )
    return episodes, pd.DataFrame({"place_kind": "cell", "place": names, "exposure": exposure})


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="null", description=__doc__)
    parser.add_argument("--districts", type=int, default=500, help="per k")
    parser.add_argument("--sizes", type=float, nargs="+", default=SIZES, help="k, inf for none")
    parser.add_argument("--seed", type=int, default=20260801)
    given = parser.parse_args(arguments)
    rules = LastingRules()
    for size in given.sizes:
        rng = np.random.default_rng(given.seed)
        begin = time.perf_counter()
        listed = by_count = 0
        dispersions = []
        for _ in range(given.districts):
            episodes, places = draw(size, rng)
            found = lasting_problems(episodes, places, as_of=END, rules=rules)
            listed += bool((found["status"] == "chronic").any())
            by_count += _any_by_count(found, rules.alpha)
            dispersions.append(found.groupby("category")["dispersion"].first())
        seconds = (time.perf_counter() - begin) / given.districts
        told = pd.concat(dispersions).groupby(level=0).median().round(3).to_dict()
        print(
            f"k {size:g}: {given.districts} districts, {listed / given.districts:.3f} with any "
            f"listed, {by_count / given.districts:.3f} by the count alone; median dispersion "
            f"{told} (true {1 / size:g}); {seconds:.2f} s each",
            flush=True,
        )


def _any_by_count(found: pd.DataFrame, alpha: float) -> bool:
    """Tell whether Benjamini and Hochberg's rule rejects anything by the count alone."""
    p = np.sort(found["p_count"].fillna(1.0).to_numpy())
    family = PLACES * len(MEANS)
    return bool((p <= alpha * np.arange(1, len(p) + 1) / family).any())
