"""`blockdata profile`: what lies in each cell."""

from __future__ import annotations

from typing import Annotated

import typer

import blockdata as bd
from blockdata.cli import options, output


def profile(
    base: options.BasePath,
    grid: Annotated[
        str, typer.Option("--grid", metavar="LAYER", help="Layer of grids, or level of areas.")
    ] = "unit",
    out: options.Out = None,
) -> None:
    """Tell what lies in each cell: people as rounded sums of atoms, buildings, incidents, ..."""
    with bd.open(base) as opened:
        output.show(opened.profile(grid), out)
