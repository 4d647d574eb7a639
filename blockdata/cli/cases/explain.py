"""`blockdata cases explain`: everything on one case, with the reasons."""

from __future__ import annotations

import json
from typing import Annotated

import typer

import blockdata as bd
from blockdata.cli import options


def explain(
    base: options.BasePath,
    case: Annotated[
        str, typer.Argument(metavar="CASE", help="Id or number of a case.", show_default=False)
    ],
    as_json: options.AsJson = False,
) -> None:
    """Tell everything of one case: links, repeats, episode, chain, limit, units, and why."""
    with bd.open(base) as opened:
        found = opened.cases.explain(case)
    typer.echo(json.dumps(found.to_dict(), ensure_ascii=False) if as_json else repr(found))
