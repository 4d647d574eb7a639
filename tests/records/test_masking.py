"""Masking: what must go goes, what ties records to places stays."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from blockdata.records.identifiers import (
    identity_check_character,
    is_identity_number,
    organisation_check_character,
    uscc_check_character,
)
from blockdata.records.masking import (
    contains_personal,
    mask_personal,
    mask_personal_column,
    mask_personal_texts,
)

DIGITS = "0123456789"
FULL_WIDTH = str.maketrans("0123456789-+X ", "０１２３４５６７８９－＋Ｘ　")
WORDS = st.sampled_from(["路灯不亮，", "网格", "见", "：", "（", "；编号", "，在", " "])


def digits(count: int) -> st.SearchStrategy[str]:
    return st.text(DIGITS, min_size=count, max_size=count)


@st.composite
def mobiles(draw: st.DrawFn) -> str:
    number = "1" + draw(st.sampled_from("3456789")) + draw(digits(9))
    gap = draw(st.sampled_from(["", " ", "-", " - "]))
    cuts = draw(st.sampled_from([(), (3, 7), (3,), (7,), (4, 7), (3, 6)]))
    parts = [number[a:b] for a, b in zip((0, *cuts), (*cuts, 11), strict=True)]
    prefix = draw(st.sampled_from(["", "+86", "+86 ", "+86-", "86", "0086", "(+86)"]))
    return prefix + gap.join(parts)


@st.composite
def identity_numbers(draw: st.DrawFn) -> str:
    birth = draw(st.dates(dt.date(1850, 1, 1), dt.date(2099, 12, 31)))
    area = draw(st.sampled_from("123456789")) + draw(digits(5))
    body = area + birth.strftime("%Y%m%d") + draw(digits(3))
    return body + identity_check_character(body)


@given(mobiles(), st.booleans(), st.sampled_from(["来电", "", "tel", "请回电：", "18号楼"]))
def test_every_way_of_writing_a_mobile_number_is_masked(
    number: str, full_width: bool, before: str
) -> None:
    written = number.translate(FULL_WIDTH) if full_width else number
    assert mask_personal(f"{before}{written}，急") == f"{before}〔电话〕，急"


@given(identity_numbers(), st.sampled_from(["身份证", "", "ID", "，"]), st.booleans())
def test_every_identity_number_is_masked(number: str, before: str, full_width: bool) -> None:
    written = number.translate(FULL_WIDTH) if full_width else number
    assert mask_personal(f"{before}{written}。") == f"{before}〔证件〕。"


def test_identity_number_in_small_letters_parts_and_with_a_wrong_check_digit() -> None:
    for written in ("11010519491231002x", "110105 19491231 002X", "110105194912310021"):
        assert mask_personal(written) == "〔证件〕"


@pytest.mark.parametrize(
    "written",
    ["0532-81234567", "053281234567", "(0532)81234567", "0532 8123 4567", "010-81234567-801"],
)
def test_landlines_are_masked(written: str) -> None:
    assert mask_personal(f"固话{written}无人接") == "固话〔电话〕无人接"


def test_short_numbers_are_masked_after_a_word_for_telephone_only() -> None:
    assert mask_personal("联系电话：8123456") == "联系电话：〔电话〕"
    assert mask_personal("工单8123456，拨打电话12345") == "工单8123456，拨打电话12345"


def test_two_numbers_without_a_gap_and_one_freed_by_the_other_are_masked() -> None:
    assert mask_personal("1380000000013900000000") == "〔电话〕"
    assert mask_personal("0532-81234567.13800000000") == "〔电话〕.〔电话〕"


def test_old_identity_number_is_told_from_a_grid_code() -> None:
    assert mask_personal("身份证370203350101001") == "身份证〔证件〕"
    assert mask_personal("370203650101001") == "〔证件〕"
    assert mask_personal("网格370203650101001") == "网格370203650101001"
    assert mask_personal("370203001001001") == "370203001001001"


@given(
    # No province has 86, which begins a telephone number with the country's code.
    st.sampled_from("1234567"),
    digits(5),
    st.integers(1, 599),
    digits(3),
    st.text(DIGITS + "ABCXYZ", min_size=3, max_size=3),
    WORDS,
)
def test_grid_codes_stay(
    head: str, county: str, street: int, community: str, tail: str, before: str
) -> None:
    code = f"{head}{county}{street:03d}{community}{tail}"
    assert mask_personal(f"{before}{code}。") == f"{before}{code}。"


@given(digits(8), st.sampled_from(["131", "132"]), digits(9), WORDS)
def test_camera_and_component_codes_stay(
    centre: str, device_type: str, rest: str, before: str
) -> None:
    camera = centre + rest[:2] + device_type + rest[2:]
    for code in (camera, "37020301" + rest[:8], "37020301" + rest):
        assert mask_personal(f"{before}{code} ") == f"{before}{code} "


@given(st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=8, max_size=8), digits(6), WORDS)
@example("13800000", "137020", "")
@example("99001010", "370203", "")
def test_social_credit_codes_stay(organisation: str, area: str, before: str) -> None:
    body = f"91{area}{organisation}{organisation_check_character(organisation)}"
    code = body + uscc_check_character(body)
    masked = mask_personal(f"{before}{code}。")
    assert (masked == f"{before}{code}。") == (not is_identity_number([code])[0])


def test_decimals_of_coordinates_and_dates_stay() -> None:
    for text in ("120.13812345678,36.06712345678", "2018-07-04 17:24:41", "20180704172441"):
        assert mask_personal(text) == text


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("姓名：王小明", "姓名：〔姓名〕"),
        ("姓名:王 明 电话", "姓名:〔姓名〕 电话"),
        ("姓名 王小明 男", "姓名 〔姓名〕 男"),
        ("联系人王小明来电", "联系人〔姓名〕来电"),
        ("联系人：阿不都·买买提江，", "联系人：〔姓名〕，"),
        ("联系人：王小明联系电话：13800000000", "联系人：〔姓名〕联系电话：〔电话〕"),
        ("联系人：王明、李明", "联系人：〔姓名〕"),
        ("联系人姓名：王明", "联系人姓名：〔姓名〕"),
        ("负责人：联系人：王明", "负责人：联系人：〔姓名〕"),
        ("业主王小明反映楼道堆物", "业主〔姓名〕反映楼道堆物"),
        ("户主（王明）", "户主（〔姓名〕）"),
        ("举报人欧阳小明的车", "举报人〔姓名〕的车"),
        ("经营者为王明，", "经营者为〔姓名〕，"),
    ],
)
def test_names_after_a_label_are_masked(text: str, masked: str) -> None:
    assert mask_personal(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "业主反映小区停车难",
        "业主高空抛物",
        "负责人不在现场",
        "投诉人多次来电",
        "联系人：不详",
        "姓名：电话：地址：",
        "业主严重不满",
        "业主委员会",
    ],
)
def test_sentences_about_nobody_by_name_stay(text: str) -> None:
    assert mask_personal(text) == text
    assert not contains_personal(text)


PIECES = st.sampled_from(
    [
        "姓名",
        "联系人",
        "业主",
        "：",
        "王小明",
        "李",
        "·",
        "〔姓名〕",
        "〔证件〕",
        "电话",
        "138",
        "0000",
        "13800000000",
        "0532-",
        "81234567",
        ".",
        "-",
        "(",
        ")",
        "+86",
        "、",
        "张",
        "370203001001001",
        "11010519491231002X",
        "身份证",
        "〔",
        "〕",
        "网格",
        "１３９",
        "a",
    ]
)
JOINED = st.lists(PIECES, max_size=12).map("".join)
SPACED = st.lists(PIECES, max_size=6).map(" ".join)


@given(JOINED | SPACED | st.text(max_size=40))
def test_masking_twice_is_masking_once(text: str) -> None:
    masked = mask_personal(text)
    assert mask_personal(masked) == masked
    assert not contains_personal(masked)
    assert contains_personal(text) == (masked != text)


def test_many_texts_equal_one_by_one_and_keep_missing() -> None:
    values = ["姓名：王明", None, "路灯不亮", "姓名：王明"]
    assert mask_personal_texts(values) == [v and mask_personal(v) for v in values]


@given(st.lists(st.none() | JOINED | SPACED, max_size=8), st.sampled_from([1, 30]))
def test_a_column_is_masked_as_its_texts_are_alone(texts, times):
    column = pa.array(texts * times, pa.string())
    masked = mask_personal_column(column)
    assert masked.to_pylist() == [text and mask_personal(text) for text in texts] * times
    if masked.equals(column):
        assert masked is column


@pytest.mark.parametrize(
    "text",
    [
        "13800000000",
        "13800000000，13900000000、13800000001",
        "致电13800000000。姓名：王明",
        "3.13800000000",
        "12.13800000000",
        "13800000000 ",
        "0\n13800000000\n0",
        "业主13800000000张三反映",
        "编号13800000000",
        "身份证13800000000，110105491231002",
        "1 3 8 0 0 0 0 0 0 0 0",
        "１３８００００００００",
        "A13800000000",
        "138000000000",
        "电话8123456，13800000000",
    ],
)
def test_plain_mobile_numbers_in_a_column_are_masked_as_in_a_text(text):
    assert mask_personal_column(pa.array([text])).to_pylist() == [mask_personal(text)]
