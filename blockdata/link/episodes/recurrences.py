"""What came back after it was closed."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from blockdata.errors import AnalysisError
from blockdata.link.order import ranks

__all__ = ["recurrences"]

_US_PER_DAY = 86_400_000_000

Integers = npt.NDArray[np.int64]
Moments = npt.NDArray[np.datetime64]


def recurrences(episodes: pd.DataFrame, *, as_of: pd.Timestamp) -> pd.DataFrame:
    """Tell for every closed episode which one of its place and category came next, and when.

    The next episode is the first that began after the closing. Until it began, or else until
    `as_of`, the closing was followed; one without a next episode is *censored*: it may come back
    later. An episode that is open, as of `as_of`, has no closing and no row.

    Parameters
    ----------
    episodes : DataFrame
        episode, place, category (str), first_reported and closed_at (UTC timestamps, closed_at
        null while open), as from `build_episodes`. At places too wide for one thing (a cell, an
        area) what came next need not be the same thing; leave those out to be told of things.
    as_of : Timestamp
        End of what is known, UTC, exclusive: what began or closed later is not seen.

    Returns
    -------
    DataFrame
        One row per closed episode, sorted by episode: episode, place, category, closed_at,
        next_episode (null if censored), days (from the closing to the next episode, or to
        `as_of`), recurred (bool; not recurred is censored).

    Raises
    ------
    AnalysisError
        If an episode stands twice.

    Examples
    --------
    >>> import pandas as pd
    >>> episodes = pd.DataFrame({"episode": ["e1", "e2"], "place": "p", "category": "c",
    ...     "first_reported": pd.to_datetime(["2026-01-01", "2026-01-09"]),
    ...     "closed_at": pd.to_datetime(["2026-01-04", "2026-01-10"])})
    >>> told = recurrences(episodes, as_of=pd.Timestamp("2026-02-01"))
    >>> told[["episode", "next_episode", "days", "recurred"]].values.tolist()
    [['e1', 'e2', 5.0, True], ['e2', nan, 22.0, False]]
    """
    ordered = episodes.sort_values("episode", ignore_index=True)
    if (ordered["episode"] == ordered["episode"].shift()).any():
        raise AnalysisError("an episode stands twice", where="recurrences", allowed="unique ids")
    known = ordered[ordered["first_reported"] < as_of].reset_index(drop=True)
    closed = known[(known["closed_at"] < as_of).to_numpy(dtype=bool)]
    following = _following(known, closed)
    found = following >= 0
    next_began = known["first_reported"].to_numpy(dtype="datetime64[us]")[following]
    end = np.where(found, next_began, pd.Timestamp(as_of).as_unit("us").to_datetime64())
    waited = end - closed["closed_at"].to_numpy(dtype="datetime64[us]")
    next_episode = known["episode"].astype("str").iloc[following].set_axis(closed.index)
    return pd.DataFrame(
        {
            **{name: closed[name].astype("str") for name in ("episode", "place", "category")},
            "closed_at": closed["closed_at"],
            "next_episode": next_episode.where(found),
            "days": waited.astype(np.int64) / _US_PER_DAY,
            "recurred": found,
        }
    ).reset_index(drop=True)


def _following(known: pd.DataFrame, closed: pd.DataFrame) -> Integers:
    """Return the row of the first episode of the series that began after each closing, or -1.

    Of those that began at once it is the first by name, as `known` is ordered.
    """
    place, category = ranks(known["place"]), ranks(known["category"])
    series = place * (category.max(initial=0) + 1) + category
    began = known["first_reported"].to_numpy(dtype="datetime64[us]")
    order = np.lexsort((began, series))
    of_order = series[order]
    first = np.flatnonzero(np.diff(of_order, prepend=-1))
    bounds = np.append(first, len(order))
    run = np.empty(len(order), dtype=np.int64)
    run[order] = np.repeat(np.arange(len(first)), np.diff(bounds))
    own = run[closed.index]
    ended = closed["closed_at"].to_numpy(dtype="datetime64[us]")
    place_of_next = _first_above(began[order], bounds[own], bounds[own + 1], ended)
    return np.where(place_of_next < bounds[own + 1], np.append(order, -1)[place_of_next], -1)


def _first_above(times: Moments, low: Integers, high: Integers, asked: Moments) -> Integers:
    """Return, for each moment asked, the first place in low to high whose time is above it."""
    low, high = low.copy(), high.copy()
    unsettled = np.flatnonzero(low < high)
    while len(unsettled):
        middle = (low[unsettled] + high[unsettled]) // 2
        above = times[middle] > asked[unsettled]
        high[unsettled] = np.where(above, middle, high[unsettled])
        low[unsettled] = np.where(above, low[unsettled], middle + 1)
        unsettled = unsettled[low[unsettled] < high[unsettled]]
    return low
