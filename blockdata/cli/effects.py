"""`blockdata effects`: whether what was done worked."""

from __future__ import annotations

from typing import Annotated

import typer

import blockdata as bd
from blockdata.cli import options, output


def effects(
    base: options.BasePath,
    places: Annotated[
        bool, typer.Option("--places", help="The places, and those they were compared with.")
    ] = False,
    out: options.Out = None,
) -> None:
    """Tell what interventions did, against places like those they reached."""
    with bd.open(base) as opened:
        found = opened.problems.effects()
    if places:
        output.show(found.places, out)
        return
    if out is not None:
        output.show(found.frame, out)
        return
    typer.echo(found.explain())
    if len(found.frame):
        shown = ["name", "category", "started_on", "treated", "controls", "pre", "post"]
        output.show(found.frame[[*shown, "expected", "naive_ratio", "ratio", "low", "high"]])
