"""The purely spatial scan statistic with circular windows, discrete Poisson model."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from blockdata.analysis.scan.result import (
    apart_from_each_other,
    best_first,
    gumbel_tail,
    rank_tail,
)
from blockdata.errors import AnalysisError
from blockdata.kernels.circles import Circles, nested_circles
from blockdata.kernels.scanning import (
    Windows,
    best_of_each_centre,
    largest_of_simulated,
    windows_of,
)

__all__ = ["poisson_scan"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

_BLOCK = 2**22
"""Simulated counts that are held at once."""


def poisson_scan(
    places: pd.DataFrame,
    *,
    max_share: float = 0.5,
    max_radius_m: float = np.inf,
    replications: int = 999,
    seed: int = 0,
) -> pd.DataFrame:
    """Find the circles that hold more cases than expected, most unusual first.

    All circles around every place are compared by Kulldorff's likelihood ratio, conditional on
    the number of cases. Of each centre the best circle counts; reported are those that share no
    place with a better one. Of equal ratios the circle of fewer places comes first, then the
    centre that is named first.

    Parameters
    ----------
    places : DataFrame
        Columns place (str, unique), x, y (metres, projected), count (cases, whole numbers),
        expected (positive or zero; scaled so that they add up to the cases; with covariates,
        adjusted for them) and, optionally, size (people at risk, for `max_share`; default:
        expected).
    max_share : float
        Largest share of all sizes that a circle may hold, above 0 and at most 0.5 by custom.
    max_radius_m : float
        Largest radius of a circle in metres.
    replications : int
        Simulated districts for p values: cases fall on places with the expected shares.
    seed : int

    Returns
    -------
    DataFrame
        Columns rank, centre, radius_m, places (list of the places inside, from the centre on),
        count, expected, ratio (count / expected), relative_risk (inside against outside), llr,
        p (Monte Carlo, at least 1 / (replications + 1)), p_gumbel (approximation). Empty where no
        circle has more cases than expected.

    Raises
    ------
    AnalysisError
        If a place repeats, a count is negative or not whole, an expected value or a coordinate is
        not finite or negative, cases lie where nothing is expected, coordinates look like
        degrees, or a setting is out of bounds.

    References
    ----------
    Kulldorff (1997), A spatial scan statistic, Communications in Statistics 26(6), 1481-1496.

    Examples
    --------
    >>> places = pd.DataFrame({"place": list("abcd"), "x": [0.0, 100, 5000, 5100], "y": 0.0,
    ...                        "count": [9, 8, 1, 2], "expected": [5.0, 5, 5, 5]})
    >>> poisson_scan(places, replications=99)[["centre", "count"]].values.tolist()
    [['a', 17]]
    """
    _check(places, max_share, replications)
    count = places["count"].to_numpy(dtype=np.int64)
    given = places["expected"].to_numpy(dtype=np.float64)
    total = int(count.sum())
    if total == 0:
        return _clusters(places, given, nested_circles([], [], [], max_size=0.0), np.empty(0), [])
    expected = given * (total / given.sum())
    size = places.get("size", places["expected"]).to_numpy(dtype=np.float64)
    circles = nested_circles(
        places["x"], places["y"], size, max_size=max_share * size.sum(), max_radius_m=max_radius_m
    )
    windows = windows_of(circles, expected)
    llr, stop = best_of_each_centre(count, windows)
    order = best_first(llr, stop - circles.first[:-1])
    kept = order[apart_from_each_other([circles.member[circles.first[c] : stop[c]] for c in order])]
    found = _clusters(places, expected, circles, llr, [(int(c), int(stop[c])) for c in kept])
    simulated = _simulated(total, expected, windows, replications, seed)
    statistic = found["llr"].to_numpy()
    return found.assign(
        p=rank_tail(statistic, simulated), p_gumbel=gumbel_tail(statistic, simulated)
    )


def _simulated(
    total: int, expected: Floats, windows: Windows, replications: int, seed: int
) -> Floats:
    random = np.random.default_rng(seed)
    share = expected / expected.sum()
    rows = max(1, _BLOCK // len(share))
    largest = [
        largest_of_simulated(
            random.multinomial(total, share, size=min(rows, replications - start)), windows
        )
        for start in range(0, replications, rows)
    ]
    return np.concatenate([np.empty(0), *largest])


def _clusters(
    places: pd.DataFrame,
    expected: Floats,
    circles: Circles,
    llr: Floats,
    kept: list[tuple[int, int]],
) -> pd.DataFrame:
    names = places["place"].to_numpy(dtype=object)
    count = places["count"].to_numpy(dtype=np.int64)
    inside = [circles.member[circles.first[centre] : stop] for centre, stop in kept]
    cases = np.array([count[m].sum() for m in inside], dtype=np.int64)
    share = np.array([expected[m].sum() for m in inside], dtype=np.float64)
    total = count.sum()
    with np.errstate(divide="ignore", invalid="ignore"):
        outside = (total - cases) / (total - share)
        risk = np.where(outside > 0, cases / share / outside, np.inf)
    frame = pd.DataFrame(
        {
            "rank": np.arange(1, len(kept) + 1),
            "centre": pd.Series([names[c] for c, _ in kept], dtype="str"),
            "radius_m": np.array([circles.radius_m[stop - 1] for _, stop in kept], dtype=float),
            "places": pd.Series([names[m].tolist() for m in inside], dtype=object),
            "count": cases,
            "expected": share,
            "ratio": cases / share,
            "relative_risk": risk,
            "llr": np.array([llr[c] for c, _ in kept], dtype=np.float64),
        }
    )
    return frame.assign(p=np.nan, p_gumbel=np.nan)


def _check(places: pd.DataFrame, max_share: float, replications: int) -> None:
    numbers = places[["x", "y", "count", "expected"]].to_numpy(dtype=np.float64)
    count, expected = numbers[:, 2], numbers[:, 3]
    xy = np.abs(numbers[:, :2])
    wrong = {
        "a place repeats": places["place"].duplicated().any(),
        "a number is missing or not finite": not np.isfinite(numbers).all(),
        "a count is negative or not whole": ((count < 0) | (count % 1 != 0)).any(),
        "an expected value is negative": (expected < 0).any(),
        "cases lie where nothing is expected": ((expected == 0) & (count > 0)).any(),
        "coordinates look like degrees": len(xy) > 1
        and bool((xy[:, 0] <= 180).all() and (xy[:, 1] <= 90).all())
        and 0 < np.ptp(numbers[:, :2], axis=0).max() < 1,
        "max_share is out of bounds": not 0 < max_share <= 1,
        "replications are negative": replications < 0,
    }
    for what, is_so in wrong.items():
        if is_so:
            raise AnalysisError(what, where="poisson_scan")
