"""`blockdata layers repairs`: proposals to mend faults."""

from __future__ import annotations

from typing import Annotated

import typer

import blockdata as bd
from blockdata.cli import options, output


def repairs(
    base: options.BasePath,
    layer: options.Layers = None,
    accept: Annotated[
        str | None,
        typer.Option("--accept", metavar="ID", help="Accept this proposal of the last run."),
    ] = None,
    note: Annotated[str | None, typer.Option("--note", metavar="TEXT", help="Why.")] = None,
    out: options.Out = None,
) -> None:
    """Propose what would mend the faults of layers, or accept a proposal.

    Nothing is changed until a proposal is accepted; the next run then applies it.
    """
    with bd.open(base) as opened:
        if accept is not None:
            typer.echo(opened.layers.accept_repair(accept, note=note))
            return
        found = opened.layers.repairs(layer or None)
    output.show(found, out)
