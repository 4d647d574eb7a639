"""`base.scores`: indicators with alarms, and the scorecard of departments and areas."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from blockdata.config import Config
from blockdata.engines import score_feeds
from blockdata.report.words import Words
from blockdata.store.session import Session
from blockdata.views.layers.told import told_by
from blockdata.views.results import Result
from blockdata.views.scores import cards as _cards
from blockdata.views.scores import indicators as _indicators
from blockdata.views.scores import totals as _totals


class Scores:
    """How a city is measured, month by month; made by `base.scores`.

    Parameters
    ----------
    session : Session
    config : Config
    as_of : date
        End of what is known, exclusive.
    words : Words
    """

    def __init__(self, session: Session, config: Config, as_of: dt.date, words: Words) -> None:
        self._facts = (session, config, as_of, words)

    @told_by(_indicators.indicators)
    def indicators(
        self,
        layer: str | None = None,
        indicator: str | None = None,
        month: dt.date | str | None = None,
    ) -> Result:
        """List indicators of cells and months."""
        return _indicators.indicators(*self._facts, layer, indicator, month=month)

    @told_by(_indicators.alarms)
    def alarms(self, layer: str | None = None, *, light: str | None = None) -> Result:
        """List what is beyond a threshold in the last month."""
        return _indicators.alarms(*self._facts, layer, light=light)

    @told_by(_indicators.indicator_definitions)
    def indicator_definitions(self, group: str | None = None) -> pd.DataFrame:
        """List the indicators with formula, denominator and thresholds."""
        return _indicators.indicator_definitions(*self._facts, group)

    @told_by(_cards.scorecard)
    def scorecard(
        self, unit_kind: str | None = "department", month: dt.date | str | None = None
    ) -> Result:
        """List the scorecard of units and months."""
        return _cards.scorecard(*self._facts, unit_kind, month)

    @told_by(_cards.composite)
    def composite(
        self, unit_kind: str | None = "department", month: dt.date | str | None = None
    ) -> Result:
        """List one score of each unit and month."""
        return _cards.composite(*self._facts, unit_kind, month)

    @told_by(_cards.scorecard_definitions)
    def scorecard_definitions(self, indicator: str | None = None) -> pd.DataFrame:
        """List the definitions of the scorecard, and which are chosen."""
        return _cards.scorecard_definitions(*self._facts, indicator)

    @told_by(_totals.totals)
    def totals(self, unit_kind: str | None = None, month: dt.date | str | None = None) -> Result:
        """List whether units add up to the whole."""
        return _totals.totals(*self._facts, unit_kind, month)

    def months(self, table: str = "indicator") -> list[dt.date]:
        """Return the first days of the whole months that a table tells of, rising.

        Parameters
        ----------
        table : {"indicator", "scorecard", "score", "score_total"}
        """
        return score_feeds.indicator_months(self._facts[0], table)

    @told_by(_totals.compare_stated)
    def compare_stated(self, stated: pd.DataFrame) -> pd.DataFrame:
        """Hold a stated scorecard against what the cases give."""
        return _totals.compare_stated(*self._facts, stated)
