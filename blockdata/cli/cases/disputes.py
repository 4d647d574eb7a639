"""`blockdata cases disputes`: what two units answer for, and what nobody does."""

from __future__ import annotations

from typing import Annotated

import typer

import blockdata as bd
from blockdata.cli import options, output


def disputes(
    base: options.BasePath,
    ownerless: Annotated[
        bool, typer.Option("--ownerless", help="Matters that nobody answers for instead.")
    ] = False,
    out: options.Out = None,
) -> None:
    """Tell the matters and borders that two units answer for, or those that nobody does."""
    with bd.open(base) as opened:
        cases = opened.cases
        output.answer(cases.ownerless() if ownerless else cases.disputes(), out)
