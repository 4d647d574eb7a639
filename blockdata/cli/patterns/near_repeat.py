"""`blockdata patterns near-repeat`: what is followed by more of it near by."""

from __future__ import annotations

import typer

import blockdata as bd
from blockdata.cli import options, output


def near_repeat(
    base: options.BasePath, category: options.Category = None, out: options.Out = None
) -> None:
    """Tell whether problems near one another in place follow each other in time."""
    with bd.open(base) as opened:
        found = opened.patterns.near_repeat(category)
    typer.echo(found.explain())
    output.show(found.frame, out)
