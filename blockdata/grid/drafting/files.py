"""A draft as a GeoPackage that a person edits in QGIS, and the layers that come back."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import shapely

from blockdata.errors import SourceError, StoreError
from blockdata.grid.drafting.arrangement import Objects
from blockdata.grid.drafting.styles import style_table

__all__ = ["BACKGROUND", "read_layers", "write_layers"]

BACKGROUND = ("community", "street", "building", "finding")
"""Layers that are only to be seen; QGIS lists them under the draft."""

_SQLITE = b"SQLite format 3\x00"
_GEOPACKAGE = b"GPKG"
_APPLICATION_ID = slice(68, 72)
_WRITTEN_ON = "2000-01-01T00:00:00.000Z"
"""Stands for the moment of writing, so that the same draft gives the same file."""


def write_layers(path: Path, layers: Mapping[str, pd.DataFrame], crs: str) -> None:
    """Write layers to a new GeoPackage, in UTF-8, with styles for QGIS.

    Parameters
    ----------
    path : Path
        Is not to exist yet: edits are never written over.
    layers : mapping of str to DataFrame
        Attributes and geom, by name of the layer; a layer without rows is left out.
    crs : str
        Of the base, in metres.

    Raises
    ------
    StoreError
        If the file exists or cannot be written.
    """
    import geopandas as gpd
    import pyogrio

    if path.exists():
        raise StoreError(
            "the file exists", where=str(path), next_step="Give another name, or move it away."
        )
    full = {name: rows for name, rows in layers.items() if len(rows)}
    attributes = {name: rows.drop(columns="geom") for name, rows in full.items()}
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": _WRITTEN_ON})
    try:
        for name, rows in full.items():
            shapes = rows["geom"].to_numpy(dtype=object)
            frame = gpd.GeoDataFrame(_plain(attributes[name]), geometry=shapes, crs=crs)
            _write(frame, path, name, geometry_type=_type_of(shapes))
        styles = style_table(attributes)
        if len(styles):
            _write(styles, path, "layer_styles", layer_options={"FID": "id"})
    except (OSError, pyogrio.errors.DataSourceError) as error:
        raise StoreError("the file cannot be written", where=str(path)) from error
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})


def _write(frame: Any, path: Path, layer: str, **options: Any) -> None:
    import pyogrio

    pyogrio.write_dataframe(
        frame, path, layer=layer, driver="GPKG", append=path.exists(), **options
    )


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Return attributes as texts and numbers."""
    plain = frame.reset_index(drop=True)
    for column in [c for c in plain if plain[c].dtype == object]:
        plain[column] = plain[column].astype("str").where(plain[column].notna(), None)
    return plain


def _type_of(shapes: Objects) -> str:
    found = set(shapely.get_type_id(shapes).tolist())
    names = {
        frozenset({shapely.GeometryType.POLYGON.value}): "Polygon",
        frozenset({shapely.GeometryType.LINESTRING.value}): "LineString",
    }
    return names.get(frozenset(found), "Unknown")


def read_layers(path: Path) -> dict[str, pd.DataFrame]:
    """Read the layers of a draft that came back, whatever was done to it.

    Parameters
    ----------
    path : Path

    Returns
    -------
    dict of str to DataFrame
        Attributes as they are, fid (the row's number as QGIS shows it), and geom, in the order
        of fid.

    Raises
    ------
    SourceError
        If the file is no GeoPackage, cannot be read, or has no layer draft_unit.
    """
    import pyogrio

    _check_content(path)
    try:
        names = sorted(str(name) for name, kind in pyogrio.list_layers(path) if kind is not None)
        layers = {name: _read(path, name) for name in names}
    except (OSError, pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
        raise SourceError("the file is broken", reason="unreadable", where=str(path)) from error
    if "draft_unit" not in layers:
        raise SourceError(
            "the file has no layer draft_unit",
            reason="missing_layer",
            where=str(path),
            next_step="Send back the file that was written; its layers keep their names.",
        )
    return layers


def _check_content(path: Path) -> None:
    """Look at the first bytes: GDAL would open whatever the content says it is."""
    try:
        with path.open("rb") as file:
            head = file.read(_APPLICATION_ID.stop)
    except OSError as error:
        raise SourceError(
            "the file cannot be read", reason="unreadable", where=str(path)
        ) from error
    if not head.startswith(_SQLITE) or head[_APPLICATION_ID] != _GEOPACKAGE:
        raise SourceError(
            "the file is no GeoPackage",
            reason="wrong_format",
            where=str(path),
            next_step="Save the draft as GeoPackage (.gpkg), with all its layers.",
        )


def _read(path: Path, layer: str) -> pd.DataFrame:
    import pyogrio

    frame = pyogrio.read_dataframe(path, layer=layer, fid_as_index=True, force_2d=True)
    shapes = np.asarray(frame.geometry, dtype=object)
    attributes = pd.DataFrame(frame.drop(columns=frame.geometry.name))
    attributes = attributes.rename(columns=str.lower)
    attributes = attributes.loc[:, ~attributes.columns.isin(["geom", "fid"])]
    fid = frame.index.to_numpy(dtype=np.int64)
    rows = attributes.reset_index(drop=True).assign(fid=fid, geom=shapes)
    return rows.sort_values("fid", ignore_index=True)
