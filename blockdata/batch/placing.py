"""Steps that say where: addresses resolved, points found, cells assigned."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from blockdata.batch.hexagons import draw_hexagons
from blockdata.batch.library import describe_places
from blockdata.batch.steps import Context
from blockdata.engines import feeds
from blockdata.grid.assign import ALWAYS, STILL, Places, Stays, stays_in_cells
from blockdata.grid.cells import cells_by_layer, refuse_bad_geometry
from blockdata.records import Kind
from blockdata.records.catalogue import PREFIX_LENGTH
from blockdata.store import derived
from blockdata.store.decisions import standing
from blockdata.store.session import Session

_US_PER_DAY = 86_400 * 1_000_000


def locate(session: Session, context: Context) -> None:
    """Give every record its point: of its geometry, else of its address, else as decided."""
    locate_kinds(session, context, feeds.placed_kinds(session.catalogue))


def locate_kinds(session: Session, context: Context, kinds: Sequence[Kind]) -> None:
    """Give the records of some kinds their points; see `locate`."""
    pins = _pins(standing(session, "repin"))
    there = {s.kind for s in context.config.sources} | {"address"}
    filled = session.filled()
    present = [
        k for k in kinds if k.name in there and filled.intersection((k.name, f"{k.name}_history"))
    ]
    # Addresses first: other records inherit their points, and are described by them.
    for kind in sorted(present, key=lambda k: k.name != "address"):
        tables = [t for t in (kind.name, f"{kind.name}_history") if t in filled]
        derived.forget_repinned(session, tables)
        if kind.geometry:
            for table in tables:
                derived.write_points(session, table, _points_of(session, table))
        if kind.name == "address":
            derived.repin(session, kind, tables, pins)
    describe_places(session, present)
    for kind in present:
        tables = [t for t in (kind.name, f"{kind.name}_history") if t in filled]
        if kind.address:
            derived.inherit_points(session, kind, tables)
        derived.repin(session, kind, tables, pins)


def _points_of(session: Session, table: str) -> pd.DataFrame:
    rows = feeds.unlocated_geometries(session, table)
    point = points_of_geometries(rows["geom"].to_numpy(dtype=object))
    return rows[["id", "last_delivery"]].assign(x=shapely.get_x(point), y=shapely.get_y(point))


def points_of_geometries(geoms: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """Return one point that stands for each geometry: itself, a line's middle, inside an area.

    Parameters
    ----------
    geoms : ndarray of shapely geometries

    Returns
    -------
    ndarray of shapely points

    Examples
    --------
    >>> import numpy as np, shapely
    >>> str(points_of_geometries(np.array([shapely.LineString([(0, 0), (4, 0)])]))[0])
    'POINT (2 0)'
    """
    points = geoms.copy()
    lines = np.flatnonzero(shapely.get_dimensions(geoms) == 1)
    points[lines] = shapely.line_interpolate_point(
        shapely.line_merge(geoms[lines]), 0.5, normalized=True
    )
    # A multi-part line that does not join has no middle; any point on it will do.
    others = np.flatnonzero(shapely.get_type_id(points) != shapely.GeometryType.POINT)
    empty = lines[shapely.is_empty(points[lines])]
    rest = np.union1d(others, empty)
    points[rest] = shapely.point_on_surface(geoms[rest])
    return points


def _pins(decided: dict[str, str]) -> dict[str, tuple[float, float]]:
    pins = {}
    for identifier, text in decided.items():
        parts = text.replace(",", " ").split()
        try:
            x, y = float(parts[0]), float(parts[1])
        except (ValueError, IndexError):
            continue
        if math.isfinite(x) and math.isfinite(y):
            pins[identifier] = (x, y)
    return pins


def assign_all_cells(session: Session, context: Context) -> None:
    """Find the cell of every record in every layer, for as long as both are valid."""
    grid = context.config.grid
    # All kinds in one go: ids tell them apart, and the cells are indexed once.
    states = feeds.placed_states(session, feeds.gridded_kinds(session.catalogue))
    places, ids = numbered_places(states)
    draw_hexagons(session, context.config, pd.DataFrame({"x": places.x, "y": places.y}))
    cells = feeds.cells(session, grid.all_layers, grid.area_levels)
    refuse_bad_geometry(cells)
    by_layer, cell_ids = cells_by_layer(cells)
    who = _who(session, ids)
    derived.clear_result(session, "cell_of")
    for layer, part in by_layer.items():
        stays = stays_in_cells(places, part)
        session.append("cell_of", _rows_of_stays(stays, layer, who, pa.array(cell_ids)))


def numbered_places(states: pa.Table) -> tuple[Places, pa.Array]:
    """Return states of records with numbers for ids, and the ids that the numbers stand for.

    Parameters
    ----------
    states : pa.Table
        As from `feeds.placed_states`: sorted by id.

    Examples
    --------
    >>> nulls = pa.nulls(3, pa.int64())
    >>> states = pa.table({"id": ["a", "a", "b"], "x": [1.0, 2.0, 3.0], "y": [0.0, 0.0, 0.0],
    ...                    "begins_us": nulls, "ends_us": nulls})
    >>> places, ids = numbered_places(states)
    >>> places.record, ids.to_pylist()
    (array([0, 0, 1]), ['a', 'b'])
    """
    encoded = states["id"].combine_chunks().dictionary_encode()
    columns = (states[name].to_numpy() for name in ("x", "y"))
    times = (
        pc.fill_null(states[name], edge).to_numpy()
        for name, edge in (("begins_us", ALWAYS), ("ends_us", STILL))
    )
    # Numbers are given in the order of first appearance, which is that of the ids.
    record = encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    return Places(record, *columns, *times), encoded.dictionary


def _who(session: Session, ids: pa.Array) -> dict[str, pa.DictionaryArray]:
    """Return kind and id of numbered records, as columns from which numbers pick."""
    prefixes = pc.utf8_slice_codeunits(ids, 0, PREFIX_LENGTH).dictionary_encode()
    names = {kind.prefix: kind.name for kind in session.catalogue}
    kinds = pa.array([names.get(prefix) for prefix in prefixes.dictionary.to_pylist()], pa.string())
    numbers = pa.array(np.arange(len(ids), dtype=np.int32))
    return {
        "kind": pa.DictionaryArray.from_arrays(prefixes.indices, kinds),
        "id": pa.DictionaryArray.from_arrays(numbers, ids),
    }


def _rows_of_stays(
    stays: Stays, layer: str, who: dict[str, pa.DictionaryArray], cell_ids: pa.Array
) -> pa.Table:
    record = pa.array(stays.record)
    return pa.table(
        {
            **{name: column.take(record) for name, column in who.items()},
            "layer": pa.repeat(pa.scalar(layer, pa.string()), len(record)),
            "cell": pa.DictionaryArray.from_arrays(pa.array(stays.cell), cell_ids),
            "valid_from": _days(stays.start, ALWAYS),
            "valid_to": _days(stays.end, STILL),
        }
    )


def _days(times_us: npt.NDArray[np.int64], nothing: int) -> pa.Array:
    days = (times_us // _US_PER_DAY).astype(np.int32)
    return pa.array(days, mask=times_us == nothing).view(pa.date32())
