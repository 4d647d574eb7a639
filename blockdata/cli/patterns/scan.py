"""`blockdata patterns scan`: scan one category, by any model and period."""

from __future__ import annotations

from typing import Annotated

import typer

import blockdata as bd
from blockdata.cli import options
from blockdata.cli.patterns.shown import show

COLUMNS = (
    *("category", "rank", "name", "cells", "radius_m", "first_day", "last_day"),
    *("count", "expected", "ratio", "p"),
)
"""Columns of clusters that are printed."""


def scan(
    base: options.BasePath,
    category: Annotated[str, typer.Argument(metavar="CATEGORY", show_default=False)],
    model: Annotated[
        str,
        typer.Option(
            "--model",
            metavar="MODEL",
            help="permutation, poisson, space_time_poisson or bernoulli.",
        ),
    ] = "permutation",
    layer: Annotated[
        str | None, typer.Option("--layer", metavar="LAYER", help="Default: that of hot spots.")
    ] = None,
    exposure: Annotated[
        str | None,
        typer.Option("--exposure", metavar="NAME", help="What the Poisson models stand on."),
    ] = None,
    since: Annotated[
        str | None, typer.Option("--since", metavar="YYYY-MM-DD", help="First day.")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", metavar="YYYY-MM-DD", help="Day after the last.")
    ] = None,
    days: Annotated[
        int | None, typer.Option("--days", metavar="DAYS", help="Longest stretch of days.")
    ] = None,
    radius: Annotated[
        float | None, typer.Option("--radius", metavar="METRES", help="Largest circle.")
    ] = None,
    now: Annotated[bool, typer.Option("--now", help="Only what reaches to the last day.")] = False,
    out: options.Out = None,
) -> None:
    """Scan one category for what gathers, looking back or up to the last day."""
    with bd.open(base) as opened:
        found = opened.patterns.scan(
            category,
            model,  # type: ignore[arg-type]  # what it is not, the scan says
            layer=layer,
            exposure=exposure,
            start=options.day(since, "--since"),
            end=options.day(until, "--until"),
            max_days=days,
            max_radius_m=radius,
            prospective=now,
        )
        show(found, [*COLUMNS, "p_gumbel"], out)
