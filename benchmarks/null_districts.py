"""How often the chronic test finds something: `python -m benchmarks.null_districts`.

In districts where no place is chronic: episodes come at random, at equal and at unequal rates. Hot
spots have the same question asked by `python -m benchmarks.statistics --only null`.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator

import numpy as np
import pandas as pd

from blockdata.analysis.chronic import chronic_test

ALPHA = 0.05


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


def _chronic_lines(repeats: int) -> Iterator[str]:
    yield f"Chronic: {repeats} null histories a row, alpha {ALPHA}"
    yield "places  reports/year     k   false"
    for places in (50, 500):
        for rate in (0.3, 1.0, 3.0):
            for size in (np.inf, 2.0, 0.5):
                false = chronic_false_alarms(places, rate, size, repeats)
                yield f"{places:6}  {rate:12g}  {size:4g}  {false:6.3f}"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--histories", type=int, default=200, help="null histories a row")
    arguments = parser.parse_args()
    for line in _chronic_lines(arguments.histories):
        print(line, flush=True)


if __name__ == "__main__":
    main()
