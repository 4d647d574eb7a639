"""The nightly step that tells the course of each case from its steps and its own closing."""

import datetime as dt

import pytest

import blockdata as bd
from blockdata.batch.flow import STEPS
from blockdata.config import load_config
from blockdata.engines import case_feeds

COURSES = tuple(s for s in STEPS if s.name == "courses")
END = dt.datetime(2026, 10, 31, 16)


def case(number, closed=None, **rest):
    row = {
        "case_no": number,
        "reported_at": "2026-10-20 08:00:00",
        "closed_at": closed and f"2026-10-{closed}:00",
        "category": "噪声",
    }
    return row | rest


def steps(number, *told):
    return [
        {"case_no": number, "step": step, "step_at": f"2026-10-{when}:00"} for step, when in told
    ]


@pytest.fixture
def base(town):
    made = town(
        ("patrol", "incident", {"mode": "delta"}),
        ("hotline", "incident", {"mode": "delta"}),
        ("patrol_steps", "incident_step", {"mode": "delta"}),
        ("hotline_steps", "incident_step", {"mode": "delta"}),
    )

    def build(cases, told, **more):
        made.deliver("patrol", cases)
        made.deliver("patrol_steps", told)
        for source, rows in more.items():
            made.deliver(source, rows)
        made.finish(steps=COURSES)
        return made

    return build


def times(made, end=END):
    """Return closing (local day and hour) and reopenings by source and case number."""
    found = case_feeds.effective_times(made.session, end).set_index("id")
    rows = made.read("incident", "id", "source", "case_no")
    return {
        f"{source} {number}": (_local(found["closed_at"][i]), int(found["reopened"][i]))
        for i, source, number in rows
        if i in found.index
    }


def _local(moment):
    return None if moment is None or moment != moment else f"{moment + dt.timedelta(hours=8):%d %H}"


def test_a_cases_own_closing_goes_before_that_of_its_steps(base):
    made = base(
        [case("A1", "22 10:00"), case("A2"), case("A3", "22 10:00"), case("A4", "22 10:00")],
        [
            *steps("A1", ("accepted", "20 09:00"), ("closed", "22 12:00")),
            *steps("A2", ("accepted", "20 09:00"), ("closed", "22 12:00")),
            *steps("A3", ("accepted", "20 09:00")),
        ],
    )
    assert times(made) == {
        "patrol A1": ("22 10", 0),
        "patrol A2": ("22 12", 0),
        "patrol A3": ("22 10", 0),
        "patrol A4": ("22 10", 0),
    }
    assert len(made.read("case_course", "incident")) == 3


def test_a_closing_that_was_undone_is_none_whoever_told_it(base):
    undone = (("dispatched", "20 09:00"), ("sent_back", "23 09:00"))
    made = base(
        [case("A1", "22 10:00"), case("A2", "22 10:00"), case("A3", "22 10:00")],
        [
            *steps("A1", *undone),
            *steps("A2", *undone, ("closed", "24 09:00")),
            *steps("A3", ("dispatched", "20 09:00"), ("dispatched", "23 09:00")),
        ],
    )
    assert times(made) == {
        "patrol A1": (None, 1),
        "patrol A2": ("24 09", 1),
        "patrol A3": (None, 1),
    }


def test_what_comes_after_the_day_of_the_run_has_not_happened(base):
    made = base(
        [case("A1", "22 10:00")],
        steps("A1", ("accepted", "20 09:00"), ("closed", "22 10:00"), ("sent_back", "25 09:00")),
    )
    assert times(made) == {"patrol A1": (None, 1)}
    for day, closed in ((24, "22 10"), (22, None)):
        made.finish(dt.date(2026, 10, day), COURSES)
        assert times(made, dt.datetime(2026, 10, day - 1, 16)) == {"patrol A1": (closed, 0)}


def test_a_number_of_two_cases_belongs_to_the_source_that_its_steps_mostly_speak_of(base):
    made = base(
        [case("A1"), case("A2"), case("B9")],
        [*steps("A1", ("closed", "21 09:00")), *steps("A2", ("closed", "21 10:00"))],
        hotline=[case("A1"), case("B1"), case("B9")],
        hotline_steps=[*steps("A1", ("closed", "22 09:00")), *steps("B1", ("closed", "22 10:00"))],
    )
    assert times(made) == {
        "patrol A1": ("21 09", 0),
        "patrol A2": ("21 10", 0),
        "patrol B9": (None, 0),
        "hotline A1": ("22 09", 0),
        "hotline B1": ("22 10", 0),
        "hotline B9": (None, 0),
    }


def test_a_number_of_two_cases_counts_for_both_if_nothing_tells_whose_it_is(base):
    made = base([case("A1")], steps("A1", ("closed", "21 09:00")), hotline=[case("A1")])
    assert times(made) == {"patrol A1": ("21 09", 0), "hotline A1": ("21 09", 0)}


def test_void_cases_and_unknown_numbers_have_no_course(base):
    made = base(
        [case("A1", status="void"), case("A2")],
        [*steps("A1", ("accepted", "20 09:00")), *steps("Z9", ("accepted", "20 09:00"))],
    )
    assert made.read("case_course", "incident") == []


def test_steps_out_of_order_are_told(base):
    made = base([case("A1")], steps("A1", ("accepted", "21 09:00"), ("handled", "20 09:00")))
    assert made.read("case_course", "disorder") == ["handled before accepted"]
    assert made.read("finding", "code", "count") == [("steps_out_of_order", 1)]


CITY = """
[city]
name = "试验区"
[base]
path = "base"
[[source]]
name = "cases"
kind = "incident"
path = "cases-*.csv"
date = { name = '(\\d{8})' }
[[source]]
name = "steps"
kind = "incident_step"
path = "cases-*.csv"
date = { name = '(\\d{8})' }
[source.steps]
"受理时间" = "accepted"
"派遣时间" = "dispatched"
"处置时间" = "handled"
"结案时间" = "closed"
"""
WIDE = """案件编号,上报时间,案件类别,受理时间,派遣时间,处置时间,结案时间
A1,2026-10-03 08:00,噪声,2026-10-03 08:10,2026-10-03 08:20,,
A2,2026-10-03 09:00,噪声,2026-10-03 09:10,,2026-10-03 12:00,2026-10-03 13:00
"""


def test_steps_come_from_files_with_a_column_for_each(tmp_path):
    """A whole run over one file that is read twice: for its cases and for their steps."""
    (tmp_path / "city.toml").write_text(CITY, encoding="utf-8")
    (tmp_path / "cases-20261005.csv").write_text(WIDE, encoding="utf-8")
    config = load_config(tmp_path / "city.toml")
    bd.nightly(config, as_of=dt.date(2026, 11, 1))
    at = ", ".join(
        f"strftime(c.{name}_at + INTERVAL 8 HOUR, '%H:%M') AS {name}"
        for name in ("accepted", "dispatched", "handled", "closed")
    )
    with bd.open(tmp_path / "base") as base:
        found = base.sql(
            f"SELECT i.case_no, {at} FROM case_course c JOIN incident i ON i.id = c.incident"
        )
    found = found.astype(object).where(found.notna(), None).set_index("case_no")
    assert found.T.to_dict("list") == {
        "A1": ["08:10", "08:20", None, None],
        "A2": ["09:10", None, "12:00", "13:00"],
    }
