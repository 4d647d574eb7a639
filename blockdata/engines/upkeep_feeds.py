"""Which records want a hand, and why: from the open tables alone, never from those of persons.

Every function returns kind, id, reason, zh, en (what exactly, or null). A building is named for its
register of people where the published figure of its cell, a sum of atoms, disagrees with a raster:
all buildings of the cell in which people may live are then named alike. So nothing here depends on
how many live in a building, or where inside an atom.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import pandas as pd

from blockdata.engines import feeds
from blockdata.engines.task_feeds import HOME_TEXT
from blockdata.grid.rasters import DISAGREEMENTS
from blockdata.records import Kind
from blockdata.records.checks import REASONS
from blockdata.store.connection import quote
from blockdata.store.session import Session

__all__ = [
    "REGISTERS",
    "cells_without_components",
    "coarse_addresses",
    "components",
    "defects",
    "described",
    "disagreeing_cells",
    "homes_in",
    "quarantined",
    "stale",
    "unmatched",
]

REGISTERS = (
    *("building", "legal_entity", "component", "camera", "premises"),
    *("hazard", "resource", "shanty"),
)
"""Kinds of register; cases are none, and persons are never asked."""

_EXACT = ("building", "unit", "floor", "room", "road_no")


def unmatched(session: Session) -> pd.DataFrame:
    """Return the records that have an address text and no address."""
    parts = [
        f"SELECT '{kind.name}' AS kind, id FROM {quote('base', kind.name)} "
        f"WHERE {quote(str(kind.address))} IS NOT NULL AND address_id IS NULL"
        for kind in _registers(session)
        if kind.address
    ]
    found = session.frame(f"{' UNION ALL '.join(parts)} ORDER BY ALL")
    return _because(found, "unmatched")


def coarse_addresses(session: Session) -> pd.DataFrame:
    """Return entities and premises whose address ends where the library has more exact ones."""
    below = (
        "EXISTS (SELECT 1 FROM base.address c WHERE c.parent_code = a.code "
        "AND coalesce(c.unit, c.floor, c.room) IS NOT NULL)"
    )
    parts = [
        f"SELECT '{kind}' AS kind, r.id FROM base.{kind} r JOIN base.address a "
        f"ON a.id = r.address_id WHERE r.match_level NOT IN (SELECT unnest($exact)) OR {below}"
        for kind in ("legal_entity", "premises")
    ]
    found = session.frame(f"{' UNION ALL '.join(parts)} ORDER BY ALL", {"exact": list(_EXACT)})
    return _because(found, "coarse")


def stale(session: Session, days: Mapping[str, int], day: dt.date) -> pd.DataFrame:
    """Return the records that nobody has checked for longer than their kind allows.

    A component is checked when it was surveyed or changed, if that is told. Else a record is as
    fresh as the delivery that brought it, and one of a full source as that source's latest.

    Parameters
    ----------
    session : Session
    days : mapping of kind to int
    day : date
        The last that is known.
    """
    parts = []
    for kind in _registers(session):
        if kind.name in days:
            told = "greatest(r.surveyed_on, r.changed_on)" if kind.name == "component" else "NULL"
            parts.append(
                f"SELECT '{kind.name}' AS kind, r.id, coalesce({told}, CASE WHEN s.mode = 'full' "
                f"THEN s.latest ELSE d.delivered_on END) AS checked_on, {days[kind.name]} AS most "
                f"FROM {quote('base', kind.name)} r LEFT JOIN base.delivery d "
                "ON d.seq = r.last_delivery LEFT JOIN latest s ON s.source = r.source"
            )
    if not parts:
        return _because(pd.DataFrame(columns=["kind", "id"]), "stale")
    found = session.frame(
        "WITH latest AS (SELECT source, max(delivered_on) AS latest, arg_max(mode, seq) AS mode "
        "FROM base.delivery WHERE status = 'accepted' GROUP BY source) "
        f"SELECT kind, id, checked_on FROM ({' UNION ALL '.join(parts)}) "
        "WHERE checked_on + most::INTEGER < $day::DATE ORDER BY kind, id",
        {"day": day},
    )
    on = found.pop("checked_on").astype(str).str.slice(0, 10)
    return _because(found, "stale").assign(
        zh="登记久未更新，最近一次为 " + on, en="not checked since " + on
    )


def quarantined(session: Session) -> pd.DataFrame:
    """Return the rows of registers that were set aside, by source, file and row number alone."""
    found = session.frame(
        "SELECT kind, id, source, file, row_number, reason AS code FROM base.quarantine "
        "WHERE status = 'open' AND kind IN (SELECT unnest($kinds)) ORDER BY kind, id, reason",
        {"kinds": list(REGISTERS)},
    )
    said = [REASONS.get(code, (code, code)) for code in found["code"]]
    row = found["row_number"].astype("Int64").astype(str)
    where = found["file"].fillna(found["source"]) + " 第 " + row + " 行"
    at = found["file"].fillna(found["source"]) + ", row " + row
    return _because(found[["kind", "id"]], "quarantined").assign(
        zh=where + "未入库：" + pd.Series([zh for zh, _ in said], dtype="str"),
        en=at + " was set aside: " + pd.Series([en for _, en in said], dtype="str"),
    )


def components(session: Session, day: dt.date) -> pd.DataFrame:
    """Return id, group (edition and class), x, y of the components that stand, to find twins."""
    return session.frame(
        "SELECT id, concat_ws(' ', scheme, class_code, name) AS \"group\", x, y "
        f"FROM base.component WHERE x IS NOT NULL AND located_by <> 'address' AND {feeds.VALID} "
        "ORDER BY id",
        {"day": day},
    )


def defects(session: Session) -> pd.DataFrame:
    """Return what the checks of the layers and of the address library have found."""
    library = session.frame(
        "SELECT unnest(ids) AS id, zh, en FROM base.address_defect ORDER BY ALL"
    )
    kinds = {kind.prefix: kind.name for kind in session.catalogue if not kind.private}
    library["kind"] = library["id"].str.slice(0, 3).map(kinds)
    layers = session.frame(
        "SELECT 'grid' AS kind, d.cell AS id, r.zh, r.en FROM base.layer_defect d "
        "LEFT JOIN (SELECT finding, min(zh) AS zh, min(en) AS en FROM base.layer_repair "
        "GROUP BY finding) r ON r.finding = d.finding WHERE d.cell IS NOT NULL ORDER BY ALL"
    )
    known = library[library["kind"].notna()]
    return pd.concat(
        [known.assign(reason="address"), layers.assign(reason="layer")], ignore_index=True
    )


def disagreeing_cells(session: Session, layer: str) -> pd.DataFrame:
    """Return the cells of a layer where raster and register of people disagree."""
    found = session.frame(
        "SELECT 'grid' AS kind, cell AS id, disagreement FROM base.raster_population "
        "WHERE layer = $layer AND disagreement IS NOT NULL "
        "AND disagreement NOT IN ('agrees', 'no_data') ORDER BY cell",
        {"layer": layer},
    )
    said = [DISAGREEMENTS[code] for code in found.pop("disagreement")]
    return _because(found, "raster_disagree").assign(
        zh=pd.Series([zh for zh, _ in said], dtype="str"),
        en=pd.Series([en for _, en in said], dtype="str"),
    )


def homes_in(session: Session, cells: Sequence[str], words: Sequence[str]) -> pd.DataFrame:
    """Return every building in some cells whose use says that people may live there.

    Parameters
    ----------
    session : Session
    cells : sequence of str
    words : sequence of str
        Words of such uses.
    """
    found = session.frame(
        "SELECT 'building' AS kind, b.id FROM base.building b WHERE b.id IN "
        "(SELECT id FROM base.cell_of WHERE kind = 'building' AND valid_to IS NULL "
        "AND cell IN (SELECT unnest($cells::VARCHAR[]))) "
        "AND EXISTS (SELECT 1 FROM (SELECT unnest($words::VARCHAR[]) AS word) w "
        'WHERE contains(lower(b."use"), w.word)) ORDER BY b.id',
        {"cells": list(cells), "words": list(words)},
    )
    return _because(found, "register_visit")


def cells_without_components(session: Session, layer: str) -> pd.DataFrame:
    """Return the cells of a layer with buildings and no component, if the base knows components."""
    found = session.frame(
        "SELECT 'grid' AS kind, cell AS id FROM base.profile WHERE layer = $layer "
        "AND buildings > 0 AND components = 0 ORDER BY cell",
        {"layer": layer},
    )
    return _because(found, "no_component")


def described(session: Session, ids: pd.DataFrame) -> pd.DataFrame:
    """Return kind, id, name, x, y, building of records of registers and addresses.

    Parameters
    ----------
    session : Session
    ids : DataFrame
        kind, id; those of other kinds are left out.

    Returns
    -------
    DataFrame
        A sole trader has no name in the open data and is told by its code; a flat is told as its
        building.
    """
    first = feeds.buildings_of_addresses(session).drop_duplicates("address_id")
    parts = []
    for kind in (*_registers(session), session.catalogue.kind("address")):
        wanted = ids.loc[ids["kind"] == kind.name, "id"].drop_duplicates().tolist()
        if not wanted:
            continue
        own = "r.id" if kind.name == "address" else "r.address_id"
        parts.append(
            session.frame(
                f"SELECT '{kind.name}' AS kind, r.id, {_NAMES.get(kind.name, _NAME)} AS name, "
                f"r.x, r.y, {own} AS address_id FROM {quote('base', kind.name)} r "
                "WHERE r.id IN (SELECT unnest($ids::VARCHAR[])) ORDER BY r.id",
                {"ids": wanted},
            )
        )
    if not parts:
        return pd.DataFrame(columns=["kind", "id", "name", "x", "y", "building"])
    found = pd.concat(parts, ignore_index=True).merge(first, on="address_id", how="left")
    itself = found["id"].where(found["kind"] == "building").astype("str")
    building = itself.fillna(found["building"].astype("str"))
    return found.assign(building=building).drop(columns="address_id")


_NAME = "coalesce(r.name, r.code)"
_NAMES = {
    "legal_entity": "coalesce(r.name, r.uscc)",
    "component": "concat_ws(' ', r.name, r.code)",
    "address": HOME_TEXT.format("r"),
}


def _registers(session: Session) -> list[Kind]:
    return [session.catalogue.kind(name) for name in REGISTERS]


def _because(found: pd.DataFrame, reason: str) -> pd.DataFrame:
    return found.assign(reason=reason, zh=None, en=None)
