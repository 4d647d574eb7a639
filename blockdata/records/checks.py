"""What a declaration asks of a row, and the reasons for which a row is set aside."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from blockdata.errors import DeclarationError
from blockdata.records.field import Field, Geometry, Kind
from blockdata.records.identifiers import IDENTIFIERS
from blockdata.records.wkb import plain_points

REASONS = MappingProxyType(
    {
        "unreadable": ("无法按字段类型读取", "cannot be read as the field's type"),
        "ends_before_it_begins": ("终止早于开始", "it ends before it begins"),
        "missing": ("必填字段为空", "required and empty"),
        "below_minimum": ("小于下限", "below the smallest allowed value"),
        "above_maximum": ("大于上限", "above the largest allowed value"),
        "not_in_code_list": ("不在代码表中", "not in the code list"),
        "bad_identifier": (
            "标识码不合规则或校验位不符",
            "breaks the identifier's layout or check digit",
        ),
        "bad_pattern": ("不符合规定格式", "does not have the required form"),
        "ragged": ("该行列数与表头不符", "row has more or fewer cells than the header"),
        "undecodable": ("字符编码无法解读", "bytes are not text in the file's encoding"),
        "damaged_number": (
            "长数字已被表格软件损坏（末位变零）",
            "long number was rounded by a spreadsheet; its last digits are zeros",
        ),
        "damaged_record": ("记录已损坏，无法读取", "record is damaged and cannot be read"),
        "not_a_feature": ("不是要素", "element of the file is no feature"),
        "unsupported_entity": ("图元类型不支持", "entity of a drawing is neither point nor line"),
        "unreadable_geometry": ("几何无法读取", "geometry cannot be read"),
        "wrong_geometry": ("几何类型不符", "geometry is of another shape than the kind's"),
        "invalid_geometry": ("几何为空或自相交等", "geometry is empty or not valid"),
        "outside_extent": ("位置在城市范围之外", "lies wholly outside the city's extent"),
        "missing_key": ("主键为空", "key of the row is empty"),
        "conflicting_key": (
            "同一主键在本次交付中内容不一致",
            "same key with different content in one delivery",
        ),
        "personal_key": ("主键含个人信息", "key is itself a personal value"),
        "set_aside": ("所属交付被整体搁置", "whole delivery was set aside"),
    }
)
"""Every reason code of the project with its Chinese and English text."""

SHAPES = MappingProxyType(
    {
        Geometry.POINT: (shapely.GeometryType.POINT, shapely.GeometryType.MULTIPOINT),
        Geometry.LINE: (shapely.GeometryType.LINESTRING, shapely.GeometryType.MULTILINESTRING),
        Geometry.POLYGON: (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON),
    }
)

_Found = tuple[str, str, np.ndarray]
"""Field, reason and row positions."""
_Extent = tuple[float, float, float, float] | None


def violations(kind: Kind, table: pa.Table, bad: Mapping[str, np.ndarray]) -> pd.DataFrame:
    """List what is wrong with the rows of a typed table.

    Parameters
    ----------
    kind : Kind
    table : pa.Table, n rows
        Columns named and typed as the kind's fields; fields without a column are not looked at,
        columns that are no fields neither.
    bad : mapping of str to np.ndarray of bool, shape (n,)
        Per field, where a value stood that could not be read (see `convert_column`).

    Returns
    -------
    pd.DataFrame
        One line per row, field and reason: `row` (int64 position in `table`), `field`,
        `reason` (a key of `REASONS`), in the order of rows, then of the kind's fields. A null
        breaks no rule but "required", and that only where it is not unreadable already.

    Raises
    ------
    DeclarationError
        If a field names an identifier rule that does not exist.

    Examples
    --------
    >>> from blockdata.records.catalogue import Catalogue
    >>> street = Catalogue().kind("street")
    >>> table = pa.table({"name": ["延安路", None], "width_m": [-1.0, 12.0]})
    >>> violations(street, table, {}).values.tolist()
    [[0, 'width_m', 'below_minimum'], [1, 'name', 'missing']]
    """
    found: list[_Found] = []
    for field in kind.fields:
        if field.name in table.column_names:
            unread = bad.get(field.name, np.zeros(table.num_rows, dtype=bool))
            chunks = table.column(field.name).chunks
            column = chunks[0] if len(chunks) == 1 else table.column(field.name).combine_chunks()
            found.extend(_of_field(field, column, np.asarray(unread, dtype=bool)))
    found.extend(_of_validity(kind, table))
    return _frame(found)


def _of_validity(kind: Kind, table: pa.Table) -> Iterator[_Found]:
    """A thing whose stated end lies before its beginning has no time in which it stands."""
    if kind.begins in table.column_names and kind.ends in table.column_names:
        ends_first = pc.less(table.column(kind.ends), table.column(kind.begins))
        flags = _flags(pc.fill_null(ends_first, False).combine_chunks())
        yield str(kind.ends), "ends_before_it_begins", np.flatnonzero(flags)


def _of_field(field: Field, column: pa.Array, unread: np.ndarray) -> Iterator[_Found]:
    yield field.name, "unreadable", np.flatnonzero(unread)
    if field.required:
        yield field.name, "missing", np.flatnonzero(_flags(column.is_null()) & ~unread)
    if field.ge is not None:
        yield field.name, "below_minimum", np.flatnonzero(_flags(pc.less(column, field.ge)))
    if field.le is not None:
        yield field.name, "above_maximum", np.flatnonzero(_flags(pc.greater(column, field.le)))
    for reason, is_right in _text_rules(field):
        if column.null_count < len(column):
            yield field.name, reason, np.flatnonzero(_flags(column.is_valid()) & ~is_right(column))


def _text_rules(field: Field) -> Iterator[tuple[str, Callable[[pa.Array], np.ndarray]]]:
    if field.codes:
        codes = pa.array(list(field.codes), pa.string())
        yield "not_in_code_list", lambda texts: _flags(pc.is_in(texts, codes))
    if field.identifier:
        if field.identifier not in IDENTIFIERS:
            raise DeclarationError(
                f"field {field.name!r} names an unknown identifier rule {field.identifier!r}",
                allowed=", ".join(IDENTIFIERS),
            )
        yield "bad_identifier", IDENTIFIERS[field.identifier]
    if field.pattern:
        whole = re.compile(field.pattern)
        yield "bad_pattern", lambda texts: _matching(whole, texts)


def _matching(whole: re.Pattern[str], texts: pa.Array) -> np.ndarray:
    # Python's expressions, asked once per distinct text: Arrow's know less.
    encoded = texts.dictionary_encode()
    right = [whole.fullmatch(text) is not None for text in encoded.dictionary.to_pylist()]
    return _flags(pa.array(right, pa.bool_()).take(encoded.indices))


def _flags(array: pa.Array) -> np.ndarray:
    return np.asarray(array.fill_null(False).to_numpy(zero_copy_only=False), dtype=bool)


def _frame(found: list[_Found]) -> pd.DataFrame:
    found = [f for f in found if len(f[2])]
    sizes = [len(rows) for _, _, rows in found]
    frame = pd.DataFrame(
        {
            "row": np.concatenate([np.empty(0, np.int64), *(rows for *_, rows in found)]),
            "field": pd.Series(np.repeat([f for f, _, _ in found], sizes), dtype=str),
            "reason": pd.Series(np.repeat([r for _, r, _ in found], sizes), dtype=str),
        }
    )
    # Lines were made field by field, so a stable sort keeps the order of fields in each row.
    return frame.sort_values("row", kind="stable", ignore_index=True)


def geometry_violations(
    kind: Kind, wkb: pa.Array, extent: tuple[float, float, float, float] | None
) -> pd.DataFrame:
    """List what is wrong with geometries; each has at most one reason, the first that holds.

    Parameters
    ----------
    kind : Kind
        A kind with a geometry.
    wkb : pa.Array, shape (n,)
        Geometries as WKB, in the base's CRS. A null is no geometry and not wrong.
    extent : (xmin, ymin, xmax, ymax) or None
        Where a geometry may lie, in the same CRS; one that touches the extent is inside.

    Returns
    -------
    pd.DataFrame
        `row`, `field` ("geom") and `reason`: unreadable_geometry, wrong_geometry (a multi-part
        of the kind's shape is right), invalid_geometry (or empty), outside_extent.

    Raises
    ------
    DeclarationError
        If the kind has no geometry.

    Examples
    --------
    >>> from blockdata.records.catalogue import Catalogue
    >>> camera = Catalogue().kind("camera")
    >>> wkb = pa.array([shapely.Point(500, 900).wkb, b"no geometry", None])
    >>> geometry_violations(camera, wkb, (0, 0, 100, 100))["reason"].tolist()
    ['outside_extent', 'unreadable_geometry']
    """
    if kind.geometry is None:
        raise DeclarationError(f"kind {kind.name!r} has no geometry to check")
    is_point, points = plain_points(wkb)
    found = _of_points(kind, points, extent, np.flatnonzero(is_point))
    others = np.flatnonzero(_flags(wkb.is_valid()) & ~is_point)
    if len(others):
        found += _of_shapes(kind, wkb.take(pa.array(others)), extent, others)
    return _frame(found)


def _of_points(kind: Kind, points: np.ndarray, extent: _Extent, rows: np.ndarray) -> list[_Found]:
    if shapely.GeometryType.POINT not in _shapes_of(kind):
        return [("geom", "wrong_geometry", rows)]
    invalid = ~np.isfinite(points).all(axis=1)
    found = [("geom", "invalid_geometry", rows[invalid])]
    if extent is not None:
        low, high = np.reshape(extent, (2, 2))
        outside = ~invalid & ((points < low) | (points > high)).any(axis=1)
        found.append(("geom", "outside_extent", rows[outside]))
    return found


def _shapes_of(kind: Kind) -> tuple[shapely.GeometryType, ...]:
    return SHAPES.get(kind.geometry or Geometry.ANY, tuple(shapely.GeometryType))


def _of_shapes(kind: Kind, wkb: pa.Array, extent: _Extent, rows: np.ndarray) -> list[_Found]:
    shapes = shapely.from_wkb(wkb.to_numpy(zero_copy_only=False), on_invalid="ignore")
    found: list[_Found] = []
    left = np.ones(len(shapes), dtype=bool)

    def settle(reason: str, wrong: np.ndarray) -> None:
        nonlocal left
        found.append(("geom", reason, rows[left & wrong]))
        left = left & ~wrong

    settle("unreadable_geometry", shapely.is_missing(shapes))
    settle("wrong_geometry", ~np.isin(shapely.get_type_id(shapes), _shapes_of(kind)))
    settle("invalid_geometry", shapely.is_empty(shapes) | ~shapely.is_valid(shapes))
    if extent is not None:
        settle("outside_extent", ~_meets(shapes, left, extent))
    return found


def _meets(
    shapes: np.ndarray, rows: np.ndarray, extent: tuple[float, float, float, float]
) -> np.ndarray:
    """Whether a shape shares a point with the extent; asked of `rows` only, as others may fail."""
    box = shapely.box(*extent)
    shapely.prepare(box)
    meets = np.zeros(len(shapes), dtype=bool)
    meets[rows] = shapely.intersects(box, shapes[rows])
    return meets
