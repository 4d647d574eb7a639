"""What is read of a base to check its layers of cells, and of what was found."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
import pandas as pd
import shapely

from blockdata.engines.feeds import VALID
from blockdata.records.wkb import shape_digest
from blockdata.store.connection import quote
from blockdata.store.reshapes import Reshape, reshapes_of
from blockdata.store.session import Session

_POINT_BYTES = 21


def cells_to_check(
    session: Session, layers: Sequence[str], levels: Sequence[str], day: dt.date
) -> pd.DataFrame:
    """Return the cells that stand on a day, of layers that have any polygon.

    Parameters
    ----------
    session : Session
    layers, levels : sequence of str
        Layers of grids, and levels of areas as layers named by their level.
    day : date

    Returns
    -------
    DataFrame
        id, layer, code, area_code, area_m2, geom; by layer and id. Without those that another
        cell has taken in; the stated area of those that were mended is missing, for it speaks of
        the geometry as delivered.
    """
    parts = [
        *_states(
            "grid", "layer AS layer, code, area_code, area_m2", "layer IN (SELECT unnest($layers))"
        ),
        *_states(
            "area",
            "level AS layer, code, NULL::VARCHAR AS area_code, NULL::DOUBLE AS area_m2",
            "level IN (SELECT unnest($levels))",
        ),
    ]
    frame = session.frame(
        f"FROM ({' UNION ALL '.join(parts)}) ORDER BY layer, id",
        {"layers": list(layers), "levels": list(levels), "day": day},
    )
    frame = _without_absorbed(frame, mended(session))
    drawn = frame["layer"][frame["geom"].notna()].unique()
    return _with_shapes(frame[frame["layer"].isin(drawn)].reset_index(drop=True))


def _states(table: str, columns: str, wanted: str) -> list[str]:
    return [
        f"SELECT id, {columns}, geom FROM {quote('base', name)} WHERE {wanted} AND {VALID}"
        for name in (table, f"{table}_history")
    ]


def _without_absorbed(cells: pd.DataFrame, decided: dict[str, Reshape]) -> pd.DataFrame:
    shapes = cells["id"].map({i: r.shape for i, r in decided.items()})
    own = cells["id"].isin(list(decided)).to_numpy()
    stands = [g == s for g, s in zip(cells["geom"], shapes, strict=True)]
    is_mended = own & np.array(stands, dtype=bool)
    absorbed = own & cells["geom"].isna().to_numpy() & shapes.isna().to_numpy()
    mended_m2 = cells["area_m2"].mask(is_mended)
    return cells.assign(area_m2=mended_m2)[~absorbed]


def _with_shapes(frame: pd.DataFrame) -> pd.DataFrame:
    shapes = shapely.from_wkb(frame["geom"].to_numpy(dtype=object))
    return frame.assign(geom=pd.Series(shapes, index=frame.index, dtype=object))


def mended(session: Session) -> dict[str, Reshape]:
    """Return the decided geometries of grids and areas that hold, by id."""
    kinds = [session.catalogue.kind(name) for name in ("grid", "area")]
    return {r.id: r for kind in kinds for r in reshapes_of(session, kind)}


def delivered_before(earlier: Reshape | None, before: str) -> str:
    """Return the hash of the delivered geometry of a cell, given that of the one that stands.

    They differ where an earlier decision has mended it.
    """
    if earlier is None or shape_digest(earlier.shape) != before:
        return before
    return earlier.before


def outdated_reshapes(session: Session) -> list[str]:
    """Return the records whose source has brought another geometry than was decided about.

    Returns
    -------
    list of str
        Ids of grids and areas that stand now, sorted.
    """
    decided = mended(session)
    rows = session.rows(
        "SELECT id, geom FROM base.grid WHERE id IN (SELECT unnest($1)) UNION ALL "
        "SELECT id, geom FROM base.area WHERE id IN (SELECT unnest($1)) ORDER BY id",
        [sorted(decided)],
    )
    return [str(i) for i, geom in rows if geom != decided[str(i)].shape]


def things_with_extent(session: Session, kind: str, day: dt.date) -> pd.DataFrame:
    """Return id, geom of a kind's records that stand on a day and are more than a point."""
    frame = session.frame(
        f"SELECT id, geom FROM {quote('base', kind)} "
        f"WHERE octet_length(geom) > {_POINT_BYTES} AND {VALID} ORDER BY id",
        {"day": day},
    )
    return _with_shapes(frame)


def repairs_told(session: Session, proposal: str) -> pd.DataFrame:
    """Return the rows of a proposal: proposal, layer, cell, before, geom (WKB or None)."""
    return session.frame(
        "SELECT proposal, layer, cell, before, geom FROM base.layer_repair "
        "WHERE proposal = $proposal ORDER BY cell",
        {"proposal": proposal},
    )


def defect_counts(session: Session) -> pd.DataFrame:
    """Return layer, finding, unit, count, measure (their sum), repairs of what was found.

    Repairs are the faults of a layer for which something is proposed.
    """
    return session.frame(
        "SELECT d.layer, d.finding, d.unit, count(*) AS count, "
        "sum(d.measure ORDER BY d.measure) AS measure, "
        "coalesce((SELECT count(DISTINCT proposal) FROM base.layer_repair r "
        "WHERE r.layer = d.layer AND r.finding = d.finding), 0) AS repairs "
        "FROM base.layer_defect d GROUP BY d.layer, d.finding, d.unit "
        "ORDER BY d.layer, d.finding, d.unit"
    )
