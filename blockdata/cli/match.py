"""`blockdata match`: match address texts with the library."""

from __future__ import annotations

from typing import Annotated

import typer

import blockdata as bd
from blockdata.cli import options, output


def match(
    base: options.BasePath,
    texts: Annotated[
        list[str],
        typer.Argument(metavar="TEXT...", help="Addresses as written.", show_default=False),
    ],
    out: options.Out = None,
) -> None:
    """Match address texts with the library, as the nightly run does."""
    with bd.open(base) as opened:
        output.show(opened.match(texts), out)
