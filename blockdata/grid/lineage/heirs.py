"""The one cell under which a cell goes on, for records that are known by its code alone."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from blockdata.grid.lineage.chains import compose, moves_of

__all__ = ["heirs_of", "shared_codes", "states_of_codes"]

Integers = npt.NDArray[np.int64]
_NEVER = pd.Timestamp("1678-01-01")
_FOREVER = pd.Timestamp("2262-01-01")
"""Stand for since always and still: the bounds of days that hold to the nanosecond."""


def heirs_of(
    lineage: pd.DataFrame, starts: pd.DataFrame, until: pd.Timestamp, by: str = "building"
) -> pd.DataFrame:
    """Return the cell under which each cell goes on.

    A cell that goes on under its own id is its own heir, whatever land it gave away: to those who
    use it, it is the same cell. Of one that has ended it is the successor with the largest share
    over all changes, ties by id.

    Parameters
    ----------
    lineage : DataFrame
        As from `with_shares`.
    starts : DataFrame
        Columns cell, since: the cell as it stands on that day; null is since always.
    until : Timestamp
    by : str, default "building"
        One of `RULES`: what the shares are of.

    Returns
    -------
    DataFrame
        Columns cell, since (as given), heir (null where the land has no cell any more), share (0
        to 1): a row for each of `starts`, with its index.

    Examples
    --------
    >>> rows = pd.DataFrame({"layer": "unit", "changed_on": pd.Timestamp("2026-09-16"),
    ...     "old": ["a", "a", "b", "b"], "new": ["c", "d", "b", "e"],
    ...     "share_area": [0.4, 0.6, 0.3, 0.7], "share_buildings": [None, None, 0.1, 0.9]})
    >>> starts = pd.DataFrame({"cell": ["a", "b"], "since": [pd.Timestamp("2026-01-01")] * 2})
    >>> heirs = heirs_of(rows, starts, pd.Timestamp("2026-10-01"))
    >>> heirs[["cell", "heir", "share"]].values.tolist()
    [['a', 'd', 0.6], ['b', 'b', 1.0]]
    """
    moves = moves_of(lineage, by)
    itself = (moves["old"] == moves["new"]).groupby([moves["changed_on"], moves["old"]])
    leaves = moves[~itself.transform("any")]
    begun = starts.assign(since=pd.to_datetime(starts["since"]).fillna(_NEVER))
    found = compose(leaves, begun, until).drop_duplicates(["cell", "since"])
    heirs = begun[["cell", "since"]].merge(found, on=["cell", "since"], how="left")
    return starts[["cell", "since"]].assign(
        heir=heirs["new"].array, share=heirs["share"].to_numpy()
    )


def states_of_codes(codes: pd.Series, days: pd.Series, states: pd.DataFrame) -> Integers:
    """Find the state of a cell that a record means when it names a code.

    The one that stands on the record's day; else the latest that stood before it, for sources go
    on using a code for a while; else the first that came after it.

    Parameters
    ----------
    codes : Series of str, shape (n,)
        Null names none.
    days : Series of datetime, shape (n,)
        Local midnights.
    states : DataFrame
        Columns code, valid_from (null: since always); sorted by both, null first.

    Returns
    -------
    ndarray of int64, shape (n,)
        Position in `states`, -1 where no state has the code.

    Examples
    --------
    >>> redrawn_on = pd.Timestamp("2026-09-16")
    >>> states = pd.DataFrame({"code": ["1", "1"], "valid_from": [None, redrawn_on]})
    >>> days = pd.to_datetime(pd.Series(["2026-08-01", "2026-10-01", "2026-10-01"]))
    >>> states_of_codes(pd.Series(["1", "1", "2"]), days, states).tolist()
    [0, 1, -1]
    """
    known, names = pd.factorize(states["code"].to_numpy(dtype=object))
    begins = pd.to_datetime(states["valid_from"]).fillna(_NEVER).to_numpy("datetime64[D]")
    asked = pd.Index(names).get_indexer(codes.to_numpy(dtype=object))
    day = pd.to_datetime(days).fillna(_NEVER).to_numpy("datetime64[D]")
    # Code and day as one number, so that one search finds the last state that had begun.
    span = 2**32
    key = known.astype(np.int64) * span + begins.astype(np.int64)
    at = np.searchsorted(key, asked.astype(np.int64) * span + day.astype(np.int64), "right") - 1
    first = np.searchsorted(known, np.arange(len(names)))
    at = np.maximum(at, np.append(first, 0)[asked])
    return np.where(asked >= 0, at, -1)


def shared_codes(states: pd.DataFrame) -> set[str]:
    """Return the codes that two cells have had at the same time: they name neither.

    Parameters
    ----------
    states : DataFrame
        Columns cell, code, valid_from, valid_to; sorted by code and valid_from, null first.

    Examples
    --------
    >>> states = pd.DataFrame({"cell": ["a", "b", "c", "d"], "code": ["1", "1", "2", "2"],
    ...     "valid_from": pd.to_datetime([None, None, None, "2026-09-16"]),
    ...     "valid_to": pd.to_datetime([None, None, "2026-09-16", None])})
    >>> shared_codes(states)
    {'1'}
    """
    begins = pd.to_datetime(states["valid_from"]).fillna(_NEVER)
    ends = pd.to_datetime(states["valid_to"]).fillna(_FOREVER)
    shared: set[str] = set()
    last: dict[str, tuple[str, pd.Timestamp]] = {}
    for cell, code, begin, end in zip(states["cell"], states["code"], begins, ends, strict=True):
        other, until = last.get(code, (cell, begin))
        if begin < until and other != cell:
            shared.add(str(code))
        last[code] = (cell, end) if end > until else (other, until)
    return shared
