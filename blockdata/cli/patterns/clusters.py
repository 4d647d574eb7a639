"""`blockdata patterns clusters`: what gathers in place and time up to the last day."""

from __future__ import annotations

from typing import Annotated

import typer

import blockdata as bd
from blockdata.cli import options
from blockdata.cli.patterns.scan import COLUMNS
from blockdata.cli.patterns.shown import show


def clusters(
    base: options.BasePath,
    category: options.Category = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Also what may be chance, and what was not scanned.")
    ] = False,
    out: options.Out = None,
) -> None:
    """Tell what gathers in neighbouring cells and the last days."""
    with bd.open(base) as opened:
        found = opened.patterns.clusters(category, everything=everything)
        show(found, [*COLUMNS, "q", "reason"], out)
