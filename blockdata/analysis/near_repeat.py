"""Near repeat: whether events that lie near one another in place do so in time as well (Knox)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from blockdata.analysis.checks import looks_like_degrees
from blockdata.errors import AnalysisError
from blockdata.kernels import pairs_within
from blockdata.kernels.knox import count_pairs_by_bands, pairs_by_distance_band

__all__ = ["SAME_PLACE", "knox"]

Convention = Literal["right_closed", "calculator"]
Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

SAME_PLACE = "same place"
"""Name of the first distance band: pairs of events on one spot."""

_ROWS = 2**23
"""Permuted times that are held at once."""


def knox(
    events: pd.DataFrame,
    *,
    distance_edges_m: Sequence[float] = (100, 200, 300, 400),
    day_bands: Sequence[tuple[int, int]] = ((0, 7), (8, 14), (15, 28)),
    convention: Convention = "right_closed",
    permutations: int = 999,
    seed: int = 0,
) -> pd.DataFrame:
    """Compare pairs of events near in place and time with what shuffled days would give.

    Parameters
    ----------
    events : DataFrame
        Columns x, y (metres, projected), day (date or timestamp; only the day counts). Rows with
        a missing value are refused.
    distance_edges_m : sequence of float
        Ends of the distance bands, ascending, in metres; an end is part of its band. Pairs on one
        spot are a band of their own before them.
    day_bands : sequence of (int, int)
        First and last difference in days of each band, both part of it; ascending and disjoint.
    convention : {"right_closed", "calculator"}
        How a band "a to b days" is read: as a to b days, or, as the Near Repeat Calculator reads
        it, as a - 1 to b - 1 days (a first band that starts at 0 then starts at 0 too). That
        program also counts a distance as the next band's when it equals an edge.
    permutations : int
        Random orders of the days among the events, by which p and the expected counts are found.
    seed : int

    Returns
    -------
    DataFrame
        One row per distance band and day band: distance_band, day_band (as given), observed
        (pairs), expected (mean of the permutations), ratio (observed / expected; null where
        nothing is expected), p (upper tail, (1 + number as large) / (permutations + 1)).

    Raises
    ------
    AnalysisError
        If a value is missing, bands are not ascending, or coordinates look like degrees.

    References
    ----------
    Knox (1964), Applied Statistics 13(1), 25-30; Ratcliffe (2009), Near Repeat Calculator.

    Examples
    --------
    >>> events = pd.DataFrame({"x": [0.0, 50, 5000], "y": 0.0,
    ...                        "day": pd.to_datetime(["2026-01-01", "2026-01-02", "2026-06-01"])})
    >>> found = knox(events, distance_edges_m=[100], day_bands=[(0, 2)], permutations=9)
    >>> found[["distance_band", "observed"]].values.tolist()
    [['same place', 0], ['(0, 100]', 1]]
    """
    edges, bands = _checked(events, distance_edges_m, day_bands)
    x, y = events["x"].to_numpy(np.float64), events["y"].to_numpy(np.float64)
    day = pd.to_datetime(events["day"]).to_numpy(dtype="datetime64[D]").astype(np.int64)
    pairs = _pairs(x, y, edges, "left" if convention == "right_closed" else "right")
    wanted = bands if convention == "right_closed" else np.maximum(bands - 1, 0)
    count = len(edges) + 1
    observed = count_pairs_by_bands(pairs, day[None, :], wanted, count)[0]
    random = np.random.default_rng(seed)
    total, as_large = np.zeros_like(observed), np.zeros_like(observed)
    rows = max(1, _ROWS // max(len(day), 1))
    for start in range(0, permutations, rows):
        orders = np.tile(day, (min(rows, permutations - start), 1))
        counts = count_pairs_by_bands(pairs, random.permuted(orders, axis=1), wanted, count)
        total += counts.sum(axis=0)
        as_large += (counts >= observed).sum(axis=0)
    return _table(_labels(edges, convention), day_bands, observed, total, as_large, permutations)


def _checked(
    events: pd.DataFrame, distance_edges_m: Sequence[float], day_bands: Sequence[tuple[int, int]]
) -> tuple[Floats, Integers]:
    edges = np.asarray(distance_edges_m, dtype=np.float64)
    bands = np.asarray(day_bands, dtype=np.int64).reshape(-1, 2)
    xy = events[["x", "y"]].to_numpy(np.float64)
    ends = bands.ravel()
    wrong = {
        "a coordinate or day is missing": not np.isfinite(xy).all() or events["day"].isna().any(),
        "distance bands are not ascending and above 0": (np.diff(edges, prepend=0.0) <= 0).any(),
        "day bands are not ascending, disjoint and from 0 on": (ends < 0).any()
        or (bands[:, 0] > bands[:, 1]).any()
        or (bands[1:, 0] <= bands[:-1, 1]).any(),
        "coordinates look like degrees": looks_like_degrees(xy),
    }
    for what, is_so in wrong.items():
        if is_so:
            raise AnalysisError(what, where="knox")
    return edges, bands


def _pairs(
    x: Floats, y: Floats, edges: Floats, inside: Literal["left", "right"]
) -> tuple[npt.NDArray[np.int32], ...]:
    """List the pairs up to the last edge with their distance band."""
    parts = []
    for first, second in pairs_within(x, y, float(edges[-1])):
        band = pairs_by_distance_band(first, second, x, y, edges, inside)
        near = band <= len(edges)
        parts.append([values[near].astype(np.int32) for values in (first, second, band)])
    none = np.empty(0, dtype=np.int32)
    return tuple(np.concatenate([none, *(part[n] for part in parts)]) for n in range(3))


def _labels(edges: Floats, convention: Convention) -> list[str]:
    low, high = ("(", "]") if convention == "right_closed" else ("[", ")")
    ends = [f"{edge:g}" for edge in edges]
    bands = [f"{low}{a}, {b}{high}" for a, b in zip(["0", *ends[:-1]], ends, strict=True)]
    return [SAME_PLACE, *bands]


def _table(
    labels: list[str],
    day_bands: Sequence[tuple[int, int]],
    observed: Integers,
    total: Integers,
    as_large: Integers,
    permutations: int,
) -> pd.DataFrame:
    days = [f"{a}-{b}" for a, b in day_bands]
    expected = total / permutations if permutations else np.full(total.shape, np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(expected > 0, observed / expected, np.nan)
    p = (1 + as_large) / (permutations + 1) if permutations else np.full(total.shape, np.nan)
    return pd.DataFrame(
        {
            "distance_band": pd.Series(np.repeat(labels, len(days)), dtype="str"),
            "day_band": pd.Series(days * len(labels), dtype="str"),
            "observed": observed.ravel(),
            "expected": expected.ravel(),
            "ratio": ratio.ravel(),
            "p": p.ravel(),
        }
    )
