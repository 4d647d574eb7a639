"""The district itself, as the areas in a base draw it."""

from __future__ import annotations

import shapely

from blockdata.store.session import Session

_KEPT = "district outline"


def district_outline(session: Session) -> shapely.Geometry | None:
    """Return the union of the areas that stand now; None where none has a polygon.

    It is computed anew only when a delivery has changed the areas.
    """
    stand = "FROM base.area WHERE geom IS NOT NULL"
    stamp = session.rows(f"SELECT count(*), max(last_delivery) {stand}")
    kept = session.kept.get(_KEPT)
    if isinstance(kept, tuple) and kept[0] == stamp:
        return kept[1]
    polygons = shapely.from_wkb(
        [row[0] for row in session.rows(f"SELECT geom {stand} ORDER BY id")]
    )
    outline = shapely.union_all(polygons) if len(polygons) else None
    session.kept[_KEPT] = (stamp, outline)
    return outline
