"""Knox's table: pairs of events by distance and days, beside what shuffled days would give."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from blockdata.analysis.checks import require_numbers, require_whole
from blockdata.analysis.near_repeat.counting import count_orders
from blockdata.analysis.near_repeat.pairs import (
    SAME_PLACE,
    BandedPairs,
    Events,
    days_since_first,
    events_of,
    orders_of,
)
from blockdata.errors import AnalysisError

__all__ = ["knox"]

Convention = Literal["right_closed", "calculator"]
Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


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

    The pairs near in place are found once, and only their days are shuffled. Time grows with the
    pairs and the permutations, memory with the events (and with the pairs up to 400 MB).

    Parameters
    ----------
    events : DataFrame
        Columns x, y (metres, projected), day (date or naive timestamp; only the day counts). Rows
        with a missing value are refused. The order of rows never changes `observed`.
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
        Random orders of the days among the events, by which p and the expected counts are found;
        with 0 both are null.
    seed : int

    Returns
    -------
    DataFrame
        One row per distance band and day band: distance_band, day_band (as given), from_m, to_m,
        from_day, to_day (first and last difference counted), observed (pairs), expected (mean of
        the permutations), ratio (observed / expected; null where nothing is expected), p (upper
        tail, (1 + number as large) / (permutations + 1)), reason (why p is null: "no_near_pair"
        where no two events are that near, whatever their days; "one_day" where all events have one
        day, which no shuffling changes).

    Raises
    ------
    AnalysisError
        If a column or value is missing, bands are not ascending, there are fewer than 0
        permutations, or coordinates look like degrees.

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
    known = events_of(events, "knox")
    edges, bands = _checked_bands(distance_edges_m, day_bands, permutations)
    closed = convention == "right_closed"
    pairs = BandedPairs(known, edges, "left" if closed else "right").passes()
    wanted = bands if closed else np.maximum(bands - 1, 0)
    observed = count_orders(pairs(), days_since_first(known.day)[:, None], wanted, len(edges) + 1)
    total, as_large = np.zeros_like(observed[0]), np.zeros_like(observed[0])
    for days in orders_of(known.day, permutations, seed):
        counts = count_orders(pairs(), days, wanted, len(edges) + 1)
        total += counts.sum(axis=0)
        as_large += (counts >= observed).sum(axis=0)
    near = np.zeros(len(edges) + 1, dtype=np.int64)
    for _, _, band in pairs():
        near += np.bincount(band, minlength=len(near))
    found = _bands(edges, closed, day_bands, wanted).assign(observed=observed.ravel())
    return _judged(
        found, total.ravel(), as_large.ravel(), _reasons(near, known, bands), permutations
    )


def _checked_bands(
    distance_edges_m: Sequence[float], day_bands: Sequence[tuple[int, int]], permutations: int
) -> tuple[Floats, Integers]:
    require_whole(permutations, None, "knox permutations")
    edges = np.atleast_1d(require_numbers(distance_edges_m, "knox distance_edges_m"))
    given = require_numbers([*np.ravel(np.asarray(day_bands, dtype=object))], "knox day_bands")
    if given.size % 2 or not (given == np.rint(given)).all():
        raise AnalysisError("day bands are no pairs of whole days", where="knox")
    bands = given.astype(np.int64).reshape(-1, 2)
    ends = bands.ravel()
    wrong = {
        "distance bands are not ascending and above 0": not len(edges)
        or not (np.diff(edges, prepend=0.0) > 0).all()
        or not np.isfinite(edges[-1]),
        "day bands are not ascending, disjoint and from 0 on": not len(bands)
        or (ends < 0).any()
        or (bands[:, 0] > bands[:, 1]).any()
        or (bands[1:, 0] <= bands[:-1, 1]).any(),
        "permutations are fewer than 0": permutations < 0,
    }
    for what, is_so in wrong.items():
        if is_so:
            raise AnalysisError(what, where="knox")
    return edges, bands


def _bands(
    edges: Floats, closed: bool, day_bands: Sequence[tuple[int, int]], wanted: Integers
) -> pd.DataFrame:
    low, high = ("(", "]") if closed else ("[", ")")
    starts = np.concatenate([[0.0], [0.0], edges[:-1]])
    ends = np.concatenate([[0.0], edges])
    names = [f"{low}{a:g}, {b:g}{high}" for a, b in zip(starts[1:], ends[1:], strict=True)]
    times, days = len(wanted), [f"{a}-{b}" for a, b in day_bands]
    return pd.DataFrame(
        {
            "distance_band": pd.Series(np.repeat([SAME_PLACE, *names], times), dtype="str"),
            "day_band": pd.Series(days * len(ends), dtype="str"),
            "from_m": np.repeat(starts, times),
            "to_m": np.repeat(ends, times),
            "from_day": np.tile(wanted[:, 0], len(ends)),
            "to_day": np.tile(wanted[:, 1], len(ends)),
        }
    )


def _reasons(near: Integers, known: Events, bands: Integers) -> list[str | None]:
    one_day = len(known.day) > 0 and int(np.ptp(known.day)) == 0
    of_band = ["no_near_pair" if not pairs else "one_day" if one_day else None for pairs in near]
    return [reason for reason in of_band for _ in range(len(bands))]


def _judged(
    found: pd.DataFrame,
    total: Integers,
    as_large: Integers,
    reasons: list[str | None],
    permutations: int,
) -> pd.DataFrame:
    reason = pd.Series(reasons, index=found.index, dtype="str")
    expected = pd.Series(total / permutations if permutations else np.nan, index=found.index)
    p = (1 + as_large) / (permutations + 1)
    tested = reason.isna() & (permutations > 0)
    return found.assign(
        expected=expected,
        ratio=found["observed"] / expected.where(expected > 0),
        p=np.where(tested, p, np.nan),
        reason=reason,
    )
