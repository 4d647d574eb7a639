"""The nightly step that says until when cases are to be dealt with, and who answers for them."""

import datetime as dt

import pytest

from blockdata.batch.flow import STEPS

_STANDS_ON = ("resolve", "locate", "cells", "lineage", "categories", "link", "courses")
FLOW = tuple(s for s in STEPS if s.name in {*_STANDS_ON, "responsibility"})
AS_OF = dt.date(2026, 10, 15)
CALENDAR = {
    "holidays": [f"2026-10-0{day}" for day in range(1, 8)],
    "working_weekends": ["2026-09-27", "2026-10-10"],
}
EAST = 500000


@pytest.fixture
def usual_steps(steps_for):
    return steps_for("responsibility")


def matter(name, code, limit=4, unit="working_hour", department="D01", **rest):
    row = {
        "scheme": "S",
        "matter_kind": "matter",
        "code": code,
        "name": name,
        "condition_no": "1",
        "time_limit": f"{limit}",
        "time_limit_unit": unit,
        "department_code": department,
    }
    return row | rest


def case(number, reported, category="噪声", x=50, **rest):
    row = {
        "case_no": number,
        "reported_at": f"2026-{reported}:00",
        "category": category,
        "geom": f"POINT ({EAST + x} 50)",
    }
    return row | rest


def step(number, name, when):
    return {"case_no": number, "step": name, "step_at": f"2026-{when}:00"}


def grid(number, side=100):
    left, right = EAST + number * side, EAST + (number + 1) * side
    ring = f"{left} 0, {right} 0, {right} {side}, {left} {side}, {left} 0"
    return {"code": f"R{number}", "layer": "responsibility", "geom": f"POLYGON (({ring}))"}


def duty(number, code, department, **rest):
    row = {"grid_code": f"R{number}", "matter_code": code, "scheme": "S"}
    return row | {"department_code": department} | rest


@pytest.fixture
def base(town):
    """Make a base of two grids beside each other; return it after a run."""

    def build(cases, as_of=AS_OF, *, rules=None, **delivered):
        made = town(
            ("patrol", "incident", {"mode": "delta"}),
            ("steps", "incident_step", {"mode": "delta"}),
            ("matters", "matter"),
            ("duties", "responsibility"),
            ("grids", "grid"),
            ("departments", "department"),
            ("components", "component"),
            calendar=CALENDAR,
            responsibility=rules or {},
        )
        made.deliver("grids", [grid(0), grid(1)])
        made.deliver("patrol", cases)
        for source, rows in delivered.items():
            made.deliver(source, rows)
        made.finish(as_of, FLOW)
        return made

    return build


def limits(made):
    """Return due time (local), light, hours left and whether it is listed, by case number."""
    rows = made.session.rows(
        "SELECT i.case_no, strftime(l.due_at + INTERVAL 8 HOUR, '%m-%d %H:%M'), l.light, "
        "round(l.hours_left, 6), l.due_soon "
        "FROM base.case_limit l JOIN base.incident i ON i.id = l.incident ORDER BY 1"
    )
    return {number: tuple(rest) for number, *rest in rows}


def units(made):
    rows = made.session.rows(
        "SELECT i.case_no, u.rank, u.department, u.reason, u.disputed "
        "FROM base.case_unit u JOIN base.incident i ON i.id = u.incident ORDER BY ALL"
    )
    return [tuple(row) for row in rows]


def told(made):
    return dict(made.read("finding", "code", "count"))


def test_limits_run_in_working_hours_over_holidays_and_weekends_worked_instead(base):
    made = base(
        [
            case("A1", "09-30 17:00"),
            case("A2", "10-09 17:00"),
            case("A3", "09-26 10:00"),
            case("A4", "09-30 17:00", category="井盖"),
        ],
        matters=[matter("噪声", "0601"), matter("井盖", "0801", 2, "urgent_working_hour")],
        as_of=dt.date(2026, 9, 1),
    )
    assert limits(made) == {}
    made.finish(AS_OF, FLOW)
    due = {number: row[0] for number, row in limits(made).items()}
    assert due == {"A1": "10-08 11:00", "A2": "10-10 11:00", "A3": "09-27 12:00",
                   "A4": "09-30 19:00"}  # fmt: skip


