"""`blockdata layers raster`: people by a population raster, and against the register."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import blockdata as bd
from blockdata.cli import options, output


def raster(
    base: options.BasePath,
    path: Annotated[
        Path | None,
        typer.Argument(
            metavar="[FILE.tif]", help="Default: the configured raster.", show_default=False
        ),
    ] = None,
    grid: options.Grid = "unit",
    compare: Annotated[
        bool, typer.Option("--compare", help="Where raster and register disagree.")
    ] = False,
    out: options.Out = None,
) -> None:
    """Tell the people of each cell by a population raster, or where the register disagrees."""
    with bd.open(base) as opened:
        answer = opened.layers.compare_raster if compare else opened.layers.people_from_raster
        output.show(answer(path, grid), out)
