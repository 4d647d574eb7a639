"""Episodes told of every kind of place, and what these are measured by."""

import datetime as dt

import pandas as pd
import pyarrow as pa
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from blockdata.engines.lasting_feeds import (
    _addresses_within,
    all_places,
    told_episodes,
    told_of_places,
)
from blockdata.records import Catalogue
from blockdata.store.snapshots import memory_session

DAY = dt.date(2026, 10, 31)
SINCE = dt.datetime(2025, 1, 1)


def write(session, table, rows):
    session.append(table, pa.Table.from_pandas(pd.DataFrame(rows), preserve_index=False))


@pytest.fixture(scope="module")
def session():
    """A gate with two rooms; the gym is alone in one, two entities are in the other."""
    made = memory_session(Catalogue())
    address = [
        {"id": "gate", "code": "1", "parent_code": None, "building_code": "B1", "room": None},
        {"id": "gym's", "code": "11", "parent_code": "1", "building_code": "B1", "room": "101"},
        {"id": "shared", "code": "12", "parent_code": "1", "building_code": "B1", "room": "102"},
    ]
    write(made, "address", [r | {"source": "library"} for r in address])
    foot = shapely.to_wkb(shapely.box(0, 0, 10, 10))
    write(made, "building", [{"id": "house", "code": "B1", "floors": 3, "geom": foot, "use": "住"}])
    entity = [
        {"id": "gym", "address_id": "gym's", "founded_on": dt.date(2026, 3, 1), "uscc": "G"},
        {"id": "bar", "address_id": "shared", "founded_on": None, "uscc": "B"},
        {"id": "shop", "address_id": "shared", "founded_on": None, "uscc": "S"},
    ]
    write(made, "legal_entity", [r | {"match_level": "room"} for r in entity])
    write(made, "component", [{"id": "lamp", "name": "路灯"}])
    write(made, "premises", [{"id": "pub", "uscc": "B"}])
    places = [
        ("early", "address", "gym's", "2026-02-01"),
        ("gym1", "address", "gym's", "2026-04-01"),
        ("shared1", "address", "shared", "2026-04-02"),
        ("named", "address", "shared", "2026-04-03"),
        ("sooner", "address", "shared", "2026-02-03"),
        ("lamp1", "component", "lamp", "2026-04-04"),
        ("wide", "area", "town", "2026-04-05"),
        ("old", "address", "gate", "2024-04-05"),
    ]
    write(
        made,
        "episode",
        [
            {"episode": e, "place_kind": k, "place": p, "category": "噪声"}
            | {"first_reported": pd.Timestamp(day), "closed_at": pd.Timestamp(day)}
            for e, k, p, day in places
        ],
    )
    write(made, "episode_member", [{"incident": e, "episode": e} for e, *_ in places])
    write(made, "episode_member", [{"incident": "void", "episode": None}])
    cell = [{"incident": e, "target_kind": "cell:unit", "target": "u1"} for e, *_ in places]
    ended = {"incident": "gym1", "target_kind": "cell:unit", "target": "gone"}
    pub = {"incident": "named", "target_kind": "premises", "target": "pub"}
    soon = {"incident": "sooner", "target_kind": "legal_entity", "target": "gym"}
    lost = {"incident": "void", "target_kind": "legal_entity", "target": "bar"}
    write(made, "link", [*cell, ended, pub, soon, lost])
    write(made, "grid", [{"id": "u1", "layer": "unit"}])
    yield made
    made.con.close()


def told(session):
    found = told_of_places(session, told_episodes(session, SINCE), ["unit"], DAY)
    return found.groupby(["place_kind", "place"])["episode"].agg(sorted).to_dict()


def test_an_episode_counts_at_its_place_and_at_what_that_lies_in(session):
    at_gym, at_shared = ["early", "gym1"], ["named", "shared1", "sooner"]
    assert told(session) == {
        ("address", "gym's"): at_gym,
        ("address", "shared"): at_shared,
        ("building", "house"): sorted(at_gym + at_shared),
        ("component", "lamp"): ["lamp1"],
        # Who has an address is not what is wrong there; and the gym was named before it came.
        ("legal_entity", "bar"): ["named"],
        # A community is no spot, but lies in a cell; what is about a lamp is told of the lamp.
        ("cell:unit", "u1"): sorted([*at_gym, *at_shared, "wide"]),
    }


def test_what_was_over_before_the_window_is_left_out(session):
    assert "old" not in set(told_episodes(session, SINCE)["episode"])
    assert "old" in set(told_episodes(session, dt.datetime(2024, 4, 5))["episode"])


def test_places_are_measured_by_what_they_hold(session):
    places = all_places(session, ["unit"], DAY).set_index(["place_kind", "place"])
    assert places.loc[("address", "gate"), ["exposure", "group"]].tolist() == [3.0, "gate"]
    assert places.loc[("address", "shared"), ["exposure", "group"]].tolist() == [1.0, "room"]
    assert places.loc[("building", "house"), ["exposure", "group"]].tolist() == [300.0, "住"]
    assert places.loc[("component", "lamp"), ["exposure", "group"]].tolist() == [1.0, "路灯"]
    # No address or component stands in any cell: then cells count one each.
    assert places.loc[("cell:unit", "u1"), "exposure"] == 1.0


@given(st.lists(st.integers(-1, 6), min_size=1, max_size=7))
def test_addresses_within_are_counted_as_by_walking_up(above):
    # A parent stands before its children, so that there are no circles.
    parents = [p if p < n else -1 for n, p in enumerate(above)]
    expected = [0] * len(parents)
    for n in range(len(parents)):
        at = n
        while at >= 0:
            expected[at] += 1
            at = parents[at]
    code = pd.Series([f"c{n}" for n in range(len(parents))])
    parent = pd.Series([None if p < 0 else f"c{p}" for p in parents], dtype="str")
    assert _addresses_within(code, parent).tolist() == expected
