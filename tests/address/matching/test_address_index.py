"""Matching: what may match, what never may, and agreement with a brute-force search."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blockdata.address.matching import AddressIndex
from blockdata.errors import DeclarationError

LIBRARY = pd.DataFrame(
    [
        ("d105", "示例市市北区甲街道延安三路105号"),
        ("b3", "示例市市北区甲街道延安三路105号3号楼"),
        ("u2", "示例市市北区甲街道延安三路105号3号楼2单元"),
        ("r501", "示例市市北区甲街道延安三路105号3号楼2单元501室"),
        ("r502", "示例市市北区甲街道延安三路105号3号楼2单元502室"),
        ("r502u1", "示例市市北区甲街道延安三路105号3号楼1单元502室"),
        ("jia1", "示例市市北区甲街道中山路1号"),
        ("yi1", "示例市市北区乙街道中山路1号"),
        ("e", "示例市市北区乙街道阳光花园"),
        ("e8", "示例市市北区乙街道阳光花园8号楼"),
        ("shop", "示例市市北区乙街道海州路7号甲店"),
    ],
    columns=["id", "text"],
)
INDEX = AddressIndex.build(
    LIBRARY,
    aliases=pd.DataFrame(
        [("e", "向阳院"), ("jia1", "老邮局"), ("yi1", "老邮局"), ("gone", "旧仓库")],
        columns=["address_id", "text"],
    ),
    decisions={"海州路７号 大院": "shop"},
)


def match(text: str | None) -> tuple[str | None, str, str | None]:
    """Return id, method and level of one text; None for missing."""
    row = INDEX.match([text]).iloc[0]
    missing = row.isna()
    return (
        None if missing["address_id"] else row["address_id"],
        row["match_method"],
        None if missing["level"] else row["level"],
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("示例市市北区甲街道延安三路105号3幢二门501户", ("r501", "exact", "room")),
        ("延安三路105号3-2-501", ("r501", "structured", "room")),
        ("市北区延安三路105号3栋501", ("r501", "structured", "room")),
        ("延安三路105号3号楼2单元999", ("u2", "structured", "unit")),
        ("延安三路105号3号楼9单元501", ("b3", "structured", "building")),
        ("延安三路105号4号楼", ("d105", "structured", "road_no")),
        ("阳光花园8座1201", ("e8", "structured", "building")),
        ("乙街道中山路1号", ("yi1", "structured", "road_no")),
        ("向阳 院", ("e", "alias", "estate")),
        ("海州路7号大院", ("shop", "decision", "road_no")),
    ],
)
def test_what_matches_and_how_deep(text: str, expected: tuple[str, str, str]) -> None:
    assert match(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "延安三路106号3号楼2单元501",  # another door number
        "延安三路1055号",
        "延安路105号",  # another road
        "南区区延安三路105号",  # another district
        "丙街道中山路1号",  # another town
        "中山路1号",  # the same road in two towns
        "老邮局",  # one alias of two addresses
        "旧仓库",  # an alias of an address that is not in the library
        "海州路7号",  # only a shop there is in the library
        "海州路7号乙店",
        "市北区",
        "张三",
        "",
        "-",
        "无",
        None,
    ],
)
def test_what_never_matches(text: str | None) -> None:
    assert match(text) == (None, "none", None)


def test_evidence_says_what_agreed_and_what_not() -> None:
    evidence = INDEX.match(["延安三路105号3号楼2单元999", "中山路1号", "-"])["evidence"].tolist()
    assert evidence == [
        "road =; road_no =; building =; unit =; room not in library; bare numbers",
        "ambiguous",
        "no text",
    ]


def test_a_room_in_two_units_reaches_the_building_when_the_unit_is_left_out() -> None:
    row = INDEX.match(["延安三路105号3号楼502"]).iloc[0]
    assert (row["address_id"], row["level"]) == ("b3", "building")
    assert "unit not in text" in row["evidence"]


def test_deeper_agreement_scores_higher_and_equal_text_scores_one() -> None:
    texts = [
        "示例市市北区甲街道延安三路105号3号楼2单元501室",
        "延安三路105号3号楼2单元501",
        "延安三路105号3号楼2单元999",
        "延安三路105号9号楼2单元999",
        "延安三路105号9号楼2单元999对面",
        "延安三路999号",
    ]
    scores = INDEX.match(texts)["match_score"].tolist()
    assert scores[0] == 1.0
    assert scores[-1] == 0.0
    assert scores == sorted(set(scores), reverse=True)


def test_unplaced_text_does_not_come_back_in_the_evidence() -> None:
    evidence = INDEX.match(["延安三路105号李四"])["evidence"].iloc[0]
    assert "rest not compared" in evidence
    assert "李四" not in evidence


def test_columns_describe_an_address_from_the_road_down() -> None:
    library = pd.DataFrame(
        {
            "id": ["a", "b"],
            "text": ["示例区某处", None],
            "road": ["延安三路", "延安三路"],
            "road_no": ["105", "107号"],
            "building": ["3幢", "无"],
            "room": ["0501", None],
        }
    )
    matched = AddressIndex.build(library).match(["示例区延安三路105号3号楼501", "延安三路107号"])
    assert matched["address_id"].tolist() == ["a", "b"]


def test_equal_library_texts_are_ambiguous_and_shared_keys_are_bounded() -> None:
    same = pd.DataFrame({"id": [f"a{n}" for n in range(200)], "text": ["延安三路1号"] * 200})
    index = AddressIndex.build(same)
    matched = index.match(["延安三路1号", "市北区延安三路1号"])
    assert matched["match_method"].tolist() == ["none", "none"]
    assert matched["evidence"].str.startswith("ambiguous").all()


def test_a_library_without_its_columns_is_refused() -> None:
    with pytest.raises(DeclarationError, match="address library: column text is missing"):
        AddressIndex.build(pd.DataFrame({"id": ["a"]}))


def test_an_empty_library_and_no_texts_give_empty_answers() -> None:
    empty = AddressIndex.build(pd.DataFrame({"id": [], "text": []}))
    assert empty.match([]).empty
    assert empty.match(["延安三路1号"])["match_method"].tolist() == ["none"]


NUMBERS = st.sampled_from(["1", "2", "11", "12"])
ROOMS = st.tuples(st.sampled_from("甲乙"), NUMBERS, NUMBERS, NUMBERS, NUMBERS)


@given(st.lists(ROOMS, unique=True, max_size=12), ROOMS, st.booleans())
@settings(deadline=None)
def test_rooms_match_as_brute_force_says(
    rooms: list[tuple[str, ...]], wanted: tuple[str, ...], with_town: bool
) -> None:
    texts = ["示例区{}街道东路{}号{}号楼{}单元{}室".format(*room) for room in rooms]
    ids = [f"a{position}" for position in range(len(rooms))]
    index = AddressIndex.build(pd.DataFrame({"id": ids, "text": texts}))
    text = "东路{}号{}幢{}门{}".format(*wanted[1:])
    matched = index.match([f"{wanted[0]}街道{text}" if with_town else text]).iloc[0]
    agreeing = [
        address_id
        for address_id, room in zip(ids, rooms, strict=True)
        if room[1:] == wanted[1:] and (not with_town or room[0] == wanted[0])
    ]
    if len(agreeing) == 1:
        assert matched["address_id"] == agreeing[0]
    else:
        assert matched["match_method"] == "none"


@given(st.lists(st.sampled_from([*LIBRARY["text"], "中山路1号", "-", None]), max_size=10))
@settings(deadline=None)
def test_each_text_is_matched_alone_whatever_stands_beside_it(texts: list[str | None]) -> None:
    together = INDEX.match(texts)
    assert len(together) == len(texts)
    for position, text in enumerate(texts):
        alone = INDEX.match([text])
        pd.testing.assert_frame_equal(together.iloc[[position]].reset_index(drop=True), alone)
