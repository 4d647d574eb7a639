"""The classes that categories can be mapped to."""

from __future__ import annotations

import pandas as pd

from blockdata.errors import AnalysisError
from blockdata.records.code_tables import COMPONENT, MATTER, SCHEMES, code_table

__all__ = ["CATALOGUE_COLUMNS", "national_catalogue", "require"]

CATALOGUE_COLUMNS = ("scheme", "kind", "code", "name")


def national_catalogue() -> pd.DataFrame:
    """Return the national classes as a catalogue.

    A city's own matters are put before it: earlier rows go first where names are equal.

    Returns
    -------
    DataFrame
        scheme, kind ("matter" or "component"), code, name: the newest edition first, matters
        before components, then by code.

    Examples
    --------
    >>> found = national_catalogue()
    >>> found[found["name"] == "占道经营"]["code"].tolist()
    ['09006', '0406']
    """
    rows = [
        (scheme, kind, entry.code, entry.name)
        for scheme in reversed(SCHEMES)
        for kind in (MATTER, COMPONENT)
        for entry in code_table(scheme, kind)
    ]
    return pd.DataFrame(rows, columns=list(CATALOGUE_COLUMNS), dtype="str")


def require(frame: pd.DataFrame, columns: tuple[str, ...], what: str) -> None:
    """Refuse a frame that lacks a column.

    Raises
    ------
    AnalysisError

    Examples
    --------
    >>> require(pd.DataFrame({"a": []}), ("a",), "frame")
    """
    if missing := [name for name in columns if name not in frame]:
        raise AnalysisError(
            f"there is no column {missing[0]!r}", where=what, allowed=", ".join(columns)
        )
