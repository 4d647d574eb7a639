"""Formats that only GDAL reads, opened by one driver in a process of their own.

Measured with pyogrio 0.13 (GDAL 3.12) and fiona 1.10 (GDAL 3.9):

- pyogrio takes whichever driver likes the content. It cannot be told one; so the process has
  one only (OGR_SKIP works before the library is loaded, and never after).
- A foreign PROJ_LIB or GDAL_DATA makes coordinate systems vanish; the process has none.
- Reading in bulk, pyogrio stops at a damaged feature, or goes on with nulls, without an error.
  With CPL_LOG_ERRORS the library prints what it notices. Where it prints anything, or hands over
  another number of features than the file states, the layer is read again by fiona, feature by
  feature and by id, so that a bad one costs its row. (Going from one to the next, fiona ends at
  the first bad one.)
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from blockdata.errors import SourceError
from blockdata_loaders.reader.dbf import truncated
from blockdata_loaders.reader.features import crs_name
from blockdata_loaders.reader.raw import RawTable, header_names
from blockdata_loaders.reader.typed import Layout, checked_table

__all__ = ["read_flatgeobuf", "read_geodatabase", "read_layer"]

_CHILD = "blockdata_loaders.reader.gdal_child"
_PYTHON = (sys.executable, "-P", "-W", "ignore")
_FOREIGN = ("GDAL_", "OGR_", "CPL_", "PROJ_", "PYTHON")
_GEODATABASE_HEAD = 32
# Seconds, a fraction with something in it, the zeros after it, and an offset from UTC.
_CLOCK_END = r"(:\d\d)(\.\d*?[1-9])?\.?0*([+-]\d\d:\d\d|Z)?$"


@dataclass(frozen=True)
class _Answer:
    """What the process told, and whether GDAL complained."""

    facts: Mapping[str, Any]
    table: pa.Table | None
    complained: bool

    @property
    def is_whole(self) -> bool:
        """Whether nothing is wrong and all features that the file states are there."""
        if self.table is None or self.complained:
            return False
        return bool(self.facts["count"] in (-1, self.table.num_rows))


def read_flatgeobuf(path: Path) -> RawTable:
    """Read a FlatGeobuf file; see `read_layer`."""
    return _named(path, read_layer(path, driver="FlatGeobuf"))


def read_geodatabase(path: Path, *, layer: str | None = None) -> RawTable:
    """Read one layer of a file geodatabase; see `read_layer`.

    Raises
    ------
    SourceError
        Reason "truncated" besides: a table is shorter than its header says.
    """
    for table in sorted(path.glob("*.gdbtabl[ex]")):
        with table.open("rb") as file:
            head = file.read(_GEODATABASE_HEAD)
        if table.stat().st_size < _stated_size(table, head):
            raise truncated(path / table.name)
    return _named(path, read_layer(path, driver="OpenFileGDB", layer=layer))


def _named(path: Path, table: RawTable) -> RawTable:
    names = header_names(table.columns.column_names, path.name)
    return replace(table, columns=table.columns.rename_columns(names))


def _stated_size(table: Path, head: bytes) -> int:
    """Bytes that a table of a geodatabase, or the index of one, must have."""
    if len(head) < _GEODATABASE_HEAD:
        return _GEODATABASE_HEAD
    if table.suffix == ".gdbtable":
        return int.from_bytes(head[24:32], "little")
    blocks, width = int.from_bytes(head[4:8], "little"), int.from_bytes(head[12:16], "little")
    return 16 + 1024 * blocks * width


def read_layer(path: Path, *, driver: str, layer: str | None = None) -> RawTable:
    """Read one layer of a file by one of GDAL's drivers.

    Parameters
    ----------
    path : Path
        A file or folder whose content has been checked.
    driver : str
        GDAL's name of the driver.
    layer : str, optional
        May be left out where there is one layer only.

    Returns
    -------
    RawTable
        Attributes as exact text, under names as stated; times with the offset from UTC where
        the file has one. Rows that are damaged or hold bytes that are no text are bad.

    Raises
    ------
    SourceError
        Reasons "missing_layer", "unreadable_layer", "truncated" and "needs_fiona".
    """
    answer = _asked("bulk", path, driver, layer)
    facts = answer.facts
    if facts.get("layers"):
        raise _missing_layer(path, layer, facts["layers"])
    if "names" not in facts:
        raise _unreadable(path)
    table = answer.table if answer.is_whole else _row_by_row(path, driver, layer, facts)
    if table is None or not (table.num_rows or answer.is_whole):
        raise _unreadable(path)
    columns = len(facts["names"])
    layout = Layout(
        range(columns),
        geometry=columns if facts["has_geometry"] else None,
        wrong=None if answer.is_whole else columns + 1,
    )
    crs = crs_name(facts["crs"]) if facts["crs"] else None
    found = checked_table(table.to_batches(), layout, facts["names"], crs)
    patterns = {_CLOCK_END: r"\1\2\3"}
    if driver == "OpenFileGDB":
        # It stores no zone; that its times are UTC is the driver's guess.
        patterns["Z$"] = ""
    return replace(found, columns=_replaced(found.columns, facts["moments"], patterns))


def _row_by_row(
    path: Path, driver: str, layer: str | None, facts: Mapping[str, Any]
) -> pa.Table | None:
    answer = _asked("rows", path, driver, layer)
    if answer.facts.get("error") == "no_fiona":
        raise SourceError(
            "some records are damaged, and fiona, which could read the others, is not installed",
            reason="needs_fiona",
            where=path.name,
            next_step="Export the layer again, or load it on a system that fiona has a wheel for "
            "(not Linux on ARM; Python up to 3.13)",
        )
    table = answer.table
    if table is None or table.num_columns != len(facts["names"]) + 2:
        return None
    wrong = np.asarray(table.column("wrong").is_valid())
    if len(wrong) > 1 and wrong[-2:].all():
        raise truncated(path)
    # The older library hands on truth values as the letters that stand in the file.
    return _replaced(table, facts["flags"], {"^[Tt]$": "true", "^[Ff]$": "false"})


def _replaced(table: pa.Table, places: Sequence[int], patterns: Mapping[str, str]) -> pa.Table:
    for place in places:
        column = table.column(place)
        for pattern, text in patterns.items():
            column = pc.replace_substring_regex(column, pattern, text)
        table = table.set_column(place, table.schema.names[place], column)
    return table


def _missing_layer(path: Path, layer: str | None, layers: list[str]) -> SourceError:
    return SourceError(
        f"no layer called {layer!r}" if layer else "the file has several layers",
        reason="missing_layer",
        where=path.name,
        next_step="Name one of its layers: " + ", ".join(layers),
    )


def _unreadable(path: Path) -> SourceError:
    return SourceError(
        "the file is damaged",
        reason="unreadable_layer",
        where=path.name,
        next_step="Export the layer again",
    )


def _asked(mode: str, path: Path, driver: str, layer: str | None) -> _Answer:
    """Run the process and take what it writes."""
    command = [
        sys.executable,
        "-P",
        "-W",
        "ignore",
        "-m",
        _CHILD,
        mode,
        driver,
        str(path.absolute()),
    ]
    with subprocess.Popen(
        [*command, layer or ""],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=_environment(driver),
    ) as process:
        complaints: list[bytes] = []
        listener = threading.Thread(target=_listen, args=(process.stderr, complaints))
        listener.start()
        facts, table = _received(process.stdout)
        listener.join()
    failed = process.returncode != 0
    return _Answer(facts, None if failed else table, bool(complaints))


def _listen(stream: Any, complaints: list[bytes]) -> None:
    for line in stream:
        if line.startswith(b"CPLError") and not complaints:
            complaints.append(line)


def _received(stream: Any) -> tuple[dict[str, Any], pa.Table | None]:
    try:
        facts = json.loads(stream.readline() or b"{}")
        return facts, pa.ipc.open_stream(stream).read_all()
    except (pa.ArrowInvalid, OSError):
        return facts, None
    finally:
        stream.read()


def _environment(driver: str) -> dict[str, str]:
    """Settings of the process: our own, whatever the caller's are."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(_FOREIGN)}
    return kept | {
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        "PROJ_NETWORK": "OFF",
        "OGR_SKIP": ",".join(name for name in _drivers() if name != driver),
        "CPL_LOG_ERRORS": "ON",
        "CPL_DEBUG": "CPLError",
    }


@cache
def _drivers() -> tuple[str, ...]:
    import pyogrio

    return tuple(pyogrio.list_drivers())
