"""Normalising: the named forms, what must stay, and that doing it twice changes nothing."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blockdata.address.normalise import is_missing_text, normalise_address, normalise_addresses

NASTY = st.text(
    alphabet=st.sampled_from(
        "0123456789ABFabf〇零一二三五十百千甲乙东路街号楼幢栋座懂单元门梯室房户间层负地下第附之弄期院村"
        "-—～_#＃,，、;；()（）【】[] 　\t\n\u200b\u0301\ufeff⻄⻓①½１２Ａ○・•.\ud800가ﾞｶ각"
    ),
    max_size=30,
)


@pytest.mark.parametrize(
    ("written", "normalised"),
    [
        ("延安三路１０５号 3幢 二单元 三〇二房", "延安三路105号3号楼2单元302室"),
        ("阳光花园b懂１单元0501", "阳光花园B号楼1单元501"),
        ("阳光花园三栋二门三〇二", "阳光花园3号楼2单元302"),
        ("36号之一401", "36-1号401"),
        ("38号之一1号楼", "38-1号1号楼"),
        ("15-1楼下", "15-1楼下"),
        ("五#楼3", "5号楼3"),
        ("3＃楼2梯1001户", "3号楼2单元1001室"),
        ("⻄湖⻓路1号", "西湖长路1号"),
        ("三〇二", "302"),
        ("一百零五号十二幢", "105号12号楼"),
        ("第三栋", "3号楼"),
        ("阳月村七十一-1号", "阳月村71-1号"),
        ("延安路十二弄", "延安路12弄"),
        ("新-都•汇—3座", "新都汇3号楼"),
        ("1－10幢", "1-10号楼"),
    ],
)
def test_class_variants_and_widths_become_one_form(written: str, normalised: str) -> None:
    assert normalise_address(written) == normalised


@pytest.mark.parametrize(
    "name",
    [
        "三里屯",
        "四方区",
        "延安三路",
        "五四广场",
        "一号路",
        "八大关",
        "二七路",
        "七房桥村",
        "第三小学",
        "天安门",
        "八户村",
    ],
)
def test_numerals_and_class_words_inside_names_stay(name: str) -> None:
    assert normalise_address(name) == name


def test_floor_and_building_are_told_apart() -> None:
    assert normalise_address("105号3楼") == "105号3层"
    assert normalise_address("105号3号楼") == "105号3号楼"
    assert normalise_address("3楼-2单元-501") == "3号楼2单元501"
    assert normalise_address("地下一层") == normalise_address("B1层") == "负1层"


def test_subnumbers_keep_their_kind() -> None:
    assert normalise_address("十二号之一") == normalise_address("12之1号") == "12-1号"
    assert normalise_address("12附1号") == normalise_address("12号附一号") == "12号附1号"
    assert normalise_address("附12号") == "附12号"


def test_lists_ranges_and_spaces_never_join_two_numbers() -> None:
    assert normalise_address("24、26号") == normalise_address("24号、26号") == "24,26号"
    assert normalise_address("105 号 3 501") == "105号3-501"
    assert normalise_address("3(5") == "3-5"


def test_brackets_hold_remarks_unless_they_hold_elements() -> None:
    assert normalise_address("105号【原粮店】") == "105号(原粮店)"
    assert normalise_address("105号（3幢2单元）501") == "105号3号楼2单元501"


@given(NASTY)
@settings(max_examples=500, deadline=None)
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = normalise_address(text)
    assert normalise_address(once) == once


@given(st.text(max_size=40))
@settings(deadline=None)
def test_any_text_normalises_and_stays(text: str) -> None:
    once = normalise_address(text)
    assert normalise_address(once) == once


@given(st.lists(st.none() | NASTY, max_size=8))
@settings(deadline=None)
def test_bulk_equals_one_by_one(texts: list[str | None]) -> None:
    expected = [None if text is None else normalise_address(text) for text in texts]
    assert normalise_addresses(texts) == expected


def test_missing_texts() -> None:
    assert all(
        is_missing_text(text) for text in ["", " - ", "—", "无", "不详", "N/A", "null", None]
    )
    assert not is_missing_text("无棣路1号")
