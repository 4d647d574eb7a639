"""`blockdata layers lineage`: what became of cells."""

from __future__ import annotations

from typing import Annotated

import typer

import blockdata as bd
from blockdata.cli import options, output


def lineage(
    base: options.BasePath,
    cell: Annotated[
        str | None,
        typer.Argument(metavar="[CELL]", help="Id or code of one cell.", show_default=False),
    ] = None,
    out: options.Out = None,
) -> None:
    """Tell what became of cells when their layer was redrawn: split, merged, moved, recoded."""
    with bd.open(base) as opened:
        output.show(opened.layers.lineage(cell), out)
