"""What an episode's reports say together."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from blockdata.link.episodes.series import NEVER

__all__ = ["summarise"]

Booleans = npt.NDArray[np.bool_]
Integers = npt.NDArray[np.int64]

_NOTED = {
    "reopenings": " reopened",
    "ignored_closings": " closed before reported",
    "administrative_closings": " closed administratively",
    "late_reports": " reported late",
}


def summarise(rows: pd.DataFrame, starts: Booleans) -> pd.DataFrame:
    """Return the episodes of reports in order.

    Parameters
    ----------
    rows : DataFrame
        As from `ordered_rows`.
    starts : ndarray of bool
        As from `episode_starts`.

    Returns
    -------
    DataFrame
        As from `build_episodes`.
    """
    closed = rows["closed"].to_numpy()
    first = np.flatnonzero(starts)
    last = np.append(first[1:], len(rows))[: len(first)] - 1
    head = rows.iloc[first]
    is_open = _reduce(np.maximum, (closed == NEVER).astype(np.int64), first).astype(bool)
    episodes = pd.DataFrame(
        {
            "episode": head["incident"].astype("str"),
            **{name: head[name].astype("str") for name in ("place_kind", "place", "category")},
            "first_reported": _times(head["reported"].to_numpy()),
            "last_reported": _times(rows["reported"].to_numpy()[last]),
            "closed_at": _times(np.where(is_open, NEVER, _reduce(np.maximum, closed, first))),
            "reports": last - first + 1,
            "occurrences": _occurrences(rows, starts),
            "status": pd.Series(np.where(is_open, "open", "closed"), head.index, dtype="str"),
            "reopenings": _total(rows["reopenings"], first),
            "ignored_closings": _total(rows["ignored"], first),
            "administrative_closings": _total(rows["administrative"], first),
            "late_reports": _total(rows["is_late"], first),
        }
    )
    return episodes.assign(notes=_notes(episodes)).sort_values("episode", ignore_index=True)


def _total(values: pd.Series, first: Integers) -> Integers:
    return _reduce(np.add, values.to_numpy(dtype=np.int64), first)


def _reduce(operation: np.ufunc, values: Integers, first: Integers) -> Integers:
    # reduceat refuses an empty array.
    reduced: Integers = operation.reduceat(values, first) if len(first) else values[:0]
    return reduced


def _times(values: Integers) -> npt.NDArray[np.datetime64]:
    return values.astype("datetime64[us]")


def _occurrences(rows: pd.DataFrame, starts: Booleans) -> Integers:
    """Return how many different occurrences each episode has."""
    episode = np.cumsum(starts) - 1
    occurrence = rows["occurrence"].to_numpy()
    width = int(occurrence.max(initial=0)) + 1
    pairs = np.sort(episode * width + occurrence)
    first = np.append(True, pairs[1:] != pairs[:-1])[: len(pairs)]
    return np.bincount(pairs[first] // width, minlength=int(starts.sum())).astype(np.int64)


def _notes(episodes: pd.DataFrame) -> pd.Series:
    notes = pd.Series("", index=episodes.index, dtype="str")
    for column, words in _NOTED.items():
        count = episodes.loc[episodes[column] > 0, column]
        before = notes[count.index]
        separator = (before != "").map({True: "; ", False: ""})
        notes.loc[count.index] = before + separator + count.astype("str") + words
    return notes
