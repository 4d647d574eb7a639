"""What linking reads: incidents with all that they say, and what they can be about."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import shapely

from blockdata.engines.feeds import SEEN
from blockdata.store.connection import quote
from blockdata.store.session import Session


def incidents_to_link(session: Session, end: dt.datetime) -> pd.DataFrame:
    """Return the incidents that the analysis sees, with what may say where and about what.

    Parameters
    ----------
    session : Session
    end : datetime
        as_of in UTC.

    Returns
    -------
    DataFrame
        Sorted by id: id, source, reported_at, category, address_id, address_text, match_score,
        match_level, component_code, area_code, area_name, unit_grid_code; x, y only where the
        source measured them; described_x, described_y, described_radius_m where words without an
        address lead to a place.
    """
    led = "i.address_id IS NULL"
    described = ", ".join(
        f"CASE WHEN {led} THEN d.{name} END AS described_{name}" for name in ("x", "y", "radius_m")
    )
    measured = ", ".join(
        f"CASE WHEN i.located_by = 'geometry' THEN i.{axis} END AS {axis}" for axis in ("x", "y")
    )
    return session.frame(
        "SELECT i.id, i.source, i.reported_at, i.category, i.address_id, i.address_text, "
        "i.match_score, i.match_level, i.component_code, i.area_code, i.area_name, "
        f"i.unit_grid_code, {measured}, {described} "
        "FROM base.incident i LEFT JOIN base.described_place d ON d.text = i.address_text "
        f"WHERE {SEEN} ORDER BY i.id",
        {"end": end},
    )


def category_counts(session: Session, end: dt.datetime) -> pd.DataFrame:
    """Return source, category, incidents: how many the analysis sees, sorted."""
    return session.frame(
        "SELECT i.source, i.category, count(*) AS incidents FROM base.incident i "
        f"WHERE {SEEN} AND i.category IS NOT NULL GROUP BY ALL ORDER BY ALL",
        {"end": end},
    )


def matter_classes(session: Session) -> pd.DataFrame:
    """Return scheme, kind, code, name of the city's own matters, sorted."""
    return session.frame(
        "SELECT DISTINCT scheme, matter_kind AS kind, code, name FROM base.matter "
        "WHERE code IS NOT NULL ORDER BY ALL"
    )


def categories(session: Session) -> pd.DataFrame:
    """Return source, category, label, scheme, kind, code: what each category is taken for."""
    return session.frame(
        "SELECT source, category, label, scheme, kind, code FROM base.category ORDER BY ALL"
    )


def addresses(session: Session) -> pd.DataFrame:
    """Return id, code, x, y of the addresses."""
    return session.frame("SELECT id, code, x, y FROM base.address ORDER BY id")


def components(session: Session) -> pd.DataFrame:
    """Return id, code, name, scheme, class_code, x, y of the components that stand."""
    return session.frame(
        "SELECT id, code, name, scheme, class_code, x, y FROM base.component ORDER BY id"
    )


def cameras(session: Session) -> pd.DataFrame:
    """Return id, code, x, y of the cameras that stand."""
    return session.frame("SELECT id, code, x, y FROM base.camera ORDER BY id")


def building_shapes(session: Session) -> pd.DataFrame:
    """Return id, geom of the buildings that have a shape."""
    frame = session.frame("SELECT id, geom FROM base.building WHERE geom IS NOT NULL ORDER BY id")
    return frame.assign(geom=shapely.from_wkb(frame["geom"].to_numpy(dtype=object)))


def named_places(session: Session, kind: str) -> pd.DataFrame:
    """Return id, name, address_id of premises or legal entities that stand."""
    return session.frame(
        f"SELECT id, name, address_id FROM {quote('base', kind)} WHERE name IS NOT NULL ORDER BY id"
    )


def decided_links(session: Session) -> pd.DataFrame:
    """Return incident, target_kind, target that persons decided; a null target means none.

    Of several decisions on one incident and kind the last holds; one without a value takes those
    before it back.
    """
    return session.frame(
        "SELECT subject AS incident, field AS target_kind, nullif(value, $none) AS target "
        "FROM (SELECT * FROM base.decision WHERE verb = 'link' "
        "QUALIFY row_number() OVER (PARTITION BY subject, field ORDER BY seq DESC) = 1) "
        "WHERE value IS NOT NULL ORDER BY ALL",
        {"none": NONE},
    )


NONE = "none"
"""Value of a decision that there is no such thing."""
