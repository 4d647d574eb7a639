"""`blockdata monthly`: the report of a natural month, as a page that prints and a workbook."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import blockdata as bd
from blockdata.cli import options


def monthly(
    base: options.BasePath,
    out: Annotated[
        Path, typer.Option("--out", metavar="FOLDER", help="Where the two files go.")
    ] = Path(),
    month: Annotated[
        str | None,
        typer.Option("--month", metavar="YYYY-MM", help="Default: the last whole month."),
    ] = None,
    publish: Annotated[
        bool,
        typer.Option(
            "--publish", help="Hide small counts and name private places by road or community."
        ),
    ] = False,
) -> None:
    """Write the report of a month (HTML made to be printed, and XLSX), and tell it in sentences."""
    with bd.open(base) as opened:
        report = opened.monthly(month, publish=publish)
    typer.echo("\n".join(report.summary))
    for path in report.write(out):
        typer.echo(str(path))