def test_lights_change_from_day_to_day(base):
    """16 hours from Monday at 14: half is used up on Tuesday at noon, all on Wednesday at noon."""
    made = base([case("A1", "10-12 14:00")], matters=[matter("噪声", "0601", 16)])
    seen = {}
    for day in (13, 14, 15):
        made.finish(dt.date(2026, 10, day), FLOW)
        seen[day] = (*limits(made)["A1"][1:], told(made))
    assert {day: row[:3] for day, row in seen.items()} == {
        13: ("green", 12.0, False),
        14: ("green", 4.0, True),
        15: ("red", -4.0, True),
    }
    assert seen[13][3].keys() & {"due_soon", "overdue"} == set()
    assert (seen[14][3]["due_soon"], seen[15][3]["overdue"]) == (1, 1)


def test_the_strictest_condition_counts_and_the_catalogue_of_the_cases_day(base):
    made = base(
        [case("A1", "09-14 09:00"), case("A2", "10-12 09:00")],
        matters=[
            matter("噪声", "0601", 3, "working_day"),
            matter("噪声", "0601", 4, condition_no="2", ends_on="2026-10-01"),
            matter("噪声", "0601", 8, condition_no="3", begins_on="2026-10-01"),
        ],
    )
    assert {n: row[0] for n, row in limits(made).items()} == {"A1": "09-14 15:00",
                                                              "A2": "10-13 09:00"}  # fmt: skip
    assert made.read("case_limit", "condition_no", "limit_basis") == [
        ("2", "strictest"),
        ("3", "strictest"),
    ]


@pytest.mark.parametrize(
    ("starts", "due"),
    [("reported", "10-12 15:00"), ("accepted", "10-12 16:00"), ("dispatched", "10-12 18:00")],
)
def test_the_clock_starts_at_the_configured_step_or_the_one_before(base, starts, due):
    made = base(
        [case("A1", "10-12 09:00"), case("A2", "10-12 09:00")],
        matters=[matter("噪声", "0601")],
        steps=[
            step("A1", "accepted", "10-12 10:00"),
            step("A1", "dispatched", "10-12 14:00"),
        ],
        rules={"clock_starts": starts},
    )
    assert {n: row[0] for n, row in limits(made).items()} == {"A1": due, "A2": "10-12 15:00"}


def test_a_case_that_was_sent_back_runs_again_until_it_is_handled_anew(base):
    closed = {"closed_at": "2026-10-12 15:00:00"}
    worked = [step("A1", "dispatched", "10-12 14:00"), step("A1", "handled", "10-12 15:00")]
    rows = {"matters": [matter("噪声", "0601", 16)], "steps": worked}
    assert limits(base([case("A1", "10-12 14:00", **closed)], **rows))["A1"] == (
        "10-14 12:00", "green", None, False)  # fmt: skip
    rows["steps"] = [*worked, step("A1", "sent_back", "10-13 09:00")]
    made = base([case("A1", "10-12 14:00", **closed)], **rows)
    assert limits(made)["A1"][1:] == ("red", -4.0, True)
    rows["steps"] = [*rows["steps"], step("A1", "handled", "10-13 18:00")]
    made = base([case("A1", "10-12 14:00", **closed)], **rows)
    assert limits(made)["A1"][1:3] == ("green", None)


SUSPENDED = [
    step("A1", "dispatched", "10-12 14:00"),
    step("A1", "suspended", "10-12 16:00"),
    step("A1", "dispatched", "10-13 14:00"),
    step("A2", "dispatched", "10-12 14:00"),
    step("A2", "suspended", "10-12 16:00"),
]


@pytest.mark.parametrize(
    ("stops", "first", "second"),
    [
        (True, ("10-14 10:00", "red", -6.0, True), ("10-15 16:00", "green", 6.0, False)),
        (False, ("10-13 12:00", "red", -12.0, True), ("10-13 12:00", "red", -12.0, True)),
    ],
)
def test_the_clock_of_a_suspended_case_stands_still(base, stops, first, second):
    """8 hours from Monday at 14; 2 of them are used up when both cases are suspended at 16."""
    made = base(
        [case("A1", "10-12 14:00"), case("A2", "10-12 14:00")],
        matters=[matter("噪声", "0601", 8)],
        steps=SUSPENDED,
        rules={"suspension_stops_clock": stops},
    )
    assert limits(made) == {"A1": first, "A2": second}


def test_a_case_called_suspended_by_nobody_knows_when_has_no_light(base):
    made = base([case("A1", "10-12 14:00", status="suspended")], matters=[matter("噪声", "0601")])
    assert limits(made)["A1"] == (None, "none", None, False)


