"""`blockdata patterns emerging`: what is becoming of hot places."""

from __future__ import annotations

from typing import Annotated

import typer

import blockdata as bd
from blockdata.cli import options, output
from blockdata.errors import ConfigError


def emerging(
    base: options.BasePath,
    category: options.Category = None,
    reference: Annotated[
        str | None,
        typer.Option(
            "--reference",
            metavar="NAME",
            help="What weeks are compared with: entire, neighbourhood or step.",
        ),
    ] = None,
    label: Annotated[
        str | None, typer.Option("--label", metavar="LABEL", help="Only this, as new.")
    ] = None,
    side: Annotated[
        str | None, typer.Option("--side", metavar="SIDE", help="Only hot or cold.")
    ] = None,
    weeks_of: Annotated[
        str | None,
        typer.Option(
            "--weeks-of",
            metavar="CELL",
            help="Every week of one cell instead, by id or code; needs --category.",
        ),
    ] = None,
    out: options.Out = None,
) -> None:
    """Tell what is becoming of hot and cold places, week by week, or the weeks of one place."""
    if weeks_of is not None and category is None:
        raise ConfigError("the weeks of one place are those of one category", where="--category")
    with bd.open(base) as opened:
        if weeks_of is not None:
            weeks = opened.patterns.emerging_bins(str(category), weeks_of, reference=reference)
            output.show(weeks, out)
            return
        found = opened.patterns.emerging(category, reference=reference, label=label, side=side)
    typer.echo(found.explain())
    output.show(found.frame, out)
