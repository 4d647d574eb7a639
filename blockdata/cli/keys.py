"""`blockdata keys`: make the keys of the encrypted parts."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import blockdata as bd


def keys(
    folder: Annotated[
        Path,
        typer.Argument(metavar="FOLDER", help="A folder outside the base.", show_default=False),
    ],
) -> None:
    """Make a key for each encrypted part; a key that exists is left alone.

    Keep them apart from the base: whoever has both can read what is told in confidence.
    """
    for path in bd.make_keys(folder):
        typer.echo(path)
