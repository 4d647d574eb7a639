"""`blockdata coverage`: what cameras see."""

from __future__ import annotations

from typing import Annotated

import typer

import blockdata as bd
from blockdata.cli import options, output


def coverage(
    base: options.BasePath,
    grid: options.Grid = "unit",
    owner: Annotated[
        list[str] | None,
        typer.Option("--owner", metavar="GROUP", help="Only this group's cameras; repeatable."),
    ] = None,
    sites: Annotated[
        int, typer.Option("--sites", metavar="N", help="Propose so many new sites instead.")
    ] = 0,
    out: options.Out = None,
) -> None:
    """Tell what cameras see of each cell, by whom, or the best places for new ones.

    A new site is the one that adds most to what is seen; the guarantee is printed with them.
    """
    with bd.open(base) as opened:
        found = opened.coverage(grid, owners=owner or None)
        chosen = found.best_sites(sites) if sites else None
        typer.echo(found.explain() if chosen is None else chosen.explain())
        output.show(found.frame if chosen is None else chosen.frame, out)
