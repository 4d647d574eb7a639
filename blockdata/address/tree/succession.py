"""Merges, splits and new numbers: an id that was given once stays resolvable for ever."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from blockdata.address.tree.periods import SINCE_ALWAYS, Day, days_of
from blockdata.errors import AnalysisError

__all__ = ["SUCCESSION_FAULTS", "SUCCESSION_KINDS", "Succession"]

SUCCESSION_KINDS = ("merge", "split", "renumber")
"""Several become one, one becomes several, one goes on under another id."""

SUCCESSION_FAULTS = ("incomplete", "unknown_kind", "cycle")
"""What may be wrong with a link: an id is missing, its kind is none of the known ones, or it is
part of a way that leads back to the id it came from."""

_COLUMNS = ["old_id", "new_id", "on", "kind"]


@dataclass(frozen=True)
class Succession:
    """Which ids went on as which.

    Attributes
    ----------
    links : DataFrame
        ``old_id``, ``new_id``, ``on``, ``kind``, sorted by day and ids; incomplete links left out.
    faults : DataFrame
        The links at fault with their ``fault`` (of `SUCCESSION_FAULTS`). A cycle of several days is
        followed day by day (an id that comes back into use), one within a day is walked once.

    Examples
    --------
    >>> links = pd.DataFrame({"old_id": ["a", "b"], "new_id": ["c", "c"], "kind": "merge",
    ...                       "on": pd.Timestamp("2020-03-01")})
    >>> succession = Succession.build(links)
    >>> succession.resolve("a"), succession.resolve("a", on=pd.Timestamp("2020-02-28"))
    (('c',), ('a',))
    """

    links: pd.DataFrame
    faults: pd.DataFrame

    @classmethod
    def build(cls, links: pd.DataFrame) -> Succession:
        """Take the links.

        Parameters
        ----------
        links : DataFrame
            ``old_id``, ``new_id``; ``on`` (the first day of the new id; missing: since always) and
            ``kind`` (of `SUCCESSION_KINDS`) where there. A link of an id to itself says that it
            goes on beside others.

        Raises
        ------
        AnalysisError
            If there is no column ``old_id`` or ``new_id``.
        """
        if missing := {"old_id", "new_id"} - set(links.columns):
            raise AnalysisError(f"the links have no column {min(missing)!r}")
        rows = links.reindex(columns=_COLUMNS).drop_duplicates()
        whole = rows["old_id"].notna() & rows["new_id"].notna()
        incomplete = rows[~whole]
        rows = rows[whole].astype({"old_id": "str", "new_id": "str", "kind": "str"})
        by = (rows["new_id"].to_numpy(object), rows["old_id"].to_numpy(object), days_of(rows["on"]))
        rows = rows.iloc[np.lexsort(by)].reset_index(drop=True)
        odd = rows[rows["kind"].notna() & ~rows["kind"].isin(SUCCESSION_KINDS)]
        found = zip(SUCCESSION_FAULTS, (incomplete, odd, rows[_in_cycles(rows)]), strict=True)
        faults = [frame.assign(fault=fault) for fault, frame in found if len(frame)]
        none = rows.iloc[:0].assign(fault=pd.Series(dtype="str"))
        return cls(rows, pd.concat(faults, ignore_index=True) if faults else none)

    def resolve(self, old_id: str, on: Day | None = None) -> tuple[str, ...]:
        """Return the ids under which an id goes on, on a day or after all links.

        Parameters
        ----------
        old_id : str
            Any id; one without links is its own answer.
        on : date, optional

        Returns
        -------
        tuple of str
            Sorted, never empty.
        """
        until = None if on is None else int(days_of(pd.Series([on]))[0])
        found: set[str] = set()
        walked: set[int] = set()
        waiting = [(old_id, int(SINCE_ALWAYS), frozenset[str]())]
        while waiting:
            at, since, path = waiting.pop()
            links = [
                link
                for link in self._of.get(at, ())
                if link[1] >= since and (until is None or link[1] <= until)
            ]
            ahead = [link for link in links if link[0] not in walked]
            # Where all ways were walked already, another branch came by, or this one went in a
            # circle: then the id stays, unless it goes on later.
            circle = at in path and all(day == since for _, day, _ in links)
            if not ahead and (not links or circle):
                found.add(at)
            walked.update(number for number, _, _ in ahead)
            waiting += [(new, day, path | {at}) for _, day, new in ahead]
        return tuple(sorted(found))

    def resolve_all(
        self, ids: Sequence[str | None] | pd.Series, on: Day | None = None
    ) -> pd.DataFrame:
        """Resolve many ids.

        Returns
        -------
        DataFrame
            ``id`` and ``current_id``: a row per distinct id and id under which it goes on,
            sorted. Missing ids have none.
        """
        distinct = sorted(pd.Series(ids, dtype="str").dropna().unique())
        moved = [i for i in distinct if i in self._of]
        pairs = [(old, new) for old in moved for new in self.resolve(old, on)]
        pairs += [(i, i) for i in distinct if i not in self._of]
        frame = pd.DataFrame(pairs, columns=["id", "current_id"], dtype="str")
        return frame.sort_values(["id", "current_id"], ignore_index=True)

    @cached_property
    def _of(self) -> dict[str, list[tuple[int, int, str]]]:
        """Number, day and new id of the links of each old id."""
        links: dict[str, list[tuple[int, int, str]]] = {}
        columns = (self.links["old_id"], days_of(self.links["on"]).tolist(), self.links["new_id"])
        for number, (old, day, new) in enumerate(zip(*columns, strict=True)):
            links.setdefault(old, []).append((number, day, new))
        return links


def _in_cycles(links: pd.DataFrame) -> pd.Series:
    """Tell which links lie on a way back to where they began."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    ends = pd.concat([links["old_id"], links["new_id"]])
    codes, ids = pd.factorize(ends)
    old, new = codes[: len(links)], codes[len(links) :]
    graph = coo_array((np.ones(len(old)), (old, new)), shape=(len(ids), len(ids)))
    if not len(ids):
        return pd.Series(False, index=links.index)
    _, component = connected_components(graph, directed=True, connection="strong")
    return pd.Series((component[old] == component[new]) & (old != new), index=links.index)
