"""`blockdata patterns concentration`: how few places have how much."""

from __future__ import annotations

from typing import Annotated

import typer

import blockdata as bd
from blockdata.cli import options, output


def concentration(
    base: options.BasePath,
    category: options.Category = None,
    layer: Annotated[
        str | None,
        typer.Option(
            "--layer",
            metavar="LAYER",
            help="Only this layer of cells, or address, building, component.",
        ),
    ] = None,
    out: options.Out = None,
) -> None:
    """Tell how few places have how much of all problems (80-20)."""
    with bd.open(base) as opened:
        found = opened.patterns.concentration(category, layer=layer)
    typer.echo(found.explain())
    output.show(found.frame, out)
