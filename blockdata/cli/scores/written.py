"""How tables of indicators and scorecards are shown, and written as CSV or as a workbook."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from blockdata.cli import output
from blockdata.errors import ConfigError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["show"]


def show(frame: pd.DataFrame, out: Path | None, name: str) -> None:
    """Print a table's first rows, or write all of it.

    Parameters
    ----------
    frame : DataFrame
    out : Path or None
        .csv, or .xlsx with one sheet.
    name : str
        Of the sheet.

    Raises
    ------
    ConfigError
        If the file's ending is another, or its folder is not there.
    """
    if out is None or out.suffix == ".csv":
        output.show(frame, out)
        return
    if out.suffix != ".xlsx":
        raise ConfigError("unknown kind of file", where=str(out), allowed=".csv, .xlsx")
    if not out.parent.is_dir():
        raise ConfigError("there is no such folder", where=str(out.parent))
    out.write_bytes(_workbook(frame, name))
    typer.echo(f"{out}: {len(frame):,}")


def _workbook(frame: pd.DataFrame, name: str) -> bytes:
    from blockdata.report.workbook import Sheet, workbook_bytes

    plain = frame.copy()
    for column in plain.select_dtypes("datetime").columns:
        plain[column] = plain[column].dt.strftime("%Y-%m-%d")
    rows = plain.astype(object).where(plain.notna(), None)
    listed = list(rows.itertuples(index=False, name=None))
    return workbook_bytes([Sheet(name, list(frame.columns), listed, ["text"] * len(rows.columns))])
