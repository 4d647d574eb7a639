"""`blockdata cases duplicates`: occurrences that were reported twice or more."""

from __future__ import annotations

from typing import Annotated

import typer

import blockdata as bd
from blockdata.cli import options, output


def duplicates(
    base: options.BasePath,
    case: Annotated[
        str | None,
        typer.Argument(metavar="[CASE]", help="Id of a report of one.", show_default=False),
    ] = None,
    out: options.Out = None,
) -> None:
    """Tell which reports speak of one occurrence, and whether one caller made them or several."""
    with bd.open(base) as opened:
        output.answer(opened.cases.duplicates(case), out)
