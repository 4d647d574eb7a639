"""`blockdata scorecard`: how departments and areas did, with both counts of every figure."""

from __future__ import annotations

from typing import Annotated

import typer

import blockdata as bd
from blockdata.cli import options
from blockdata.cli.scores import asking, written

_SHOWN = ("numerator", "denominator", "value", "low", "high", "rank", "rank_low", "rank_high")


def scorecard(
    base: options.BasePath,
    layer: Annotated[
        str,
        typer.Option("--layer", metavar="KIND", help="department, a layer of areas, or whole."),
    ] = "department",
    month: asking.Month = None,
    every: Annotated[
        bool, typer.Option("--all", help="All months and units, instead of the last month.")
    ] = False,
    scores: Annotated[
        bool, typer.Option("--scores", help="One score of each unit, by the city's weights.")
    ] = False,
    totals: Annotated[
        bool, typer.Option("--totals", help="Whether units add up to the whole instead.")
    ] = False,
    definitions: Annotated[
        bool, typer.Option("--definitions", help="All definitions, and which are chosen, instead.")
    ] = False,
    out: asking.Out = None,
) -> None:
    """Tell the scorecard of units: both counts, value, interval, rank and where it may stand."""
    with bd.open(base) as opened:
        if definitions:
            written.show(opened.scores.scorecard_definitions(), out, "考核")
            return
        asked = month if every or month else asking.last_month(opened, "scorecard")
        kind = None if every else layer
        if totals:
            found = opened.scores.totals(kind, asked)
            shown = ["month", found.words.lang, "units", "whole", "difference", "adds_up"]
        elif scores:
            found = opened.scores.composite(kind, asked)
            shown = ["name", "month", "score", "low", "high", "rank", "rank_low", "rank_high"]
        else:
            found = opened.scores.scorecard(kind, asked)
            shown = ["name", "month", found.words.lang, *_SHOWN, "why"]
    typer.echo(found.explain())
    written.show(found.frame if out else found.frame[shown], out, "考核")
