"""`blockdata cases categories`: what each source's categories are taken for."""

from __future__ import annotations

from typing import Annotated

import typer

import blockdata as bd
from blockdata.cli import options, output


def categories(
    base: options.BasePath,
    unmapped: Annotated[
        bool,
        typer.Option("--unmapped", help="Only those of no class, with the nearest candidates."),
    ] = False,
    out: options.Out = None,
) -> None:
    """Tell what class each source's categories are, by what, and how many cases they have.

    `blockdata decide CITY.toml category SOURCE/CATEGORY "SCHEME KIND CODE"` confirms a candidate.
    """
    with bd.open(base) as opened:
        cases = opened.cases
        output.answer(cases.suggestions() if unmapped else cases.categories(), out)
