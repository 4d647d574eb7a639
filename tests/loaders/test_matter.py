"""The catalogue of matters: editions by their proper name, majors of national codes."""

from __future__ import annotations

import pytest

from blockdata_loaders.matter import loader


@pytest.mark.parametrize(
    ("scheme", "kind", "code", "told"),
    [
        ("GB/T47678.5-2026", "matter", "06010", ("GB/T 47678.5-2026", "市容环境类")),
        ("GB/T 47678.5-2026", "matter", "99010206010", ("GB/T 47678.5-2026", "市容环境类")),
        ("GB/T 47678.5-2026", "component", "01037", ("GB/T 47678.5-2026", "市政公用设施")),
        ("GB/T 47678.5-2026", "事项", "99999", ("GB/T 47678.5-2026", None)),
        ("市标", "matter", "06010", ("市标", None)),
    ],
)
def test_the_major_class_is_filled_from_the_national_table(ask, scheme, kind, code, told):
    row = {"scheme": scheme, "matter_kind": kind, "code": code, "name": "某事项"}
    rows = loader.load_values(ask("matter"), [row]).rows
    assert (rows["scheme"][0].as_py(), rows["main_name"][0].as_py()) == told


def test_a_major_class_that_the_source_states_stands(ask):
    row = {
        "scheme": "GB/T 47678.5-2026",
        "matter_kind": "matter",
        "code": "06010",
        "name": "暴露垃圾",
        "main_name": "环境",
    }
    assert loader.load_values(ask("matter"), [row]).rows["main_name"].to_pylist() == ["环境"]
