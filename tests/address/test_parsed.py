"""Columns, frames and single addresses tell the same."""

import numpy as np
import pytest

from blockdata.address.parsed import ELEMENTS, REASONS, Parsed
from blockdata.address.parts import LEVELS


@pytest.fixture
def parsed():
    number = ELEMENTS.index
    return Parsed(
        ["甲路3号旁乙路", None, "丙苑"],
        np.array([0, 0, 0, 0, 2], np.int32),
        np.array([0, 2, 4, 5, 0], np.int32),
        np.array([2, 4, 5, 7, 2], np.int32),
        np.array([number(name) for name in ("road", "road_no", "relative", "road", "estate")]),
        np.array([0.9, 0.8, 0.7, 0.6, 0.5], np.float32),
        np.array([0, 1, 0], np.uint8),
    )


def test_levels_of_the_library_are_elements():
    assert set(LEVELS) < set(ELEMENTS)


def test_an_element_that_comes_twice_is_joined(parsed):
    assert parsed[0].get("road") == "甲路 乙路"
    assert parsed.df()["road"].tolist()[0] == "甲路 乙路"


def test_a_text_without_pieces_has_a_reason_and_no_values(parsed):
    row = parsed.df().iloc[1]
    assert row["reason"] == "missing"
    assert row[list(ELEMENTS)].isna().all()
    assert parsed[1].spans == () and parsed[1].reason == "missing"


def test_spans_have_their_values(parsed):
    spans = parsed.spans()
    assert spans["value"].tolist() == ["甲路", "3号", "旁", "乙路", "丙苑"]
    assert spans["element"].tolist()[-1] == "estate"


def test_indexing_is_that_of_a_sequence(parsed):
    assert len(parsed) == 3
    assert parsed[-1].get("estate") == "丙苑"
    assert [address.text for address in parsed] == parsed.texts
    with pytest.raises(IndexError):
        parsed[3]


def test_a_long_text_is_told_in_short(parsed):
    parsed.texts[2] = "丙苑" * 500
    assert len(repr(parsed[2])) < 200


def test_nothing_gives_empty_frames():
    none = np.zeros(0, np.int32)
    parsed = Parsed([], none, none, none, none, none.astype(np.float32), none.astype(np.uint8))
    assert len(parsed.df()) == 0 and len(parsed.spans()) == 0
    assert list(parsed.df()) == [*ELEMENTS, "reason"]


def test_reasons_begin_with_none():
    assert REASONS[0] == ""
