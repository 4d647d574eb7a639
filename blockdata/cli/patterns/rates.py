"""`blockdata patterns rates`: incidents of cells by what they hold."""

from __future__ import annotations

from typing import Annotated

import typer

import blockdata as bd
from blockdata.cli import options, output
from blockdata.cli.patterns import asking


def rates(
    base: options.BasePath,
    by: asking.By = "unit",
    exposure: asking.Exposure = None,
    together: Annotated[
        bool, typer.Option("--together", help="Count the categories as one.")
    ] = False,
    of: asking.Of = "episodes",
    since: asking.Since = None,
    until: asking.Until = None,
    category: asking.Categories = None,
    source: asking.Sources = None,
    channel: asking.Channels = None,
    out: options.Out = None,
) -> None:
    """Show rates of incidents by exposure, raw and smoothed, the highest first."""
    asked = asking.asked(of, (since, until), category, source, channel)
    with bd.open(base) as opened:
        found = opened.patterns.rates(by, exposure, together=together, **asked)
    typer.echo(found.explain())
    output.show(found.frame, out)
