"""Arguments and options that several commands share, told once."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from blockdata.errors import ConfigError

City = Annotated[
    Path, typer.Argument(metavar="CITY.toml", help="The city's configuration.", show_default=False)
]
BasePath = Annotated[
    Path, typer.Argument(metavar="BASE", help="The base's directory.", show_default=False)
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a machine.")]
Out = Annotated[
    Path | None,
    typer.Option("--out", metavar="FILE", help="Write all rows to a .csv or .gpkg file."),
]
Source = Annotated[str | None, typer.Option("--source", metavar="NAME", help="Only this source.")]
Category = Annotated[
    str | None, typer.Option("--category", metavar="NAME", help="Only this category of incidents.")
]

Grid = Annotated[
    str, typer.Option("--grid", metavar="LAYER", help="Layer of grids, or level of areas.")
]
Layers = Annotated[
    list[str] | None,
    typer.Option("--layer", metavar="LAYER", help="Only this layer; may be given several times."),
]


def day(text: str | None, option: str) -> dt.date | None:
    """Return the date that an option gives.

    Raises
    ------
    ConfigError
        If it is no date.

    Examples
    --------
    >>> day("2026-11-01", "--as-of")
    datetime.date(2026, 11, 1)
    """
    if text is None:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise ConfigError("not a date", where=option, allowed="YYYY-MM-DD") from error
