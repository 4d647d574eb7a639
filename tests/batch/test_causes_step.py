"""The night finds a bad batch, a bad estate and lamps that fail side by side, and names nobody."""

import datetime as dt

import pandas as pd
import pyarrow as pa
import pytest

from blockdata.batch.causes import find_causes
from blockdata.batch.steps import Context
from blockdata.errors import ConfigError
from blockdata.records import Catalogue
from blockdata.store.snapshots import memory_session

AS_OF = dt.date(2026, 11, 1)
PRIVATE = "王小明"


def _lamps():
    """60 lamps: ten of 2019 of the lighting office, half of them chronic and side by side."""
    for k in range(60):
        yield {
            "id": f"cmp{k:02}",
            "code": f"{k}",
            "name": "路灯",
            "owner_name": PRIVATE if k >= 50 else "滨河区路灯管理所",
            "keeper_name": None,
            "surveyed_on": dt.date(2019 if k < 10 else 2021, 5, 1),
            "x": 40.0 * k,
            "y": 0.0,
            "located_by": "geometry",
        }


def _houses():
    """40 addresses in two estates, and a company with branches at five of the first."""
    for k in range(40):
        estate = "甲苑" if k < 8 else "乙苑"
        yield {"id": f"adr{k:02}", "full_text": f"{estate}{k}号", "estate": estate,
               "community": "社区", "building": f"{k}号楼", "x": 5000.0 + 200 * k, "y": 0.0,
               "located_by": "geometry"}  # fmt: skip


BAD = [*(f"cmp{k:02}" for k in range(6)), *(f"cmp{k}" for k in range(50, 54))]
BAD_HOUSES = [f"adr{k:02}" for k in range(6)]


def _chronic():
    for k in range(60):
        place = f"cmp{k:02}"
        yield {"place_kind": "component", "place": place, "category": "路灯故障",
               "status": "chronic" if place in BAD else None}  # fmt: skip
    for k in range(40):
        place = f"adr{k:02}"
        yield {"place_kind": "address", "place": place, "category": "噪声",
               "status": "chronic" if place in BAD_HOUSES else None}  # fmt: skip
        yield {"place_kind": "address", "place": place, "category": "油烟",
               "status": "chronic" if k == 0 else None}  # fmt: skip


def _add(session, table, rows):
    frame = pd.DataFrame(list(rows))
    session.append(table, pa.Table.from_pandas(frame, preserve_index=False))


@pytest.fixture(scope="module")
def found(config_of):
    session = memory_session(Catalogue())
    _add(session, "component", _lamps())
    _add(session, "address", _houses())
    firms = [
        {"id": f"ent{k}", "uscc": f"91{k:016}", "name": f"好邻商贸公司第{k}分公司",
         "address_id": f"adr{k:02}"}
        for k in range(6)
    ]  # fmt: skip
    _add(session, "legal_entity", firms)
    _add(session, "chronic", _chronic())
    context = Context(config_of(("lamps", "component")), AS_OF)
    find_causes(session, context)
    tables = {
        name: session.read(name).to_pandas()
        for name in ("cause", "cause_kind", "cause_place", "near_chronic", "near_chronic_place")
    }
    session.con.close()
    return tables | {"findings": context.findings}


def test_what_was_planted_is_listed_and_nothing_else(found):
    listed = found["cause"].dropna(subset="status")
    assert listed[["cause_kind", "cause", "places", "bad"]].values.tolist() == [
        ["company", "好邻商贸公司", 6, 6],
        ["estate", "社区 甲苑", 8, 6],
        ["batch", "路灯 滨河区路灯管理所 2019", 10, 6],
    ]
    assert (listed["q"] <= 0.05).all() and (
        found["cause"]["tests"] == found["cause"]["tests"][0]
    ).all()


def test_the_family_is_every_cause_that_was_tested(found):
    assert found["cause"]["tests"].iloc[0] == found["cause_kind"]["tested"].sum()


def test_the_places_behind_are_told_with_their_categories(found):
    behind = found["cause_place"]
    batch = behind[behind["cause_kind"] == "batch"]
    assert batch["place"].tolist() == [f"cmp{k:02}" for k in range(6)]
    estate = behind[behind["cause_kind"] == "estate"]
    # One address is chronic in two categories: a row each, though it counts once.
    assert len(estate) == 7 and estate["place"].nunique() == 6


def test_a_private_owner_is_named_nowhere_and_it_is_said(found):
    for name in ("cause", "cause_kind", "cause_place"):
        assert PRIVATE not in found[name].to_csv()
    told = [f for f in found["findings"] if f.code == "unnamed_owners"]
    assert [(f.subject, f.count) for f in told] == [("owner", 10)]
    assert PRIVATE not in told[0].zh + told[0].en


def test_what_was_not_tested_says_why(found):
    kinds = found["cause_kind"].set_index(["place_kind", "cause_kind"])
    assert kinds.loc[("component", "keeper"), "reason"] == "no_source"
    # The office has 50 of 60 lamps: all ten chronic ones there would still be chance.
    assert kinds.loc[("component", "owner"), "too_few_to_tell"] == 1
    assert kinds.loc[("address", "road"), "reason"] == "no_source"


def test_chronic_lamps_side_by_side_are_told(found):
    near = found["near_chronic"].set_index("place_kind")
    assert near.loc["component", ["bad", "pairs", "status"]].tolist() == [10, 8, "gathered"]
    assert near.loc["component", "expected"] < 3 and near.loc["address", "pairs"] == 0
    assert found["near_chronic_place"]["place_kind"].unique().tolist() == ["component"]


def test_without_chronic_places_there_is_nothing(config_of):
    session = memory_session(Catalogue())
    _add(session, "component", _lamps())
    find_causes(session, Context(config_of(("lamps", "component")), AS_OF))
    assert (
        session.count("cause") == session.count("cause_kind") == session.count("near_chronic") == 0
    )
    session.con.close()


def test_a_field_that_a_kind_has_not_is_refused(config_of):
    with pytest.raises(ConfigError, match="maker"):
        config_of(("lamps", "component"), causes={"bodies": {"component": ["maker"]}})
    with pytest.raises(ConfigError, match="contact_name"):
        config_of(("shops", "premises"), causes={"traits": {"premises": ["contact_name"]}})
    with pytest.raises(ConfigError, match="person"):
        config_of(("lamps", "component"), causes={"traits": {"person": ["sex"]}})


def test_the_maker_of_the_citys_own_field_makes_the_batch(config_of):
    maker = {"name": "maker", "type": "text", "zh": "厂家", "en": "Maker"}
    config = config_of(
        ("lamps", "component"),
        fields={"component": [maker]},
        causes={"bodies": {"component": ["maker"]}, "traits": {"component": ["status"]}},
    )
    session = memory_session(config.catalogue())
    lamps = pd.DataFrame(list(_lamps()))
    lamps["maker"] = ["东方灯具厂" if k < 10 else "西山电器公司" for k in range(60)]
    lamps["status"] = ["旧" if k < 10 else "新" for k in range(60)]
    _add(session, "component", lamps.to_dict("records"))
    _add(session, "chronic", _chronic())
    find_causes(session, Context(config, AS_OF))
    listed = session.rows("SELECT cause_kind, cause FROM base.cause WHERE status IS NOT NULL")
    assert set(listed) >= {
        *(("maker", "东方灯具厂"), ("batch", "路灯 东方灯具厂 2019"), ("status", "旧"))
    }
    session.con.close()
