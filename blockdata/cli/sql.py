"""`blockdata sql`: ask a base in SQL."""

from __future__ import annotations

from typing import Annotated

import typer

import blockdata as bd
from blockdata.cli import options, output


def sql(
    base: options.BasePath,
    query: Annotated[str, typer.Argument(metavar="QUERY", help="One SELECT.", show_default=False)],
    out: options.Out = None,
) -> None:
    """Run a SELECT over a base's tables; nothing can be written and no file read."""
    with bd.open(base) as opened:
        output.show(opened.sql(query), out)