def test_an_extension_gives_the_limit_once_more(base):
    rows = {
        "matters": [matter("噪声", "0601", 8)],
        "steps": [step("A1", "extended", "10-12 15:00"), step("A1", "extended", "10-12 16:00")],
    }
    assert limits(base([case("A1", "10-12 14:00")], **rows))["A1"][0] == "10-14 12:00"
    made = base([case("A1", "10-12 14:00")], **rows, rules={"extension_share": 0.0})
    assert limits(made)["A1"][0] == "10-13 12:00"


def test_open_cases_stay_and_closed_ones_leave_after_the_listed_days(base):
    closed = {"closed_at": "2026-08-03 15:00:00"}
    cases = [case("A1", "08-01 09:00"), case("A2", "08-01 09:00", **closed)]
    for days, listed in ((90, ["A1", "A2"]), (30, ["A1"])):
        made = base(cases, matters=[matter("噪声", "0601")], rules={"listed_days": days})
        assert list(limits(made)) == listed
        assert sorted({row[0] for row in units(made)}) == listed


DEPARTMENTS = [
    {"code": "D01", "name": "城管局", "geom": f"POINT ({EAST + 10} 50)"},
    {"code": "D05", "name": "园林中心", "geom": f"POINT ({EAST + 190} 50)"},
]


def test_units_are_named_by_duty_component_catalogue_and_distance(base):
    made = base(
        [
            case("A1", "10-12 09:00", "井盖", component_code="9901020108000001"),
            case("A2", "10-12 09:00", "别的", x=170),
        ],
        matters=[matter("井盖", "0801", matter_kind="component", department="D06")],
        duties=[duty(0, "0801", "D02")],
        departments=DEPARTMENTS,
        components=[
            {
                "code": "9901020108000001",
                "name": "井盖",
                "keeper_name": "园林中心",
                "owner_name": "排水公司",
                "geom": f"POINT ({EAST + 50} 50)",
            }
        ],
    )
    assert units(made) == [
        ("A1", 1, "D02", "duty", False),
        ("A1", 2, "D05", "keeper", False),
        ("A1", 3, "排水公司", "owner", False),
        ("A1", 4, "D06", "function", False),
        ("A2", 1, "D05", "nearest", False),
    ]
    assert made.read("ownerless", "category", "scheme", "code", "grid", "cases") == [
        ("别的", None, None, "R1", 1)
    ]
    assert told(made)["ownerless"] == 1


def test_near_a_border_of_two_owners_a_case_is_disputed(base):
    rows = {
        "matters": [matter("噪声", "0601", department=None)],
        "duties": [duty(0, "0601", "D02"), duty(1, "0601", "D03")],
    }
    cases = [case("A1", "10-12 09:00", x=88), case("A2", "10-12 09:00", x=50)]
    made = base(cases, **rows)
    assert units(made) == [
        ("A1", 1, "D02", "duty", True),
        ("A1", 2, "D03", "neighbour_duty", True),
        ("A2", 1, "D02", "duty", False),
    ]
    assert made.read("case_unit", "border_m") == [12.0, 12.0, None]
    assert made.read("disputed_border", "grid", "neighbour", "cases", "departments") == [
        ("R0", "R1", 1, "D02, D03")
    ]
    assert told(made)["disputed_border"] == 1
    nearer = base(cases, **rows, rules={"border_m": 10.0})
    assert nearer.read("disputed_border", "grid") == []


def test_duties_count_that_hold_today_and_two_of_one_grid_are_in_dispute(base):
    made = base(
        [case("A1", "09-14 09:00")],
        matters=[matter("噪声", "0601", department=None)],
        duties=[
            duty(0, "0601", "D01", ends_on="2026-10-01"),
            duty(0, "0601", "D02", begins_on="2026-10-01"),
            duty(0, "0601", "D03"),
        ],
    )
    assert units(made) == [("A1", 1, "D02", "duty", True), ("A1", 1, "D03", "duty", True)]
    assert made.read("disputed_duty", "grid", "scheme", "code", "departments") == [
        ("R0", "S", "0601", "D02, D03")
    ]


def test_a_base_without_any_list_says_so(base):
    made = base([case("A1", "10-12 09:00")])
    for table in ("case_limit", "case_unit", "ownerless", "disputed_duty", "disputed_border"):
        assert made.session.count(table) == 0
    assert {"no_time_limits", "no_responsibility_list"} <= set(told(made))


def test_a_base_without_cases_works(town):
    made = town(("patrol", "incident", {"mode": "delta"}))
    made.finish(AS_OF, FLOW)
    assert made.session.count("case_limit") == 0
