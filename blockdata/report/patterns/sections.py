"""All sections of the page about patterns, by the names that the templates know them by."""

from __future__ import annotations

import datetime as dt

from blockdata.report.patterns.clusters import cluster_section
from blockdata.report.patterns.concentration import concentration_section
from blockdata.report.patterns.emerging import emerging_section
from blockdata.report.patterns.near_repeat import near_repeat_section
from blockdata.report.patterns.rises import rise_section
from blockdata.report.settings import Settings
from blockdata.report.words import Words
from blockdata.store.session import Session

__all__ = ["pattern_sections"]


def pattern_sections(
    session: Session, settings: Settings, words: Words, as_of: dt.date
) -> dict[str, object]:
    """Return the sections about patterns; those that have nothing to tell are None.

    Parameters
    ----------
    session : Session
    settings : Settings
    words : Words
    as_of : date
        Nothing at or after its midnight has happened yet.

    Returns
    -------
    dict
        rises, clusters, emerging, near_repeat, concentration.
    """
    return {
        "rises": rise_section(session, settings, words, as_of),
        "clusters": cluster_section(session, settings, words, as_of),
        "emerging": emerging_section(session, settings, words, as_of),
        "near_repeat": near_repeat_section(session, settings, words),
        "concentration": concentration_section(session, settings, words),
    }
