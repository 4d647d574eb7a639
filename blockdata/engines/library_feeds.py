"""What is read of the address library to place descriptions by it and to check it."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from blockdata.engines import feeds
from blockdata.records import Kind
from blockdata.store.connection import quote
from blockdata.store.session import Session

_IN_USE = "coalesce(status, 'in_use') <> 'abandoned'"

_RELATIVE = (
    "[旁边侧附周对面口段间米外内前后交汇近與与對往向朝跟及、/／&＆+＋]"
    "|公里|隔壁|一带|不远|路和|街和|里路|[東东南西北]角|楼下|樓下"
)
"""A first look that leaves out most texts which describe nothing; reading them settles it."""


def relative_texts(session: Session, kinds: Sequence[Kind]) -> pd.DataFrame:
    """Return the texts of rows without a geometry that may describe a place by another.

    Returns
    -------
    DataFrame
        text, and x, y of the address that it was matched to, if any; distinct, sorted.
    """
    filled = session.filled()
    selects = []
    for kind in kinds:
        if kind.address is None or kind.private:
            continue
        text = quote(kind.address)
        bare = "geom IS NULL AND" if kind.geometry else ""
        selects += [
            f"SELECT {text} AS text, address_id FROM {quote('base', name)} "
            f"WHERE {bare} regexp_matches({text}, $relative)"
            for name in (kind.name, f"{kind.name}_history")
            if name in filled
        ]
    if not selects:
        return pd.DataFrame({"text": [], "x": [], "y": []})
    return session.frame(
        f"SELECT t.text, min(a.x) AS x, min(a.y) AS y FROM ({' UNION '.join(selects)}) t "
        "LEFT JOIN base.address a ON a.id = t.address_id GROUP BY t.text ORDER BY t.text",
        {"relative": _RELATIVE},
    )


def points_of_addresses(session: Session, ids: Sequence[str]) -> pd.DataFrame:
    """Return id, x, y of addresses that stand somewhere."""
    return session.frame(
        "SELECT id, x, y FROM base.address WHERE x IS NOT NULL "
        "AND id IN (SELECT unnest(?::VARCHAR[])) ORDER BY id",
        [list(ids)],
    )


def library_to_check(session: Session) -> pd.DataFrame:
    """Return the addresses in use with all that the checks of a library look at."""
    elements = ", ".join(map(quote, feeds.ELEMENTS))
    return session.frame(
        f"SELECT id, full_text, {elements}, code, parent_code, building_code, x, y "
        f"FROM base.address WHERE source <> ? AND {_IN_USE} ORDER BY id",
        [feeds.PROVISIONAL],
    )


def buildings_to_check(session: Session) -> pd.DataFrame:
    """Return id, code of the buildings."""
    return session.frame("SELECT id, code FROM base.building ORDER BY id")


def areas_ever(session: Session) -> pd.DataFrame:
    """Return code, name, level, parent, begins_on, ends_on of areas, closed states included."""
    columns = "code, name, level, parent_code, valid_from AS begins_on, valid_to AS ends_on, source"
    return session.frame(
        f"SELECT * EXCLUDE (source) FROM (SELECT {columns} FROM base.area "
        f"UNION ALL SELECT {columns} FROM base.area_history) WHERE source <> ? ORDER BY ALL",
        [feeds.PROVISIONAL],
    )
