"""`blockdata patterns expected`: incidents of cells beside what the calendar lets expect."""

from __future__ import annotations

from typing import Annotated

import typer

import blockdata as bd
from blockdata.cli import options, output
from blockdata.cli.patterns import asking


def expected(
    base: options.BasePath,
    by: asking.By = "unit",
    exposure: asking.Exposure = None,
    learn_until: Annotated[
        str | None,
        typer.Option(
            "--learn-until",
            metavar="DATE",
            help="Learn from the days before it, and expect for those from it on.",
        ),
    ] = None,
    effects: Annotated[
        bool, typer.Option("--effects", help="Show what season, weekday and trend do instead.")
    ] = False,
    of: asking.Of = "episodes",
    since: asking.Since = None,
    until: asking.Until = None,
    category: asking.Categories = None,
    source: asking.Sources = None,
    channel: asking.Channels = None,
    out: options.Out = None,
) -> None:
    """Show counts beside those expected by season, weekday, holidays, trend and exposure."""
    asked = asking.asked(of, (since, until), category, source, channel)
    learned = options.day(learn_until, "--learn-until")
    with bd.open(base) as opened:
        found = opened.patterns.expected(by, exposure, learn_until=learned, **asked)
    typer.echo(found.explain())
    output.show(found.effects if effects else found.frame, out)
