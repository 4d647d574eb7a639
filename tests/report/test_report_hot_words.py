"""What is said of a hot spot: both languages, no codes, nothing said where nothing is known."""

import pytest

from blockdata.analysis.hotspots import CHANGES
from blockdata.records import Catalogue
from blockdata.report.hot_words import change_word, sentence, stands_there, unstable_words
from blockdata.report.words import Words

ROW = {
    "window_days": 28,
    "category": "占道经营",
    "count": 37,
    "expected": 4.93,
    "excess": 32.07,
    "ratio": 7.5,
    "exposure_name": "people",
}


@pytest.fixture(params=["zh", "en"])
def words(request):
    return Words(request.param, Catalogue())


def test_a_sentence_has_count_expectation_and_what_it_stands_on(words):
    text = sentence(ROW, "望海社区第3网格", words)
    assert all(part in text for part in ("28", "37", "4.9", "32.1", "7.5", "望海社区第3网格"))
    assert ("人口" if words.lang == "zh" else "people") in text


def test_every_change_has_a_word_and_no_change_has_none(words):
    told = [change_word(code, words) for code in CHANGES]
    assert all(told) and len(set(told)) == len(CHANGES)
    assert not set(told) & set(CHANGES) or words.lang == "en"
    assert change_word(None, words) == ""


def test_every_way_to_be_unstable_is_told_in_words(words):
    codes = "window_shorter window_longer cell_smaller cell_larger threshold"
    text = unstable_words(codes, words)
    assert "_" not in text and text.count("、" if words.lang == "zh" else ", ") == 4
    for nothing in (None, "", float("nan")):
        assert unstable_words(nothing, words) == ""


def test_what_there_is_none_of_is_not_told(words):
    assert stands_there({}, [], words) == ""
    text = stands_there({"building": 12, "camera": 0, "people": float("nan")}, [], words)
    assert "12" in text and "0" not in text
    assert "海宁路12号 5" in stands_there({}, [("海宁路12号", 5)], words)


def test_one_thing_and_one_day_are_told_in_the_singular():
    english = Words("en", Catalogue())
    counts = {"building": 1, "legal_entity": 1, "premises": 1, "resource": 1, "shanty": 2}
    told = "1 building, 1 legal entity, 1 regulated premises, 1 emergency resource, 2 shanty areas"
    assert stands_there(counts, [], english) == told
    assert "In the past day " in sentence(ROW | {"window_days": 1}, "grid 3", english)
