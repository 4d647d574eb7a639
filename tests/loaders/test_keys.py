"""Keys: one text per row, never personal, repeats merged and conflicts set aside."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blockdata.errors import PrivacyError
from blockdata.store.ids import key_text
from blockdata_loaders.keys import is_personal, key_texts, repeats
from blockdata_loaders.standard import loader

_PARTS = st.lists(st.tuples(st.none() | st.text("a|\\1"), st.none() | st.text("b|\\")), max_size=9)


@given(_PARTS)
def test_keys_are_those_of_the_store(rows):
    columns = [pa.array([row[i] for row in rows], pa.string()) for i in (0, 1)]
    expected = [None if r == (None, None) else key_text((r[0] or "", r[1] or "")) for r in rows]
    assert key_texts(columns).to_pylist() == expected


@pytest.mark.parametrize("iso", ["2026-01-02T03:04:05", "2026-01-02T03:04:05.000060"])
def test_a_moment_is_iso_8601(iso):
    moments = pa.array([dt.datetime.fromisoformat(iso)], pa.timestamp("us"))
    assert key_texts([moments]).to_pylist() == [iso]


def test_codes_of_things_are_not_personal():
    codes = ["370203001001001", "37020300001320000001", "91350100M000100Y43", "A13800000000", None]
    assert not is_personal(pa.array(codes)).any()
    assert not is_personal(pa.array([13800000000])).any()


@given(st.lists(st.tuples(st.sampled_from("kl"), st.sampled_from(["a", None]), st.booleans())))
def test_repeats_agree_with_a_loop(rows):
    keys, values, usable = ([row[i] for row in rows] for i in range(3))
    content = pa.table({"v": pa.array(values, pa.string())})
    merged, conflicting = repeats(pa.array(keys, pa.string()), content, np.array(usable, bool))
    for i, (key, value, used) in enumerate(rows):
        same = [r for r in rows if r[2] and r[0] == key]
        differ = any(r[1] != value for r in same)
        earlier = any(r[2] and r[0] == key for r in rows[:i])
        assert conflicting[i] == (used and differ)
        assert merged[i] == (used and not differ and earlier)


def _streets(ask, csv_file, *rows, **source):
    header = ["街巷代码", "街巷名称", "宽度", "变动"]
    return loader.load(ask("street", csv_file([header, *rows]), **source))


def test_a_repeated_row_is_merged_and_a_contradicted_one_set_aside(ask, csv_file):
    rows = [["1", "a", "5", ""], ["2", "b", "", ""], ["1", "a", "5.0", ""], ["2", "c", "", ""]]
    batch = _streets(ask, csv_file, *rows)
    assert batch.rows["row_number"].to_pylist() == [2]
    assert (batch.merged, batch.rows_rejected, batch.rows_read) == (1, 2, 4)
    assert batch.rejected["reason"].tolist() == ["conflicting_key"] * 2
    assert batch.rejected["source_id"].tolist() == ["2", "2"]


def test_a_bad_row_does_not_contradict_a_good_one(ask, csv_file):
    batch = _streets(ask, csv_file, ["1", "a", "5", ""], ["1", "a", "wide", ""])
    assert batch.rows["row_number"].to_pylist() == [2]
    assert batch.rejected["reason"].tolist() == ["unreadable"]


def test_the_source_may_name_its_own_key(ask, csv_file):
    batch = _streets(ask, csv_file, ["1", "a", "5", ""], ["1", "b", "5", ""], key=["name", "code"])
    assert batch.rows["source_id"].to_pylist() == ["a|1", "b|1"]


def test_a_key_of_empty_fields_is_missing(ask, csv_file):
    batch = _streets(ask, csv_file, ["1", "a", "", ""], key=["width_m"])
    assert batch.rejected[["field", "reason"]].values.tolist() == [[None, "missing_key"]]


def test_an_empty_required_key_is_told_once(ask, csv_file):
    batch = _streets(ask, csv_file, ["", "a", "5", ""])
    assert batch.rejected[["field", "reason"]].values.tolist() == [["code", "missing"]]


def test_a_key_held_apart_is_refused(ask):
    with pytest.raises(PrivacyError, match="held apart"):
        loader.load_values(ask("premises", key=["contact_name"]), [])


@given(
    st.lists(
        st.sampled_from(
            [
                "13800000000",
                "+8613800000000",
                "0086-138-0000-0000",
                "A1",
                "110105194912310021",
                "11010519491231002X",
                "11010519491231002x",
                "路13800000000",
                None,
            ]
        )
    )
)
def test_personal_keys_are_found_in_any_company(values):
    alone = [bool(is_personal(pa.array([value], pa.string()))[0]) for value in values]
    assert is_personal(pa.array(values, pa.string())).tolist() == alone
    assert not any(flag for value, flag in zip(values, alone, strict=True) if value == "A1")


@given(st.lists(st.text("ab", max_size=3)))
def test_keys_in_order_are_compared_like_all_others(keys):
    for given_keys in (sorted(keys), sorted(set(keys))):
        content = pa.table({"row": list(range(len(given_keys)))})
        usable = np.full(len(given_keys), True)
        _, conflicting = repeats(pa.array(given_keys, pa.string()), content, usable)
        assert conflicting.tolist() == [given_keys.count(key) > 1 for key in given_keys]
