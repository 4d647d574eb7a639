"""Who answers for a case and until when: every reason by hand, and ranks whatever the order."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from blockdata.errors import ConfigError
from blockdata.link.clock import WorkCalendar
from blockdata.link.responsibility import (
    REASONS,
    LightSettings,
    disputed_borders,
    disputed_duties,
    due_soon,
    lights,
    limits_of_cases,
    near_borders,
    ownerless,
    rank_units,
)

CALENDAR = WorkCalendar(holidays=[dt.date(2026, 10, 1)])
MATTERS = pd.DataFrame({"scheme": "S", "code": ["0401", "0110"], "department": ["D01", "D06"]})
DUTIES = pd.DataFrame(
    {
        "grid": ["g1", "g2", "g2", "g3"],
        "scheme": ["S", "S", "S", None],
        "code": ["0401", "0401", "0401", "0401"],
        "department": ["D02", "D03", "D04", "D05"],
    }
)


def case(identifier, **more):
    row = {
        "id": identifier,
        "scheme": "S",
        "code": "0401",
        "category": "占道经营",
        "grid": "g1",
        "neighbour": None,
        "keeper": None,
        "owner": None,
        "x": 0.0,
        "y": 0.0,
    }
    return row | more


def ranked(*cases, **more):
    found = rank_units(pd.DataFrame(cases), MATTERS, DUTIES, **more)
    return [tuple(row) for row in found.drop(columns="id").to_numpy().tolist()]


def test_the_list_of_duties_comes_before_the_catalogue():
    assert ranked(case("i1")) == [(1, "D02", "duty", False), (2, "D01", "function", False)]


def test_a_components_keeper_comes_before_its_owner():
    assert ranked(case("i1", code="0110", grid=None, keeper="D08", owner="D09"))[:2] == [
        (1, "D08", "keeper", False),
        (2, "D09", "owner", False),
    ]


def test_two_units_of_one_grid_are_disputed_and_share_the_rank():
    found = ranked(case("i1", grid="g2"))
    assert found[:2] == [(1, "D03", "duty", True), (1, "D04", "duty", True)]
    assert disputed_duties(DUTIES)["departments"].to_list() == ["D03, D04"]


def test_a_duty_without_a_scheme_holds_for_every_scheme():
    assert ranked(case("i1", scheme="T", grid="g3")) == [(1, "D05", "duty", False)]


def test_across_a_near_border_the_other_unit_counts_too():
    cases = pd.DataFrame([case("i1", neighbour="g3")])
    found = rank_units(cases, MATTERS, DUTIES)
    assert found[["department", "reason", "disputed"]].to_numpy().tolist() == [
        ["D02", "duty", True],
        ["D01", "function", False],
        ["D05", "neighbour_duty", True],
    ]
    assert disputed_borders(cases, found).to_numpy().tolist() == [["g1", "g3", 1, "D02, D05"]]


def test_the_nearest_station_counts_only_where_nobody_is_known():
    stations = pd.DataFrame({"department": ["D07", "D08"], "x": [9.0, 3.0], "y": 0.0})
    territory = pd.DataFrame({"grid": ["g9"], "department": ["D10"]})
    cases = [case("i1", code=None, grid="g8"), case("i2", code=None, grid="g9")]
    found = rank_units(pd.DataFrame(cases), MATTERS, DUTIES, territory=territory, stations=stations)
    assert found[["id", "department", "reason"]].to_numpy().tolist() == [
        ["i1", "D08", "nearest"],
        ["i2", "D10", "territory"],
    ]
    nobody = ownerless(pd.DataFrame(cases), found)
    assert nobody[["grid", "cases"]].to_numpy().tolist() == [["g8", 1]]


CASES = st.lists(
    st.fixed_dictionaries(
        {
            "code": st.sampled_from(["0401", "0110", "9999", None]),
            "grid": st.sampled_from(["g1", "g2", "g3", None]),
            "neighbour": st.sampled_from(["g1", "g2", None]),
            "keeper": st.sampled_from(["D01", "D08", None]),
        }
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=25)
@given(CASES, st.randoms(use_true_random=False))
def test_ranks_do_not_depend_on_the_order_and_start_at_one(rows, random):
    cases = [case(f"i{n}", **row) for n, row in enumerate(rows)]
    shuffled = random.sample(cases, len(cases))
    found = rank_units(pd.DataFrame(cases), MATTERS, DUTIES)
    pd.testing.assert_frame_equal(found, rank_units(pd.DataFrame(shuffled), MATTERS, DUTIES))
    strength = found["reason"].map({r: n for n, r in enumerate(REASONS)})
    assert (found.groupby("id")["rank"].min() == 1).all()
    assert not found.duplicated(["id", "department"]).any()
    assert (strength.groupby([found["id"], found["rank"]]).nunique() == 1).all()


def test_the_nearest_other_grid_is_named_with_its_distance():
    cells = pd.DataFrame(
        {"cell": ["a", "b", "c"], "geom": [shapely.box(n, 0, n + 10, 10) for n in (0, 10, 20)]}
    )
    points = pd.DataFrame(
        {"id": ["i1", "i2", "i3"], "x": [12.0, 5.0, np.nan], "y": 5.0, "cell": ["b", "a", None]}
    )
    assert near_borders(points, cells, within_m=5).to_numpy().tolist() == [
        ["i1", "a", 2.0],
        ["i2", "b", 5.0],
    ]
    with pytest.raises(ConfigError, match="within_m"):
        near_borders(points, cells, within_m=-1)


CONDITIONS = pd.DataFrame(
    {
        "scheme": "S",
        "matter_kind": "component",
        "code": ["0101", "0101", "0102", "0103"],
        "condition_no": ["1", "2", "1", "1"],
        "time_limit": [2.0, 4.0, 1.0, np.nan],
        "time_limit_unit": ["working_day", "working_hour", "urgent_working_day", "working_hour"],
    }
)


def limits(code, condition=None, opened="2026-11-20 17:00"):
    cases = pd.DataFrame(
        {
            "id": ["i1"],
            "scheme": "S",
            "matter_kind": "component",
            "code": [code],
            "condition_no": [condition],
            "opened_at": pd.to_datetime([opened]),
        }
    )
    row = limits_of_cases(cases, CONDITIONS, CALENDAR).iloc[0]
    return row["limit_basis"], None if pd.isna(row["due_at"]) else str(row["due_at"])


@pytest.mark.parametrize(
    ("code", "condition", "basis", "due"),
    [
        ("0101", "1", "stated", "2026-11-24 17:00:00"),
        ("0101", None, "strictest", "2026-11-23 11:00:00"),
        ("0101", "9", "strictest", "2026-11-23 11:00:00"),
        ("0102", None, "only", "2026-11-21 17:00:00"),
        ("0103", "1", "none", None),
        (None, None, "none", None),
    ],
)
def test_the_limit_hangs_on_the_condition(code, condition, basis, due):
    assert limits(code, condition) == (basis, due)


def test_before_it_is_opened_a_case_has_a_limit_and_no_due_time():
    assert limits("0101", opened=None) == ("strictest", None)


@pytest.mark.parametrize(
    ("now", "light"),
    [
        ("2026-11-20 10:59", "green"),
        ("2026-11-20 11:12", "yellow"),
        ("2026-11-20 12:00", "yellow"),
        ("2026-11-20 14:01", "red"),
    ],
)
def test_lights_follow_the_working_clock(now, light):
    cases = pd.DataFrame(
        {
            "id": ["i1", "i2"],
            "opened_at": pd.to_datetime(["2026-11-20 08:00"] * 2),
            "handled_at": pd.to_datetime([None, "2026-11-20 09:00"]),
            "limit": [4.0, np.nan],
            "limit_unit": ["working_hour", None],
        }
    )
    assert lights(cases, CALENDAR, pd.Timestamp(now))["light"].to_list() == [light, "none"]


def test_shares_of_lights_are_in_order():
    with pytest.raises(ConfigError, match="out of order"):
        LightSettings(yellow_share=1.2)


def test_due_soon_has_the_overdue_first_and_leaves_out_the_handled():
    cases = pd.DataFrame(
        {
            "id": ["i1", "i2", "i3", "i4"],
            "due_at": pd.to_datetime(
                ["2026-11-20 18:00", "2026-11-20 09:00", None, "2026-11-27 09:00"]
            ),
            "handled_at": pd.to_datetime([None] * 4),
            "limit_unit": "working_hour",
        }
    )
    found = due_soon(cases, CALENDAR, pd.Timestamp("2026-11-20 10:00"))
    assert found[["id", "hours_left"]].to_numpy().tolist() == [["i2", -1.0], ["i1", 6.0]]
