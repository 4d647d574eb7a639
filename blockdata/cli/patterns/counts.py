"""`blockdata patterns counts`: incidents by cell, category and time."""

from __future__ import annotations

from typing import Annotated

import typer

import blockdata as bd
from blockdata.cli import options, output
from blockdata.cli.patterns import asking


def counts(
    base: options.BasePath,
    by: asking.By = "unit",
    of: asking.Of = "episodes",
    step: Annotated[
        str, typer.Option("--step", metavar="STEP", help="day, week or month.")
    ] = "month",
    since: asking.Since = None,
    until: asking.Until = None,
    category: asking.Categories = None,
    source: asking.Sources = None,
    channel: asking.Channels = None,
    zeros: Annotated[
        bool, typer.Option("--zeros", help="Also the steps without an incident.")
    ] = False,
    out: options.Out = None,
) -> None:
    """Count incidents by cell, category and time, and tell what could not be counted."""
    asked = asking.asked(of, (since, until), category, source, channel)
    with bd.open(base) as opened:
        found = opened.patterns.counts(by, step=step, zeros=zeros, **asked)
    typer.echo(found.attrs["summary"])
    output.show(found, out)
