"""Batches of typed columns become rows of texts with checked geometries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely

from blockdata_loaders.reader.raw import BadRow, RawTable
from blockdata_loaders.reader.texts import as_texts

__all__ = ["Layout", "checked_table"]

_DETAILS = {
    "undecodable": "bytes that are no text in UTF-8",
    "unreadable_geometry": "the geometry is damaged or of an unknown kind",
    "damaged_record": "the record is damaged",
}
_Reasons = npt.NDArray[np.object_]


@dataclass(frozen=True)
class Layout:
    """Which column of a batch is what, by place.

    Parameters
    ----------
    attributes : sequence of int
    geometry : int, optional
        WKB.
    wrong : int, optional
        A reason for rows that are known to be bad.
    """

    attributes: Sequence[int]
    geometry: int | None = None
    wrong: int | None = None


@dataclass
class _Rows:
    """What has been made of the batches so far."""

    texts: list[list[pa.Array]]
    wkb: list[pa.Array] = field(default_factory=list)
    bad: list[BadRow] = field(default_factory=list)
    numbers: list[npt.NDArray[np.int64]] = field(default_factory=list)
    read: int = 0


def checked_table(
    batches: Iterable[pa.RecordBatch], layout: Layout, names: Sequence[str], crs: str | None
) -> RawTable:
    """Write all attributes as text and take the bad rows out.

    Parameters
    ----------
    batches : iterable of pyarrow.RecordBatch
    layout : Layout
    names : sequence of str
        Of the attributes.
    crs : str or None
        As in `RawTable`; left out where there is no geometry.

    Returns
    -------
    RawTable
        Rows are numbered from 1 in the order of the batches.

    Examples
    --------
    >>> batch = pa.record_batch({"n": [1.0, 2.5], "g": [None, b"?"]})
    >>> table = checked_table([batch], Layout([0], geometry=1), ["n"], "EPSG:4549")
    >>> table.columns.to_pydict(), [(row.row_number, row.reason) for row in table.bad_rows]
    ({'n': ['1']}, [(2, 'unreadable_geometry')])
    """
    rows = _Rows([[] for _ in names])
    for batch in batches:
        _add(rows, batch, layout)
    columns = [pa.chunked_array(chunks, pa.string()) for chunks in rows.texts]
    has_geometry = layout.geometry is not None
    return RawTable(
        columns=pa.Table.from_arrays(columns, names=list(names)),
        row_number=np.concatenate([np.zeros(0, np.int64), *rows.numbers]),
        geometry=pa.concat_arrays([pa.array([], pa.binary()), *rows.wkb]) if has_geometry else None,
        crs=crs if has_geometry else None,
        bad_rows=tuple(rows.bad),
        encoding=None,
        rows_read=rows.read,
    )


def _add(rows: _Rows, batch: pa.RecordBatch, layout: Layout) -> None:
    wrong: _Reasons = np.full(batch.num_rows, None, dtype=object)
    if layout.wrong is not None:
        wrong[:] = batch.column(layout.wrong).to_pylist()
    texts = []
    for place in layout.attributes:
        column, undecodable = as_texts(batch.column(place))
        wrong[undecodable] = "undecodable"
        texts.append(column)
    wkb = None
    if layout.geometry is not None:
        wkb = _stored(batch.column(layout.geometry)).cast(pa.binary())
        wrong[_damaged(wkb)] = "unreadable_geometry"
    good = np.array([reason is None for reason in wrong], dtype=np.bool_)
    numbers = np.arange(rows.read + 1, rows.read + batch.num_rows + 1, dtype=np.int64)
    keep = pa.array(good)
    for column, chunks in zip(texts, rows.texts, strict=True):
        chunks.append(column.filter(keep))
    if wkb is not None:
        rows.wkb.append(wkb.filter(keep))
    for place in np.flatnonzero(~good).tolist():
        reason = str(wrong[place])
        rows.bad.append(BadRow(int(numbers[place]), reason, _DETAILS[reason]))
    rows.numbers.append(numbers[good])
    rows.read += batch.num_rows


def _stored(column: pa.Array) -> pa.Array:
    return column.storage if isinstance(column.type, pa.BaseExtensionType) else column


def _damaged(wkb: pa.Array) -> npt.NDArray[np.bool_]:
    shapes = shapely.from_wkb(wkb.to_numpy(zero_copy_only=False), on_invalid="ignore")
    stated = np.asarray(wkb.is_valid(), dtype=np.bool_)
    return np.asarray(stated & shapely.is_missing(shapes), dtype=np.bool_)
