"""Spans are checked before learning, and scored by exact match."""

import pytest

from blockdata.address.tagger.spans import Span, checked_sentences, score_spans
from blockdata.errors import DeclarationError


def test_only_spans_with_start_end_and_label_right_count():
    score = score_spans(
        [[(0, 2, "road"), (2, 4, "poi")], [(0, 1, "poi")]],
        [[(0, 2, "road"), (2, 4, "road")], [(0, 2, "poi")]],
    )
    assert score == (1, 3, 3)
    assert score.f1 == score.precision == score.recall == 1 / 3


def test_nothing_to_find_and_nothing_found_is_right():
    assert score_spans([[]], [[]]).f1 == 1
    assert score_spans([[]], [[(0, 1, "poi")]]).f1 == 0


def test_texts_must_pair_up():
    with pytest.raises(ValueError, match="zip"):
        score_spans([[]], [])


@pytest.mark.parametrize(
    "spans",
    [[(0, 0, "poi")], [(0, 9, "poi")], [(-1, 1, "poi")], [(0, 2, "a"), (1, 3, "b")], [(0, 1, "")]],
)
def test_impossible_spans_are_refused(spans):
    with pytest.raises(DeclarationError, match="sentence 1"):
        checked_sentences([("某路", []), ("某某路", spans)])


def test_spans_come_back_in_order():
    _, spans = checked_sentences([("某路号", [(2, 3, "b"), (0, 2, "a")])])[0]
    assert spans == [Span(0, 2, "a"), Span(2, 3, "b")]
