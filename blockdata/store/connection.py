"""Connections with safe settings: the only door to DuckDB.

Nothing is installed or fetched, temporary files are encrypted, and once a base is attached the
connection can reach no other file and its settings are locked.
"""

from __future__ import annotations

import contextlib
from importlib import resources
from pathlib import Path

import duckdb

from blockdata.errors import KeyMissingError, StoreError

_CONFIG = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
}

_BLOCK_BYTES = 16384
"""DuckDB's smallest block: a district's base has many small tables, at 256 KiB a column each.

An encrypted file has few tables and the default: writing a block seeds a generator of random
numbers for 0.7 ms, whatever the block's size.
"""


_NO_LOG = "RECOVERY_MODE no_wal_writes"
"""A file that is written is one that a run makes: if the run dies nobody wants it recovered."""

_CHECKPOINT_BYTES = "256MB"
"""How much may be written before it is put into the files; DuckDB's 16 MB is every delivery."""


def quote(*names: str) -> str:
    """Return a quoted, dotted identifier: the one place where names enter SQL.

    Examples
    --------
    >>> quote("base", 'odd"name')
    '"base"."odd""name"'
    """
    return ".".join('"' + name.replace('"', '""') + '"' for name in names)


def _path_literal(path: Path) -> str:
    # ATTACH and LOAD take no bound value for the path, so it is quoted here and nowhere else.
    return "'" + str(path).replace("'", "''") + "'"


def connect(temp_folder: Path | None = None) -> duckdb.DuckDBPyConnection:
    """Open an in-memory connection with safe settings.

    Parameters
    ----------
    temp_folder : Path, optional
        Where encrypted temporary files may be written; without it nothing is spilled to disk.

    Returns
    -------
    duckdb.DuckDBPyConnection
    """
    con = duckdb.connect(":memory:", config=_CONFIG)  # type: ignore[arg-type]
    con.execute("SET temp_file_encryption = true")
    con.execute("SET temp_directory = ?", ["" if temp_folder is None else str(temp_folder)])
    con.execute("SET checkpoint_threshold = ?", [_CHECKPOINT_BYTES])
    with contextlib.suppress(duckdb.Error):
        # In Jupyter without ipywidgets there is no progress bar, and turning it off is an error.
        con.execute("SET enable_progress_bar = false")
    return con


def load_extension(con: duckdb.DuckDBPyConnection, name: str) -> None:
    """Load an extension from its wheel, by the file's path: no network, signature checked.

    Raises
    ------
    StoreError
        If the wheel is missing or made for another DuckDB.
    """
    package = f"duckdb_extension_{name}"
    try:
        folder = resources.files(package) / "extensions" / f"v{duckdb.__version__}"
        con.execute(f"LOAD {_path_literal(Path(str(folder)) / f'{name}.duckdb_extension')}")
    except (ModuleNotFoundError, duckdb.Error) as error:
        raise StoreError(
            f"extension {name} for DuckDB {duckdb.__version__} cannot be loaded",
            next_step=f"Install duckdb-extension-{name}=={duckdb.__version__}.",
        ) from error


def attach(
    con: duckdb.DuckDBPyConnection,
    alias: str,
    path: Path | None,
    *,
    key: str | None = None,
    read_only: bool = False,
) -> None:
    """Attach a database file under a name.

    Parameters
    ----------
    con : connection
    alias : str
    path : Path or None
        None attaches a database in memory.
    key : str, optional
        Key of an encrypted file; bound, never part of the SQL text.
    read_only : bool, default False
        A file that may be written to has no write-ahead log: it is whole once it is detached.

    Raises
    ------
    KeyMissingError
        If the key does not open the file.
    StoreError
        If the file cannot be opened.
    """
    place = _path_literal(path) if path is not None else "':memory:'"
    options, values = [], []
    if read_only:
        options.append("READ_ONLY")
    elif path is not None:
        options.append(_NO_LOG)
        if not path.exists() and key is None:
            options.append(f"BLOCK_SIZE {_BLOCK_BYTES}")
    if key is not None and path is not None:
        options.append("ENCRYPTION_KEY ?")
        values.append(key)
    text = f"ATTACH {place} AS {quote(alias)}" + (f" ({', '.join(options)})" if options else "")
    try:
        con.execute(text, values)
    except (duckdb.CatalogException, duckdb.InvalidInputException) as error:
        raise KeyMissingError("the key does not open this file", where=str(path)) from error
    except duckdb.Error as error:
        raise StoreError("cannot be opened as a database", where=str(path)) from error


def lock_down(con: duckdb.DuckDBPyConnection) -> None:
    """Cut the connection off from the file system and freeze its settings."""
    con.execute("SET enable_external_access = false")
    con.execute("SET lock_configuration = true")
