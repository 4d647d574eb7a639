"""Purely spatial scan statistics with circular windows: discrete Poisson and Bernoulli models."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from blockdata.analysis.checks import require_columns, require_numbers, require_whole
from blockdata.analysis.scan.circle_kernel import (
    best_of_each_centre,
    largest_of_simulated,
    windows_of,
)
from blockdata.analysis.scan.circles import circles_around
from blockdata.analysis.scan.places import Places, clusters_of, places_of, refuse
from blockdata.analysis.scan.result import Sequential, simulated_maxima, with_p

__all__ = ["bernoulli_scan", "poisson_scan"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

_MOST = 1_000_000_000
"""Cases are drawn at random below this, and ratios keep their digits."""

_COLUMNS = [
    *("rank", "centre", "radius_m", "places", "count", "expected", "ratio"),
    *("relative_risk", "llr", "p", "p_gumbel", "replications", "tied"),
]


class _District(NamedTuple):
    places: Places
    cases: Integers
    expected: Floats
    size: Floats
    people: int
    draw: Callable[[int], Integers]


def poisson_scan(
    places: pd.DataFrame,
    *,
    max_share: float = 0.5,
    max_radius_m: float = np.inf,
    replications: int | Sequential = 999,
    seed: int = 0,
) -> pd.DataFrame:
    """Find the circles that hold more cases than expected, most unusual first.

    All circles around every place are compared by Kulldorff's likelihood ratio, conditional on
    the number of cases. Of each centre the best circle counts; reported are those that share no
    place with a better one. Of equal ratios the circle of fewer places comes first, then the
    centre that is named first; what else was as good stands in `tied`.

    Parameters
    ----------
    places : DataFrame
        Columns place (str, unique), x, y (metres, projected; or lon, lat in degrees, for
        great-circle distances), count (cases, whole numbers), expected (positive or zero; scaled
        so that they add up to the cases; with covariates, adjusted for them, see
        `standardised_expected`) and, optionally, size (people at risk, for `max_share`; default:
        expected).
    max_share : float
        Largest share of all sizes that a circle may hold.
    max_radius_m : float
    replications : int or Sequential
        Simulated districts for p values: cases fall on places with the expected shares.
    seed : int

    Returns
    -------
    DataFrame
        Columns rank, centre, radius_m, places (list of the places inside, from the centre on),
        count, expected, ratio (count / expected), relative_risk (inside against outside), llr,
        p (Monte Carlo, at least 1 / (replications + 1)), p_gumbel (approximation), replications
        (made), tied (list of other centres whose best circle has the same ratio and shares a
        place). Empty where no circle has more cases than expected.

    Raises
    ------
    AnalysisError
        If a place repeats, a count is negative or not whole, there are 1e9 cases or more, an
        expected value or a coordinate is not finite or negative, cases lie where nothing is
        expected, coordinates look like degrees, or a setting is out of bounds.

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
    require_whole(seed, 0, "poisson_scan seed")
    known = places_of(places, "poisson_scan")
    require_columns(places, ["count", "expected"], "poisson_scan")
    count = _whole(places["count"], "poisson_scan")
    given = require_numbers(places["expected"], "poisson_scan expected")
    size = require_numbers(places.get("size", places["expected"]), "poisson_scan size")
    wrong = {
        "a number is missing or not finite": not np.isfinite([given, size]).all(),
        "an expected value is negative": (given < 0).any(),
        "a size is negative": (size < 0).any(),
        "cases lie where nothing is expected": ((given == 0) & (count > 0)).any(),
    }
    refuse({what: bool(is_so) for what, is_so in wrong.items()}, "poisson_scan")
    total = int(count.sum())
    share = given / given.sum() if total else given
    random = np.random.default_rng(seed)

    def draw(rows: int) -> Integers:
        return random.multinomial(total, share, size=rows)

    district = _District(known, count, share * total, size, 0, draw)
    return _scan(district, (max_share, max_radius_m), replications, "poisson_scan")


