"""`blockdata cases episodes`: what reports were made into, and what was revised."""

from __future__ import annotations

from typing import Annotated

import typer

import blockdata as bd
from blockdata.cli import options, output


def episodes(
    base: options.BasePath,
    status: Annotated[
        str | None, typer.Option("--status", metavar="STATUS", help="open or closed.")
    ] = None,
    category: options.Category = None,
    revised: Annotated[
        bool, typer.Option("--revised", help="What late facts changed in them instead.")
    ] = False,
    out: options.Out = None,
) -> None:
    """Tell the episodes, the latest first, or how late facts revised their history."""
    with bd.open(base) as opened:
        if revised:
            found = opened.cases.revisions()
        else:
            found = opened.cases.episodes(status=status, category=category)
    output.answer(found, out)
