"""Episodes that are known to be somewhere in an estate or a road, not at it.

A building that the library lacks is matched to its estate, a number that it lacks to its road.
What is reported of such buildings gathers at the one place the library has; together they would
make of it a problem that none of them is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import pandas as pd

from blockdata.address import ELEMENTS, Parsed
from blockdata.engines import feeds
from blockdata.engines.parsers import parser_of
from blockdata.store.session import Session

__all__ = ["episodes_somewhere"]

_BELOW: Mapping[str, Sequence[str]] = MappingProxyType(
    {
        "estate": ("building", "unit", "room"),
        "road": ("road_no", "estate", "building", "unit", "room"),
    }
)
"""What a text names that was matched to no more than this level, though it says more."""


def episodes_somewhere(session: Session) -> pd.Series:
    """Return the episodes at an estate or a road whose reports all name something in it.

    Parameters
    ----------
    session : Session

    Returns
    -------
    Series of str
        Sorted, each once. One report that names the estate itself, or was matched to a house,
        keeps the episode out. None without an address library: there each text is an address.
    """
    if not feeds.has_address_library(session):
        return pd.Series(dtype="str")
    reports = session.frame(
        "WITH wide AS (SELECT DISTINCT m.episode FROM base.incident i "
        "JOIN base.episode_member m ON m.incident = i.id "
        "JOIN base.episode e ON e.episode = m.episode AND e.place = i.address_id "
        "WHERE e.place_kind = 'address' AND i.match_level IN (SELECT unnest($levels::VARCHAR[]))) "
        "SELECT m.episode, i.address_text, i.match_level FROM wide w "
        "JOIN base.episode_member m ON m.episode = w.episode "
        "JOIN base.incident i ON i.id = m.incident ORDER BY m.episode, i.id",
        {"levels": list(_BELOW)},
    )
    if reports.empty:
        return reports["episode"]
    which, texts = pd.factorize(reports["address_text"])
    parsed = parser_of(session).parse(texts.tolist())
    below = np.zeros(len(reports), dtype=bool)
    for level, elements in _BELOW.items():
        names = np.append(_names(parsed, elements), False)[which]
        below |= (reports["match_level"] == level).to_numpy(dtype=bool) & names
    whole = pd.Series(below).groupby(reports["episode"].to_numpy(dtype=object)).all()
    return pd.Series(whole.index[whole], dtype="str")


def _names(parsed: Parsed, elements: Sequence[str]) -> npt.NDArray[np.bool_]:
    """Tell which texts have a piece that is one of these elements."""
    wanted = np.isin(parsed.element, [ELEMENTS.index(name) for name in elements])
    found = np.zeros(len(parsed), dtype=bool)
    found[parsed.text[wanted]] = True
    return found
