"""Relative descriptions as texts: what each says, and that no text breaks the reading."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blockdata.address.relative import RELATIONS, anchor_texts, describe, describe_all
from blockdata.address.relative.lengths import find_length


@pytest.mark.parametrize(
    ("text", "relation", "refers_to"),
    [
        ("105号对面", "opposite", ("105号",)),
        ("阳光花园5号楼斜对面", "opposite", ("阳光花园5号楼",)),
        ("延安三路105号附近", "near", ("延安三路105号",)),
        ("延安三路105号附进", "near", ("延安三路105号",)),
        ("35栋旁边铁皮房", "beside", ("35栋",)),
        ("延安三路105号门口", "at", ("延安三路105号",)),
        ("延安三路105号", "at", ("延安三路105号",)),
        ("听涛路3号（望海路路口）", "at", ("听涛路3号",)),
        ("A小区与B小区之间", "between", ("A小区", "B小区")),
        ("位于陽光花園旁", "beside", ("阳光花园",)),
        ("幸福街道和平路社区", "at", ("幸福街道和平路社区",)),
    ],
)
def test_relations_to_an_address(text: str, relation: str, refers_to: tuple[str, ...]) -> None:
    read = describe(text)
    assert (read.relation, read.anchors, read.reason) == (relation, refers_to, "")


@pytest.mark.parametrize(
    ("text", "streets", "direction"),
    [
        ("延安三路与香港中路交叉口", ("延安三路", "香港中路"), None),
        ("延安三路和香港中路交汇处", ("延安三路", "香港中路"), None),
        ("延安三路与香港中路路口", ("延安三路", "香港中路"), None),
        ("延安三路、香港中路口", ("延安三路", "香港中路"), None),
        ("滨河区东霄街/青鹭路", ("滨河区东霄街", "青鹭路"), None),
        ("东霄街与青鹭路交叉口西南角", ("东霄街", "青鹭路"), "西南"),
        ("东霄街青鹭路路口", ("东霄街青鹭路",), None),
        ("和泉路口", ("和泉路",), None),
        ("康岭里与江川路路口", ("康岭里", "江川路"), None),
        ("颐和路与江西路路口", ("颐和路", "江西路"), None),
        ("紫阳大道/青鹭路，靠近电梯", ("紫阳大道", "青鹭路"), None),
    ],
)
def test_crossings(text: str, streets: tuple[str, ...], direction: str | None) -> None:
    read = describe(text)
    assert (read.relation, read.streets, read.direction) == ("crossing", streets, direction)


@pytest.mark.parametrize(
    ("text", "direction", "distance_m", "approximate"),
    [
        ("延安三路105号路东50米", "东", 50.0, False),
        ("延安三路105号西北200米", "西北", 200.0, False),
        ("延安三路１０５號东南５０余米", "东南", 50.0, True),
        ("延安三路105号往北约一百五十米处", "北", 150.0, True),
        ("延安三路105号北侧1.5公里", "北", 1_500.0, False),
        ("延安三路105号 200m", None, 200.0, False),
        ("延安三路105号前方百米左右", None, 100.0, True),
    ],
)
def test_offsets(text: str, direction: str, distance_m: float, approximate: bool) -> None:
    read = describe(text)
    assert (read.relation, read.anchors) == ("offset", ("延安三路105号",))
    assert (read.direction, read.distance_m) == (direction, distance_m)
    assert read.approximate is approximate
    assert read.azimuth_deg == (None if direction is None else AZIMUTHS[direction])


AZIMUTHS = {"东": 90.0, "西北": 315.0, "东南": 135.0, "北": 0.0}


def test_an_offset_from_a_crossing_keeps_both_streets() -> None:
    read = describe("延安三路与香港中路交叉口东北50米")
    assert (read.relation, read.streets) == ("offset", ("延安三路", "香港中路"))
    assert describe("延安三路口往南").direction == "南"
    assert describe("延安三路口往南").relation == "offset"


@pytest.mark.parametrize(
    "text",
    [
        "延安三路(江西路-香港中路段)",
        "延安三路江西路至香港中路段",
        "延安三路（江西路与香港中路之间）",
    ],
)
def test_a_piece_of_a_street(text: str) -> None:
    read = describe(text)
    assert (read.relation, read.streets) == ("along", ("延安三路", "江西路", "香港中路"))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (None, "empty"),
        ("  ", "empty"),
        ("\u200b\t", "empty"),
        ("对面", "no_anchor"),
        ("前方50米", "no_anchor"),
        ("东50米", "no_anchor"),
        ("阳光花园东几百米", "vague_distance"),
        ("阳光花园东二百五米", "vague_distance"),
    ],
)
def test_what_cannot_be_read_has_a_reason(text: str | None, reason: str) -> None:
    assert describe(text).reason == reason


@pytest.mark.parametrize("text", ["米兰花园5号楼", "三里屯", "五百米粉店", "香港中路8号100m2"])
def test_names_hold_no_distance(text: str) -> None:
    assert find_length(text) is None


@given(
    st.text(
        alphabet=st.sampled_from(
            "延安三路街与和/口对面旁附近东南西北侧0123456789百几米公里m()-至之间号楼约余\u200b ａ"
        ),
        max_size=20,
    )
    | st.text(max_size=30)
)
@settings(max_examples=400, deadline=None)
def test_any_text_is_read_or_has_a_reason(text: str) -> None:
    read = describe(text)
    assert read.relation in RELATIONS
    assert read.reason or (all(read.anchors) and (read.anchors or read.streets))
    assert describe_all([text, None, text]) == [read, describe(None), read]


def test_a_very_long_text_is_refused() -> None:
    assert describe("延安三路与" * 2_000).reason == "too_long"
    assert describe("延安三路与" * 20).relation in RELATIONS


def test_anchors_are_listed_once() -> None:
    read = describe_all(["乙小区旁", "甲小区旁", "乙小区对面", "甲路与乙路路口", None])
    assert anchor_texts(read) == ["乙小区", "甲小区"]
