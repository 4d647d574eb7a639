"""`blockdata rollback`: go back to an earlier snapshot."""

from __future__ import annotations

from typing import Annotated

import typer

import blockdata as bd
from blockdata.cli import options


def rollback(
    city: options.City,
    number: Annotated[
        int, typer.Argument(metavar="N", help="The snapshot to go back to.", show_default=False)
    ],
) -> None:
    """Publish an earlier snapshot's content under a new number.

    What it does not have is withheld from later runs until `blockdata accept`.
    """
    typer.echo(bd.rollback(bd.load_config(city), number))
