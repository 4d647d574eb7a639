"""A column that grows is what its batches are joined."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blockdata_loaders.reader import growing
from blockdata_loaders.reader.growing import GrowingColumn

_BATCHES = st.lists(st.lists(st.none() | st.text(max_size=6), max_size=6), max_size=6)


@given(_BATCHES, st.floats(0, 3), st.integers(0, 2))
def test_batches_are_joined_whatever_was_expected(batches, times, begin):
    arrays = [pa.array(batch, pa.string()).slice(min(begin, len(batch))) for batch in batches]
    texts = GrowingColumn(times)
    for array in arrays:
        texts.add(array)
    column = texts.column()
    column.validate(full=True)
    assert column.num_chunks == 1
    assert column.to_pylist() == [text for array in arrays for text in array.to_pylist()]


def test_bytes_grow_too():
    values = GrowingColumn(kind=pa.binary())
    values.add(pa.array([b"\xff", None]))
    assert values.column().type == pa.binary()
    assert values.column().to_pylist() == [b"\xff", None]


def test_what_one_chunk_cannot_hold_begins_another(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(growing, "_MOST_BYTES", 4)
    texts = GrowingColumn()
    for batch in (["abc"], ["de", None], ["fg"]):
        texts.add(pa.array(batch, pa.string()))
    assert [chunk.to_pylist() for chunk in texts.column().chunks] == [["abc"], ["de", None, "fg"]]
