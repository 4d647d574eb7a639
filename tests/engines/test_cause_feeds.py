"""Components that were tested for chronic problems, by owner, keeper and batch."""

import datetime as dt

import pandas as pd
import pyarrow as pa
import pytest

from blockdata.analysis.causes import cause_test, neighbour_test
from blockdata.engines.cause_feeds import CAUSES, component_causes
from blockdata.records import Catalogue
from blockdata.store.snapshots import memory_session


@pytest.fixture
def session():
    made = memory_session(Catalogue())
    components = [
        {
            "id": f"c{k:02}",
            "code": f"{k}",
            "name": "路灯",
            "owner_name": "甲" if k < 10 else "乙",
            "keeper_name": None,
            "surveyed_on": None if k == 39 else dt.date(2020, 5, 1),
            "x": 100.0 * k,
            "y": 0.0,
            "located_by": "geometry",
        }
        for k in range(40)
    ]
    chronic = [
        {
            "place_kind": "component",
            "place": f"c{k:02}",
            "category": "路灯故障",
            "status": "chronic" if k < 7 else None,
            "reason": "too_few_closings" if k == 38 else None,
        }
        for k in range(40)
    ]
    for table, rows in (("component", components), ("chronic", chronic)):
        made.append(table, pa.Table.from_pandas(pd.DataFrame(rows), preserve_index=False))
    yield made
    made.con.close()


def test_an_owner_with_many_chronic_components_is_found(session):
    causes = component_causes(session)
    assert len(causes) == 39 and set(CAUSES) <= set(causes.columns)
    found = cause_test(causes.assign(cause=causes["owner"])).set_index("cause")
    assert found.loc["甲", ["places", "bad", "status"]].tolist() == [10, 7, "shared_cause"]
    assert causes.set_index("place")["batch"]["c00"] == "路灯 甲 2020"
    assert pd.isna(causes.set_index("place")["batch"]["c39"])
    assert cause_test(causes.assign(cause=causes["keeper"])).empty
    assert neighbour_test(causes, radius_m=120, permutations=99).p <= 0.05


def test_a_base_without_chronic_components_has_none():
    empty = memory_session(Catalogue())
    assert component_causes(empty).empty
    empty.con.close()
