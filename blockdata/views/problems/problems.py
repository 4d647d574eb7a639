"""`base.problems`: which places never get better, what stands behind them, and what helped."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from blockdata.config import Config
from blockdata.report.words import Words
from blockdata.store.session import Session
from blockdata.views.layers.told import told_by
from blockdata.views.patterns.told import facts_of
from blockdata.views.problems import causes as _causes
from blockdata.views.problems import chronic as _chronic
from blockdata.views.problems import effects as _effects
from blockdata.views.problems.evidence import PlaceEvidence
from blockdata.views.results import Facts

__all__ = ["Problems"]


class Problems:
    """Lasting problems of a base; made by `base.problems`.

    Parameters
    ----------
    session : Session
    config : Config
    as_of : date
        End of what is known, exclusive.
    words : Words
    """

    def __init__(self, session: Session, config: Config, as_of: dt.date, words: Words) -> None:
        self._session = session
        self._config = config
        self._as_of = as_of
        self._words = words

    @property
    def _facts(self) -> Facts:
        return facts_of(self._config, self._as_of, self._words)

    @told_by(_chronic.chronic_places)
    def chronic(
        self, category: str | None = None, place_kind: str | None = None
    ) -> _chronic.ChronicPlaces:
        """List the places that never get better."""
        return _chronic.chronic_places(self._session, self._facts, category, place_kind)

    @told_by(_chronic.place_evidence)
    def evidence(self, place: str, category: str | None = None) -> PlaceEvidence:
        """Tell what speaks for a place being chronic."""
        return _chronic.place_evidence(self._session, self._facts, place, category)

    def similar(self, place: str | None = None) -> pd.DataFrame:
        """List similar places that got better.

        Parameters
        ----------
        place : str, optional
            Only those similar to this place.

        Returns
        -------
        DataFrame
            place_kind, category, place, name, similar, similar_name, nearness (1 is the most
            similar), course, episodes and calm_months of the similar place.
        """
        found = _chronic.chronic_places(self._session, self._facts).similar
        return found if place is None else found[found["place"] == place].reset_index(drop=True)

    @told_by(_causes.causes)
    def causes(
        self, place_kind: str | None = None, *, everything: bool = False
    ) -> _causes.SharedCauses:
        """List what chronic places have in common."""
        return _causes.causes(self._session, self._facts, place_kind, everything=everything)

    @told_by(_causes.neighbours)
    def neighbours(self) -> _causes.NearChronic:
        """Tell whether chronic places stand near each other."""
        return _causes.neighbours(self._session, self._facts)

    @told_by(_effects.effects)
    def effects(self) -> _effects.Effects:
        """List what interventions did."""
        return _effects.effects(self._session, self._facts)

    @told_by(_effects.effect)
    def effect(
        self,
        places: _effects.Places,
        started_on: dt.date,
        *,
        ended_on: dt.date | None = None,
        category: str | None = None,
    ) -> _effects.OneEffect:
        """Judge an intervention of the analyst's own."""
        return _effects.effect(
            *(self._session, self._facts, places, started_on), ended_on=ended_on, category=category
        )
