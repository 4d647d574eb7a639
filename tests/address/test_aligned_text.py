"""Spans back into the source: the same text as the plain form, monotone, inside, and exact."""

import random
import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blockdata.address.aligned import Aligned
from blockdata.address.normalise import normalise_address, normalise_aligned

ADDRESS_LIKE = st.text(
    alphabet=st.sampled_from(
        "0123456789ABFabf〇零一二三四五十百千甲乙东路街号楼幢栋座懂单元门梯室房户间层负地下第附之弄期院村"
        "號樓東園乾-—～_#＃,，、;；()（）【】[] 　\t\n\u200b\u0301\ufeff"
        "⻄⻓①½㎡１２Ａ○・•.\ud800가ﾞｶ각"
    ),
    max_size=30,
)


@pytest.mark.parametrize(
    ("source", "piece", "stood"),
    [
        ("延安三路１０５号 第3幢 二单元", "3号楼", "3幢"),
        ("延安三路１０５号 第3幢 二单元", "105号", "１０５号"),
        ("105号（3幢2单元）501", "2单元", "2单元"),
        ("12号之一（原粮店）", "12-1号", "12号之一"),
        ("3＃楼2梯1001户", "1001室", "1001户"),
        ("12附1号", "12号附1号", "12附1号"),
        ("阳光花园 B\u200b座", "B号楼", "B\u200b座"),
        ("㎡①号", "1号", "①号"),
    ],
)
def test_a_piece_stood_there(source: str, piece: str, stood: str) -> None:
    aligned = normalise_aligned(source)
    start = aligned.text.index(piece)
    low, high = aligned.to_source(start, start + len(piece))
    assert source[low:high] == stood


def _check(source: str) -> None:
    aligned = normalise_aligned(source)
    assert aligned.text == normalise_address(source)
    assert len(aligned.text) == len(aligned.starts) == len(aligned.ends)
    assert list(aligned.starts) == sorted(aligned.starts)
    assert list(aligned.ends) == sorted(aligned.ends)
    spans = zip(aligned.starts, aligned.ends, strict=True)
    assert all(0 <= start < end <= len(source) for start, end in spans)
    whole = aligned.to_source(0, len(aligned.text))
    assert all(whole[0] <= start and end <= whole[1] for start, end in _spans(aligned))
    assert normalise_aligned(aligned.text).starts == tuple(range(len(aligned.text)))


def _spans(aligned: Aligned) -> list[tuple[int, int]]:
    return [aligned.to_source(place, place + 1) for place in range(len(aligned.text))]


@given(ADDRESS_LIKE)
@settings(max_examples=500, deadline=None)
def test_address_like_text_keeps_its_places(text: str) -> None:
    _check(text)


@given(st.text(max_size=40))
@settings(deadline=None)
def test_any_text_keeps_its_places(text: str) -> None:
    _check(text)


# Letters that no rule speaks of: whatever happens around them, they stay where they were.
PLAIN = "延安阳光花园苑里锦澜望泉秋风社区街道"


@given(st.lists(st.sampled_from([*PLAIN, *"0123456789 -（）#栋幢单元室房附之三十"]), max_size=40))
@settings(max_examples=300, deadline=None)
def test_each_unchanged_character_maps_to_itself(characters: list[str]) -> None:
    source = "".join(characters)
    aligned = normalise_aligned(source)
    kept = [place for place, character in enumerate(source) if character in PLAIN]
    stayed = [place for place, character in enumerate(aligned.text) if character in PLAIN]
    assert [aligned.to_source(place, place + 1) for place in stayed] == [(k, k + 1) for k in kept]


@given(st.text(max_size=12), st.sampled_from(["a", "[a-z]+", "(?<=1)x", ".", "$", "b|"]))
@settings(deadline=None)
def test_substituting_gives_what_re_gives(text: str, pattern: str) -> None:
    compiled = re.compile(pattern)
    if text:
        assert Aligned.of(text).substitute(compiled, "xy").text == compiled.sub("xy", text)


@given(st.text(max_size=12))
@settings(deadline=None)
def test_composing_gives_nfkc(text: str) -> None:
    assert Aligned.of(text).composed().text == unicodedata.normalize("NFKC", text)


def test_empty_spans_stay_empty() -> None:
    aligned = normalise_aligned(" 3 栋 ")
    assert aligned.to_source(0, 0) == (1, 1)
    assert aligned.to_source(3, 3) == (4, 4)
    assert Aligned.of("").to_source(0, 0) == (0, 0)


def test_seeded_texts_of_many_marks_agree() -> None:
    rng = random.Random(8)
    for _ in range(2_000):
        _check(
            "".join(
                chr(rng.choice([rng.randrange(0x3000), rng.randrange(0xD800)])) for _ in range(8)
            )
        )
