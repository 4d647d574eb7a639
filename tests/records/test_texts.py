"""Columns looked at as bytes agree with what a loop over their texts says."""

from __future__ import annotations

import itertools

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from blockdata.records import texts

_TEXTS = st.lists(st.none() | st.text(st.sampled_from("ab1 .路\u3000é\U0001f600"), max_size=5))
_SLICES = st.tuples(_TEXTS, st.integers(0, 3), st.integers(0, 40))


def sliced(drawn: tuple[list[str | None], int, int]) -> pa.Array:
    values, begin, length = drawn
    return pa.array(values, pa.string()).slice(min(begin, len(values)), length)


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts, "_BLOCK_BYTES", 4)
    monkeypatch.setattr(texts, "_BLOCK_ROWS", 2)


@given(_SLICES)
def test_bytes_are_those_of_the_texts_and_only_theirs(drawn):
    values = sliced(drawn)
    data, offsets = texts.text_bytes(values)
    written = [(text or "").encode() for text in values.to_pylist()]
    assert bytes(data) == b"".join(written)
    assert [bytes(data[b:e]) for b, e in itertools.pairwise(offsets)] == written
    assert texts.byte_lengths(values).tolist() == [len(text) for text in written]
    assert texts.is_ascii(values) == all(text.isascii() for text in written)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=_SLICES, allowed=st.sets(st.sampled_from(list(b"ab1 .\xe8")), max_size=6))
def test_rows_with_other_bytes_are_found_by_a_loop_too(small_blocks, drawn, allowed):
    values = sliced(drawn)
    expected = [
        row
        for row, text in enumerate(values.to_pylist())
        if text is not None and set(text.encode()) - allowed
    ]
    assert texts.rows_with_other_bytes(values, bytes(allowed)).tolist() == expected


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_SLICES)
def test_a_function_gives_the_same_however_its_column_is_cut(small_blocks, drawn):
    values = sliced(drawn)
    expected = [text and text.upper() for text in values.to_pylist()]
    assert texts.in_blocks(values, pc.utf8_upper).to_pylist() == expected
    assert texts.for_distinct(values, pc.utf8_upper).to_pylist() == expected


@pytest.mark.parametrize("repeated", [True, False])
def test_a_column_that_nothing_changes_is_the_very_same(small_blocks, repeated):
    values = pa.array(["a", "b", None] * 9 if repeated else ["a", "b", None])
    assert texts.is_repetitive(values) is repeated
    assert texts.for_distinct(values, lambda same: same) is values


def test_a_function_is_asked_once_per_text_that_repeats():
    asked: list[int] = []

    def counted(values: pa.Array) -> pa.Array:
        asked.append(len(values))
        return values

    texts.for_distinct(pa.array(["a", "b"] * 1000), counted)
    assert asked == [2]


@given(_TEXTS, st.data())
def test_rows_are_replaced_as_in_a_list(values, data):
    rows = sorted(data.draw(st.sets(st.integers(0, len(values) - 1)))) if values else []
    expected = [f"new {i}" if i in rows else text for i, text in enumerate(values)]
    found = texts.replaced_rows(
        pa.array(values, pa.string()),
        np.array(rows, dtype=np.int64),
        pa.array([f"new {i}" for i in rows], pa.string()),
    )
    assert found.to_pylist() == expected


def test_a_text_that_lost_bytes_is_not_the_same():
    values = pa.array([" a", None, "b"])
    assert not texts.same_bytes(values, pc.utf8_trim_whitespace(values))
    assert texts.same_bytes(values, values)


def test_places_of_flags_are_those_that_are_set():
    assert texts.where(pa.array([True, None, False, True])).tolist() == [0, 3]
    assert texts.where(np.array([False, True])).tolist() == [1]
