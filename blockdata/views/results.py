"""The answers of the base, with what they stand on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from blockdata.config import Config
from blockdata.engines import feeds, lookups
from blockdata.errors import AnalysisError, GeometryNeededError
from blockdata.report.words import Words
from blockdata.store.session import Session
from blockdata.views.drawing import Drawing, draw
from blockdata.views.tables import shapes_of

_MOST_LISTED = 20


@dataclass(frozen=True, repr=False)
class Result:
    """An answer of the nightly run.

    Parameters
    ----------
    frame : DataFrame or GeoDataFrame
        One row per tested or untested place and category, the worst first, with code and name;
        with geometry where the base has any for these places.
    text : str
        What `explain` returns.
    background : DataFrame
        cell, geom (polygons in the base's CRS): the cells around, on which the map is drawn.
    streets : DataFrame
        geom: lines.
    words : Words
    """

    frame: pd.DataFrame
    text: str
    background: pd.DataFrame
    streets: pd.DataFrame
    words: Words

    def gdf(self) -> gpd.GeoDataFrame:
        """Return the rows with their geometry.

        Raises
        ------
        GeometryNeededError
            If nothing here has a geometry.
        """
        if not isinstance(self.frame, gpd.GeoDataFrame):
            raise GeometryNeededError(
                "no row has a geometry", next_step="Use .frame, which has everything else."
            )
        return self.frame

    def __len__(self) -> int:
        return len(self.frame)

    def explain(self) -> str:
        """Return in words what the answer stands on: exposure, what was tested, what is meant."""
        return self.text

    def map(self) -> Drawing:
        """Return a map of what was found, as SVG that needs no network.

        Raises
        ------
        GeometryNeededError
            If nothing here has a geometry.
        """
        drawn = None
        if "geometry" in self.frame:
            drawn = draw(self.frame, self.background, self.streets)
        if drawn is None:
            raise GeometryNeededError(
                "there is no geometry to draw",
                next_step="Load cells with polygons, or records with coordinates.",
            )
        return Drawing(drawn, self.words)

    def _repr_html_(self) -> str:
        return str(self.frame.to_html(max_rows=_MOST_LISTED))

    def __repr__(self) -> str:
        return f"{self.text}\n\n{self.frame.head(_MOST_LISTED)!r}"


@dataclass(frozen=True)
class Facts:
    """What the explanations need besides the rows."""

    config: Config
    as_of: dt.date
    findings: Sequence[Mapping[str, Any]]
    words: Words
    crs: str


def located(session: Session, ids: Sequence[str], crs: str) -> gpd.GeoDataFrame:
    """Return id, code, name and geometry (null where unknown) of places of any kind.

    Parameters
    ----------
    session : Session
    ids : sequence of str
        Of records of any kind with a place, grids and areas.
    crs : str
        The base's.
    """
    frame = lookups.places(session, ids).drop(columns="kind")
    shapes = shapes_of(frame["x"], frame["y"], frame["geom"])
    return gpd.GeoDataFrame(frame[["id", "code", "name"]], geometry=shapes, crs=crs)


def with_places(rows: pd.DataFrame, column: str, session: Session, crs: str) -> pd.DataFrame:
    """Join code, name and geometry; without any geometry the frame stays a plain one."""
    known = located(session, rows[column].tolist(), crs).rename(columns={"id": column})
    joined = known.merge(rows, on=column, how="right")
    order = [column, "code", "name", *(c for c in rows.columns if c != column), "geometry"]
    joined = joined[order]
    if len(joined) and shapely.is_missing(np.asarray(joined["geometry"])).all():
        return pd.DataFrame(joined.drop(columns="geometry"))
    with_shapes: pd.DataFrame = gpd.GeoDataFrame(joined, geometry="geometry", crs=crs)
    return with_shapes


def require_category(session: Session, category: str | None) -> None:
    """Refuse a category that no incident has."""
    known = lookups.category_names(session)
    if category is not None and category not in known:
        more = f" and {len(known) - _MOST_LISTED} more" if len(known) > _MOST_LISTED else ""
        raise AnalysisError(
            "no incident has this category",
            allowed=", ".join(known[:_MOST_LISTED]) + more,
            next_step="base.category.df() lists them all.",
        )


def result(session: Session, facts: Facts, frame: pd.DataFrame, text: str) -> Result:
    """Return a frame and its explanation with the cells and streets that its map needs."""
    grid = facts.config.grid
    cells = feeds.cells(session, grid.all_layers, grid.area_levels)
    cells = cells[cells["valid_to"].isna()].rename(columns={"id": "cell"})
    layers = frame["layer"] if "layer" in frame and len(frame) else cells["layer"]
    # Of several layers the one with most cells is the finest.
    shown = layers.value_counts().index[:1]
    background = cells.loc[cells["layer"].isin(shown), ["cell", "name", "geom"]]
    return Result(frame, text, background, feeds.streets(session), facts.words)
