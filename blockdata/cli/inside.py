"""`blockdata inside`: all that the base answers of an area."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import blockdata as bd
from blockdata.cli import options
from blockdata.errors import ConfigError

if TYPE_CHECKING:
    import geopandas as gpd


def inside(
    base: options.BasePath,
    area: Annotated[
        str,
        typer.Argument(
            metavar="AREA",
            help="A file of polygons (GeoJSON, GPKG, SHP), or the id or code of a cell.",
            show_default=False,
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE.xlsx", help="Write all of it, a table a sheet."),
    ] = None,
) -> None:
    """Tell what stands in an area, what is hot and chronic there, and what is to be done."""
    if out is not None and out.suffix.lower() != ".xlsx":
        raise ConfigError("not a workbook", where=f"--out {out.name}", allowed=".xlsx")
    with bd.open(base) as opened:
        found = opened.inside(_read(area))
        typer.echo(found.explain())
        if out is not None:
            typer.echo(str(found.write(out)))


def _read(area: str) -> gpd.GeoDataFrame | str:
    """Return the polygons of a file, or the text itself where it names no file."""
    path = Path(area)
    if not path.suffix or not path.exists():
        return area
    import pyogrio
    import pyogrio.errors

    try:
        return pyogrio.read_dataframe(path)
    except pyogrio.errors.DataSourceError as error:
        raise ConfigError(
            "the file cannot be read as polygons", where=path.name, allowed="GeoJSON, GPKG, SHP"
        ) from error
