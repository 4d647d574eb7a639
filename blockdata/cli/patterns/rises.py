"""`blockdata patterns rises`: places that lately have more than their own past lets expect."""

from __future__ import annotations

from typing import Annotated

import typer

import blockdata as bd
from blockdata.cli import options
from blockdata.cli.patterns.shown import show


def rises(
    base: options.BasePath,
    category: options.Category = None,
    window: Annotated[
        int | None, typer.Option("--window", metavar="DAYS", help="Only this window.")
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Also places without an alarm.")
    ] = False,
    out: options.Out = None,
) -> None:
    """Tell where there is lately more than a place's own past lets expect."""
    with bd.open(base) as opened:
        found = opened.patterns.rises(category, window, everything=everything)
        show(found, ["name", "category", "window_days", "count", "expected", "q"], out)
