"""Labelled files become sentences, or an error that says where."""

import pytest

from blockdata.address.tagger import Span, read_conll
from blockdata.errors import SourceError


@pytest.fixture
def written(tmp_path):
    def write(text):
        path = tmp_path / "invented.conll"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def test_tokens_of_several_characters_and_bies_tags(written):
    path = written("某 B-road\n某 I-road\n路 E-road\n602 S-number\n号 O\n\n甲 S-unit\n乙 S-unit\n")
    assert read_conll(path) == [
        ("某某路602号", [Span(0, 3, "road"), Span(3, 6, "number")]),
        ("甲乙", [Span(0, 1, "unit"), Span(1, 2, "unit")]),
    ]


def test_a_continued_label_that_did_not_begin_begins(written):
    path = written("某 I-road\n路 I-road\n号 I-number\n")
    assert read_conll(path) == [("某路号", [Span(0, 2, "road"), Span(2, 3, "number")])]


def test_a_new_beginning_of_the_same_label_is_a_new_span(written):
    path = written("一 B-poi\n二 B-poi\n三 I-poi\n")
    assert read_conll(path)[0][1] == [Span(0, 1, "poi"), Span(1, 3, "poi")]


def test_middle_columns_byte_order_mark_and_blank_lines(written):
    path = written("\ufeff\n\n路 名词 B-road\r\n\r\n\n号 量词 O\r\n".encode())
    assert read_conll(path) == [("路", [Span(0, 1, "road")]), ("号", [])]


@pytest.mark.parametrize("line", ["路", "路 X-road", "路 B-", "路 road"])
def test_a_line_without_a_known_tag_is_named(written, line):
    with pytest.raises(SourceError, match="line 2"):
        read_conll(written(f"某 B-road\n{line}\n"))


def test_the_error_does_not_tell_the_text(written):
    with pytest.raises(SourceError) as caught:
        read_conll(written("秘密 X-road\n"))
    assert "秘密" not in str(caught.value)


def test_another_encoding_is_refused(written):
    with pytest.raises(SourceError, match="UTF-8"):
        read_conll(written(b"\xff\xfe B-road\n"))
