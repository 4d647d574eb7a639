"""What atoms and the lineage of grids read from a base."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pandas as pd

from blockdata.engines.feeds import VALID
from blockdata.records import Kind
from blockdata.store.connection import quote
from blockdata.store.session import Session


def drawing(session: Session) -> pd.DataFrame:
    """Return the standing drawing of atoms: building, piece, atom.

    In a base from before there were pieces, each atom is one.
    """
    return session.frame(
        "SELECT building, coalesce(piece, atom) AS piece, atom FROM base.atom ORDER BY building"
    )


def drawn_and_standing(session: Session) -> pd.DataFrame:
    """Return building: those of the standing drawing that the base still has."""
    return session.frame(
        "SELECT building FROM base.atom WHERE building IN (SELECT id FROM base.building) "
        "OR building IN (SELECT id FROM base.address) ORDER BY building"
    )


def building_states(session: Session) -> pd.DataFrame:
    """Return id, x, y, floor_area_m2, valid_from, valid_to of the states of located buildings."""
    parts = (
        f"SELECT id, x, y, floor_area_m2, valid_from, valid_to FROM {quote('base', table)} "
        "WHERE x IS NOT NULL AND located_by <> 'description'"
        for table in ("building", "building_history")
    )
    return session.frame(f"FROM ({' UNION ALL '.join(parts)}) ORDER BY id, valid_from, x, y")


def atom_figures_shown(session: Session) -> pd.DataFrame:
    """Return atom, people: the published figures."""
    return session.frame("SELECT atom, people FROM base.atom_figure ORDER BY atom")


def buildings_apart(session: Session) -> int:
    """Return how many buildings with people are in no atom, as last drawn."""
    return session.number("SELECT coalesce(max(buildings_apart), 0) FROM base.atom_drawing")


def code_states(session: Session, layer: str) -> pd.DataFrame:
    """Return cell, code, valid_from, valid_to of every state of the grids of a layer.

    With or without a polygon, the ended ones among them.
    """
    parts = (
        f"SELECT id AS cell, code, valid_from, valid_to FROM {quote('base', table)} "
        "WHERE layer = $layer AND code IS NOT NULL "
        "AND (valid_from IS NULL OR valid_to IS NULL OR valid_from < valid_to)"
        for table in ("grid", "grid_history")
    )
    return session.frame(
        f"FROM ({' UNION ALL '.join(parts)}) ORDER BY code, valid_from NULLS FIRST, cell",
        {"layer": layer},
    )


def lineage_rows(session: Session) -> pd.DataFrame:
    """Return the table `grid_lineage`, sorted by layer, day, old and new cell."""
    rows = session.frame(
        "FROM base.grid_lineage ORDER BY layer, changed_on, old NULLS LAST, new NULLS LAST"
    )
    return rows.assign(changed_on=pd.to_datetime(rows["changed_on"]))


def countable(
    session: Session,
    kind: Kind,
    since: dt.datetime | None,
    until: dt.datetime,
    last_day: dt.date,
) -> pd.DataFrame:
    """Return the records of a kind that may be counted in a window.

    Parameters
    ----------
    session : Session
    kind : Kind
        Of one with a time those whose time is in the window, closed states and what is void or
        decided to be ignored left out; of others those that stand now.
    since, until : datetime
        UTC; since is in the window and until is not. None has no beginning.
    last_day : date
        The last known day, on whose cells the run linked records.

    Returns
    -------
    DataFrame
        id, at (null without a time), category and unit_grid_code (null where the kind has none),
        x, y (null where only words lead to a place), at_default (its place is none, as linked).
    """
    fields = {f.name for f in kind.fields}
    named = {n: quote(n) if n in fields else "NULL::VARCHAR" for n in _COUNTED_BY}
    at = quote(kind.time) if kind.time else "NULL::TIMESTAMP"
    window = f"{at} < $until AND ($since IS NULL OR {at} >= $since)" if kind.time else "true"
    void = "coalesce(status, 'open') <> 'void'" if kind.name == "incident" else "true"
    seen = "located_by <> 'description'"
    default = _AT_DEFAULT if kind.name == "incident" else "false"
    values: dict[str, object] = {"since": since, "until": until} if kind.time else {}
    if kind.name == "incident":
        values["day"] = last_day
    columns = ", ".join(f"{text} AS {name}" for name, text in named.items())
    return session.frame(
        f"SELECT id, {at} AS at, {columns}, CASE WHEN {seen} THEN x END AS x, "
        f"CASE WHEN {seen} THEN y END AS y, {default} AS at_default "
        f"FROM {quote('base', kind.name)} k WHERE {window} AND {void} "
        "AND id NOT IN (SELECT subject FROM base.decision WHERE verb = 'ignore') ORDER BY id",
        values,
    )


_COUNTED_BY = ("category", "unit_grid_code")

_AT_DEFAULT = (
    f"(id IN (SELECT id FROM base.cell_of WHERE kind = 'incident' AND {VALID}) "
    "AND id NOT IN (SELECT incident FROM base.link WHERE method = 'coordinates'))"
)
"""What lies in a cell and is not linked to it stands at a default location, as a run found."""


def cells_named(session: Session, cell_or_code: str, layers: Sequence[str]) -> set[str]:
    """Return the ids of the cells of some layers that have an id or code, now or before."""
    tables = (("grid", "layer"), ("area", "level"))
    parts = (
        f"SELECT id FROM {quote('base', table)} WHERE (id = $named OR code = $named) "
        f"AND {column} IN (SELECT unnest($layers))"
        for name, column in tables
        for table in (name, f"{name}_history")
    )
    values: dict[str, object] = {"named": cell_or_code, "layers": list(layers)}
    return set(session.frame(" UNION ".join(parts), values)["id"])


def codes_of_cells(session: Session, cells: Sequence[str]) -> dict[str, str]:
    """Return the codes that cells have now, by id."""
    found = session.frame(
        "SELECT id, code FROM base.grid WHERE id IN (SELECT unnest($cells)) UNION ALL "
        "SELECT id, code FROM base.area WHERE id IN (SELECT unnest($cells)) ORDER BY id",
        {"cells": list(cells)},
    )
    return dict(zip(found["id"], found["code"], strict=True))
