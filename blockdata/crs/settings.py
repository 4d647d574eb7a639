"""Local systems and the district's outline, as a city's configuration gives them."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import shapely
from pydantic import ValidationError

from blockdata.crs.local import Affine, Helmert, LocalSystem, Similarity
from blockdata.crs.names import known_crs, named
from blockdata.crs.projection import projection
from blockdata.errors import ConfigError, CrsError, SourceError

__all__ = ["local_systems", "outline_in"]

_KINDS: Mapping[str, type[Similarity | Affine | Helmert]] = MappingProxyType(
    {"similarity": Similarity, "affine": Affine, "helmert": Helmert}
)
_VARIABLE = re.compile(r"\$\{(\w+)\}")
_FILE_ALONE = {"file"}


def local_systems(
    tables: Mapping[str, Mapping[str, Any]], folder: Path, *, read_files: bool = True
) -> dict[str, LocalSystem]:
    """Return a city's own coordinate systems.

    Parameters
    ----------
    tables : mapping of name to mapping
        The tables [crs.<name>] of a configuration: a local system's kind and parameters, or
        `file`, the path of a TOML file that has them. The path may name environment variables
        as ${NAME}, and is otherwise taken from `folder`.
    folder : Path
    read_files : bool, default True
        Whether to read such files; else their systems are left out.

    Returns
    -------
    dict of str to LocalSystem

    Raises
    ------
    ConfigError
        If a table or file is not right, or a file is not there. The text names the key, never
        what stands there.

    Examples
    --------
    >>> table = {"kind": "affine", "target": "EPSG:4549", "matrix": [1, 0, 5e5, 0, 1, 3.9e6]}
    >>> local_systems({"city": table}, Path())
    {'city': Affine(kind='affine', target='EPSG:4549')}
    """
    systems = {}
    for name, table in tables.items():
        where = f"[crs.{name}]"
        if "file" not in table:
            systems[name] = _system(name, table, where)
        elif set(table) != _FILE_ALONE:
            raise ConfigError("has file and other keys", where=where, allowed="file alone")
        elif read_files:
            systems[name] = _system(name, _read(folder, str(table["file"]), where), where)
    return systems


def _system(name: str, table: Mapping[str, Any], where: str) -> LocalSystem:
    if named(name).displaced is not None:
        raise ConfigError("is the name of a displaced system of maps", where=where)
    kind = str(table.get("kind"))
    if kind not in _KINDS:
        raise ConfigError("no kind of local system", where=where, allowed=", ".join(_KINDS))
    try:
        system = _KINDS[kind].model_validate(table)
        for part in {"source", "target"} & set(type(system).model_fields):
            known_crs(getattr(system, part))
    except ValidationError as error:
        # The error itself could tell parameters to whoever catches it.
        wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise ConfigError(wrong, where=where) from None
    except CrsError:
        raise ConfigError(
            "source or target is not a coordinate system that PROJ knows",
            where=where,
            next_step='Write it as "EPSG:4549"',
        ) from None
    return system


def _read(folder: Path, path: str, where: str) -> dict[str, Any]:
    try:
        return tomllib.loads((folder / _expanded(path, where)).read_text(encoding="utf-8-sig"))
    except OSError:
        problem = "the file is not there or cannot be read"
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        problem = "the file is not TOML in UTF-8"
    raise ConfigError(problem, where=f"{where} file")


def _expanded(path: str, where: str) -> str:
    def value(match: re.Match[str]) -> str:
        if match[1] not in os.environ:
            raise ConfigError(f"environment variable {match[1]} is not set", where=f"{where} file")
        return os.environ[match[1]]

    return _VARIABLE.sub(value, path)


def outline_in(text: str, crs: str, base: str) -> shapely.Geometry:
    """Return the polygons of a GeoJSON text as one outline.

    Parameters
    ----------
    text : str
        A geometry, feature or collection; what is no polygon is left out.
    crs : str
        What its coordinates are in. Outlines from web maps are often in "GCJ-02".
    base : str
        The base's coordinate system.

    Returns
    -------
    Polygon or MultiPolygon
        In the base's system.

    Raises
    ------
    ConfigError
        If it holds no polygon, or none that has a place in the base's system.

    Examples
    --------
    >>> import json
    >>> ring = [[120.38, 36.07], [120.39, 36.07], [120.39, 36.08], [120.38, 36.07]]
    >>> text = json.dumps({"type": "Polygon", "coordinates": [ring]})
    >>> round(outline_in(text, "EPSG:4490", "EPSG:4549").area)
    499802
    """
    where = "[city] outline"
    try:
        parts = shapely.get_parts(shapely.get_parts(shapely.from_geojson(text)))
    except shapely.errors.GEOSException:
        raise ConfigError("the file is not GeoJSON", where=where) from None
    polygons = parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON]
    try:
        project = projection(crs, base, where)
    except SourceError as error:
        raise ConfigError(error.message, where=f"{where}_crs", next_step=error.next_step) from None
    placed = polygons if project is None else shapely.transform(polygons, project)
    if not len(placed) or not np.isfinite(shapely.get_coordinates(placed)).all():
        raise ConfigError(
            "the file holds no polygon that has a place in the base's coordinate system",
            where=where,
            next_step="Give the district's polygon as GeoJSON, and its system as outline_crs",
        )
    return shapely.union_all(shapely.make_valid(placed))
