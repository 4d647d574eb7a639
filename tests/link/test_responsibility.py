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
    allowed_hours,
    departments_of_bodies,
    disputed_borders,
    disputed_duties,
    due_soon,
    lights,
    limits_of_cases,
    near_borders,
    ownerless,
    paused_hours,
    rank_units,
)

CALENDAR = WorkCalendar(holidays=[dt.date(2026, 10, 1)])
MATTERS = pd.DataFrame(
    {
        "scheme": "S",
        "matter_kind": "matter",
        "code": ["0401", "0110"],
        "department": ["D01", "D06"],
    }
)
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
        "matter_kind": "matter",
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


def test_a_component_and_a_matter_of_one_code_are_two():
    assert ranked(case("i1", matter_kind="component", grid="g9")) == []
    assert ranked(case("i1", grid="g9")) == [(1, "D01", "function", False)]


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
            "scheme": st.sampled_from(["S", "T"]),
            "grid": st.sampled_from(["g1", "g2", "g3", None]),
            "neighbour": st.sampled_from(["g1", "g2", None]),
            "keeper": st.sampled_from(["D01", "D08", None]),
            "owner": st.sampled_from(["D03", None]),
            "x": st.sampled_from([0.0, 5.0, np.nan]),
        }
    ),
    min_size=1,
    max_size=6,
)
STATIONS = pd.DataFrame({"department": ["D20", "D21", "D19"], "x": [9.0, 0.0, 10.0], "y": 0.0})


def reasons_by_hand(row):
    """Every unit with its strongest reason, the plain way; ties of distance by department."""

    def duty(grid):
        for listed in DUTIES.itertuples():
            fits = pd.isna(listed.scheme) or listed.scheme == row["scheme"]
            if fits and listed.code == row["code"] and listed.grid == grid:
                yield listed.department

    named = MATTERS[(MATTERS["code"] == row["code"]) & (MATTERS["scheme"] == row["scheme"])]
    found = {
        "duty": list(duty(row["grid"])),
        "keeper": [row["keeper"]],
        "owner": [row["owner"]],
        "function": list(named["department"]),
        "neighbour_duty": list(duty(row["neighbour"])),
    }
    best = {}
    for reason, units in found.items():
        for unit in units:
            if unit is not None:
                best.setdefault(unit, reason)
    if not best and not np.isnan(row["x"]):
        apart = [(abs(s.x - row["x"]), s.department) for s in STATIONS.itertuples()]
        best[min(apart)[1]] = "nearest"
    return best


@settings(max_examples=20)
@given(CASES, st.randoms(use_true_random=False))
def test_every_unit_has_its_strongest_reason_whatever_the_order(rows, random):
    cases = [case(f"i{n}", **row) for n, row in enumerate(rows)]
    shuffled = random.sample(cases, len(cases))
    found = rank_units(pd.DataFrame(cases), MATTERS, DUTIES, stations=STATIONS)
    again = rank_units(pd.DataFrame(shuffled), MATTERS, DUTIES, stations=STATIONS)
    pd.testing.assert_frame_equal(found, again)
    for one in cases:
        own = found[found["id"] == one["id"]]
        expected = reasons_by_hand(one)
        assert dict(zip(own["department"], own["reason"])) == expected
        order = [list(REASONS).index(r) for r in own["reason"]]
        assert own["rank"].to_list() == [sorted(set(order)).index(o) + 1 for o in order]
        across = "neighbour_duty" in expected.values()
        for row, place in zip(own.itertuples(), order):
            shared = order.count(place) > 1
            contested = across and row.rank == 1
            assert row.disputed == (shared or contested or row.reason == "neighbour_duty")


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


def test_a_point_outside_its_own_grid_tells_of_no_border():
    cells = pd.DataFrame(
        {"cell": ["a", "b", "c"], "geom": [shapely.box(n, 0, n + 10, 10) for n in (0, 10, 20)]}
    )
    points = pd.DataFrame({"id": ["i1", "i2"], "x": [12.0, 12.0], "y": 5.0, "cell": ["a", None]})
    assert near_borders(points, cells, within_m=1).to_numpy().tolist() == [["i2", "b", 0.0]]


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


def progress(now, *, handled=None, opened="2026-11-20 08:00", allowed=4.0, paused=0.0):
    cases = pd.DataFrame(
        {
            "id": ["i1", "i2"],
            "opened_at": pd.to_datetime([opened, "2026-11-20 08:00"]),
            "handled_at": pd.to_datetime([handled, "2026-11-20 09:00"]),
            "limit_unit": ["working_hour", None],
            "allowed_hours": [allowed, np.nan],
            "paused_hours": [paused, 0.0],
        }
    )
    told = lights(cases, CALENDAR, pd.Timestamp(now))
    assert told["light"].iloc[1] == "none"
    return told.iloc[0]


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
    assert progress(now)["light"] == light


def test_what_was_handled_keeps_its_light_and_has_no_hours_left():
    told = progress("2026-12-20", handled="2026-11-20 09:00")
    assert (told["light"], told["used_share"]) == ("green", 0.25)
    assert pd.isna(told["hours_left"])
    early = progress("2026-12-20", handled="2026-11-19 09:00")
    assert (early["light"], early["used_share"]) == ("green", 0.0)


