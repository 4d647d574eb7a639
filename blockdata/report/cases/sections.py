"""All sections of the page about cases, by the names that the templates know them by."""

from __future__ import annotations

import datetime as dt

from blockdata.report.cases.categories import category_section
from blockdata.report.cases.chains import chain_section
from blockdata.report.cases.duplicates import duplicate_section
from blockdata.report.cases.duties import duty_section
from blockdata.report.cases.episodes import episode_section
from blockdata.report.cases.links import LINKED, link_section
from blockdata.report.cases.window import last_window
from blockdata.report.cases.words import CaseWords
from blockdata.report.settings import Settings
from blockdata.report.words import Words
from blockdata.store.session import Session

__all__ = ["case_sections"]


def case_sections(
    session: Session, settings: Settings, words: Words, as_of: dt.date
) -> dict[str, object]:
    """Return the sections about cases; those that have nothing to tell are None.

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
        links, linked (columns of the table of links), case_categories, duplicates, chains,
        episodes, duties.
    """
    told = CaseWords(words.lang, words.catalogue)
    window = last_window(settings, as_of)
    return {
        "links": link_section(session, told, settings.linking.place_probability),
        "linked": LINKED,
        "case_categories": category_section(session, told),
        "duplicates": duplicate_section(session, told, window),
        "chains": chain_section(session, told, window),
        "episodes": episode_section(session, told, as_of),
        "duties": duty_section(session, told, window),
    }
