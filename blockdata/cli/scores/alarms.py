"""`blockdata alarms`: indicators beyond a threshold, and since when."""

from __future__ import annotations

from typing import Annotated

import typer

import blockdata as bd
from blockdata.cli import options
from blockdata.cli.scores import asking, written

_MOST_SAID = 20


def alarms(
    base: options.BasePath,
    layer: asking.Layer = None,
    light: Annotated[
        str | None, typer.Option("--light", metavar="LIGHT", help="Only red, or only yellow.")
    ] = None,
    out: asking.Out = None,
) -> None:
    """Tell which indicators the last month has beyond a threshold, by how much and since when."""
    with bd.open(base) as opened:
        found = opened.scores.alarms(layer, light=light)
    typer.echo(found.explain())
    if out is not None:
        written.show(found.frame, out, "预警")
        return
    for number, sentence in enumerate(found.frame[f"sentence_{found.words.lang}"], start=1):
        if number > _MOST_SAID:
            typer.echo(f"... {len(found) - _MOST_SAID:,} more; --out FILE writes all")
            break
        typer.echo(f"{number}. {sentence}")
