"""Parsing: each level by its grammar, traps with names, and nothing invented."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blockdata.address.normalise import normalise_address
from blockdata.address.parts import LEVELS, AddressParts, parse_address, parse_addresses

PIECES = [
    *("示例省", "示例市", "市北区", "示例区", "辽源路街道", "古镇", "甲村", "乙社区", "居委会"),
    *("延安三路", "重庆路", "红旗巷", "中山大街", "路", "街", "12号", "105号", "12-1号", "附3号"),
    *("669弄", "阳光花园", "东苑", "小区", "里", "院", "3号楼", "B幢", "2单元", "5层", "3楼"),
    *("501室", "501", "3-2-501", "8-10", "对面", "附近", "(原粮店)", "（3号楼）", "与", "旁", "-"),
]
ADDRESSES = st.lists(st.sampled_from(PIECES), max_size=9).map("".join)


def elements(text: str) -> dict[str, str]:
    """Return the named elements of a text as written."""
    parts = parse_address(normalise_address(text))
    named = {level: getattr(parts, level) for level in (*LEVELS, "rest")}
    return {level: value for level, value in named.items() if value is not None}


def test_a_full_address_gives_every_level() -> None:
    text = "示例省示例市市北区辽源路街道乙社区延安三路105号阳光花园3号楼2单元5层501室"
    assert list(elements(text).values()) == [
        "示例省", "示例市", "市北区", "辽源路街道", "乙社区", "延安三路", "105号", "阳光花园",
        "3号楼", "2单元", "5层", "501室",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("延安三路105号3-2-501", {"building": "3", "unit": "2", "room": "501"}),
        ("延安三路105-3-2-501", {"road_no": "105", "building": "3", "unit": "2", "room": "501"}),
        ("阳光花园8-1109", {"estate": "阳光花园", "building": "8", "room": "1109"}),
        ("阳光花园东苑3号楼2-501", {"estate": "阳光花园东苑", "unit": "2", "room": "501"}),
        ("寰海天下3幢", {"estate": "寰海天下", "building": "3号楼"}),
        ("延安三路216", {"road_no": "216"}),
        ("甲村五组107号", {"community": "甲村5组", "road_no": "107号"}),
        ("甲村张家104号", {"community": "甲村", "estate": "张家", "road_no": "104号"}),
        ("延安三路669弄12号501室", {"road_no": "669弄", "building": "12号", "room": "501室"}),
        ("建国路红旗巷12号", {"road": "红旗巷", "road_no": "12号"}),
        ("延安三路12号附1号", {"road_no": "12号附1号"}),
    ],
)
def test_the_numbered_part(text: str, expected: dict[str, str]) -> None:
    assert elements(text).items() >= expected.items()


@pytest.mark.parametrize(
    "text", ["重庆路8号", "朝阳区路8号", "古镇路12号", "甲村大街1号", "上海路1号"]
)
def test_roads_named_after_divisions_stay_roads(text: str) -> None:
    assert set(elements(text)) == {"road", "road_no"}


@pytest.mark.parametrize("text", ["大华超市", "农贸市场", "阳光花园南区", "甲经济开发区"])
def test_no_city_or_district_is_read_into_other_names(text: str) -> None:
    assert not {"province", "city", "district"} & set(elements(text))


def test_divisions_written_twice_are_read_once() -> None:
    found = elements("示例省示例市示例省示例市市北区延安三路1号")
    assert (found["city"], found["district"]) == ("示例市", "市北区")


def test_descriptions_and_remarks_are_no_elements() -> None:
    assert elements("延安三路105号对面3号楼") == {
        "road": "延安三路", "road_no": "105号", "rest": "对面3号楼",
    }  # fmt: skip
    assert elements("延安三路105号（原7号院）3幢") == {
        "road": "延安三路", "road_no": "105号", "building": "3号楼", "rest": "原7号院",
    }  # fmt: skip


def test_level_is_the_deepest_element() -> None:
    assert AddressParts().level is None
    assert AddressParts(road="甲路", unit="2单元").level == "unit"


@given(ADDRESSES | st.text(max_size=30))
@settings(max_examples=500, deadline=None)
def test_every_part_stands_in_the_text(text: str) -> None:
    normalised = normalise_address(text)
    for level, value in elements(text).items():
        for piece in value.split(" ") if level == "rest" else [value]:
            assert piece in normalised


@given(ADDRESSES)
@settings(deadline=None)
def test_no_character_of_the_text_is_used_twice_or_lost(text: str) -> None:
    normalised = normalise_address(text)
    found = "".join(elements(text).values())
    letters = [character for character in found if character != " "]
    assert set(letters) <= set(normalised)
    assert all(
        letters.count(character) <= normalised.count(character) for character in set(letters)
    )


def test_bulk_keeps_order_and_missing_texts() -> None:
    parts = parse_addresses(["延安三路1号", None, "延安三路1号"])
    assert [part.level for part in parts] == ["road_no", None, "road_no"]


def test_very_long_texts_are_parsed() -> None:
    for unit in ("路", "1-", "3号楼", "市区", "小区路", "甲乙"):
        assert isinstance(parse_address(unit * 5000), AddressParts)
