"""What chronic places share, as the base tells it: components, spots, companies, units."""

import datetime as dt

import pandas as pd
import pyarrow as pa
import pytest

from blockdata.engines import cause_feeds
from blockdata.engines.spot_feeds import spots
from blockdata.records import Catalogue
from blockdata.store.snapshots import memory_session

HOUSE = {
    "town": "甲街道",
    "community": "乙社区",
    "road": "丙路",
    "road_no": "1号",
    "estate": "丁苑",
}
ADDRESSES = [
    {"id": "adr1", **HOUSE, "building": "1号楼", "building_code": "B1", "full_text": "丁苑1号楼"},
    *(
        {
            "id": f"adr{n}",
            **HOUSE,
            "building": "1号楼",
            "room": f"{n}室",
            "full_text": f"1号楼{n}室",
        }
        for n in (2, 3)
    ),
    {"id": "adr4", **HOUSE, "building": "2号楼", "room": "201室", "full_text": "丁苑2号楼201室"},
    {"id": "adr5", "full_text": "某处"},
    {"id": "adr6", "full_text": "某处"},
]
ENTITIES = [
    {"id": "ent1", "uscc": "91A", "name": "甲公司", "address_id": "adr2"},
    {"id": "ent2", "uscc": "92B", "name": None, "address_id": "adr3"},
    {"id": "ent3", "uscc": "91C", "name": "丙公司", "address_id": "adr4", "match_level": "road"},
    {
        "id": "ent4",
        "uscc": "91D",
        "name": "丁公司",
        "address_id": "adr4",
        "dissolved_on": dt.date(2020, 1, 1),
    },
]
PREMISES = [
    {"id": "prm1", "code": "P1", "uscc": "91A", "name": "甲店", "address_id": "adr4"},
    {"id": "prm2", "code": "P2", "uscc": "92B", "name": "王小明小吃", "address_id": "adr3",
     "premises_type": "餐饮"},
]  # fmt: skip
CHRONIC = [
    ("address", "adr3", "噪声", "chronic"),
    ("address", "adr2", "油烟", None),
    ("address", "adr5", "油烟", None),
    ("building", "bld1", "油烟", "chronic"),
    ("component", "cmp1", "路灯故障", "chronic"),
    ("component", "cmp1", "其他", None),
    ("legal_entity", "ent2", "油烟", "chronic"),
    ("premises", "prm2", "油烟", None),
]


def _add(session, table, rows):
    frame = pd.DataFrame(rows)
    session.append(table, pa.Table.from_pandas(frame, preserve_index=False))


@pytest.fixture(scope="module")
def session():
    made = memory_session(Catalogue())
    _add(made, "address", ADDRESSES)
    _add(made, "building", [{"id": "bld1", "code": "B1", "use": "住宅", "floors": 6}])
    _add(made, "legal_entity", ENTITIES)
    _add(made, "premises", PREMISES)
    _add(made, "department", [{"id": "dep1", "code": "D1", "name": "市管局"}])
    light = {"id": "cmp1", "code": "1", "name": "路灯", "owner_name": "甲", "x": 1.0, "y": 2.0}
    _add(made, "component", [light | {"located_by": "description"}, {"id": "cmp2", "code": "2"}])
    names = ["place_kind", "place", "category", "status"]
    _add(made, "chronic", [dict(zip(names, row, strict=True)) for row in CHRONIC])
    episodes = [("e1", "u"), ("e2", "v"), ("e3", "v")]
    _add(made, "episode", [
        {"episode": e, "place_kind": "address", "place": "adr3", "category": "噪声"}
        for e, _ in episodes
    ])  # fmt: skip
    _add(made, "episode_member", [{"incident": e, "episode": e} for e, _ in episodes])
    _add(made, "incident", [{"id": e, "department_name": f"{d}所"} for e, d in episodes])
    yield made
    made.con.close()


def test_flats_count_as_their_building_and_unread_texts_stay_apart(session):
    found = spots(session).set_index("place")
    # 2号楼 has no address of its own: its first flat stands for it.
    assert found.index.tolist() == ["adr1", "adr4", "adr5", "adr6"]
    assert found.loc["adr1", ["stratum", "estate", "road"]].tolist() == [
        *("住宅 4-6 1-9", "乙社区 丁苑", "甲街道 丙路")
    ]


def test_a_spot_is_bad_through_its_flats_and_its_building_and_counts_once(session):
    found = cause_feeds.spot_places(session).set_index("place")
    assert found["bad"].to_dict() == {"adr1": True, "adr4": False, "adr5": False, "adr6": False}
    assert found["seen"].sum() == 2
    listed = cause_feeds.listed_categories(session)
    assert listed[listed["place_kind"] == "address"]["category"].tolist() == ["噪声", "油烟"]


def test_a_component_chronic_in_one_category_is_bad_once_and_a_described_point_is_none(session):
    found = cause_feeds.component_places(session, ("status",)).set_index("place")
    assert found["bad"].to_dict() == {"cmp1": True, "cmp2": False}
    assert found["x"].isna().all() and "status" in found


def test_companies_stand_at_spots_and_sole_traders_are_none(session):
    found = cause_feeds.spot_companies(session)
    assert found.values.tolist() == [["adr1", "甲公司"], ["adr4", "甲公司"]]
    assert cause_feeds.known_bodies(session) >= {"市管局", "甲公司"}


def test_fields_of_buildings_and_premises_are_told_of_their_spot(session):
    assert cause_feeds.spot_fields(session, "building", "use").values.tolist() == [["adr1", "住宅"]]
    kinds = cause_feeds.spot_fields(session, "premises", "premises_type")
    assert kinds.values.tolist() == [["adr1", "餐饮"]]


def test_the_unit_that_dealt_with_most_answers(session):
    found = cause_feeds.departments_answering(session)
    assert found[["place", "category", "department"]].values.tolist() == [["adr3", "噪声", "v所"]]


def test_places_are_named_without_flats_and_sole_traders(session):
    names = cause_feeds.told_names(session, ["adr3", "adr5", "ent1", "ent2", "prm2", "bld1"])
    told = names.set_index("place")["name"]
    house = "甲街道乙社区丙路1号丁苑1号楼"
    assert told.to_dict() == {
        "adr3": house,
        "adr5": "某处",
        "ent1": "甲公司",
        "ent2": house,
        "prm2": f"餐饮 {house}",
        "bld1": "B1",
    }
    assert cause_feeds.near_places(session, "legal_entity")["bad"].tolist() == [True]
    assert cause_feeds.near_places(session, "premises")["stratum"].tolist() == ["餐饮"]


def test_a_base_without_chronic_places_has_components_but_none_bad():
    empty = memory_session(Catalogue())
    assert cause_feeds.component_places(empty).empty and cause_feeds.spot_places(empty).empty
    empty.con.close()
