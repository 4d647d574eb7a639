"""`blockdata indicators`: how a city did, month by month."""

from __future__ import annotations

from typing import Annotated

import typer

import blockdata as bd
from blockdata.cli import options
from blockdata.cli.scores import asking, written

_SHOWN = {
    "zh": ["name", "month", "zh", "value", "unit", "numerator", "denominator", "light", "why"],
    "en": ["name", "month", "en", "value", "unit", "numerator", "denominator", "light", "why"],
}


def indicators(
    base: options.BasePath,
    layer: asking.Layer = None,
    indicator: Annotated[
        str | None, typer.Option("--indicator", metavar="ID", help="Only this indicator.")
    ] = None,
    month: asking.Month = None,
    every: Annotated[
        bool, typer.Option("--all", help="All months, and all layers unless one is given.")
    ] = False,
    definitions: Annotated[
        bool,
        typer.Option("--definitions", help="Formula, denominator and thresholds of each instead."),
    ] = False,
    out: asking.Out = None,
) -> None:
    """Tell indicators of cells and months, each with both counts, or why there is no value."""
    with bd.open(base) as opened:
        if definitions:
            written.show(opened.scores.indicator_definitions(), out, "体征")
            return
        asked = month if every or month else asking.last_month(opened, "indicator")
        wanted = layer if every or layer else "whole"
        found = opened.scores.indicators(wanted, indicator, asked)
    typer.echo(found.explain())
    written.show(found.frame if out else found.frame[_SHOWN[found.words.lang]], out, "体征")
