"""`blockdata chronic`: which places never get better."""

from __future__ import annotations

import typer

import blockdata as bd
from blockdata.cli import options, output


def chronic(
    base: options.BasePath, category: options.Category = None, out: options.Out = None
) -> None:
    """Tell which places never get better, as the nightly run found it, and what that means."""
    with bd.open(base) as opened:
        found = bd.chronic(opened, category=category)
    typer.echo(found.explain())
    output.show(found.frame, out)
