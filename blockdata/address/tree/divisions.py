"""Divisions carry dates: name and parent of a division code on a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.api.extensions import take

from blockdata.address.codes import DIVISION
from blockdata.address.tree.periods import (
    SINCE_ALWAYS,
    Day,
    days_of,
    first_days,
    last_days,
    valid_on,
)
from blockdata.errors import AnalysisError

__all__ = ["DIVISION_FAULTS", "Divisions"]

DIVISION_FAULTS = ("no_code", "ends_before_begin", "overlap", "no_parent")
"""What may be wrong with a row: it has no code, it ends before it begins, it begins before the
row before it of the same code has ended, or its parent is in no row at all."""

_COLUMNS = ("code", "name", "level", "parent_code", "begins_on", "ends_on")
_Rows = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Divisions:
    """What division codes were called, and what they belonged to, day by day.

    A code is looked up as a whole. The code of an address or of a grid is none of a division, and
    has no answer here: codes are for life, and their first digits say nothing about a day.

    Attributes
    ----------
    rows : DataFrame
        ``code``, ``name``, ``level``, ``parent_code``, ``begins_on``, ``ends_on``, sorted by code
        and beginning. Division codes stand in their canonical form.
    faults : DataFrame
        ``code`` and ``fault`` (of `DIVISION_FAULTS`), sorted.

    Examples
    --------
    >>> import datetime as dt
    >>> areas = pd.DataFrame({"code": ["990101", "990101"], "name": ["海东县", "海东区"],
    ...     "begins_on": [None, dt.date(2013, 1, 1)], "ends_on": [dt.date(2013, 1, 1), None]})
    >>> divisions = Divisions.build(areas)
    >>> divisions.names(["990101"], dt.date(2012, 12, 31)).tolist()
    ['海东县']
    >>> divisions.parents(["990101"], dt.date(2020, 1, 1)).tolist()
    ['990100']
    """

    rows: pd.DataFrame
    faults: pd.DataFrame

    @classmethod
    def build(cls, areas: pd.DataFrame) -> Divisions:
        """Take the rows of areas, closed states included.

        Parameters
        ----------
        areas : DataFrame
            ``code`` and ``name``; ``level``, ``parent_code`` (missing: the code of the next wider
            level, by its digits), ``begins_on``, ``ends_on`` where there. A code may have several
            rows, one after the other.

        Raises
        ------
        AnalysisError
            If there is no column ``code`` or ``name``.
        """
        if missing := {"code", "name"} - set(areas.columns):
            raise AnalysisError(f"the areas have no column {min(missing)!r}")
        rows = areas.reindex(columns=list(_COLUMNS)).reset_index(drop=True)
        coded = rows["code"].notna()
        rows = rows[coded].astype({"code": "str", "name": "str", "parent_code": "str"})
        rows["code"] = DIVISION.canonical(rows["code"]).fillna(rows["code"])
        stated = DIVISION.canonical(rows["parent_code"]).fillna(rows["parent_code"])
        rows["parent_code"] = stated.fillna(DIVISION.parents(rows["code"]))
        order = np.lexsort((last_days(rows), first_days(rows), rows["code"].to_numpy(object)))
        rows = rows.iloc[order].reset_index(drop=True)
        return cls(rows, _faults(rows, int((~coded).sum())))

    def on(self, day: Day) -> pd.DataFrame:
        """Return the rows that hold on a day, sorted by code."""
        return valid_on(self.rows, day).reset_index(drop=True)

    def names(self, codes: Sequence[str | None] | pd.Series, on: Day | pd.Series) -> pd.Series:
        """Return what each code was called on a day.

        Parameters
        ----------
        codes : column of texts, shape (n,)
        on : date, or Series of dates, shape (n,)
            One day for all, or one for each code.

        Returns
        -------
        Series of str
            Missing where the code names no division on that day. Where rows overlap, the one that
            began last holds.

        Raises
        ------
        AnalysisError
            If there are not as many days as codes.
        """
        return self._answer("name", codes, on)

    def parents(self, codes: Sequence[str | None] | pd.Series, on: Day | pd.Series) -> pd.Series:
        """Return the code of what each division belonged to on a day; see `names`."""
        return self._answer("parent_code", codes, on)

    def path(self, code: str, on: Day) -> list[tuple[str, str]]:
        """Return code and name of a division and all it belonged to on a day, the widest first.

        What is in no row on that day ends the path, and so does a parent that was passed.
        """
        path: dict[str, str] = {}
        at: str | None = code
        while isinstance(at, str) and at not in path:
            name = self.names([at], on).iloc[0]
            if not isinstance(name, str):
                break
            path[at] = name
            at = self.parents([at], on).iloc[0]
        return list(path.items())[::-1]

    @cached_property
    def _sorted(self) -> tuple[pd.Index, _Rows, _Rows, _Rows]:
        """Distinct codes; of each row the code's number, first and last day."""
        numbers, codes = pd.factorize(self.rows["code"].to_numpy(object))
        return pd.Index(codes), numbers, first_days(self.rows), last_days(self.rows)

    def _answer(
        self, column: str, codes: Sequence[str | None] | pd.Series, on: Day | pd.Series
    ) -> pd.Series:
        asked = pd.Series(codes, dtype="str")
        days = days_of(on if isinstance(on, pd.Series) else pd.Series([on]))
        if len(days) not in (1, len(asked)):
            raise AnalysisError("there are not as many days as codes")
        canonical = DIVISION.canonical(asked).fillna(asked)
        rows = self._rows_on(canonical, np.broadcast_to(days, len(asked)))
        found = take(self.rows[column].array, rows, allow_fill=True)
        return pd.Series(found, index=asked.index, dtype="str")

    def _rows_on(self, codes: pd.Series, days: _Rows) -> _Rows:
        """Return the row that holds for each code on its day, -1 where none does."""
        distinct, numbers, begins, ends = self._sorted
        wanted = distinct.get_indexer(pd.Index(codes.to_numpy(object)))
        # Each day's place among all beginnings makes one sortable number of code and day.
        ordered = np.unique(begins)
        scale = len(ordered) + 1
        keys = numbers * scale + np.searchsorted(ordered, begins, side="right")
        asked = wanted * scale + np.searchsorted(ordered, days, side="right")
        rows = np.searchsorted(keys, asked, side="right") - 1
        rows[(wanted < 0) | (days == SINCE_ALWAYS)] = -1
        # What began last may have ended while an overlapping row before it goes on.
        while True:
            rows[(rows >= 0) & (np.append(numbers, -1)[rows] != wanted)] = -1
            over = (rows >= 0) & (np.append(ends, 0)[rows] <= days)
            if not over.any():
                return rows
            rows[over] -= 1


def _faults(rows: pd.DataFrame, without_code: int) -> pd.DataFrame:
    begins, ends = first_days(rows), last_days(rows)
    again = rows["code"].eq(rows["code"].shift()).to_numpy(bool)
    before = np.append(SINCE_ALWAYS, ends[:-1])
    stated = rows["parent_code"].notna().to_numpy()
    flags: dict[str, npt.NDArray[np.bool_]] = {
        "ends_before_begin": ends < begins,
        "overlap": again & (begins < before),
        "no_parent": stated & ~rows["parent_code"].isin(rows["code"]).to_numpy(),
    }
    found = [("", "no_code")] * without_code
    found += [
        (code, fault)
        for fault, flag in flags.items()
        for code in rows["code"].to_numpy(object)[flag]
    ]
    faults = pd.DataFrame(found, columns=["code", "fault"], dtype="str")
    return faults.drop_duplicates().sort_values(["fault", "code"], ignore_index=True)
