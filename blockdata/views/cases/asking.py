"""Asking at once which open cases a new report repeats."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence

import pandas as pd

from blockdata.batch.duplicates import duplicate_settings, model_of
from blockdata.batch.reports import reports_to_compare
from blockdata.config import Config
from blockdata.engines import case_lookups
from blockdata.link.duplicates import DuplicateIndex
from blockdata.store.session import Session
from blockdata.views.cases.new_report import NEW, NewReports
from blockdata.views.cases.words import CaseWords

__all__ = ["OpenCases", "repeats_of"]

_SPARE = dt.timedelta(days=7)
_USUAL = dt.timedelta(days=370)
"""What is usual at a place is counted over a year."""

_TOLD = ["case_no", "reported_at", "category", "address_text"]


class OpenCases:
    """The cases of a base, ready to be asked which of them a new report repeats.

    The first question reads the last year's cases; later ones find them here. A question about
    an earlier day than any before reads anew.

    Parameters
    ----------
    session : Session
    config : Config
    end : datetime
        as_of in UTC.
    match : callable
        Matches address texts, as `Base.match`.
    """

    def __init__(
        self,
        session: Session,
        config: Config,
        end: dt.datetime,
        match: Callable[[Sequence[str | None]], pd.DataFrame],
    ) -> None:
        self._session = session
        self._config = config
        self._end = end
        self._settings = duplicate_settings(config)
        self._new = NewReports(session, config, match)
        self._since: dt.datetime | None = None
        self._index = DuplicateIndex()
        self._cases = pd.DataFrame()

    def repeated_by(self, report: Mapping[str, object]) -> pd.DataFrame:
        """Return the pairs of a new report with the cases that are open when it comes.

        Returns
        -------
        DataFrame
            As from `DuplicateIndex.ask`, and what a reader knows the case by: incident, case_no,
            reported_at, category, address_text.
        """
        said = self._new.read(report)
        at = said["reported_at"]
        self._reach(at.to_pydatetime())
        pairs = self._index.ask(self._new.placed(said))
        other = pairs["first"].where(pairs["first"] != NEW, pairs["second"])
        there = self._cases.loc[other].reset_index()
        is_open = ~(there["closed_at"] <= at)
        found: pd.DataFrame = pd.concat([there, pairs], axis=1)[is_open]
        return found.reset_index(drop=True)

    def _reach(self, at: dt.datetime) -> None:
        """Have every case in the index that a report of a moment can repeat."""
        since = min(at, self._end) - dt.timedelta(hours=self._settings.max_gap_hours)
        if self._since is not None and self._since <= since:
            return
        case_lookups.require_table(self._session, "incident_place")
        self._since = since - _SPARE
        reports = reports_to_compare(self._session, self._end, self._since - _USUAL)
        self._new.learn(reports)
        index = DuplicateIndex(self._settings, model_of(reports))
        there = reports[reports["reported_at"] >= self._since]
        index.add(there)
        self._index = index
        brief = case_lookups.brief_cases(self._session, there["id"].tolist())
        closed = there.set_index("id")["closed_at"]
        self._cases = brief.set_index("incident").assign(closed_at=closed)


def repeats_of(
    words: CaseWords,
    cases: OpenCases,
    config: Config,
    report: Mapping[str, object],
) -> pd.DataFrame:
    """List the open cases that a new report may repeat.

    Parameters
    ----------
    words : CaseWords
    cases : OpenCases
    config : Config
    report : mapping of str to value
        reported_at (text or time; without an offset the city's wall clock), and as far as known
        source and category (the source's word), main_category, address_text, x, y (metres, in the
        base's CRS, as measured), component_code, caller (a number as it was noted), content. The
        number and the content are compared only where the steward's part is open, as a pseudonym
        and as a fingerprint; neither is kept or told.

    Returns
    -------
    DataFrame
        incident, case_no, reported_at, category, address_text, probability, same (whether it is
        probable enough to be taken for one occurrence), gap_hours, distance_m, calling
        ("one_caller", "several_callers", "unknown"), reason; the most probable first. A case that
        was closed before the report is none that it repeats. Of what is usual at a place the
        case's own figure counts.

    Raises
    ------
    AnalysisError
        If the report has no readable time, or a field that reports do not have.
    """
    found = cases.repeated_by(report)
    limits = config.duplicates
    found = found[found["probability"] >= limits.min_probability]
    found["same"] = found["probability"] >= limits.same_probability
    found["calling"] = words.calling_of_pairs(found["caller"])
    found["reason"] = found[words.t("reasons_zh", "reasons_en")]
    rows = found.sort_values(["probability", "incident"], ascending=[False, True])
    told = ["probability", "same", "gap_hours", "distance_m", "calling", "reason"]
    return words.hinted(rows[["incident", *_TOLD, *told]].reset_index(drop=True), "repeat")
