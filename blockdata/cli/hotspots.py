"""`blockdata hotspots`: where problems gather."""

from __future__ import annotations

from typing import Annotated

import typer

import blockdata as bd
from blockdata.cli import options, output


def hotspots(
    base: options.BasePath,
    category: options.Category = None,
    grid: Annotated[
        str | None, typer.Option("--grid", metavar="LAYER", help="Only this layer of cells.")
    ] = None,
    window_days: Annotated[
        int | None, typer.Option("--window-days", metavar="DAYS", help="Only this window.")
    ] = None,
    out: options.Out = None,
) -> None:
    """Tell where problems gather, as the nightly run found it, and what that stands on."""
    with bd.open(base) as opened:
        found = bd.hotspots(opened, category=category, grid=grid, window_days=window_days)
    typer.echo(found.explain())
    output.show(found.frame, out)
