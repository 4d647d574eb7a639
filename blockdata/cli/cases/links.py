"""`blockdata cases links`: what cases are about, and evidence that contradicts itself."""

from __future__ import annotations

from typing import Annotated

import typer

import blockdata as bd
from blockdata.cli import options, output


def links(
    base: options.BasePath,
    case: Annotated[
        str | None, typer.Argument(metavar="[CASE]", help="Id of a case.", show_default=False)
    ] = None,
    kind: Annotated[
        str | None,
        typer.Option("--kind", metavar="KIND", help="Only targets of this kind, as address."),
    ] = None,
    at_most: Annotated[
        float | None,
        typer.Option("--at-most", metavar="P", help="Only links of at most this probability."),
    ] = None,
    contradictions: Annotated[
        bool, typer.Option("--contradictions", help="Evidence that contradicts itself instead.")
    ] = False,
    out: options.Out = None,
) -> None:
    """Tell what cases are linked to, by what evidence, and what came second."""
    with bd.open(base) as opened:
        if contradictions:
            found = opened.cases.contradictions(case)
        else:
            found = opened.cases.links(case, kind=kind, at_most=at_most)
    output.answer(found, out)
