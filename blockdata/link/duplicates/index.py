"""Open reports, to be asked at once which of them a new one repeats."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from blockdata.errors import AnalysisError
from blockdata.link.duplicates.candidates import is_candidate
from blockdata.link.duplicates.columns import KeyCodes, ReportColumns, report_columns
from blockdata.link.duplicates.model import DuplicateModel
from blockdata.link.duplicates.pairs import in_order, judged
from blockdata.link.duplicates.settings import DuplicateSettings

__all__ = ["DuplicateIndex"]

_LEAST_MERGED = 1024
_MERGED_SHARE = 0.1


class DuplicateIndex:
    """Reports that a new one is held against.

    What `ask` answers is what `duplicate_pairs` gives for the reports and the new one together.

    Parameters
    ----------
    settings : DuplicateSettings, optional
    model : DuplicateModel, optional

    Examples
    --------
    >>> day = pd.to_datetime(["2026-01-01 20:00"])
    >>> open_report = pd.DataFrame({"id": ["a"], "caller": "c1", "building_id": "b1",
    ...     "site_id": "s1", "category": "noise", "reported_at": day})
    >>> index = DuplicateIndex()
    >>> index.add(open_report)
    >>> new = open_report.assign(id="b", reported_at=day + pd.Timedelta(hours=1))
    >>> index.ask(new)[["first", "second"]].values.tolist()
    [['a', 'b']]
    >>> index.remove(["a"])
    >>> len(index), len(index.ask(new))
    (0, 0)
    """

    def __init__(
        self, settings: DuplicateSettings | None = None, model: DuplicateModel | None = None
    ) -> None:
        self._settings = settings or DuplicateSettings()
        self._model = model or DuplicateModel()
        self._codes = KeyCodes()
        self._ids: set[str] = set()
        self._removed: set[str] = set()
        nothing = pd.DataFrame({"id": [], "reported_at": pd.to_datetime([])})
        # Most of the reports, and the newest; each in order of time. New ones so move few others.
        self._settled = report_columns(nothing, self._codes)
        self._recent = self._settled

    def __len__(self) -> int:
        return len(self._ids)

    def add(self, reports: pd.DataFrame) -> None:
        """Add reports; those without a time are left out.

        Parameters
        ----------
        reports : DataFrame
            See `columns.REPORT_COLUMNS`.

        Raises
        ------
        AnalysisError
            If an id is there already, and as for `duplicate_pairs`.
        """
        fresh = report_columns(reports, self._codes)
        if not self._ids.isdisjoint(fresh.id):
            raise AnalysisError("a report is there already", where="add", allowed="new ids")
        if not self._removed.isdisjoint(fresh.id):
            self._settle(-1)
        self._ids.update(fresh.id)
        self._recent = _sorted(self._recent.joined(fresh))
        self._settle(max(_LEAST_MERGED, _MERGED_SHARE * len(self._settled)))

    def remove(self, ids: Iterable[str]) -> None:
        """Take reports out, as when they are closed; ids that are not there are passed over."""
        gone = self._ids.intersection(ids)
        self._ids -= gone
        self._removed |= gone

    def ask(self, reports: pd.DataFrame) -> pd.DataFrame:
        """List the pairs of new reports with those that are there.

        Parameters
        ----------
        reports : DataFrame
            One report or a few; they are neither added nor compared with one another.

        Returns
        -------
        DataFrame
            As from `duplicate_pairs`.
        """
        asked = report_columns(reports, self._codes)
        return in_order([self._pairs(asked.take(slice(row, row + 1))) for row in range(len(asked))])

    def _pairs(self, asked: ReportColumns) -> pd.DataFrame:
        near = [self._candidates(asked, there) for there in (self._settled, self._recent)]
        columns = _sorted(near[0].joined(near[1]).joined(asked))
        own = int(np.flatnonzero(columns.id == asked.id[0])[0])
        others = np.delete(np.arange(len(columns)), own)
        first, second = np.minimum(others, own), np.maximum(others, own)
        return judged(columns, first, columns, second, self._settings, self._model)

    def _candidates(self, asked: ReportColumns, there: ReportColumns) -> ReportColumns:
        """Return the reports that one is compared with."""
        gap_us, at_us = self._settings.max_gap_us, asked.time_us[0]
        begin = np.searchsorted(there.time_us, at_us - gap_us, side="left")
        end = np.searchsorted(there.time_us, at_us + gap_us, side="right")
        j = np.arange(begin, end)
        j = j[is_candidate(asked, np.zeros_like(j), there, j, self._settings)]
        here = [id_ in self._ids and id_ != asked.id[0] for id_ in there.id[j]]
        return there.take(j[np.array(here, dtype=np.bool_)])

    def _settle(self, most: float) -> None:
        """Put the recent reports with the others, if there are more, and drop those removed."""
        if len(self._recent) <= most:
            return
        both = self._settled.joined(self._recent)
        there = np.fromiter((id_ in self._ids for id_ in both.id), np.bool_, len(both))
        self._settled = _sorted(both.take(np.flatnonzero(there)))
        self._recent = both.take(slice(0, 0))
        self._removed.clear()


def _sorted(columns: ReportColumns) -> ReportColumns:
    order = np.lexsort((columns.id.astype("str"), columns.time_us))
    return columns.take(order)
