"""`blockdata patterns density`: how densely incidents lie."""

from __future__ import annotations

from typing import Annotated, Literal, cast

import typer

import blockdata as bd
from blockdata.cli import options, output
from blockdata.cli.patterns import asking


def density(
    base: options.BasePath,
    category: options.Category = None,
    bandwidth_m: Annotated[
        float | None, typer.Option("--bandwidth-m", metavar="M", help="Default: by a rule.")
    ] = None,
    along: Annotated[str, typer.Option("--along", metavar="WHAT", help="plane or streets.")] = (
        "plane"
    ),
    cell_m: Annotated[
        float | None,
        typer.Option("--cell-m", metavar="M", help="Default: a fifth of the bandwidth."),
    ] = None,
    of: asking.Of = "episodes",
    since: asking.Since = None,
    until: asking.Until = None,
    source: asking.Sources = None,
    channel: asking.Channels = None,
    out: options.Out = None,
) -> None:
    """Estimate how densely incidents lie, on the plane or along streets."""
    asked = asking.asked(of, (since, until), None, source, channel)
    way = cast("Literal['plane', 'streets']", along)
    with bd.open(base) as opened:
        found = opened.patterns.density(category, bandwidth_m, along=way, cell_m=cell_m, **asked)
    typer.echo(found.explain())
    # On a screen the densest; a file keeps the order of places.
    frame = found.frame if out else found.frame.sort_values(found.drawn, ascending=False)
    output.show(frame, out)
