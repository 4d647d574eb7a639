"""`blockdata tasks`: where to go tomorrow, and which records want a hand."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import blockdata as bd
from blockdata.cli import options, output


def tasks(
    base: options.BasePath,
    grid: Annotated[
        str | None,
        typer.Option("--grid", metavar="GRID", help="Only this grid, by id, code or name."),
    ] = None,
    upkeep: Annotated[
        bool, typer.Option("--upkeep", help="Show the upkeep of registers instead.")
    ] = False,
    outcomes: Annotated[
        bool, typer.Option("--outcomes", help="Show what the last lists brought instead.")
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", metavar="FOLDER", help="Write all lists as CSV, XLSX and GeoPackage."
        ),
    ] = None,
) -> None:
    """Tell where to go tomorrow and why, which records want a hand, and what the lists brought."""
    with bd.open(base) as opened:
        if out is not None:
            for path in opened.tasks.write(out, grid):
                typer.echo(str(path))
            return
        if outcomes:
            found = opened.tasks.outcomes()
        else:
            found = opened.tasks.upkeep(grid) if upkeep else opened.tasks.patrol(grid)
        typer.echo(found.explain())
        output.show(found.printed())
