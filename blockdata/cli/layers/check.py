"""`blockdata layers check`: faults of layers of cells."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import blockdata as bd
from blockdata.cli import options, output


def check(
    base: options.BasePath,
    layer: options.Layers = None,
    draft: Annotated[
        Path | None,
        typer.Option("--draft", metavar="FILE.gpkg", help="Check this draft, back from QGIS."),
    ] = None,
    out: options.Out = None,
) -> None:
    """Tell the faults of layers of cells, or of a draft that came back from QGIS.

    Of a draft it also tells what became of each cell. Nothing is changed.
    """
    with bd.open(base) as opened:
        if draft is None:
            found = opened.layers.check(layer or None)
        else:
            units, responsibility, found = opened.layers.check_draft(draft)
            typer.echo(f"{draft}: {len(units):,} unit, {len(responsibility):,} responsibility")
    output.show(found, out)
