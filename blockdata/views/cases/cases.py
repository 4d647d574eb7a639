"""`base.cases`: what a base tells of cases, and how people answer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path

import pandas as pd

from blockdata.config import Config
from blockdata.engines import case_lookups
from blockdata.engines.link_feeds import NONE
from blockdata.report.words import Words
from blockdata.store.decisions import Decision
from blockdata.store.session import Session
from blockdata.views.cases import asking as _asking
from blockdata.views.cases import explaining as _explaining
from blockdata.views.cases import tables as _tables
from blockdata.views.cases.words import CaseWords
from blockdata.views.layers.told import told_by


class Cases:
    """The cases of a base: what they are about, which belong together, who answers until when.

    Printing it tells how many there are of what the nightly run found; made by `base.cases`.
    Where a table has no rows its `attrs["summary"]` says what would fill it. Who called is never
    told, only whether one caller did or several; and nothing of what was said.

    Parameters
    ----------
    session : Session
    config : Config
    as_of : date
        End of what is known, exclusive.
    words : Words
    match : callable
        Matches address texts; see `Base.match`.
    take : callable
        Writes decisions down; see `Base.take`.
    today : callable
        Returns the present day, for decisions.
    """

    def __init__(
        self,
        session: Session,
        config: Config,
        as_of: dt.date,
        words: Words,
        *,
        match: Callable[[Sequence[str | None]], pd.DataFrame],
        take: Callable[[Sequence[Decision]], Path],
        today: Callable[[], dt.date],
    ) -> None:
        self._session = session
        self._config = config
        self._as_of = as_of
        self._words = CaseWords(words.lang, words.catalogue)
        self._match = match
        self._take = take
        self._today = today

    def summary(self) -> pd.DataFrame:
        """Return answer, rows: how much there is of what the nightly run found."""
        counts = case_lookups.answer_counts(self._session)
        told = [self._words.answer(name) for name in counts]
        return pd.DataFrame({"answer": told, "rows": list(counts.values())})

    def __repr__(self) -> str:
        return str(self.summary().to_string(index=False))

    def _repr_html_(self) -> str:
        return str(self.summary().to_html(index=False))

    @told_by(_explaining.explain_case)
    def explain(self, incident: str) -> _explaining.CaseExplanation:
        """Tell everything of one case, with the reasons."""
        return _explaining.explain_case(self._session, self._config, self._words, incident)

    @told_by(_tables.links)
    def links(
        self,
        incident: str | Sequence[str] | None = None,
        *,
        kind: str | None = None,
        at_most: float | None = None,
    ) -> pd.DataFrame:
        """List what cases are linked to."""
        return _tables.links(self._session, self._words, incident, kind=kind, at_most=at_most)

    @told_by(_tables.contradictions)
    def contradictions(self, incident: str | Sequence[str] | None = None) -> pd.DataFrame:
        """List the cases whose evidence contradicts itself."""
        return _tables.contradictions(self._session, self._words, incident)

    @told_by(_tables.categories)
    def categories(self, *, unmapped: bool = False) -> pd.DataFrame:
        """List what each source's categories are taken for."""
        return _tables.categories(self._session, self._words, unmapped=unmapped)

    @told_by(_tables.suggestions)
    def suggestions(self) -> pd.DataFrame:
        """List the classes that unmapped categories may stand for."""
        return _tables.suggestions(self._session, self._words)

    @told_by(_tables.duplicates)
    def duplicates(self, incident: str | None = None) -> pd.DataFrame:
        """List the occurrences that were reported twice or more, with their reports."""
        return _tables.duplicates(self._session, self._words, incident)

    @told_by(_asking.repeats_of)
    def repeats_of(self, report: Mapping[str, object]) -> pd.DataFrame:
        """List the open cases that a new report may repeat."""
        return _asking.repeats_of(self._words, self._open_cases, self._config, report)

    @cached_property
    def _open_cases(self) -> _asking.OpenCases:
        end = self._config.city.midnight_utc(self._as_of)
        return _asking.OpenCases(self._session, self._config, end, self._match)

    @told_by(_tables.chains)
    def chains(self, chain: str | None = None) -> pd.DataFrame:
        """List the chains of related cases, or the links of one."""
        return _tables.chains(self._session, self._words, chain)

    @told_by(_tables.episodes)
    def episodes(
        self,
        *,
        status: str | None = None,
        category: str | None = None,
        place: str | None = None,
    ) -> pd.DataFrame:
        """List the episodes that reports were made into."""
        return _tables.episodes(
            self._session, self._words, status=status, category=category, place=place
        )

    @told_by(_tables.revisions)
    def revisions(self) -> pd.DataFrame:
        """List what late facts changed in the history of episodes."""
        return _tables.revisions(self._session, self._words)

    @told_by(_tables.due_soon)
    def due_soon(self) -> pd.DataFrame:
        """List the open cases that are overdue or soon will be."""
        return _tables.due_soon(self._session, self._words, self._config.city.time_zone)

    @told_by(_tables.units)
    def units(self, incident: str) -> pd.DataFrame:
        """List the units that may answer for a case."""
        named = _explaining.case_named(self._session, incident)
        return _tables.units(self._session, self._words, named)

    @told_by(_tables.ownerless)
    def ownerless(self) -> pd.DataFrame:
        """List the matters and grids that had cases for which no unit is known."""
        return _tables.ownerless(self._session, self._words)

    @told_by(_tables.disputes)
    def disputes(self) -> pd.DataFrame:
        """List what two units answer for."""
        return _tables.disputes(self._session, self._words)

    def link(
        self,
        incident: str,
        kind: str,
        target: str | None,
        *,
        take_back: bool = False,
        note: str | None = None,
    ) -> Path:
        """Say what a case is about; the next run links it so, whatever the evidence.

        Parameters
        ----------
        incident : str
            Id of a case.
        kind : str
            Kind of target, as in the table `link`: "address", "component", "building", "camera",
            "premises", "legal_entity", "cell:unit".
        target : str or None
            Id of what it is about; None says that it is about nothing of this kind.
        take_back : bool, default False
            Take an earlier answer for this case and kind back; `target` then says nothing.
        note : str, optional

        Returns
        -------
        Path
            The file of the decision.

        Raises
        ------
        DecisionError
            If there is no such case or target.
        """
        value = None if take_back else target or NONE
        return self._decide("link", incident, value, kind, note)

    def same(
        self,
        first: str,
        second: str,
        yes: bool = True,
        *,
        take_back: bool = False,
        note: str | None = None,
    ) -> Path:
        """Say whether two cases report one occurrence; the next run takes it for certain.

        Parameters
        ----------
        first, second : str
            Ids of two cases, in any order.
        yes : bool, default True
        take_back : bool, default False
            Take an earlier answer for the two back; `yes` then says nothing.
        note : str, optional

        Returns
        -------
        Path
            The file of the decision.

        Raises
        ------
        DecisionError
            If one of the cases is not there, or both are the same.
        """
        value = None if take_back else ("yes" if yes else "no")
        return self._decide("same", first, value, second, note)

    def map_category(
        self,
        source: str,
        category: str,
        scheme: str | None = None,
        kind: str | None = None,
        code: str | None = None,
        *,
        take_back: bool = False,
        note: str | None = None,
    ) -> Path:
        """Say what class a source's category is; the next run counts its cases so.

        Parameters
        ----------
        source : str
            Name of the source.
        category : str
            The source's own word.
        scheme, kind, code : str, optional
            The class, as `suggestions` lists them; left out, it is none on purpose.
        take_back : bool, default False
            Take an earlier answer for this category back.
        note : str, optional

        Returns
        -------
        Path
            The file of the decision.

        Raises
        ------
        DecisionError
            If the class is given by half, or is not one.
        """
        value = None if take_back else _tables.class_text(scheme, kind, code)
        return self._decide("category", f"{source}/{category}", value, None, note)

    def _decide(
        self, verb: str, subject: str, value: str | None, field: str | None, note: str | None
    ) -> Path:
        return self._take([Decision(verb, subject, value, field, note, self._today())])
