"""`blockdata causes`: what the places that never get better have in common."""

from __future__ import annotations

from typing import Annotated

import typer

import blockdata as bd
from blockdata.cli import options, output

_MOST_SAID = 10


def causes(
    base: options.BasePath,
    place_kind: Annotated[
        str | None,
        typer.Option("--kind", metavar="KIND", help="Only places of this kind (component, ...)."),
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Also what is not listed, with its reason.")
    ] = False,
    places: Annotated[
        bool, typer.Option("--places", help="The chronic places behind what is listed.")
    ] = False,
    out: options.Out = None,
) -> None:
    """Tell what chronic places have in common, and whether they stand together."""
    with bd.open(base) as opened:
        found = opened.problems.causes(place_kind, everything=everything)
        typer.echo(found.explain())
        if places:
            output.show(found.places, out)
            return
        if out is not None:
            output.show(found.frame, out)
            return
        shown = ["cause_kind", "cause", "places", "bad", "expected", "ratio", "q"]
        if len(found.frame):
            output.show(found.frame[[*shown, *(["reason"] if everything else [])]])
        said = found.frame[f"sentence_{found.words.lang}"].dropna().head(_MOST_SAID)
        for number, sentence in enumerate(said, start=1):
            typer.echo(f"{number}. {sentence}")
        typer.echo(opened.problems.neighbours().explain())
