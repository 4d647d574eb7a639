"""Options that the commands about indicators and scorecards share, told once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from blockdata.api import Base

Month = Annotated[
    str | None,
    typer.Option("--month", metavar="YYYY-MM", help="A whole month; default: the last one."),
]
Out = Annotated[
    Path | None,
    typer.Option("--out", metavar="FILE", help="Write all rows to a .csv or .xlsx file."),
]
Layer = Annotated[
    str | None,
    typer.Option("--layer", metavar="LAYER", help="A layer of cells, or whole: the whole base."),
]


def last_month(base: Base, table: str) -> str | None:
    """Return the last month that a table tells of; None where it tells of none."""
    months = base.scores.months(table)
    return f"{months[-1]:%Y-%m}" if months else None
