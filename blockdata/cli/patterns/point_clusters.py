"""`blockdata patterns point-clusters`: where incidents lie closer together than elsewhere."""

from __future__ import annotations

from typing import Annotated, Literal, cast

import typer

import blockdata as bd
from blockdata.cli import options, output
from blockdata.cli.patterns import asking


def point_clusters(
    base: options.BasePath,
    category: options.Category = None,
    method: Annotated[
        str, typer.Option("--method", metavar="NAME", help="dbscan or hdbscan.")
    ] = "dbscan",
    eps_m: Annotated[
        float, typer.Option("--eps-m", metavar="M", help="How near; dbscan only.")
    ] = 50.0,
    min_points: Annotated[
        int, typer.Option("--min-points", metavar="N", help="Incidents that make a place dense.")
    ] = 5,
    min_size: Annotated[
        int, typer.Option("--min-size", metavar="N", help="Smallest cluster; hdbscan only.")
    ] = 10,
    of: asking.Of = "episodes",
    since: asking.Since = None,
    until: asking.Until = None,
    source: asking.Sources = None,
    channel: asking.Channels = None,
    out: options.Out = None,
) -> None:
    """Find where incidents lie closer together than elsewhere, without cells."""
    asked = asking.asked(of, (since, until), None, source, channel)
    way = cast("Literal['dbscan', 'hdbscan']", method)
    with bd.open(base) as opened:
        found = opened.patterns.point_clusters(
            category, way, eps_m=eps_m, min_points=min_points, min_size=min_size, **asked
        )
    typer.echo(found.explain())
    output.show(found.frame, out)
