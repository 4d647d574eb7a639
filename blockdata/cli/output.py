"""How commands show tables and write them to files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from rich.console import Console
from rich.table import Table

from blockdata.errors import ConfigError, GeometryNeededError

if TYPE_CHECKING:
    import pandas as pd

_MOST_SHOWN = 30
_ANY_WIDTH = 100_000
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def show(frame: pd.DataFrame, out: Path | None = None) -> None:
    """Print a table's first rows, or write all of it to a file.

    Raises
    ------
    ConfigError
        If the file's ending is neither .csv nor .gpkg.
    GeometryNeededError
        If a .gpkg is wanted and there is no geometry.
    """
    if out is not None:
        write(frame, out)
        typer.echo(f"{out}: {len(frame):,}")
        return
    shown = frame.drop(columns="geometry", errors="ignore").head(_MOST_SHOWN)
    table = Table(show_edge=False)
    for name in shown.columns:
        table.add_column(str(name), overflow="fold")
    for row in shown.to_dict("records"):
        table.add_row(*(_cell(value) for value in row.values()))
    console = Console(markup=False, highlight=False)
    if not console.is_terminal:
        # A pipe or a file has no width to fit in.
        console.width = _ANY_WIDTH
    console.print(table)
    if len(frame) > len(shown):
        typer.echo(f"... {len(frame) - len(shown):,} more; --out FILE writes all")


def answer(frame: pd.DataFrame, out: Path | None = None) -> None:
    """Show a table as `show` does; of an empty one tell what would fill it."""
    if out is None and frame.empty and "summary" in frame.attrs:
        typer.echo(frame.attrs["summary"])
    else:
        show(frame, out)


def write(frame: pd.DataFrame, path: Path) -> None:
    """Write a table to a .csv or .gpkg file.

    In a CSV a text that a spreadsheet would take for a formula gets an apostrophe before it.
    """
    if not path.parent.is_dir():
        raise ConfigError("there is no such folder", where=str(path.parent))
    if path.suffix == ".csv":
        safe = frame.drop(columns="geometry", errors="ignore")
        texts = safe.select_dtypes(["object", "str"]).columns
        for name in texts:
            safe[name] = [_unexecuted(value) for value in safe[name].to_list()]
        safe.to_csv(path, index=False, encoding="utf-8-sig")
    elif path.suffix == ".gpkg":
        if "geometry" not in frame:
            raise GeometryNeededError(
                "there is no geometry to write", where=str(path), next_step="Write a .csv."
            )
        shapes: Any = frame
        shapes.to_file(path, driver="GPKG")
    else:
        raise ConfigError("unknown kind of file", where=str(path), allowed=".csv, .gpkg")


def _unexecuted(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def _cell(value: Any) -> str:
    if value is None or value != value or str(value) in ("<NA>", "NaT"):
        return ""
    if isinstance(value, float):
        return f"{value:.4g}"
    # A day is a midnight in a frame.
    return str(value).removesuffix(" 00:00:00")
