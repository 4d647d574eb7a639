"""Faults of a layer of cells, each with its place and its size."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from blockdata.kernels import bad_polygons

__all__ = ["check_layer"]

Geometries = npt.NDArray[np.object_]

_POLYGONAL = (shapely.GeometryType.POLYGON.value, shapely.GeometryType.MULTIPOLYGON.value)
_COLUMNS = ["finding", "layer", "cell", "other", "measure_m2", "geom"]


def check_layer(
    cells: pd.DataFrame, parent: pd.DataFrame | None = None, *, tolerance_m2: float = 0.01
) -> pd.DataFrame:
    """List what is wrong with the cells of a layer, with the geometry and area of each fault.

    ==================  ====================  ===================  ===============================
    finding             cell                  other                measure_m2 and geom
    ==================  ====================  ===================  ===============================
    invalid_geometry    the cell              null                 the cell as given, area as
                                                                   repaired
    multipart           the cell              null                 all parts but the largest
    duplicate_code      each later cell       first cell with it   the later cell
    overlap             the lower id          the higher id        what both cover
    not_nested          the cell              parent covering      what lies outside that parent
                                              most of it, or null
    gap                 null                  the parent           one piece of the parent that no
                                                                   cell covers
    ==================  ====================  ===================  ===============================

    An invalid geometry is a missing, empty or non-polygonal one, or a polygon that crosses itself.
    Invalid geometries are compared with others in the form `shapely.make_valid` gives them, so
    that one fault does not appear as several. Nothing is repaired in the input.

    Parameters
    ----------
    cells : DataFrame
        Columns id, layer (str), geom (shapely, metres), and code (str) where codes are to be
        checked. The versions valid at one moment: the caller chooses it. Several layers are
        checked one by one.
    parent : DataFrame, optional
        Columns id, geom: the layer that the cells should fill and nest in (for unit grids the
        responsibility grids). Without it gap and not_nested are not looked for.
    tolerance_m2 : float
        Overlaps, gaps and overhangs up to this area are rounding of coordinates, not faults.

    Returns
    -------
    DataFrame
        Columns finding, layer, cell, other, measure_m2, geom, sorted by layer, finding, cell,
        other, measure.

    Examples
    --------
    >>> import pandas as pd, shapely
    >>> cells = pd.DataFrame({"id": ["g1", "g2"], "layer": "unit",
    ...                       "geom": [shapely.box(0, 0, 10, 10), shapely.box(8, 0, 20, 10)]})
    >>> check_layer(cells)[["finding", "cell", "other", "measure_m2"]].values.tolist()
    [['overlap', 'g1', 'g2', 20.0]]
    """
    ordered = cells.sort_values(["layer", "id"], kind="stable")
    findings = [
        finding
        for _, layer in ordered.groupby("layer", sort=True)
        for finding in _findings_of_layer(layer, parent, tolerance_m2)
    ]
    table = pd.concat(findings) if findings else _frame("", "", [], [], [])
    return table.sort_values(
        ["layer", "finding", "cell", "other", "measure_m2"], kind="stable", ignore_index=True
    )


def _findings_of_layer(
    layer: pd.DataFrame, parent: pd.DataFrame | None, tolerance_m2: float
) -> list[pd.DataFrame]:
    name = str(layer["layer"].iloc[0])
    ids = layer["id"].to_numpy(dtype=object)
    given = layer["geom"].to_numpy(dtype=object)
    valid = ~(bad_polygons(given) | shapely.is_missing(given) | shapely.is_empty(given))
    usable = _usable(given)
    found = [
        _invalid(name, ids[~valid], given[~valid], usable[~valid]),
        _multipart(name, ids[valid], given[valid]),
        _overlap(name, ids, usable, tolerance_m2),
    ]
    if "code" in layer:
        found.append(_duplicate_code(name, layer["code"], ids, usable))
    if parent is not None:
        above = parent.sort_values("id", kind="stable")
        parents = above["id"].to_numpy(dtype=object), _usable(above["geom"].to_numpy(dtype=object))
        found.append(_not_nested(name, (ids, usable), parents, tolerance_m2))
        found.append(_gap(name, usable, parents, tolerance_m2))
    return found


def _usable(given: Geometries) -> Geometries:
    """Return the polygonal form of each geometry; what has none becomes an empty polygon."""
    polygonal = np.isin(shapely.get_type_id(given), _POLYGONAL)
    usable: Geometries = np.where(polygonal, given, shapely.Polygon())
    bad = bad_polygons(usable)
    with np.errstate(invalid="ignore"):  # a geometry with NaN coordinates becomes empty
        usable[bad] = shapely.make_valid(usable[bad], method="structure", keep_collapsed=False)
    return usable


def _invalid(name: str, ids: Geometries, given: Geometries, repaired: Geometries) -> pd.DataFrame:
    return _frame(
        "invalid_geometry", name, ids, [None] * len(ids), given, measure_m2=shapely.area(repaired)
    )


def _multipart(name: str, ids: Geometries, given: Geometries) -> pd.DataFrame:
    several = shapely.get_num_geometries(given) > 1
    lesser = [_all_but_largest(geometry) for geometry in given[several]]
    return _frame("multipart", name, ids[several], [None] * len(lesser), lesser)


def _all_but_largest(geometry: shapely.Geometry) -> shapely.Geometry:
    parts = shapely.get_parts(geometry)
    return shapely.MultiPolygon(list(np.delete(parts, shapely.area(parts).argmax())))


def _duplicate_code(
    name: str, code: pd.Series, ids: Geometries, usable: Geometries
) -> pd.DataFrame:
    codes = code.reset_index(drop=True)
    later = (codes.notna() & codes.duplicated()).to_numpy()
    first_with = pd.Series(ids).groupby(codes).first()
    others = codes[later].map(first_with)
    return _frame("duplicate_code", name, ids[later], others, usable[later])


def _overlap(name: str, ids: Geometries, usable: Geometries, tolerance_m2: float) -> pd.DataFrame:
    one, two = shapely.STRtree(usable).query(usable, predicate="intersects")
    # Each pair once, named from the lower id: the cells come sorted by id.
    one, two = one[one < two], two[one < two]
    common = shapely.intersection(usable[one], usable[two])
    real = shapely.area(common) > tolerance_m2
    return _frame("overlap", name, ids[one[real]], ids[two[real]], common[real])


def _not_nested(
    name: str,
    cells: tuple[Geometries, Geometries],
    parents: tuple[Geometries, Geometries],
    tolerance_m2: float,
) -> pd.DataFrame:
    (ids, usable), (parent_ids, parent_geom) = cells, parents
    cell, parent = shapely.STRtree(parent_geom).query(usable, predicate="intersects")
    common_m2 = shapely.area(shapely.intersection(usable[cell], parent_geom[parent]))
    order = np.lexsort((parent, -common_m2, cell))
    order = order[common_m2[order] > 0]
    main = np.full(len(ids), -1, dtype=np.int64)
    # Written backwards, the parent with the largest share of each cell is written last.
    main[cell[order[::-1]]] = parent[order[::-1]]
    main_geom = np.append(parent_geom, [shapely.Polygon()])[main]
    outside = shapely.difference(usable, main_geom)
    real = shapely.area(outside) > tolerance_m2
    others = np.append(parent_ids, np.array([None]))[main[real]]
    return _frame("not_nested", name, ids[real], others, outside[real])


def _gap(
    name: str, usable: Geometries, parents: tuple[Geometries, Geometries], tolerance_m2: float
) -> pd.DataFrame:
    parent_ids, parent_geom = parents
    uncovered = shapely.difference(parent_geom, shapely.union_all(usable))
    pieces, owner = shapely.get_parts(uncovered, return_index=True)
    real = shapely.area(pieces) > tolerance_m2
    return _frame("gap", name, [None] * int(real.sum()), parent_ids[owner[real]], pieces[real])


def _frame(
    finding: str,
    layer: str,
    cell: Iterable[str | None],
    other: Iterable[str | None],
    geom: Iterable[shapely.Geometry],
    *,
    measure_m2: Iterable[float] | None = None,
) -> pd.DataFrame:
    geometries = np.fromiter(geom, dtype=object)
    area_m2 = shapely.area(geometries) if measure_m2 is None else np.fromiter(measure_m2, float)
    columns = {
        "cell": pd.Series(list(cell), dtype="str"),
        "other": pd.Series(list(other), dtype="str"),
        "measure_m2": pd.Series(area_m2, dtype="float64"),
        "geom": pd.Series(geometries, dtype=object),
    }
    texts = pd.DataFrame({"finding": finding, "layer": layer}, index=range(len(geometries)))
    return texts.astype("str").assign(**columns)[_COLUMNS]
