"""The standard loader: mapping, constants, values, deltas, rejected rows and their replay."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from blockdata.errors import ConfigError, SourceError
from blockdata.records import Catalogue, Kind
from blockdata.records.strategies import source_rows
from blockdata.store.batch import REJECTED_COLUMNS
from blockdata_loaders import arrays, standard
from blockdata_loaders.standard import loader

HEADER = ["街巷代码", "街巷名称", "道路等级", "宽度"]


@pytest.fixture
def load(ask, csv_file):
    def loaded(*rows, header=HEADER, **source):
        return loader.load(ask("street", csv_file([header, *rows]), **source))

    return loaded


def test_a_file_is_loaded_with_all_that_is_told_of_it(load):
    batch = load(["1", "测试路", "支路", "5米", "x"], header=[*HEADER, "备注"])
    assert batch.rows.to_pylist() == [
        {
            "source_id": "1", "row_number": 2, "removes": False, "stated_from": None,
            "stated_to": None, "code": "1", "name": "测试路", "street_class": "支路",
            "width_m": 5.0, "geom": None,
        }
    ]  # fmt: skip
    assert batch.columns == (*HEADER, "备注")
    assert batch.unmapped == ("备注",)
    assert batch.encoding == "utf-8"
    assert batch.rejected.columns.tolist() == list(REJECTED_COLUMNS)


def test_a_required_column_that_is_missing_stops_the_file_and_names_its_columns(load):
    with pytest.raises(SourceError, match=r"source s, file delivery\.csv: .*code") as caught:
        load(["测试路", "1"], header=["街巷名称", "路号"])
    assert caught.value.reason == "missing_column"
    assert "街巷名称, 路号" in str(caught.value)
    assert '"column" = "code"' in str(caught.value)


def test_columns_are_mapped_by_the_configuration(load):
    batch = load(["测试路", "1"], header=["街巷名称", "路号"], columns={"路号": "code"})
    assert batch.rows["source_id"].to_pylist() == ["1"]


def test_a_mapping_onto_nothing_is_a_mistake_in_the_configuration(load):
    with pytest.raises(ConfigError, match="no field 'colour'"):
        load(["1", "测试路", "", ""], columns={"道路等级": "colour"})


def test_a_constant_stands_above_a_column_which_is_not_read(load):
    batch = load(["1", "测试路", "支路", ""], constants={"street_class": "主路"})
    assert batch.rows["street_class"].to_pylist() == ["主路"]
    assert batch.dropped == {"道路等级": "a constant of the configuration stands for it"}


def test_a_constant_serves_for_a_required_column(load):
    rows = load(["1"], header=["街巷代码"], constants={"name": "无名路"}).rows
    assert rows["name"].to_pylist() == ["无名路"]


def test_values_are_translated_before_they_are_read(load):
    batch = load(["1", "a", "", " Ｎ/Ｋ "], values={"width_m": {"N/K": "12.5"}})
    assert batch.rows["width_m"].to_pylist() == [12.5]


def test_a_source_may_have_its_own_texts_for_nothing(load):
    assert load(["1", "a", "", "不明"], missing=["不明"]).rows["width_m"].to_pylist() == [None]


def test_every_rule_that_a_row_breaks_is_told_in_the_order_of_fields(load):
    rejected = load(["1", "", "", "-3"], ["2", "b", "", "wide"]).rejected
    assert rejected[["row_number", "field", "reason", "value"]].values.tolist() == [
        [2, "name", "missing", None],
        [2, "width_m", "below_minimum", "-3"],
        [3, "width_m", "unreadable", "wide"],
    ]


def test_rows_that_the_reader_cannot_read_are_rejected_in_the_order_of_the_file(load):
    batch = load(["1", "a", "", "x"], ["2"], ["3", "c", "", ""])
    assert batch.rejected[["row_number", "reason"]].values.tolist() == [
        [2, "unreadable"],
        [3, "ragged"],
    ]
    assert batch.rejected["raw"].isna().tolist() == [False, True]
    assert batch.rows_read == batch.rows.num_rows + batch.merged + batch.rows_rejected == 3


def test_a_rejected_row_gives_the_same_row_when_it_is_replayed(load, ask):
    (raw,) = load(["1", "测试路", "支路", "五米"]).rejected["raw"]
    again = loader.load_values(ask("street", values={"width_m": {"五米": "5"}}), [json.loads(raw)])
    assert again.rows["row_number"].to_pylist() == [1]
    expected = load(["1", "测试路", "支路", "5"]).rows
    assert again.rows.drop_columns("row_number") == expected.drop_columns("row_number")


class TestDelta:
    """Rows of a delta that remove."""

    @pytest.fixture
    def delta(self, load):
        def loaded(*rows, **source):
            change = {"change": {"column": "变动"}, "mode": "delta"}
            return load(*rows, header=[*HEADER, "变动"], **(change | source))

        return loaded

    def test_a_flag_removes(self, delta):
        rows = delta(["1", "a", "", "", "U"], ["2", "b", "", "", " ｄ "]).rows
        assert rows["removes"].to_pylist() == [False, True]

    def test_a_row_that_removes_needs_its_key_alone(self, delta):
        batch = delta(["1", "", "", "wide", "删除"])
        assert batch.rows_rejected == 0
        assert batch.rows.select(["source_id", "name", "width_m"]).to_pylist() == [
            {"source_id": "1", "name": None, "width_m": None}
        ]

    def test_a_row_that_removes_nothing_is_rejected(self, delta):
        rejected = delta(["", "a", "", "", "D"]).rejected
        assert rejected[["field", "reason"]].values.tolist() == [["code", "missing"]]

    def test_removing_and_bringing_one_thing_is_a_contradiction(self, delta):
        rejected = delta(["1", "a", "", "", "D"], ["1", "a", "", "", "I"]).rejected
        assert rejected["reason"].tolist() == ["conflicting_key"] * 2

    def test_the_flag_is_no_unmapped_column(self, delta):
        assert delta(["1", "a", "", "", ""]).unmapped == ()

    def test_a_missing_flag_stops_the_file(self, delta):
        with pytest.raises(SourceError, match="no column 'op'") as caught:
            delta(["1", "a", "", "", ""], change={"column": "op"})
        assert caught.value.reason == "missing_column"


def test_the_things_own_validity_is_stated(ask, csv_file):
    header = ["网格代码", "网格层", "初始日期", "终止日期"]
    path = csv_file([header, ["370203001001001", "unit", "2026-01-01", "2026-07-01"]])
    (row,) = loader.load(ask("grid", path)).rows.to_pylist()
    assert (row["stated_from"], row["stated_to"]) == (dt.date(2026, 1, 1), dt.date(2026, 7, 1))


class TestLatestDay:
    """The date of a delivery that is dated by a column."""

    @pytest.fixture
    def latest(self, ask, csv_file):
        def found(column, *cells):
            path = csv_file([["更新时间"], *[[cell] for cell in cells]])
            return loader.latest_day(ask("street", path), column)

        return found

    def test_it_is_the_latest_that_can_be_read(self, latest):
        found = latest(" 更新时间", "2026-10-31 23:59", "2026/11/1", "soon", "2026年9月30日")
        assert found == dt.date(2026, 11, 1)

    @pytest.mark.parametrize(
        ("column", "cells", "reason"),
        [("更新时间", ["soon"], "no_date"), ("日期", ["2026-11-01"], "missing_column")],
    )
    def test_it_says_why_there_is_none(self, latest, column, cells, reason):
        with pytest.raises(SourceError) as caught:
            latest(column, *cells)
        assert caught.value.reason == reason
        assert not [cell for cell in cells if cell in str(caught.value)]


def _labelled(kind: Kind, row: Mapping[str, str]) -> dict[str, str]:
    return {f.name: row[f.zh] for f in kind.fields}


@settings(
    max_examples=30, derandomize=True, database=None, deadline=None,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
@given(data=st.data(), name=st.sampled_from(["component", "incident", "premises", "matter"]))
def test_no_row_is_lost_whatever_the_cells_hold(ask, data, name):
    kind = Catalogue().kind(name)
    broken = st.sampled_from(["", "?", "13800000000", "-1", "2026-02-30"])
    rows = data.draw(st.lists(source_rows(kind).map(lambda r: _labelled(kind, r)), max_size=6))
    spoilt = [r | {data.draw(st.sampled_from(list(r))): data.draw(broken)} for r in rows]
    batch = loader.load_values(ask(name), [*spoilt, *rows[:2]])
    assert batch.rows_read == batch.rows.num_rows + batch.merged + batch.rows_rejected
    keys = batch.rows["source_id"].to_pylist()
    assert len(keys) == len(set(keys))
    assert batch.rows.schema.field("removes").type == pa.bool_()


@settings(
    max_examples=20, derandomize=True, database=None, deadline=None,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
@given(data=st.data(), name=st.sampled_from(["incident", "building", "legal_entity"]))
def test_threads_change_nothing(ask, monkeypatch, data, name):
    kind = Catalogue().kind(name)
    rows = data.draw(st.lists(source_rows(kind).map(lambda r: _labelled(kind, r)), max_size=6))
    alone = loader.load_values(ask(name), rows)
    with monkeypatch.context() as patched:
        patched.setattr(arrays, "_ENOUGH_ROWS", 0)
        threaded = loader.load_values(ask(name), rows)
    assert threaded.rows.equals(alone.rows)
    assert threaded.rejected.equals(alone.rejected)


def test_an_error_in_a_thread_is_the_loaders_own(load, monkeypatch):
    monkeypatch.setattr(arrays, "_ENOUGH_ROWS", 0)
    monkeypatch.setattr(standard, "convert_column", _refuse)
    with pytest.raises(ConfigError, match="no such zone"):
        load(["1", "测试路", "支路", "5"])


def _refuse(*_, **__):
    raise ConfigError("no such zone")


@pytest.mark.parametrize("rejected", [[], [0], [4], [0, 1, 4], [2], list(range(5))])
def test_rows_are_taken_in_runs_or_copied_alike(load, monkeypatch, rejected):
    rows = [[str(i), "" if i in rejected else f"路{i}", "支路", "5"] for i in range(5)]
    copied = load(*rows).rows
    monkeypatch.setattr(standard, "_LONG_RUN", 0)
    runs = load(*rows).rows
    assert runs.equals(copied)
    assert runs["source_id"].to_pylist() == [str(i) for i in range(5) if i not in rejected]
    flags = np.isin(np.arange(5), rejected, invert=True)
    begun = int(np.count_nonzero(np.diff(flags.astype(int), prepend=0) == 1))
    assert runs["name"].num_chunks == max(1, begun)
