"""Which cell of each layer a record lies in, and when."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from blockdata.errors import AnalysisError
from blockdata.grid.assign import ALWAYS, STILL, Cells, Places, Stays, stays_in_cells
from blockdata.kernels import bad_polygons

__all__ = ["assign_cells", "cells_by_layer", "refuse_bad_geometry"]

Objects = npt.NDArray[np.object_]
Integers = npt.NDArray[np.int64]


def assign_cells(points: pd.DataFrame, cells: pd.DataFrame, kind: str) -> pd.DataFrame:
    """Find the cell of every layer that each record lies in, for each stretch of time.

    Validities are half-open: valid_from <= t < valid_to; a null valid_from means since always, a
    null valid_to still. A record lies in a cell while both are valid and the cell covers the
    point, its border included. Where several cells of one layer cover a point at one moment, the
    lowest cell id wins. Touching stretches of one record in one cell are one row, so the result
    does not depend on how many versions the record or the cell came in.

    Parameters
    ----------
    points : DataFrame
        Columns id (str), x, y (metres), valid_from, valid_to (dates or timestamps). An id may
        have several rows with disjoint validities. Rows with null coordinates or an empty
        validity lie in no cell.
    cells : DataFrame
        Columns id, layer (str), geom (valid shapely polygons in the points' CRS), valid_from,
        valid_to. Several layers at once. A cell with a null or empty geometry covers nothing.
    kind : str
        Record kind of the points, repeated in the result.

    Returns
    -------
    DataFrame
        Columns kind, id, layer, cell, valid_from, valid_to (datetime64[us], NaT for since always
        and still), sorted by id, layer, valid_from. Points that no cell covers have no row.

    Raises
    ------
    AnalysisError
        If a cell's geometry is not a valid polygon or multipolygon.

    Examples
    --------
    >>> import pandas as pd, shapely
    >>> points = pd.DataFrame({"id": ["adr1"], "x": [5.0], "y": [5.0],
    ...                        "valid_from": [None], "valid_to": [None]})
    >>> cells = pd.DataFrame({"id": ["g1"], "layer": ["unit"], "geom": [shapely.box(0, 0, 9, 9)],
    ...                       "valid_from": [pd.Timestamp("2024-01-01")], "valid_to": [None]})
    >>> assign_cells(points, cells, "address")[["id", "layer", "cell", "valid_from"]]
         id layer cell valid_from
    0  adr1  unit   g1 2024-01-01
    """
    refuse_bad_geometry(cells)
    places, ids = _places(points)
    by_layer, cell_ids = cells_by_layer(cells)
    found = {layer: stays_in_cells(places, part) for layer, part in by_layer.items()}
    rows = pd.concat(
        [_no_rows(), *(_rows(stays).assign(layer=layer) for layer, stays in found.items())]
    ).sort_values(["id", "layer", "start"], kind="stable")
    return pd.DataFrame(
        {
            "kind": pd.Series([kind] * len(rows), dtype="str"),
            "id": pd.Series(ids[rows["id"].to_numpy()], dtype="str"),
            "layer": pd.Series(rows["layer"].to_numpy(), dtype="str"),
            "cell": pd.Series(cell_ids[rows["cell"].to_numpy()], dtype="str"),
            "valid_from": _times(rows["start"]),
            "valid_to": _times(rows["end"]),
        }
    )


def cells_by_layer(cells: pd.DataFrame) -> tuple[dict[str, Cells], Objects]:
    """Return the cells of each layer as numbers, layers sorted, and the ids that these stand for.

    Parameters
    ----------
    cells : DataFrame
        As for `assign_cells`.

    Returns
    -------
    dict of str to Cells
    ndarray of str
        Sorted, so that the kernel's "lowest index wins" is "lowest id wins".
    """
    codes, ids = pd.factorize(cells["id"].to_numpy(dtype=object), sort=True)
    order = np.argsort(codes, kind="stable")
    layer = cells["layer"].to_numpy(dtype=object)[order]
    columns = (
        codes.astype(np.int64)[order],
        cells["geom"].to_numpy(dtype=object)[order],
        _starts(cells["valid_from"])[order],
        _ends(cells["valid_to"])[order],
    )
    return {
        str(name): Cells(*(column[layer == name] for column in columns))
        for name in sorted(set(layer))
    }, ids


def _places(points: pd.DataFrame) -> tuple[Places, Objects]:
    codes, ids = pd.factorize(points["id"].to_numpy(dtype=object), sort=True)
    return (
        Places(
            codes.astype(np.int64),
            points["x"].to_numpy(dtype=float, na_value=np.nan),
            points["y"].to_numpy(dtype=float, na_value=np.nan),
            _starts(points["valid_from"]),
            _ends(points["valid_to"]),
        ),
        ids,
    )


def _rows(stays: Stays) -> pd.DataFrame:
    columns = {"id": stays.record, "cell": stays.cell, "start": stays.start, "end": stays.end}
    return pd.DataFrame(columns)


def _no_rows() -> pd.DataFrame:
    columns = {name: pd.Series(dtype=np.int64) for name in ("id", "cell", "start", "end")}
    return pd.DataFrame(columns).assign(layer="")


def refuse_bad_geometry(cells: pd.DataFrame) -> None:
    """Name the cells the kernel would refuse, so that the reader can find them."""
    geom = cells["geom"].to_numpy(dtype=object)
    bad = cells[bad_polygons(geom)]
    if len(bad):
        raise AnalysisError(
            f"{len(bad)} cells have no valid polygon, among them {sorted(bad['id'])[:5]}",
            where=f"layers {sorted(set(bad['layer']))}",
            allowed="valid polygons and multipolygons",
            next_step="Run check_layers on the layers and repair what it lists.",
        )


def _starts(times: pd.Series) -> Integers:
    return _microseconds(times)


def _ends(times: pd.Series) -> Integers:
    ends = _microseconds(times)
    return np.where(ends == ALWAYS, STILL, ends)


def _microseconds(times: pd.Series) -> Integers:
    stamps = pd.to_datetime(times).to_numpy(dtype="datetime64[us]")
    return stamps.astype(np.int64)


def _times(values: pd.Series) -> pd.Series:
    numbers = values.to_numpy(dtype=np.int64)
    # NaT is stored as the lowest number, which "since always" is already.
    return pd.Series(np.where(numbers == STILL, ALWAYS, numbers).view("datetime64[us]"))
