"""How often the tests find something where nothing is: `python -m benchmarks.null_districts`.

Hot spots: districts with unequal (lognormal) exposure and no hot spot, over the grid of
dispersions and means that reference/ANALYSIS.md fixes; the share of districts with at least one
false hot spot, and the power for one planted cell of 5 times the risk. A binomial test that
knows of no overdispersion stands beside it.
Chronic: places whose episodes come at random, at equal and at unequal rates.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from blockdata.analysis.chronic import chronic_test
from blockdata.analysis.fdr import benjamini_hochberg
from blockdata.analysis.hotspots import score_counts
from blockdata.analysis.tails import FloatArray, binomial_upper_tail

ALPHA = 0.05
MIN_TOTAL = 5
RISK = 5.0
SIZES = (np.inf, 5.0, 2.0)
MEANS = (0.02, 0.1, 0.5, 2.0, 10.0)


@dataclass(frozen=True)
class District:
    """A kind of district: NB size k, mean incidents a cell, cells, spread of exposure."""

    size: float
    mean: float
    cells: int = 1064
    exposure_sigma: float = 1.0
    heterogeneity: str = "gamma"


def draw(
    district: District, rng: np.random.Generator, *, planted: bool = False
) -> tuple[np.ndarray[tuple[int, ...], np.dtype[np.int64]], FloatArray, int]:
    """Draw counts and exposure of one district, and name the cell that is (or would be) planted.

    Parameters
    ----------
    district : District
    rng : Generator
    planted : bool
        Multiply the risk of one cell, at the third quartile of exposure, by `RISK`.

    Returns
    -------
    counts, exposure : ndarray, shape (cells,)
    cell : int
        Position of the planted cell.

    Examples
    --------
    >>> draw(District(2.0, 1.0, cells=3), np.random.default_rng(0))[0].shape
    (3,)
    """
    exposure = rng.lognormal(0.0, district.exposure_sigma, district.cells)
    cell = int(np.argsort(exposure)[int(0.75 * district.cells)])
    risk = _risk(district, rng)
    if planted:
        risk[cell] *= RISK
    counts = rng.poisson(district.mean * exposure / exposure.mean() * risk)
    return counts.astype(np.int64), exposure, cell


def _risk(district: District, rng: np.random.Generator) -> FloatArray:
    """Unexplained risk of the cells, with mean 1 and variance 1 / size."""
    if np.isinf(district.size):
        return np.ones(district.cells)
    if district.heterogeneity == "gamma":
        return rng.gamma(district.size, 1 / district.size, district.cells)
    log_variance = np.log1p(1 / district.size)
    return rng.lognormal(-log_variance / 2, np.sqrt(log_variance), district.cells)


def false_alarms_and_power(
    district: District, districts: int, seed: int = 20240501
) -> dict[str, float]:
    """Shares over drawn districts, for our test and for a binomial one.

    Parameters
    ----------
    district : District
    districts : int
        How many to draw, without and with a planted cell each.
    seed : int

    Returns
    -------
    dict of str to float
        false and power, binomial_false and binomial_power.

    Examples
    --------
    >>> sorted(false_alarms_and_power(District(2.0, 1.0, cells=30), 1))
    ['binomial_false', 'binomial_power', 'false', 'power']
    """
    rng = np.random.default_rng(seed)
    found = dict.fromkeys(("false", "power", "binomial_false", "binomial_power"), 0)
    for planted in (False, True):
        for _ in range(districts):
            count, exposure, cell = draw(district, rng, planted=planted)
            ours = score_counts(count, exposure, alpha=ALPHA, min_total=MIN_TOTAL)["hot"]
            share = exposure / exposure.sum()
            plain = benjamini_hochberg(binomial_upper_tail(count, count.sum(), share), ALPHA)
            name = "power" if planted else "false"
            found[name] += int(ours[cell] if planted else ours.any())
            found[f"binomial_{name}"] += int(plain[cell] if planted else plain.any())
    return {name: count / districts for name, count in found.items()}


def null_episodes(places: int, rate: float, size: float, rng: np.random.Generator) -> pd.DataFrame:
    """Episodes that come at random, each closed after 7 days; the next begins 14 days later.

    Parameters
    ----------
    places : int
    rate : float
        Mean reports per place and year.
    size : float
        Rates differ between places by a gamma law of this shape; infinity is equal rates.
    rng : Generator

    Returns
    -------
    DataFrame, as `chronic_test` takes it, of the 465 days before 2025-01-01

    Examples
    --------
    >>> list(null_episodes(2, 9.0, 2.0, np.random.default_rng(1)).columns)
    ['place', 'category', 'episode', 'first_reported', 'closed_at']
    """
    risk = np.ones(places) if np.isinf(size) else rng.gamma(size, 1 / size, places)
    rows = []
    for place, reports in enumerate(rng.poisson(rate * risk * 465 / 365)):
        latest = -np.inf
        for day in np.sort(rng.uniform(0, 465, reports)):
            if day >= latest + 7 + 14:
                rows.append((f"p{place:04}", day))
                latest = day
    frame = pd.DataFrame(rows, columns=["place", "day"])
    began = pd.Timestamp("2025-01-01") - pd.to_timedelta(465 - frame["day"].astype(float), unit="D")
    return pd.DataFrame(
        {
            "place": frame["place"].astype("str"),
            "category": "any",
            "episode": [f"e{row}" for row in range(len(frame))],
            "first_reported": began,
            "closed_at": began + pd.Timedelta(days=7),
        }
    )


def chronic_false_alarms(
    places: int, rate: float, size: float, repeats: int, seed: int = 20240501
) -> float:
    """Share of null histories in which at least one place is called chronic.

    Parameters
    ----------
    places, rate, size
        As in `null_episodes`.
    repeats : int
    seed : int

    Returns
    -------
    float

    Examples
    --------
    >>> chronic_false_alarms(20, 1.0, float("inf"), 1)
    0.0
    """
    rng = np.random.default_rng(seed)
    as_of = pd.Timestamp("2025-01-01")
    found = 0
    for _ in range(repeats):
        result = chronic_test(null_episodes(places, rate, size, rng), as_of=as_of)
        found += int(result["status"].notna().any())
    return found / repeats


def _hotspot_lines(districts: int) -> Iterator[str]:
    yield f"Hot spots: {districts} districts a row, alpha {ALPHA}, planted risk x {RISK:g}"
    yield "cells  exposure  spread     k   mean   false  power   binomial: false  power"
    kinds = [District(size, mean) for size in SIZES for mean in MEANS]
    kinds += [District(size, mean, cells=23) for size in SIZES for mean in (0.5, 10.0)]
    kinds += [District(size, 10.0, exposure_sigma=2.0) for size in SIZES]
    # Outside the assumption of the test: a heavier tail than the gamma law.
    kinds += [District(5.0, mean, heterogeneity="lognormal") for mean in (0.5, 2.0, 10.0)]
    for kind in kinds:
        row = false_alarms_and_power(kind, districts)
        yield (
            f"{kind.cells:5}  sigma {kind.exposure_sigma:g}   {kind.heterogeneity:9} "
            f"{kind.size:3g}  {kind.mean:5g}  {row['false']:6.3f} {row['power']:6.3f}"
            f"            {row['binomial_false']:6.3f} {row['binomial_power']:6.3f}"
        )


def _chronic_lines(repeats: int) -> Iterator[str]:
    yield f"Chronic: {repeats} null histories a row, alpha {ALPHA}"
    yield "places  reports/year     k   false"
    for places in (50, 500):
        for rate in (0.3, 1.0, 3.0):
            for size in (np.inf, 2.0, 0.5):
                false = chronic_false_alarms(places, rate, size, repeats)
                yield f"{places:6}  {rate:12g}  {size:4g}  {false:6.3f}"


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--districts", type=int, default=500, help="null districts a row")
    parser.add_argument("--histories", type=int, default=200, help="null histories a row")
    arguments = parser.parse_args()
    for line in _hotspot_lines(arguments.districts):
        print(line, flush=True)
    for line in _chronic_lines(arguments.histories):
        print(line, flush=True)


if __name__ == "__main__":
    main()
