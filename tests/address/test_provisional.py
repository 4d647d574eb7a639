"""Provisional addresses: one for each distinct text that names a place."""

from blockdata.address import AddressIndex
from blockdata.address.provisional import provisional_addresses

TEXTS = [
    "延安三路 5 号",
    "延安三路５号",
    "示例区南湖社区",
    "-",
    "无",
    "不详",
    "",
    None,
    "市北区",
    "某人",
]


def test_distinct_places_in_the_order_of_their_text() -> None:
    frame = provisional_addresses(TEXTS, mint=lambda text: f"id:{text}")
    assert frame["text"].tolist() == ["延安三路5号", "示例区南湖社区"]
    assert frame["id"].tolist() == ["id:延安三路5号", "id:示例区南湖社区"]
    assert frame["level"].tolist() == ["road_no", "community"]
    assert frame["community"].tolist()[1] == "南湖社区"


def test_the_order_of_the_texts_changes_nothing() -> None:
    forth = provisional_addresses(TEXTS, mint=str.upper)
    assert provisional_addresses(TEXTS[::-1], mint=str.upper).equals(forth)


def test_every_provisional_address_matches_itself() -> None:
    frame = provisional_addresses(TEXTS, mint=lambda text: f"id:{text}")
    matched = AddressIndex.build(frame).match(TEXTS[:3])
    assert matched["address_id"].tolist() == [
        "id:延安三路5号",
        "id:延安三路5号",
        "id:示例区南湖社区",
    ]
    assert set(matched["match_method"]) == {"exact"}


def test_nothing_usable_gives_an_empty_frame_with_the_same_columns() -> None:
    some, none = provisional_addresses(TEXTS, mint=str), provisional_addresses(["-"], mint=str)
    assert none.empty
    assert none.columns.equals(some.columns)
