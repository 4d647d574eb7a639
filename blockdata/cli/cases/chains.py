"""`blockdata cases chains`: related cases."""

from __future__ import annotations

from typing import Annotated

import typer

import blockdata as bd
from blockdata.cli import options, output


def chains(
    base: options.BasePath,
    chain: Annotated[
        str | None,
        typer.Argument(metavar="[CHAIN]", help="Id of one: tells its links.", show_default=False),
    ] = None,
    out: options.Out = None,
) -> None:
    """Tell the chains of related cases, or the links of one chain with their reasons."""
    with bd.open(base) as opened:
        output.answer(opened.cases.chains(chain), out)
