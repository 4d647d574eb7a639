"""`blockdata quarantine`: the rows that were rejected."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import blockdata as bd
from blockdata.cli import options, output


def quarantine(
    base: options.BasePath,
    source: options.Source = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Also rows that are settled by now.")
    ] = False,
    export: Annotated[
        Path | None,
        typer.Option("--export", metavar="FILE.csv", help="Write the listing to a file."),
    ] = None,
) -> None:
    """List rejected rows, personal values masked.

    After a fix a row is tried again with `blockdata decide CITY.toml replay ID`.
    """
    with bd.open(base) as opened:
        listed = opened.quarantine(source=source, status=None if everything else "open")
    output.show(listed, export)
