"""Numbers and words of the report: shares never lie at their ends, every exposure has a name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blockdata.analysis import EXPOSURE_ORDER, EXPOSURE_WORDS
from blockdata.engines.lasting_feeds import EXPOSURE_OF
from blockdata.records import Catalogue
from blockdata.report.words import Words, percent, q_value, tenth
from blockdata.views.patterns.exposures import EXPOSURES


@given(st.integers(0, 10**7), st.integers(1, 10**7))
def test_share_is_0_or_100_only_if_none_or_all(part, of):
    part = min(part, of)
    text = percent(part, of)
    assert (text == "0%") == (part == 0)
    assert (text == "100%") == (part == of)


def test_every_exposure_has_words():
    assert {*EXPOSURES, *EXPOSURE_OF.values(), "each", "all_episodes"} == set(EXPOSURE_WORDS)
    assert set(EXPOSURE_ORDER) <= set(EXPOSURES)


@pytest.mark.parametrize(("value", "text"), [(1234.56, "1,234.6"), (0.0, "0.0"), (0.04, "<0.1")])
def test_one_decimal(value, text):
    assert tenth(value) == text


@pytest.mark.parametrize("write", [tenth, q_value])
def test_missing_number_is_a_dash(write):
    assert write(float("nan")) == write(None) == "—"


def test_a_city_s_own_words_stay_as_they_are():
    words = Words("zh", Catalogue())
    assert words.layer("school_zone") == "school_zone"
    assert words.kind("own_kind") == "own_kind"
    assert words.field("building", "own_field") == "own_field"
    assert words.rejected("own_reason") == "own_reason"


def test_places_are_called_by_their_kind_or_layer():
    words = Words("zh", Catalogue())
    assert [words.place_kind(k) for k in ("component", "cell:unit", "area")] == [
        "部件",
        "单元网格",
        "行政区划",
    ]


def test_fields_are_called_by_their_declaration():
    words = Words("zh", Catalogue())
    assert [words.field("resource", name) for name in ("quantity", "geom")] == ["数量", "几何"]


def test_crossings_and_drawn_cells_have_words_in_both_languages():
    zh, en = (Words(lang, Catalogue()) for lang in ("zh", "en"))
    assert (zh.place_kind("crossing"), en.place_kind("crossing")) == ("路口", "Crossing")
    assert zh.place_kind("cell:h3_8") == "H3 8 级六边形"
    assert en.layer("h3_9") == "H3 cell of resolution 9"
