"""`blockdata place`: everything known of one address."""

from __future__ import annotations

import json
from typing import Annotated

import typer

import blockdata as bd
from blockdata.cli import options


def place(
    base: options.BasePath,
    text: Annotated[
        str,
        typer.Argument(
            metavar="TEXT", help="An address as written, or its id.", show_default=False
        ),
    ],
    as_json: options.AsJson = False,
) -> None:
    """Tell everything known of one address; people are never part of it."""
    with bd.open(base) as opened:
        found = opened.place(text)
    typer.echo(json.dumps(found.to_dict(), ensure_ascii=False) if as_json else repr(found))
