"""`blockdata decide`: write down a human answer."""

from __future__ import annotations

from typing import Annotated

import typer

import blockdata as bd
from blockdata.cli import options


def decide(
    city: options.City,
    verb: Annotated[
        str,
        typer.Argument(
            metavar="VERB",
            help="address, merge, repin, override, reshape, ignore, replay, link, same or "
            "category.",
            show_default=False,
        ),
    ],
    subject: Annotated[
        str,
        typer.Argument(
            metavar="SUBJECT",
            help="Address text, record id or id of a rejected row.",
            show_default=False,
        ),
    ],
    value: Annotated[
        str | None,
        typer.Argument(
            metavar="[VALUE]",
            help="What was decided; left out, a decision is taken back.",
            show_default=False,
        ),
    ] = None,
    field: Annotated[
        str | None, typer.Option("--field", metavar="NAME", help="Field to override or replay.")
    ] = None,
    note: Annotated[str | None, typer.Option("--note", metavar="TEXT", help="Why.")] = None,
    on: Annotated[
        str | None,
        typer.Option("--on", metavar="DATE", help="Day of the decision; default: today."),
    ] = None,
) -> None:
    """Write down a human answer; the next run applies it and every later run keeps it."""
    with bd.open(bd.load_config(city).base_path) as opened:
        day = options.day(on, "--on")
        path = opened.decide(verb, subject, value, field=field, note=note, on=day)
    typer.echo(path)
