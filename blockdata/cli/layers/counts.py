"""`blockdata layers counts`: records of any window on the cells of any day."""

from __future__ import annotations

from typing import Annotated

import typer

import blockdata as bd
from blockdata.cli import options, output


def counts(
    base: options.BasePath,
    kind: Annotated[str, typer.Option("--kind", metavar="KIND", help="What is counted.")] = (
        "incident"
    ),
    grid: options.Grid = "unit",
    since: Annotated[
        str | None, typer.Option("--since", metavar="DATE", help="First day of the window.")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", metavar="DATE", help="First day after the window.")
    ] = None,
    on: Annotated[
        str | None, typer.Option("--on", metavar="DATE", help="Day on which the cells stand.")
    ] = None,
    category: options.Category = None,
    by: Annotated[
        str,
        typer.Option(
            "--by",
            metavar="RULE",
            help="How records known only by an ended grid are shared out: building, floor_area, "
            "people or area.",
        ),
    ] = "building",
    out: options.Out = None,
) -> None:
    """Count records of any window on the cells of any day, with certain bounds."""
    with bd.open(base) as opened:
        found = opened.layers.counts(
            kind,
            grid,
            since=options.day(since, "--since"),
            until=options.day(until, "--until"),
            on=options.day(on, "--on"),
            category=category,
            by=by,
        )
    output.show(found, out)