def test_a_clock_that_stood_still_runs_out_later():
    told = progress("2026-11-20 16:00", paused=2.0)
    assert str(told["due_at"]) == "2026-11-20 16:00:00"
    assert (told["used_share"], told["hours_left"], told["light"]) == (1.0, 0.0, "yellow")


def test_a_case_that_is_not_opened_has_no_light():
    told = progress("2026-11-20 16:00", opened=None)
    assert told["light"] == "none"
    assert told[["due_at", "used_share", "hours_left"]].isna().all()


def test_a_limit_of_nothing_is_used_up_at_once():
    assert progress("2026-11-20 08:00", allowed=0.0)["light"] == "green"
    assert progress("2026-11-20 08:01", allowed=0.0)["light"] == "red"


def test_shares_of_lights_are_in_order():
    with pytest.raises(ConfigError, match="out of order"):
        LightSettings(yellow_share=1.2)


def test_due_soon_has_the_overdue_first_and_leaves_out_the_handled():
    told = pd.DataFrame(
        {
            "id": ["i1", "i2", "i3", "i4"],
            "due_at": pd.to_datetime(
                ["2026-11-20 18:00", "2026-11-20 09:00", None, "2026-11-27 09:00"]
            ),
            "hours_left": [6.0, -1.0, np.nan, 40.0],
        }
    )
    found = due_soon(told)
    assert found[["id", "hours_left"]].to_numpy().tolist() == [["i2", -1.0], ["i1", 6.0]]


def test_extensions_give_what_the_settings_say_and_no_more_often():
    cases = pd.DataFrame(
        {
            "limit": [4.0, 4.0, 1.0, np.nan],
            "limit_unit": ["working_hour", "working_hour", "urgent_working_day", None],
            "extended": [0, 2, 1, 1],
        }
    )
    assert allowed_hours(cases, CALENDAR)[:3].tolist() == [4.0, 8.0, 48.0]
    assert np.isnan(allowed_hours(cases, CALENDAR)[3])
    twice = allowed_hours(cases, CALENDAR, extension_share=0.5, max_extensions=2)
    assert twice[:3].tolist() == [4.0, 8.0, 36.0]
    with pytest.raises(ConfigError, match="extension"):
        allowed_hours(cases, CALENDAR, max_extensions=-1)


MINUTES = st.integers(0, 20 * 24 * 60)
FRIDAY = pd.Timestamp("2026-11-20")


@given(st.lists(MINUTES, min_size=3, max_size=9), st.sampled_from(["working_hour", "urgent"]))
def test_a_clock_stands_still_exactly_while_a_case_is_suspended(minutes, unit):
    """Against a clock that is asked again for every stretch in which it runs."""
    opened, *edges, now = (FRIDAY + pd.Timedelta(minutes=m) for m in sorted(minutes))
    unit = "urgent_working_hour" if unit == "urgent" else unit
    cases = pd.DataFrame(
        {"id": ["i1"], "opened_at": [opened], "handled_at": [pd.NaT], "limit_unit": [unit]}
    ).astype({"handled_at": "datetime64[us]"})
    begins, ends = edges[::2], edges[1::2]
    lasting = [*ends, *[pd.NaT] * (len(begins) - len(ends))]
    listed = pd.DataFrame({"id": "i1", "begins": begins, "ends": pd.to_datetime(lasting)})
    paused = paused_hours(cases, listed, CALENDAR, now)[0]

    def hours(start, end):
        span = [np.array([t], "datetime64[us]") for t in (start, end)]
        return CALENDAR.elapsed_hours(*span, [unit])[0]

    starts, stops = [opened, *ends], [*begins, now][: len(ends) + 1]
    runs = sum(hours(a, b) for a, b in zip(starts, stops))
    assert hours(opened, now) - paused == pytest.approx(runs, abs=1e-6)


def test_a_suspension_counts_between_opening_and_handling_only():
    cases = pd.DataFrame(
        {
            "id": ["i1"],
            "opened_at": pd.to_datetime(["2026-11-20 09:00"]),
            "handled_at": pd.to_datetime(["2026-11-20 11:00"]),
            "limit_unit": ["working_hour"],
        }
    )
    outside = pd.DataFrame(
        {
            "id": ["i1", "i1", "i9"],
            "begins": pd.to_datetime(["2026-11-20 08:00", "2026-11-20 15:00", "2026-11-20 09:00"]),
            "ends": pd.to_datetime(["2026-11-20 10:00", None, None]),
        }
    )
    assert paused_hours(cases, outside, CALENDAR, pd.Timestamp("2026-11-25")).tolist() == [1.0]


def test_a_body_is_the_department_with_its_code_credit_code_or_name():
    departments = pd.DataFrame(
        {
            "code": ["D01", "D02", "D03", "D04"],
            "uscc": [None, "U2", None, None],
            "name": ["城管局", "园林中心", "养护队", "养护队"],
        }
    )
    codes = pd.Series(["D01", "U2", None, "77", None, None])
    names = pd.Series(["园林中心", "城管局", "园林中心", "路灯所", "养护队", None])
    found = departments_of_bodies(codes, names, departments)
    assert found[:5].to_list() == ["D01", "D02", "D02", "77", "养护队"]
    assert pd.isna(found[5])
