"""`blockdata layers draft`: propose grids, as a GeoPackage to edit in QGIS."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import blockdata as bd
from blockdata.cli import options, output


def draft(
    base: options.BasePath,
    out: Annotated[
        Path, typer.Argument(metavar="FILE.gpkg", help="Is not to exist yet.", show_default=False)
    ],
    target_area_m2: Annotated[
        float | None,
        typer.Option("--target-area-m2", metavar="M2", help="Area of a unit grid."),
    ] = None,
    community: Annotated[
        str | None,
        typer.Option("--community", metavar="NAME", help="Code or name of one community."),
    ] = None,
    responsibility: Annotated[
        int | None,
        typer.Option("--responsibility", metavar="N", help="How many responsibility grids."),
    ] = None,
) -> None:
    """Propose unit and responsibility grids and write them to edit in QGIS.

    Unit grids follow streets, water and community borders and cut no building; responsibility
    grids are made of them, evenly loaded. `layers check --draft` checks what comes back.
    """
    with bd.open(base) as opened:
        layers = opened.layers
        units = layers.draft_units(target_area_m2=target_area_m2, community=community)
        posts = layers.draft_responsibility(count=responsibility, units=units)
        layers.write_draft(out, units, posts)
    for drafted in (units, posts):
        typer.echo(drafted.attrs["summary"])
    output.show(posts.drop(columns="geometry"))
    typer.echo(out)
