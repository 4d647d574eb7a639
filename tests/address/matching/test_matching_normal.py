"""Normalising many texts by their characters gives what normalising each gives."""

from hypothesis import given, settings
from hypothesis import strategies as st

from blockdata.address.matching.normal import normalise_all
from blockdata.address.normalise import normalise_address

PIECES = st.sampled_from(
    [
        *("延安三路", "中山路", "三里屯", "第一社区", "市北区", "阳光花园", "八大关", "十梅庵路"),
        *("105号", "3幢", "3号楼", "2栋", "A座", "12#", "2单元", "二单元", "三单", "302", "0501"),
        *("房", "户", "室", "号", "层", "楼", "第", "一", "十二", "之一", "附3号", "门", "梯"),
        *(
            "１０５",
            "3-2-501",
            "-",
            "，",
            " ",
            "(",
            ")",
            "B1",
            "F",
            "甲",
            "樓",
            "號",
            "⻄",
            "〇",
            "#",
        ),
        *("幢", "栋", "座位", "单", "单元", "1", "0", "地下", "懂", "东", "の", "é", "\ud800"),
    ]
)
TEXTS = st.lists(PIECES, max_size=8).map("".join)


@given(st.lists(TEXTS, max_size=20))
@settings(deadline=None, max_examples=400)
def test_many_texts_are_normalised_as_each_alone(texts: list[str]) -> None:
    assert normalise_all(texts) == [normalise_address(text) for text in texts]


def test_every_han_character_alone_and_after_a_number() -> None:
    texts = [
        shape.format(chr(code)) for code in range(0x4E00, 0xA000) for shape in ("某{}路", "3{}5")
    ]
    assert normalise_all(texts) == [normalise_address(text) for text in texts]


def test_what_is_no_text_is_empty() -> None:
    assert normalise_all([None, 3, float("nan"), ""]) == ["", "", "", ""]
