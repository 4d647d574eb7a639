"""Which cell of each layer a record lies in, and when."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd

from blockdata.errors import AnalysisError
from blockdata.kernels import bad_polygons, cells_of_points

__all__ = ["assign_cells"]

Objects = npt.NDArray[np.object_]
Integers = npt.NDArray[np.int64]

# Times are counted in microseconds; the ends of the range stand for "since always" and "still".
_ALWAYS = np.iinfo(np.int64).min  # also what numpy stores for NaT
_STILL = np.iinfo(np.int64).max


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
    _refuse_bad_geometry(cells)
    place, ids = _places(points)
    area, cell_ids = _areas(cells)
    layers = [
        _merge_touching(_rows_of_layer(place, part)).assign(layer=layer)
        for layer, part in area.groupby("layer", sort=True)
    ]
    found = pd.concat(layers or [_no_rows().assign(layer="")])
    found = found.sort_values(["id", "layer", "start"], kind="stable")
    return pd.DataFrame(
        {
            "kind": pd.Series([kind] * len(found), dtype="str"),
            "id": pd.Series(ids[found["id"].to_numpy()], dtype="str"),
            "layer": pd.Series(found["layer"].to_numpy(), dtype="str"),
            "cell": pd.Series(cell_ids[found["cell"].to_numpy()], dtype="str"),
            "valid_from": _times(found["start"]),
            "valid_to": _times(found["end"]),
        }
    )


def _places(points: pd.DataFrame) -> tuple[pd.DataFrame, Objects]:
    codes, ids = pd.factorize(points["id"].to_numpy(dtype=object), sort=True)
    place = pd.DataFrame(
        {
            "id": codes,
            "x": points["x"].to_numpy(dtype=float, na_value=np.nan),
            "y": points["y"].to_numpy(dtype=float, na_value=np.nan),
            "start": _starts(points["valid_from"]),
            "end": _ends(points["valid_to"]),
        }
    )
    return place, ids


def _areas(cells: pd.DataFrame) -> tuple[pd.DataFrame, Objects]:
    codes, ids = pd.factorize(cells["id"].to_numpy(dtype=object), sort=True)
    area = pd.DataFrame(
        {
            "cell": codes,
            "layer": cells["layer"].to_numpy(dtype=object),
            "geom": cells["geom"].to_numpy(dtype=object),
            "start": _starts(cells["valid_from"]),
            "end": _ends(cells["valid_to"]),
        }
    )
    # Sorted by cell, the kernel's "lowest index wins" is "lowest id wins".
    return area.sort_values("cell", kind="stable"), ids


def _refuse_bad_geometry(cells: pd.DataFrame) -> None:
    """Name the cells the kernel would refuse, so that the reader can find them."""
    geom = cells["geom"].to_numpy(dtype=object)
    bad = cells[bad_polygons(geom)]
    if len(bad):
        raise AnalysisError(
            f"{len(bad)} cells have no valid polygon, among them {sorted(bad['id'])[:5]}",
            where=f"layers {sorted(set(bad['layer']))}",
            allowed="valid polygons and multipolygons",
            next_step="Run check_layer on each layer and repair what it lists.",
        )


def _starts(times: pd.Series) -> Integers:
    return _microseconds(times)


def _ends(times: pd.Series) -> Integers:
    ends = _microseconds(times)
    return np.where(ends == _ALWAYS, _STILL, ends)


def _microseconds(times: pd.Series) -> Integers:
    stamps = pd.to_datetime(times).to_numpy(dtype="datetime64[us]")
    return stamps.astype(np.int64)


def _times(values: pd.Series) -> pd.Series:
    numbers = values.to_numpy(dtype=np.int64)
    # NaT is stored as the lowest number, which "since always" is already.
    return pd.Series(np.where(numbers == _STILL, _ALWAYS, numbers).view("datetime64[us]"))


def _rows_of_layer(place: pd.DataFrame, layer: pd.DataFrame) -> pd.DataFrame:
    """Return one row per record and epoch in which a cell of the layer covers it.

    An epoch is a time between two neighbouring boundaries of the layer's validities: inside it
    the valid cells do not change, so they are indexed once.
    """
    bounds = np.unique(np.concatenate([layer["start"], layer["end"]]))
    rows = [_rows_of_epoch(place, layer, int(start), int(end)) for start, end in pairwise(bounds)]
    return pd.concat(rows or [_no_rows()])


def _rows_of_epoch(
    place: pd.DataFrame, layer: pd.DataFrame, epoch_start: int, epoch_end: int
) -> pd.DataFrame:
    valid = layer[(layer["start"] <= epoch_start) & (layer["end"] >= epoch_end)]
    start = np.maximum(place["start"], epoch_start)
    end = np.minimum(place["end"], epoch_end)
    alive = start < end
    there = place[alive]
    cell = cells_of_points(there["x"], there["y"], valid["geom"].to_numpy(dtype=object))
    rows = pd.DataFrame(
        {"id": there["id"], "cell": cell, "start": start[alive], "end": end[alive]}
    )[cell >= 0]
    return rows.assign(cell=valid["cell"].to_numpy()[rows["cell"]])


def _merge_touching(rows: pd.DataFrame) -> pd.DataFrame:
    """Make one row of each run of rows of one record in one cell that follow without a gap."""
    rows = rows.sort_values(["id", "start"], kind="stable", ignore_index=True)
    record, cell = rows["id"].to_numpy(), rows["cell"].to_numpy()
    start, end = rows["start"].to_numpy(), rows["end"].to_numpy()
    begins = np.ones(len(rows), dtype=bool)
    begins[1:] = (record[1:] != record[:-1]) | (cell[1:] != cell[:-1]) | (start[1:] != end[:-1])
    first = np.flatnonzero(begins)
    last = np.append(first[1:], len(rows))[: len(first)] - 1
    return rows.iloc[first].assign(end=end[last])


def _no_rows() -> pd.DataFrame:
    return pd.DataFrame(
        {name: pd.Series(dtype=np.int64) for name in ("id", "cell", "start", "end")}
    )
