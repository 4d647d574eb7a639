"""A draft written for QGIS, and what came back: checked, compared, with the codes it would get."""

from __future__ import annotations

from collections.abc import Collection
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import shapely

from blockdata.grid.checks import CheckSettings, check_layers
from blockdata.grid.drafting.arrangement import Integers, Objects
from blockdata.grid.drafting.changes import cells_left_out, changes_of
from blockdata.grid.drafting.files import BACKGROUND, read_layers, write_layers
from blockdata.grid.drafting.responsibility import (
    codes_of_responsibility,
    is_responsibility_code,
)
from blockdata.grid.numbering import number_cells

__all__ = ["read_draft", "write_draft"]

_UNIT, _RESPONSIBILITY = "draft_unit", "draft_responsibility"
_SENT = {_UNIT: "sent_unit", _RESPONSIBILITY: "sent_responsibility"}
_LAYER = {_UNIT: "unit", _RESPONSIBILITY: "responsibility"}
_POLYGON = (shapely.GeometryType.POLYGON.value, shapely.GeometryType.MULTIPOLYGON.value)
_FOUND = ("finding", "layer", "cell", "code", "other", "measure", "unit", "geom")
_COLUMNS = {
    _UNIT: ("code", "name", "community_code", "parent_code", "use", "site", "area_m2"),
    _RESPONSIBILITY: ("code", "name", "community_code", "units", "area_m2"),
    "community": ("code", "name"),
    "street": ("name", "street_class", "width_m"),
    "building": ("id",),
    "finding": _FOUND[:-1],
}
"""Columns of each layer that are written where a frame has them."""


def write_draft(
    path: Path | str,
    units: pd.DataFrame,
    responsibility: pd.DataFrame | None = None,
    *,
    crs: str,
    communities: pd.DataFrame | None = None,
    streets: pd.DataFrame | None = None,
    buildings: pd.DataFrame | None = None,
    findings: pd.DataFrame | None = None,
) -> None:
    """Write a draft as a GeoPackage to be edited in QGIS.

    Layers draft_unit and draft_responsibility are there to be edited; street, building, community
    and finding to be seen; sent_unit and sent_responsibility keep the draft as sent, to compare.
    QGIS shows Chinese names of fields, codes as labels and borders in colour by the styles that
    the file holds. The same draft gives the same bytes.

    Parameters
    ----------
    path : path
        Is not to exist yet.
    units, responsibility : DataFrame
        As from `propose_units` and `ResponsibilityDraft.grids`.
    crs : str
        Of all geometries: the base's.
    communities : DataFrame, optional
        code, geom; what comes back is checked against them.
    streets, buildings, findings : DataFrame, optional
        geom and what else there is; findings as from `check_layers`.

    Raises
    ------
    StoreError
        If the file exists or cannot be written.
    """
    drafts = {_UNIT: units, _RESPONSIBILITY: responsibility}
    layers = {
        name: _prepared(rows, name).assign(remark=None)
        for name, rows in drafts.items()
        if rows is not None
    }
    background = zip(BACKGROUND, (communities, streets, buildings, findings), strict=True)
    layers |= {name: _prepared(rows, name) for name, rows in background if rows is not None}
    layers |= {
        _SENT[name]: _prepared(rows, name) for name, rows in drafts.items() if rows is not None
    }
    write_layers(Path(path), layers, crs)


def _prepared(frame: pd.DataFrame, layer: str) -> pd.DataFrame:
    """Return the columns of a layer, rows in the order of their texts and places."""
    rest = [c for c in frame if str(c).startswith(("people", "incidents", "deviation_"))]
    wanted = [c for c in (*_COLUMNS[layer], *rest) if c in frame]
    shapes = frame["geom"].to_numpy(dtype=object)
    there = ~shapely.is_missing(shapes) & ~shapely.is_empty(shapes)
    shapes = shapely.normalize(shapely.force_2d(shapes[there]))
    rows = frame.loc[there, wanted].reset_index(drop=True).assign(geom=shapes)
    first = rows[wanted[0]].astype(object).fillna("").astype(str) if wanted else np.zeros(len(rows))
    order = np.lexsort([shapely.to_wkb(shapes), first])
    return rows.iloc[order].reset_index(drop=True)


