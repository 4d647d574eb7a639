"""One declaration, one round trip: what a strategy writes is mapped, read and found sound."""

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from blockdata.records.catalogue import CORE, OF_THE_BASE
from blockdata.records.checks import violations
from blockdata.records.convert import convert_column
from blockdata.records.field import Field, Kind, Type
from blockdata.records.identifiers import IDENTIFIERS
from blockdata.records.mapping import map_columns
from blockdata.records.strategies import IDENTIFIED, rows, rows_with_source, source_rows
from blockdata.records.tables import ARROW

OWN = Kind(
    "bench", "bnc", "长椅", "Bench", "A city's own kind, with what the others lack.",
    (
        Field("code", Type.CODE, "编码", "Code", required=True, pattern="[A-Z]{2}[0-9]{3}"),
        Field("resident", Type.CODE, "身份证", "Id", identifier="identity_number"),
        Field("area_code", Type.CODE, "区划", "Division", identifier="division"),
        Field("lit", Type.BOOL, "照明", "Lit"),
        Field("height_m", Type.FLOAT, "高", "Height", unit="m"),
        Field("begins_on", Type.DATE, "起", "Begins"),
        Field("ends_on", Type.DATE, "止", "Ends"),
        Field("seen_at", Type.TIME, "见", "Seen"),
    ),
    key=("code",), begins="begins_on", ends="ends_on", time="seen_at",
)  # fmt: skip
KINDS = (*CORE, *OF_THE_BASE, OWN)


def read(kind: Kind, source: dict[str, str], time_zone: str) -> tuple[pa.Table, dict[str, object]]:
    mapped = map_columns(kind, list(source), {}).mapped
    assert list(mapped) == [f.name for f in kind.fields]
    pairs = {
        name: convert_column(kind.field(name), pa.array([source[column]]), time_zone=time_zone)
        for name, column in mapped.items()
    }
    table = pa.table({name: typed for name, (typed, _) in pairs.items()})
    return table, {name: bad for name, (_, bad) in pairs.items()}


@pytest.mark.parametrize("kind", KINDS, ids=lambda k: k.name)
@given(data=st.data())
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_texts_under_chinese_labels_come_back_as_the_typed_row(kind, data):
    time_zone = data.draw(st.sampled_from(["Asia/Shanghai", "America/New_York"]))
    row, source = data.draw(rows_with_source(kind, time_zone=time_zone))
    table, bad = read(kind, source, time_zone)
    assert table.to_pylist() == [row]
    assert violations(kind, table, bad).empty


@pytest.mark.parametrize("kind", KINDS, ids=lambda k: k.name)
@given(data=st.data())
@settings(max_examples=10, deadline=None)
def test_typed_rows_fit_the_arrow_types_and_break_no_rule(kind, data):
    schema = pa.schema([(f.name, ARROW[f.type]) for f in kind.fields])
    drawn = data.draw(st.lists(rows(kind), max_size=3))
    table = pa.Table.from_pylist(drawn, schema)
    assert table.to_pylist() == drawn
    assert violations(kind, table, {}).empty


@given(st.data(), st.sampled_from(sorted(IDENTIFIERS)))
@settings(deadline=None)
def test_every_identifier_rule_has_a_strategy_that_keeps_it(data, rule):
    assert IDENTIFIERS[rule]([data.draw(IDENTIFIED[rule])]).all()


@given(rows(OWN))
@settings(deadline=None)
def test_what_ends_has_begun_before(row):
    if row["begins_on"] and row["ends_on"]:
        assert row["begins_on"] < row["ends_on"]


@given(source_rows(OWN))
@settings(deadline=None)
def test_source_rows_are_texts_under_chinese_labels(source):
    assert list(source) == [f.zh for f in OWN.fields]
    assert all(isinstance(text, str) for text in source.values())
