"""One table of a base as what analysts work with: pandas, GeoPandas or Arrow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import shapely

from blockdata.engines import lookups
from blockdata.errors import AnalysisError, GeometryNeededError
from blockdata.records import Kind
from blockdata.records.docs import Lang, label
from blockdata.store.session import Session


def shapes_of(
    x: pd.Series[Any], y: pd.Series[Any], wkb: pd.Series[Any] | None = None
) -> np.ndarray[Any, Any]:
    """Return one shape per row: of its WKB, else the point at x and y, else none.

    Parameters
    ----------
    x, y : Series of float, shape (n,)
        Missing where a row stands nowhere.
    wkb : Series of bytes, shape (n,), optional

    Returns
    -------
    ndarray of shapely geometries, shape (n,)

    Examples
    --------
    >>> shapes = shapes_of(pd.Series([1.0, None]), pd.Series([2.0, None]))
    >>> str(shapes[0]), shapes[1]
    ('POINT (1 2)', None)
    """
    shapes = np.full(len(x), None, dtype=object)
    if wkb is not None:
        shapes = shapely.from_wkb(wkb.to_numpy(dtype=object))
    open_ = shapely.is_missing(shapes) & x.notna().to_numpy()
    shapes[open_] = shapely.points(
        x.to_numpy(dtype=float, na_value=np.nan)[open_],
        y.to_numpy(dtype=float, na_value=np.nan)[open_],
    )
    return shapes


@dataclass(frozen=True, repr=False)
class RecordTable:
    """The rows of one record kind, or of one result of the nightly run.

    Parameters
    ----------
    session : Session
    name : str
        Name of the table.
    part : str
        Part of the snapshot that holds it.
    kind : Kind or None
        What a row is; None for a result.
    crs : str
        The base's projected CRS; x, y and geometries are in it.
    lang : "zh" or "en"
        Language of the labels.

    Notes
    -----
    Times are naive UTC as stored, days are midnights, and whole numbers with gaps are Int64.
    """

    session: Session
    name: str
    part: str
    kind: Kind | None
    crs: str
    lang: Lang

    def df(self) -> pd.DataFrame:
        """Return the rows without their shapes; x and y are there where a row has a place.

        Returns
        -------
        DataFrame
        """
        return lookups.table_frame(self.session, self.part, self.name)

    def arrow(self) -> pa.Table:
        """Return the rows as an Arrow table, geometries as WKB in the base's CRS."""
        return self.session.read(self.name, self.part)

    def gdf(self) -> gpd.GeoDataFrame:
        """Return the rows with their shapes: as delivered, else the point of their address.

        Returns
        -------
        GeoDataFrame
            In the base's CRS; a row without any place has a null geometry.

        Raises
        ------
        GeometryNeededError
            If the kind has no place, or no row of it has one.
        """
        if self.kind is None or self.kind.private or not (self.kind.geometry or self.kind.address):
            raise GeometryNeededError(
                f"'{self.name}' has no geometry", next_step="Use .df(), or join its ids to places."
            )
        frame = self.df()
        wkb = self.arrow().column("geom").to_pandas() if self.kind.geometry else None
        shapes = shapes_of(frame["x"], frame["y"], wkb)
        if len(frame) and shapely.is_missing(shapes).all():
            raise GeometryNeededError(
                f"no row of '{self.name}' has coordinates",
                next_step="Load a source with coordinates, or an address library that has them.",
            )
        return gpd.GeoDataFrame(frame, geometry=shapes, crs=self.crs)

    def history(self) -> pd.DataFrame:
        """Return the closed rows, each with the delivery that closed it.

        Raises
        ------
        AnalysisError
            If the table keeps none: persons have no history, results are computed anew.
        """
        name = f"{self.name}_history"
        if not lookups.table_columns(self.session, self.part, name):
            raise AnalysisError(f"'{self.name}' keeps no history")
        return lookups.table_frame(self.session, self.part, name)

    @property
    def fields(self) -> Mapping[str, str]:
        """The declared fields with their labels, in order; empty for a result."""
        fields = self.kind.fields if self.kind else ()
        return MappingProxyType({f.name: label(f, self.lang) for f in fields})

    def __len__(self) -> int:
        return self.session.count(self.name, self.part)

    def __repr__(self) -> str:
        title = f"{label(self.kind, self.lang)} " if self.kind else ""
        rows = "行" if self.lang == "zh" else "rows"
        return f"{title}({self.name}): {len(self):,} {rows}"