def read_draft(
    path: Path | str,
    *,
    taken: Collection[str] = (),
    settings: CheckSettings | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Read a draft that came back, and say what is wrong with it and what became of it.

    Cells are known by their ground: codes may be missing or stand twice, rows may come in any
    order, columns may have been added, and a polygon may be a multipolygon of one part. Nothing
    is repaired.

    Parameters
    ----------
    path : path
        A file that `write_draft` wrote.
    taken : collection of str
        Every code ever used; none would be given again.
    settings : CheckSettings, optional

    Returns
    -------
    units, responsibility : DataFrame
        id (layer and number of the row as QGIS shows it), code (as it came), change ("unchanged",
        "moved_border", "split", "merged", "new"), was (codes as sent that it comes from, by ";"),
        new_code (that it would be given; null where no polygon or no community is), community_code
        (by its ground), area_m2, geom, and every other column that came; units also parent_code:
        new_code of the responsibility grid that it lies in. Sorted by new_code.
    problems : DataFrame
        finding, layer, cell, code, other, measure, unit, geom: as from `check_layers`, and
        "deleted" for a cell that was sent and whose ground nothing took over.

    Raises
    ------
    SourceError
        If the file is no GeoPackage or has no layer draft_unit.
    """
    layers = read_layers(Path(path))
    communities = layers.get("community", _empty("code", "geom"))
    cells = {
        name: _cells(layers.get(name, _empty("code", "fid", "geom")), name, communities)
        for name in (_UNIT, _RESPONSIBILITY)
    }
    problems = _problems(cells, layers, communities, settings)
    units, responsibility = (
        _with_changes(cells[name], layers.get(_SENT[name], _empty("code", "geom")))
        for name in cells
    )
    responsibility = _coded(responsibility, taken, is_unit=False)
    own = [code for code in taken if not is_responsibility_code(code)]
    units = _coded(units, own, is_unit=True)
    units["parent_code"] = _parents(units, responsibility)
    return units, responsibility, problems


def _empty(*columns: str) -> pd.DataFrame:
    return pd.DataFrame({c: pd.Series(dtype=object) for c in columns})


def _cells(came: pd.DataFrame, layer: str, communities: pd.DataFrame) -> pd.DataFrame:
    """Return the cells of a layer, whatever was done to the table."""
    shapes = _single(came["geom"].to_numpy(dtype=object))
    code = came["code"].astype(object) if "code" in came else pd.Series(None, came.index, object)
    code = code.where(code.notna() & (code.astype(str).str.strip() != ""), None)
    rest = came.drop(columns=["code", "fid", "geom", "community_code", "area_m2"], errors="ignore")
    holder = _most(shapes, communities["geom"].to_numpy(dtype=object))
    named = np.array([*communities["code"], None], dtype=object)
    return rest.assign(
        id=[f"{layer}:{fid}" for fid in came["fid"]],
        code=code,
        community_code=named[holder],
        area_m2=shapely.area(shapes).round(2),
        geom=shapes,
    )


def _single(shapes: Objects) -> Objects:
    """Return multipolygons of one part as polygons; what is missing becomes an empty polygon."""
    parts = shapely.get_num_geometries(shapes)
    one = (shapely.get_type_id(shapes) == shapely.GeometryType.MULTIPOLYGON.value) & (parts == 1)
    result = np.where(shapely.is_missing(shapes), shapely.Polygon(), shapes)
    result[one] = shapely.get_geometry(shapes[one], 0)
    return np.asarray(result)


def _usable(shapes: Objects) -> Objects:
    """Return valid polygonal forms to compare ground with; empty polygons where there is none."""
    areal = np.isin(shapely.get_type_id(shapes), _POLYGON)
    usable = np.where(areal, shapes, shapely.Polygon())
    bad = ~shapely.is_valid(usable)
    usable[bad] = shapely.make_valid(usable[bad], method="structure", keep_collapsed=False)
    return np.asarray(usable)


def _most(shapes: Objects, holders: Objects) -> Integers:
    """Return the number of the polygon that covers most of each shape, -1 for none."""
    mine, theirs = _usable(shapes), _usable(holders)
    one, other = shapely.STRtree(theirs).query(mine, predicate="intersects")
    area = shapely.area(shapely.intersection(mine[one], theirs[other])).round(6)
    table = pd.DataFrame({"one": one, "other": other, "area": area})[area > 0]
    best = table.sort_values(["one", "area", "other"], ascending=[True, False, True])
    best = best.drop_duplicates("one")
    found = np.full(len(shapes), -1, dtype=np.int64)
    found[best["one"]] = best["other"]
    return found


def _problems(
    cells: dict[str, pd.DataFrame],
    layers: dict[str, pd.DataFrame],
    communities: pd.DataFrame,
    settings: CheckSettings | None,
) -> pd.DataFrame:
    stack = [rows.assign(layer=_LAYER[name]) for name, rows in cells.items() if len(rows)]
    above = communities.assign(id=communities["code"], layer="community")
    columns = ["id", "layer", "code", "geom"]
    table = pd.concat([rows[columns] for rows in [*stack, above]], ignore_index=True)
    chain = [
        layer
        for layer in ("unit", "responsibility", "community")
        if (table["layer"] == layer).any()
    ]
    parents = dict(pairwise(chain))
    found = check_layers(
        table,
        parents=parents,
        communities="community" if "community" in chain else None,
        buildings=layers.get("building"),
        settings=settings,
    )
    deleted = [
        _deleted(cells[name], layers[_SENT[name]], name) for name in cells if _SENT[name] in layers
    ]
    full = [part for part in (found, *deleted) if len(part)]
    return pd.concat(full, ignore_index=True) if full else found


def _deleted(came: pd.DataFrame, sent: pd.DataFrame, layer: str) -> pd.DataFrame:
    after = came.assign(geom=_usable(came["geom"].to_numpy(dtype=object)))
    gone = cells_left_out(sent, after)
    shapes = gone["geom"].to_numpy(dtype=object)
    table = pd.DataFrame(
        {
            "finding": "deleted",
            "layer": _LAYER[layer],
            "cell": None,
            "code": gone["code"],
            "other": None,
            "measure": shapely.area(shapes),
            "unit": "m2",
            "geom": shapes,
        }
    )
    return table.sort_values("code", ignore_index=True)[list(_FOUND)]


def _with_changes(cells: pd.DataFrame, sent: pd.DataFrame) -> pd.DataFrame:
    usable = cells.assign(geom=_usable(cells["geom"].to_numpy(dtype=object)))
    told = changes_of(sent, usable)
    return cells.assign(change=told["change"], was=told["was"])


def _coded(cells: pd.DataFrame, taken: Collection[str], *, is_unit: bool) -> pd.DataFrame:
    """Add the codes that cells would be given, and sort by them."""
    known = cells["community_code"].notna() & (cells["area_m2"] > 0)
    given = cells[known].assign(geom=_usable(cells.loc[known, "geom"].to_numpy(dtype=object)))
    code = pd.Series(None, index=cells.index, dtype=object)
    if len(given) and is_unit:
        code[known] = number_cells(given[["id", "community_code", "geom"]], taken).to_numpy()
    elif len(given):
        code[known] = codes_of_responsibility(given, taken)
    first = ["id", "code", "change", "was", "new_code", "community_code", "area_m2"]
    coded = cells.assign(new_code=code)
    rest = [c for c in coded if c not in first and c != "geom"]
    return coded[[*first, *rest, "geom"]].sort_values(["new_code", "id"], ignore_index=True)


def _parents(units: pd.DataFrame, responsibility: pd.DataFrame) -> Objects:
    holder = _most(
        units["geom"].to_numpy(dtype=object), responsibility["geom"].to_numpy(dtype=object)
    )
    return np.asarray(np.array([*responsibility["new_code"], None], dtype=object)[holder])
