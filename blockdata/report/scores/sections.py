"""The sections of the page about how the city is measured, by the names templates know."""

from __future__ import annotations

from blockdata.report.scores.indicators import indicator_section
from blockdata.report.scores.scorecard import scorecard_section
from blockdata.report.settings import Settings
from blockdata.report.words import Words
from blockdata.store.session import Session

__all__ = ["score_sections"]


def score_sections(session: Session, settings: Settings, words: Words) -> dict[str, object]:
    """Return the sections; those that have nothing to tell are None.

    Parameters
    ----------
    session : Session
    settings : Settings
    words : Words

    Returns
    -------
    dict
        indicators, scorecard.
    """
    return {
        "indicators": indicator_section(session, words),
        "scorecard": scorecard_section(session, settings.scorecard, words),
    }
