"""`blockdata review`: questions to a street office, and its answers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import blockdata as bd
from blockdata.cli import options


def review(
    city: options.City,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Write the workbook to fill in.")
    ] = None,
    take: Annotated[
        Path | None, typer.Option("--take", metavar="FILE", help="Take in a filled workbook.")
    ] = None,
) -> None:
    """Write what needs a human answer as a workbook, or take its answers in as decisions.

    Sheet 地址 holds address texts that match no address, sheet 隔离 rejected rows.
    """
    if (out is None) == (take is None):
        raise bd.ConfigError("give either --out or --take", where="review")
    with bd.open(bd.load_config(city).base_path) as opened:
        if out is not None:
            bd.export_review(opened.session, out)
            typer.echo(out)
        elif take is not None:
            decisions = bd.read_review(take, on=opened.today())
            typer.echo(opened.take(decisions) if decisions else "0")
