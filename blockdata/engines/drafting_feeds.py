"""What drafts of grids read from a base."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pandas as pd
import shapely

from blockdata.engines.feeds import SEEN, VALID
from blockdata.store.connection import quote
from blockdata.store.session import Session

_DRAWN = "source <> 'provisional'"


def shapes_on(
    session: Session, table: str, columns: Sequence[str], day: dt.date, where: str = "true"
) -> pd.DataFrame:
    """Return columns and geom of a kind's rows with a shape that stand on a day, by id.

    Parameters
    ----------
    session : Session
    table : str
    columns : sequence of str
    day : date
    where : str, default all
        A condition of this module's callers in `blockdata.engines`, never of users.
    """
    names = ", ".join(map(quote, columns))
    parts = [
        f"SELECT id AS _id, {names}, geom FROM {quote('base', name)} "
        f"WHERE geom IS NOT NULL AND {where} AND {VALID}"
        for name in (table, f"{table}_history")
    ]
    frame = session.frame(f"FROM ({' UNION ALL '.join(parts)}) ORDER BY _id, {names}", {"day": day})
    frame = frame.drop_duplicates("_id").drop(columns="_id").reset_index(drop=True)
    return frame.assign(geom=shapely.from_wkb(frame["geom"].to_numpy(dtype=object)))


def communities_on(session: Session, level: str, day: dt.date) -> pd.DataFrame:
    """Return code, name, level, geom of the areas of a level that sources delivered."""
    found = shapes_on(session, "area", ("code", "name", "level"), day, _DRAWN)
    return found[(found["level"] == level) & found["code"].notna()].reset_index(drop=True)


def streets_on(session: Session, day: dt.date) -> pd.DataFrame:
    """Return name, street_class, width_m, geom of the streets."""
    return shapes_on(session, "street", ("name", "street_class", "width_m"), day)


def land_water_on(session: Session, day: dt.date) -> pd.DataFrame:
    """Return use, geom of land and water."""
    return shapes_on(session, "land_water", ("use",), day)


def grids_on(session: Session, layer: str, day: dt.date) -> pd.DataFrame:
    """Return id, code, name, layer, area_code, parent_code, geom of a layer's grids."""
    columns = ("id", "code", "name", "layer", "area_code", "parent_code")
    found = shapes_on(session, "grid", columns, day, _DRAWN)
    return found[found["layer"] == layer].reset_index(drop=True)


def unit_codes(session: Session) -> list[str]:
    """Return every code that a unit grid has or had, and those of other layers written alike.

    Alike are 15 characters that end in three digits: with a letter another layer has another
    sequence.
    """
    return _codes(session, "layer = 'unit' OR regexp_full_match(code, '.{12}[0-9]{3}')")


def responsibility_codes(session: Session) -> list[str]:
    """Return every code that a responsibility grid has or had."""
    return _codes(session, "layer = 'responsibility'")


def _codes(session: Session, where: str) -> list[str]:
    parts = (
        f"SELECT code FROM {quote('base', table)} WHERE code IS NOT NULL AND ({where})"
        for table in ("grid", "grid_history")
    )
    return [str(row[0]) for row in session.rows(f"{' UNION '.join(parts)} ORDER BY 1")]


def grid_rows(session: Session) -> pd.DataFrame:
    """Return the delivered rows of kind grid as they are now, ended ones included."""
    frame = session.frame(
        "SELECT code, name, layer, parent_code, area_code, area_m2, begins_on, ends_on, geom "
        f"FROM base.grid WHERE {_DRAWN} ORDER BY layer, code, begins_on"
    )
    return frame.assign(geom=shapely.from_wkb(frame["geom"].to_numpy(dtype=object)))


def atoms_placed(session: Session) -> pd.DataFrame:
    """Return atom, people, x, y: the published figure of each atom at each of its buildings."""
    return session.frame(
        "SELECT a.atom, f.people, p.x, p.y FROM (SELECT DISTINCT atom, building FROM base.atom) a "
        "JOIN base.atom_figure f USING (atom) JOIN (SELECT id, x, y FROM base.building UNION ALL "
        "SELECT id, x, y FROM base.address) p ON p.id = a.building "
        "WHERE p.x IS NOT NULL ORDER BY a.atom, a.building"
    )


def incidents_placed(session: Session, begin: dt.datetime, end: dt.datetime) -> pd.DataFrame:
    """Return x, y of the incidents reported in a window, in UTC, that stand at a point."""
    return session.frame(
        f"SELECT i.x, i.y FROM base.incident i WHERE {SEEN} AND i.reported_at >= $begin "
        "AND i.x IS NOT NULL AND i.located_by <> 'description' ORDER BY i.id",
        {"begin": begin, "end": end},
    )
