"""`blockdata place`: everything known of one place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

import blockdata as bd
from blockdata.cli import options
from blockdata.errors import ConfigError
from blockdata.store import files


def place(
    base: options.BasePath,
    text: Annotated[
        str,
        typer.Argument(
            metavar="TEXT",
            help="The id of a place of any kind, its code, or an address as written.",
            show_default=False,
        ),
    ],
    as_json: options.AsJson = False,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write it as a page.")
    ] = None,
) -> None:
    """Tell everything known of one place; people are never part of it."""
    with bd.open(base) as opened:
        found = opened.place(text)
        if html is not None:
            if html.suffix != ".html" or not html.parent.is_dir():
                raise ConfigError(
                    "a place is written as a page", where=str(html), allowed="a .html file"
                )
            files.write_durably(html, found.html())
            typer.echo(str(html))
            return
    typer.echo(json.dumps(found.to_dict(), ensure_ascii=False) if as_json else repr(found))
