"""The frame of rejected rows: masked for everybody, and as they came for the steward."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import shapely

from blockdata.records import Held
from blockdata.records.masking import mask_personal_texts
from blockdata.store.batch import REJECTED_COLUMNS, LoadRequest
from blockdata_loaders.arrays import BoolArray
from blockdata_loaders.reader import BadRow
from blockdata_loaders.rows import GEOM, Rows

__all__ = ["HIDDEN", "bad_rows_frame", "rejected_frame"]

HIDDEN = "〔隐去〕"
"""Stands for a value that only the steward may see."""

_APART = (Held.PEOPLE, Held.PSEUDONYM, Held.TEXT)
"""Holdings whose values never stand in the open listing, masked or not."""

_Texts = list[str | None]


@dataclass(frozen=True)
class _Cells:
    """Cells of one field in the rejected rows: as they came, as shown, and which are hidden."""

    came: _Texts
    shown: _Texts
    hidden: list[bool]

    def value(self, place: int) -> str | None:
        if not (self.came[place] or "").strip():
            return None
        return HIDDEN if self.hidden[place] else self.shown[place]


def _cells(
    request: LoadRequest, rows: Rows, places: pa.Array, hidden: Mapping[str, BoolArray]
) -> dict[str, _Cells]:
    cells = {}
    for name, texts in rows.texts.items():
        came = texts.take(places).to_pylist()
        if request.kind.private or request.kind.field(name).held in _APART:
            is_hidden = [True] * len(came)
        else:
            is_hidden = hidden.get(name, np.zeros(len(rows), np.bool_))[places.to_numpy()].tolist()
        shown = [None if h else t for t, h in zip(came, is_hidden, strict=True)]
        cells[name] = _Cells(came, mask_personal_texts(shown), is_hidden)
    return cells


def _wkt(rows: Rows, places: pa.Array) -> _Texts | None:
    """Geometries with as many digits as a double has."""
    if rows.geometries is None:
        return None
    wkb = rows.geometries.wkb.take(places)
    shapes = shapely.from_wkb(wkb.to_numpy(zero_copy_only=False))
    return [None if t is None else str(t) for t in shapely.to_wkt(shapes, rounding_precision=17)]


def _as_json(cells: Mapping[str, Sequence[str | None]], wkt: _Texts | None, place: int) -> str:
    row: dict[str, str | None] = {n: t[place] for n, t in cells.items() if t[place] is not None}
    if wkt is not None:
        row[GEOM] = wkt[place]
    return json.dumps(row, ensure_ascii=False)


def rejected_frame(
    request: LoadRequest,
    rows: Rows,
    found: pd.DataFrame,
    source_ids: pa.Array,
    hidden: Mapping[str, BoolArray],
) -> pd.DataFrame:
    """Return one line per violation, as `blockdata.store.batch.Batch.rejected` has it.

    Parameters
    ----------
    request : LoadRequest
    rows : Rows
    found : pd.DataFrame
        `row` (position), `field` and `reason` of each violation.
    source_ids : pa.Array, shape (n,)
        Keys of all rows, null where there is none to be shown.
    hidden : mapping of field name to ndarray of bool, shape (n,)
        Cells of open fields that only the steward may see.

    Returns
    -------
    pd.DataFrame
    """
    positions, inverse = np.unique(found["row"].to_numpy(np.int64), return_inverse=True)
    places = pa.array(positions)
    cells, wkt = _cells(request, rows, places, hidden), _wkt(rows, places)
    is_open = not request.kind.private
    came = {name: c.came for name, c in cells.items()}
    shown = {name: c.shown for name, c in cells.items()}
    originals = [_as_json(came, wkt, i) for i in range(len(positions))]
    raws = [_as_json(shown, wkt, i) if is_open else None for i in range(len(positions))]
    private = [o if o != r else None for o, r in zip(originals, raws, strict=True)]
    fields = [None if pd.isna(f) else str(f) for f in found["field"]]
    keys = source_ids.take(places).to_pylist()
    values = [
        cells[f].value(i) if f in cells else None for f, i in zip(fields, inverse, strict=True)
    ]
    lines = {
        "row_number": rows.numbers[positions][inverse].tolist(),
        "source_id": [keys[i] for i in inverse],
        "field": fields,
        "reason": found["reason"].tolist(),
        "value": values,
        "raw": [raws[i] for i in inverse],
        "private_raw": [private[i] for i in inverse],
    }
    return pd.DataFrame(lines, columns=list(REJECTED_COLUMNS), dtype=object)


def bad_rows_frame(bad_rows: Sequence[BadRow]) -> pd.DataFrame:
    """Return one line per row that the reader could not read, with what was wrong with it.

    Nothing of the row is kept; the detail names its place in an archive or folder.
    """
    lines = [(b.row_number, None, None, b.reason, b.detail, None, None) for b in bad_rows]
    return pd.DataFrame(lines, columns=list(REJECTED_COLUMNS), dtype=object)