def bernoulli_scan(
    places: pd.DataFrame,
    *,
    max_share: float = 0.5,
    max_radius_m: float = np.inf,
    replications: int | Sequential = 999,
    seed: int = 0,
) -> pd.DataFrame:
    """Find the circles in which more are cases, of cases and controls, than elsewhere.

    As `poisson_scan`, for events of which each is a case or a control: cases that came back among
    all that were closed, complaints among all reports.

    Parameters
    ----------
    places : DataFrame
        Columns place (str, unique), x, y (metres, projected; or lon, lat in degrees, for
        great-circle distances), count (cases) and controls (whole numbers).
    max_share : float
        Largest share of cases and controls together that a circle may hold.
    max_radius_m : float
    replications : int or Sequential
        Simulated districts for p values: which events are cases is drawn without replacement.
    seed : int

    Returns
    -------
    DataFrame
        As from `poisson_scan`; expected is the circle's events times the share of cases in all,
        relative_risk the share of cases inside against that outside.

    Raises
    ------
    AnalysisError
        If a place repeats, a number of cases or controls is negative or not whole, a coordinate is
        not finite or looks like degrees, or a setting is out of bounds.

    References
    ----------
    Kulldorff (1997), A spatial scan statistic, Communications in Statistics 26(6), 1481-1496.

    Examples
    --------
    >>> places = pd.DataFrame({"place": list("abcd"), "x": [0.0, 100, 5000, 5100], "y": 0.0,
    ...                        "count": [9, 8, 1, 2], "controls": [1, 2, 9, 8]})
    >>> found = bernoulli_scan(places, replications=99)
    >>> found[["centre", "count", "expected", "relative_risk"]].values.tolist()
    [['a', 17, 10.0, 5.666666666666667]]
    """
    require_whole(seed, 0, "bernoulli_scan seed")
    known = places_of(places, "bernoulli_scan")
    require_columns(places, ["count", "controls"], "bernoulli_scan")
    count = _whole(places["count"], "bernoulli_scan")
    size = count + _whole(places["controls"], "bernoulli_scan")
    total, people = int(count.sum()), int(size.sum())
    refuse({"counts add up to 1e9 or more": people >= _MOST}, "bernoulli_scan")
    random = np.random.default_rng(seed)

    def draw(rows: int) -> Integers:
        return random.multivariate_hypergeometric(size, total, size=rows, method="marginals")

    # Where all are cases, or none, no circle can have more than its share.
    at_risk = size.astype(np.float64)
    expected = at_risk * (total / max(people, 1))
    count = count if total < people else np.zeros_like(count)
    district = _District(known, count, expected, at_risk, people, draw)
    return _scan(district, (max_share, max_radius_m), replications, "bernoulli_scan")


def _whole(values: pd.Series[int], where: str) -> Integers:
    numbers = require_numbers(values, where)
    refuse({"a number is missing or not finite": not np.isfinite(numbers).all()}, where)
    whole = bool(((numbers >= 0) & (numbers % 1 == 0)).all())
    refuse({"a count is negative or not whole": not whole}, where)
    refuse({"counts add up to 1e9 or more": not numbers.sum() < _MOST}, where)
    return numbers.astype(np.int64)


def _scan(
    district: _District,
    limits: tuple[float, float],
    replications: int | Sequential,
    where: str,
) -> pd.DataFrame:
    max_share, max_radius_m = limits
    require_numbers([max_share, max_radius_m], f"{where} max_share and max_radius_m")
    out_of_bounds = not 0 < max_share <= 1 or not max_radius_m >= 0
    refuse({"max_share or max_radius_m is out of bounds": out_of_bounds}, where)
    known, count, expected, size, people, draw = district
    total = int(count.sum())
    circles = circles_around(
        known.xy,
        size,
        max_size=max_share * size.sum(),
        max_radius_m=max_radius_m,
        coordinates=known.coordinates,
    )
    windows = windows_of(circles, expected, total, people)
    _, found = clusters_of(known, circles, *best_of_each_centre(count, windows))
    observed = float(found["llr"].max()) if len(found) else np.inf
    simulated = simulated_maxima(
        lambda rows: largest_of_simulated(draw(rows), windows),
        replications if total else 0,
        observed,
    )
    return with_p(_counted(found, count, expected), simulated)[_COLUMNS]


def _counted(found: pd.DataFrame, count: Integers, expected: Floats) -> pd.DataFrame:
    inside = found["members"]
    cases = np.array([count[own].sum() for own in inside], dtype=np.int64)
    share = np.array([expected[own].sum() for own in inside], dtype=np.float64)
    total = count.sum()
    with np.errstate(divide="ignore", invalid="ignore"):
        outside = (total - cases) / (total - share)
        risk = np.where(outside > 0, cases / share / outside, np.inf)
    return found.assign(count=cases, expected=share, ratio=cases / share, relative_risk=risk)
