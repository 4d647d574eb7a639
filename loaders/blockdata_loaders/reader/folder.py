"""Folders and archives that hold one dataset, or several of the same layout, as one table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa

from blockdata.errors import SourceError
from blockdata.store.delivered import is_noise, is_part
from blockdata_loaders.reader.content import FORMATS
from blockdata_loaders.reader.raw import RawTable

__all__ = ["datasets_in", "read_folder"]

_Named = tuple[str, RawTable]


def datasets_in(folder: Path) -> list[Path]:
    """Return the datasets in a folder and the folders below it, sorted by name.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    list of Path
        Files and geodatabases that can be read. Text files (.txt) count where there is nothing
        else, since they mostly are notes.
    """
    found = [path for path in folder.rglob("*") if _is_dataset(folder, path)]
    tables = [path for path in found if path.suffix.lower() != ".txt"] or found
    return sorted(tables, key=lambda path: path.relative_to(folder).as_posix())


def read_folder(folder: Path, where: str, read: Callable[[Path], RawTable]) -> RawTable:
    """Read all datasets in a folder as one.

    Parameters
    ----------
    folder : Path
    where : str
        How errors name it.
    read : callable
        Reads one dataset.

    Returns
    -------
    RawTable
        Rows of all, in the order of their names. A row's number is its own plus the last number
        of the dataset before; the details of bad rows name the dataset and the row in it.

    Raises
    ------
    SourceError
        Reasons "no_dataset" and "mixed_layouts" (other columns, or another coordinate system,
        than the first one has), and what `read` raises.
    """
    paths = datasets_in(folder)
    if not paths:
        raise SourceError(
            "there is no dataset in it",
            reason="no_dataset",
            where=where,
            next_step="Deliver files ending in one of " + " ".join(sorted(FORMATS)),
        )
    tables = []
    for path in paths:
        name = path.relative_to(folder).as_posix()
        tables.append((name, _read(path, f"{where}/{name}", read)))
    for name, table in tables[1:]:
        _check_alike(tables[0], (name, table), where)
    return tables[0][1] if len(tables) == 1 else _stacked(tables)


def _is_dataset(folder: Path, path: Path) -> bool:
    if any(is_noise(part) for part in path.relative_to(folder).parts) or is_part(path):
        return False
    suffix = path.suffix.lower()
    return suffix in FORMATS and path.is_dir() == (suffix == ".gdb")


def _read(path: Path, where: str, read: Callable[[Path], RawTable]) -> RawTable:
    try:
        return read(path)
    except SourceError as error:
        raise SourceError(
            error.message, reason=error.reason, where=where, next_step=error.next_step
        ) from None


def _check_alike(first: _Named, other: _Named, where: str) -> None:
    columns, others = (set(table.columns.column_names) for _, table in (first, other))
    if columns != others:
        what = "columns " + ", ".join(sorted(columns ^ others)[:10])
    elif (first[1].geometry is None, first[1].crs) != (other[1].geometry is None, other[1].crs):
        what = "geometries or their coordinate system"
    else:
        return
    raise SourceError(
        f"{first[0]} and {other[0]} differ: {what}",
        reason="mixed_layouts",
        where=where,
        next_step="Deliver datasets of one layout together, each other one as its own source",
    )


def _stacked(tables: Sequence[_Named]) -> RawTable:
    first = tables[0][1]
    shifted = list(_shifted(tables))
    geometries = [table.geometry for table in shifted]
    encodings = dict.fromkeys(table.encoding for table in shifted if table.encoding)
    order = first.columns.column_names
    return RawTable(
        columns=pa.concat_tables([table.columns.select(order) for table in shifted]),
        row_number=np.concatenate([table.row_number for table in shifted]),
        geometry=None if first.geometry is None else pa.concat_arrays(geometries),
        crs=first.crs,
        bad_rows=tuple(row for table in shifted for row in table.bad_rows),
        encoding=", ".join(encodings) or None,
        rows_read=sum(table.rows_read for table in shifted),
    )


def _shifted(tables: Sequence[_Named]) -> Iterator[RawTable]:
    """Number rows on from the last row of the dataset before."""
    before = 0
    for name, table in tables:
        bad = [
            replace(
                row,
                row_number=before + row.row_number,
                detail=f"{name}, row {row.row_number}: {row.detail}",
            )
            for row in table.bad_rows
        ]
        numbers = [*table.row_number[-1:].tolist(), *(row.row_number for row in table.bad_rows)]
        yield replace(table, row_number=before + table.row_number, bad_rows=tuple(bad))
        before += max(numbers, default=0)
