"""Every rule of a declaration is found broken where it is, and nowhere else."""

import numpy as np
import pyarrow as pa
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from blockdata.errors import DeclarationError
from blockdata.records.catalogue import CORE, OF_THE_BASE
from blockdata.records.checks import REASONS, geometry_violations, violations
from blockdata.records.field import Field, Geometry, Kind, Type
from blockdata.records.identifiers import IDENTIFIERS

BENCH = Kind(
    "bench", "bnc", "长椅", "Bench", "A bench.",
    (
        Field("code", Type.CODE, "编码", "Code", required=True, pattern="[A-Z][0-9]+"),
        Field("uscc", Type.CODE, "信用代码", "Credit code", identifier="uscc"),
        Field("seats", Type.INT, "座位", "Seats", unit="1", ge=1, le=9),
        Field("state", Type.CODE, "状态", "State", codes={"1": "好"}),
    ),
    key=("code",),
    geometry=Geometry.POLYGON,
)  # fmt: skip
SQUARE = shapely.box(0, 0, 10, 10)
BOW_TIE = shapely.Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])


def found(table: pa.Table, **bad: list[bool]) -> list[tuple[int, str, str]]:
    frame = violations(BENCH, table, {name: np.array(mask) for name, mask in bad.items()})
    assert set(frame["reason"]) <= set(REASONS)
    return list(frame.itertuples(index=False, name=None))


def shape_reasons(*shapes: object, kind: Kind = BENCH, extent: object = None) -> list[object]:
    wkb = [s.wkb if isinstance(s, shapely.Geometry) else s for s in shapes]
    frame = geometry_violations(kind, pa.array(wkb, pa.binary()), extent)
    assert set(frame["field"]) <= {"geom"}
    assert frame["row"].is_unique
    reasons = dict(zip(frame["row"], frame["reason"], strict=True))
    return [reasons.get(row) for row in range(len(shapes))]


def test_each_rule_is_told_by_row_then_by_declared_order_of_fields():
    table = pa.table(
        {
            "state": ["1", "2", None],
            "seats": [0, 10, 5],
            "uscc": ["91110000802100433B", "91110000802100433C", None],
            "code": ["A1", "A1\n", None],
        }
    )
    assert found(table) == [
        (0, "seats", "below_minimum"),
        (1, "code", "bad_pattern"),
        (1, "uscc", "bad_identifier"),
        (1, "seats", "above_maximum"),
        (1, "state", "not_in_code_list"),
        (2, "code", "missing"),
    ]


def test_an_unreadable_required_value_is_unreadable_and_not_missing():
    table = pa.table({"code": pa.array([None, None, "A1"], pa.string())})
    assert found(table, code=[True, False, False]) == [
        (0, "code", "unreadable"),
        (1, "code", "missing"),
    ]


def test_bounds_themselves_are_allowed_and_nulls_break_none():
    table = pa.table({"seats": pa.array([1, 9, None], pa.int64())})
    assert found(table) == []


def test_fields_without_a_column_and_foreign_columns_are_not_looked_at():
    frame = violations(BENCH, pa.table({"id": ["x"]}), {})
    assert frame.empty
    assert [str(t) for t in frame.dtypes] == ["int64", "str", "str"]


def test_chunked_and_empty_tables_are_checked_alike():
    table = pa.table({"seats": pa.chunked_array([[0], [5, 10]])})
    assert found(table) == [(0, "seats", "below_minimum"), (2, "seats", "above_maximum")]
    assert found(table.slice(0, 0)) == []


def test_an_unknown_identifier_rule_is_told():
    odd = BENCH.extended(Field("plate", Type.CODE, "车牌", "Plate", identifier="plate"))
    with pytest.raises(DeclarationError, match=r"unknown identifier rule 'plate'; allowed: .*uscc"):
        violations(odd, pa.table({"plate": ["x"]}), {})


def test_every_declared_identifier_rule_exists():
    declared = {f.identifier for k in (*CORE, *OF_THE_BASE) for f in k.fields if f.identifier}
    assert declared <= set(IDENTIFIERS)


def test_every_reason_has_a_text_in_both_languages():
    assert all(zh and en and zh != en for zh, en in REASONS.values())


def test_a_geometry_has_the_first_reason_that_holds():
    reasons = shape_reasons(
        SQUARE, shapely.MultiPolygon([SQUARE]), b"\x01nothing", shapely.Point(1, 1), BOW_TIE,
        shapely.Polygon(), None, shapely.box(50, 50, 60, 60), extent=(0, 0, 40, 40),
    )  # fmt: skip
    assert reasons == [
        None, None, "unreadable_geometry", "wrong_geometry", "invalid_geometry",
        "invalid_geometry", None, "outside_extent",
    ]  # fmt: skip


def test_only_a_geometry_wholly_outside_is_outside():
    across, touching = shapely.box(35, 35, 60, 60), shapely.box(40, 0, 50, 10)
    around = shapely.box(-100, -100, -50, 90).union(shapely.box(-100, 80, 90, 90))
    assert shape_reasons(across, touching, extent=(0, 0, 40, 40)) == [None, None]
    assert shape_reasons(around, extent=(0, 0, 40, 40)) == ["outside_extent"]


def test_a_kind_of_any_shape_takes_every_shape():
    anything = Kind("spot", "spt", "点", "Spot", "", BENCH.fields, ("code",), geometry=Geometry.ANY)
    line = shapely.LineString([(0, 0), (1, 1)])
    assert shape_reasons(SQUARE, line, shapely.Point(0, 0), kind=anything) == [None] * 3


def test_a_kind_without_geometry_cannot_be_asked():
    plain = Kind("word", "wrd", "词", "Word", "", BENCH.fields, ("code",))
    with pytest.raises(DeclarationError, match="'word' has no geometry"):
        geometry_violations(plain, pa.array([], pa.binary()), None)


_PLACES = st.sampled_from([0.0, -0.0, 1.0, 39.9, 40.0, 40.1, -5.0, np.nan, np.inf])
_ORDERS = st.sampled_from([0, 1])


@given(
    st.lists(st.none() | st.tuples(_PLACES, _PLACES, _ORDERS)),
    st.sampled_from([Geometry.POINT, Geometry.ANY, Geometry.LINE]),
    st.sampled_from([None, (0, 0, 40, 40)]),
)
def test_points_have_the_reasons_that_the_geometry_library_finds(places, geometry, extent):
    kind = Kind("spot", "spt", "点", "Spot", "", BENCH.fields, ("code",), geometry=geometry)
    shapes = [None if place is None else shapely.Point(place[:2]) for place in places]
    expected = []
    for shape in shapes:
        reason = None
        if shape is not None and geometry is Geometry.LINE:
            reason = "wrong_geometry"
        elif shape is not None and (shape.is_empty or not shape.is_valid):
            reason = "invalid_geometry"
        elif shape is not None and extent and not shapely.box(*extent).intersects(shape):
            reason = "outside_extent"
        expected.append(reason)
    # Big-endian points are not looked at in bulk.
    wkb = [
        None if place is None else shapely.to_wkb(shape, byte_order=place[2])
        for place, shape in zip(places, shapes, strict=True)
    ]
    assert shape_reasons(*wkb, kind=kind, extent=extent) == expected
