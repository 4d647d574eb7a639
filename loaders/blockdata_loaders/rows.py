"""The rows of a delivery as texts by field, before anything is made of them."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from blockdata.records.convert import fold
from blockdata.records.mapping import ColumnMap
from blockdata.store.batch import LoadRequest
from blockdata_loaders.arrays import BoolArray, by_distinct, flags, nulls, whole
from blockdata_loaders.columns import find_column
from blockdata_loaders.coordinates import Geometries, from_base_wkt, geometries
from blockdata_loaders.reader import RawTable

__all__ = ["GEOM", "Rows", "prepared_texts", "rows_of_file", "rows_of_values"]

GEOM = "geom"


@dataclass(frozen=True)
class Rows:
    """The n readable rows of a delivery.

    Parameters
    ----------
    numbers : ndarray of int64, shape (n,)
        Row numbers of the file.
    texts : mapping of field name to pa.Array, shape (n,)
        Cells of the mapped columns as they came.
    removes : ndarray of bool, shape (n,)
        Rows of a delta that remove.
    place : callable
        Returns their geometries, None where the kind has none.
    """

    numbers: npt.NDArray[np.int64]
    texts: Mapping[str, pa.Array]
    removes: BoolArray
    place: Callable[[], Geometries | None]

    @functools.cached_property
    def geometries(self) -> Geometries | None:
        """Their geometries, made when they are first asked for."""
        return self.place()

    def __len__(self) -> int:
        return len(self.numbers)


def rows_of_file(request: LoadRequest, raw: RawTable, columns: ColumnMap) -> Rows:
    """Take the mapped columns of a file; no other column is looked at."""
    return Rows(
        numbers=raw.row_number,
        texts={f: whole(raw.columns.column(c)) for f, c in columns.mapped.items()},
        removes=_removing(request, raw),
        place=functools.partial(geometries, request, raw, columns.special),
    )


def rows_of_values(request: LoadRequest, rows: Sequence[Mapping[str, str]]) -> Rows:
    """Take rows given as texts by field name, geometry as WKT in the base's CRS under "geom"."""
    names = [f.name for f in request.kind.fields if f.name not in request.source.constants]
    columns = {name: pa.array([row.get(name) for row in rows], pa.string()) for name in names}
    wkt = pa.array([row.get(GEOM) for row in rows], pa.string())
    return Rows(
        numbers=np.arange(1, len(rows) + 1, dtype=np.int64),
        texts=columns,
        removes=np.zeros(len(rows), dtype=np.bool_),
        place=functools.partial(from_base_wkt, request, wkt),
    )


def _removing(request: LoadRequest, raw: RawTable) -> BoolArray:
    change = request.source.change
    if change is None:
        return np.zeros(raw.columns.num_rows, dtype=np.bool_)
    column = find_column(request, raw.columns.column_names, change.column)
    removes = {_compared(text) for text in change.removes}
    flag = by_distinct(whole(raw.columns.column(column)), _all_compared)
    return flags(pc.is_in(flag, pa.array(sorted(removes), pa.string())))


def _compared(text: str) -> str:
    return fold(text).casefold()


def _all_compared(texts: list[str | None]) -> list[str | None]:
    return [_compared(str(text)) for text in texts]


def prepared_texts(request: LoadRequest, rows: Rows) -> dict[str, pa.Array]:
    """Return a column of texts for every field, after the source's constants and translations.

    Parameters
    ----------
    request : LoadRequest
    rows : Rows

    Returns
    -------
    dict of field name to pa.Array
        A constant stands above a column; a field with neither is null.
    """
    constants, nothing = request.source.constants, nulls(len(rows))
    prepared = {}
    for field in request.kind.fields:
        if field.name in constants:
            texts = pa.repeat(pa.scalar(constants[field.name], pa.string()), len(rows))
        else:
            texts = rows.texts.get(field.name, nothing)
        prepared[field.name] = _translated(texts, request.source.values.get(field.name, {}))
    return prepared


def _translated(texts: pa.Array, values: Mapping[str, str]) -> pa.Array:
    known = {fold(text): replacement for text, replacement in values.items()}
    if not known:
        return texts
    return by_distinct(texts, lambda distinct: [known.get(fold(str(t)), t) for t in distinct])
