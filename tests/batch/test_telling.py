"""What is told of a file: columns by their form, classes by their code, never a value."""

import csv
from importlib import import_module

import pyarrow as pa
import pytest

from blockdata.batch.telling import code_findings, column_findings
from blockdata.config import Source
from blockdata.records import Catalogue
from blockdata.records.looks import PERSONAL, Look
from blockdata.store.batch import Batch, LoadRequest

SOURCE = Source.model_validate(
    {"name": "s", "kind": "component", "path": "s", "date": {"on": "2026-11-01"}}
)
OF_2026 = "GB/T 47678.5-2026"


def _batch(kind="building", rows=(), **said):
    table = pa.Table.from_pylist(list(rows)) if rows else pa.table({})
    return Batch(Catalogue().kind(kind), table, len(rows), **said)


def _component(scheme, code):
    return {"scheme": scheme, "class_code": code}


def test_an_unmapped_column_is_told_with_what_it_looks_like_and_what_it_may_be():
    batch = _batch(unmapped=("建筑高度值", "批次"), looks={"建筑高度值": Look("数值", "numbers")})
    [found] = column_findings(SOURCE, batch)
    assert found.en == (
        "columns that no field takes: "
        "建筑高度值 (numbers; fields of a similar name: height_m), 批次"
    )
    assert found.zh == "未映射的列：建筑高度值 (数值；名称相近的字段：height_m)、批次"
    assert (found.count, found.warns) == (2, False)


def test_for_a_column_with_personal_values_no_field_is_suggested():
    batch = _batch(unmapped=("建筑高度值",), looks={"建筑高度值": PERSONAL})
    [found] = column_findings(SOURCE, batch)
    assert found.en.endswith("建筑高度值 (personal numbers or names, which are not held)")


def test_left_out_and_absent_columns_are_told_and_only_the_absent_warn():
    batch = _batch(dropped={"乙": "no", "甲": "no"}, absent=("丙",))
    told = {f.code: (f.en, f.warns) for f in column_findings(SOURCE, batch)}
    assert told == {
        "dropped_columns": ("columns left out on purpose: 乙, 甲", False),
        "absent_columns": ("configured, not in the file: 丙", True),
    }


def test_of_many_columns_the_first_are_named_and_personal_names_are_masked():
    batch = _batch(unmapped=("电话13800000000", *(f"列{n}" for n in range(100_000))))
    [found] = column_findings(SOURCE, batch)
    assert "13800000000" not in found.zh + found.en
    assert found.en.endswith("列38, … +99961")
    assert found.count == 100_001


def test_nothing_is_told_of_a_file_that_is_all_mapped():
    assert list(column_findings(SOURCE, _batch())) == []


def test_values_of_unmapped_columns_are_told_by_their_form_alone(tmp_path):
    path = tmp_path / "a.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = [
            ("街巷代码", "街巷名称", "养护人手机", "批次号"),
            ("1", "测试路", "13800000000", "888888"),
        ]
        csv.writer(file).writerows(rows)
    kind = Catalogue().kind("street")
    source = SOURCE.model_copy(update={"kind": "street"})
    request = LoadRequest(source, kind, path, "EPSG:4549", "Asia/Shanghai")
    batch = import_module("blockdata_loaders.street").loader.load(request)
    [found] = column_findings(SOURCE, batch)
    assert "养护人手机 (personal numbers or names, which are not held" in found.en
    assert "批次号 (6-digit codes" in found.en
    assert not [v for v in ("13800000000", "888888") if v in found.zh + found.en]


def test_codes_that_their_edition_does_not_have_are_a_warning():
    rows = [
        *[_component(OF_2026, "01079")] * 2,
        _component(OF_2026, "01037"),
        _component(OF_2026, "01998"),
        _component("CJ/T 214-2007", "0199"),
        _component("市标", "1"),
        _component(None, "9999"),
        _component(OF_2026, None),
    ]
    found = list(code_findings(SOURCE, _batch("component", rows), {}))
    assert [(f.code, f.count, f.warns) for f in found] == [
        ("unknown_class_codes", 1, True),
        ("unknown_class_codes", 2, True),
    ]
    assert "0199" in found[0].zh
    assert "01079" in found[1].en
    assert "01998" not in found[1].en


def test_a_citys_own_numbers_begin_where_the_configuration_says():
    batch = _batch("component", [_component(OF_2026, "01085")])
    assert list(code_findings(SOURCE, batch, {})) == []
    assert len(list(code_findings(SOURCE, batch, {OF_2026: "090"}))) == 1


def test_a_matters_code_may_have_the_county_in_front():
    rows = [
        {"scheme": OF_2026, "matter_kind": "matter", "code": code}
        for code in ("99010206010", "06010", "99010206099")
    ]
    assert list(code_findings(SOURCE, _batch("matter", rows), {})) == []
    rows += [rows[0] | {"code": "99010206079"}]
    [found] = code_findings(SOURCE, _batch("matter", rows), {})
    assert found.en.endswith("06079")


@pytest.mark.parametrize("code", ["13800000000", "测试某"])
def test_what_is_no_class_code_at_all_is_not_shown(code):
    [found] = code_findings(SOURCE, _batch("component", [_component(OF_2026, code)]), {})
    assert code not in found.zh + found.en
    assert "of another form" in found.en


def test_other_kinds_have_no_classes():
    assert list(code_findings(SOURCE, _batch("building"), {})) == []
