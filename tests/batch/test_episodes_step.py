"""The step that makes episodes: every incident is in one or told why not, and late facts show."""

import datetime as dt

import pandas as pd
import pytest

from blockdata.batch.episodes import make_episodes, note_revisions, revision_summary
from blockdata.batch.flow import STEPS
from blockdata.batch.steps import Context
from blockdata.store import derived

LIBRARY = [
    {"code": code, "full_text": text, "geom": f"POINT ({x} 50)"}
    for code, text, x in (("A", "听涛路1号", 500050), ("B", "听涛路3号", 500150))
]
AS_OF = dt.date(2026, 11, 1)
NEEDED = ("resolve", "locate", "cells", "courses", "categories", "link", "episodes")
SOME_STEPS = tuple(step for step in STEPS if step.name in NEEDED)
SECOND_DAY = dt.date(2026, 9, 30)


@pytest.fixture
def usual_steps(steps_for):
    return steps_for("episodes")


def _case(n, day, closed=None, **fields):
    row = {"case_no": f"N{n}", "reported_at": f"2026-{day} 09:00:00", "category": "噪声"}
    if closed:
        row["closed_at"] = f"2026-{closed} 09:00:00"
    return row | {"address_text": "听涛路1号"} | fields


@pytest.fixture
def place(town):
    """Make a town with two addresses."""

    def build(*sources, **sections):
        hotline = ("hotline", "incident", {"mode": "delta"})
        made = town(hotline, ("library", "address"), *sources, **sections)
        made.deliver("library", LIBRARY)
        return made

    return build


def _episodes(made, *columns):
    return made.read("episode", "first_reported", *columns)


def _reasons(made):
    return made.session.rows(
        "SELECT i.source_id, m.excluded_reason FROM base.episode_member m "
        "JOIN base.incident i ON i.id = m.incident ORDER BY 1"
    )


def test_reports_in_episodes_and_excluded_ones_are_all_that_analysis_sees(place):
    made = place()
    rows = [_case(0, "08-01"), _case(1, "08-03"), _case(2, "08-20", address_text=None)]
    made.deliver("hotline", [*rows, _case(3, "08-21", status="void"), _case(4, "12-01")])
    made.finish(steps=SOME_STEPS)
    assert _reasons(made) == [("N0", None), ("N1", None), ("N2", "no place")]
    assert made.read("episode", "reports", "occurrences", "status") == [(2, 2, "open")]
    seen = made.session.count("incident_place")
    assert sum(made.read("episode", "reports")) + 1 == seen == 3


def test_why_an_incident_is_at_no_place_is_told(place):
    made = place()
    made.deliver("hotline", [_case(n, "08-01", address_text=None) for n in range(3)])
    made.finish(steps=SOME_STEPS)
    ids = made.read("incident", "id")
    kinds = ("default_location", "address")
    links = {"incident": ids[:2], "target_kind": kinds, "target": "adr", "probability": 0.6}
    derived.write_result(made.session, "link", pd.DataFrame(links))
    make_episodes(made.session, Context(made.config, AS_OF))
    told = dict(made.read("episode_member", "incident", "excluded_reason"))
    assert [told[i] for i in ids] == ["default location", "uncertain place", "no place"]


def test_a_case_that_its_source_opened_again_is_open_and_counted(place):
    made = place()
    made.deliver("hotline", [_case(0, "08-01", "08-05"), _case(1, "08-01", "08-05")])
    again = [_case(0, "08-01"), _case(1, "08-01", "09-10")]
    made.deliver("hotline", again, SECOND_DAY)
    made.deliver("hotline", [_case(2, "10-01", "10-02")], dt.date(2026, 10, 31))
    made.finish(steps=SOME_STEPS)
    assert made.read("episode", "reports", "status", "reopenings", "notes") == [
        (1, "closed", 0, ""),
        (2, "open", 2, "2 reopened"),
    ]


def test_the_closing_of_a_case_is_that_of_its_course(place):
    made = place(("steps", "incident_step", {"mode": "delta"}))
    made.deliver("hotline", [_case(0, "08-01", "08-02")])
    steps = [("closed", "08-02"), ("sent_back", "08-03"), ("closed", "08-09")]
    rows = [
        {"case_no": "N0", "step": step, "step_at": f"2026-{day} 09:00:00"} for step, day in steps
    ]
    made.deliver("steps", rows)
    made.finish(steps=SOME_STEPS)
    [(closed_at, reopenings)] = made.read("episode", "closed_at", "reopenings")
    assert closed_at == dt.datetime(2026, 8, 9, 1)
    assert reopenings == 1


def test_a_case_closed_by_a_form_alone_is_administrative(place):
    made = place(("steps", "incident_step", {"mode": "delta"}))
    made.deliver("hotline", [_case(0, "08-01", "08-02"), _case(1, "09-01", "09-02")])
    rows = [
        {"case_no": f"N{n}", "step": "closed", "step_at": f"2026-0{8 + n}-02 09:00:00"}
        | {"result": result}
        for n, result in enumerate(("行政办结", "已整改"))
    ]
    made.deliver("steps", rows)
    made.finish(steps=SOME_STEPS)
    assert [count for _, count in _episodes(made, "administrative_closings")] == [1, 0]


def test_a_report_that_newer_ones_overtook_is_late(place):
    made = place()
    made.deliver("hotline", [_case(0, "08-20"), _case(1, "08-31")], dt.date(2026, 8, 31))
    rows = [_case(2, "08-22"), _case(3, "08-31"), _case(4, "09-02")]
    made.deliver("hotline", rows, SECOND_DAY)
    made.deliver("hotline", [_case(5, "09-01")], SECOND_DAY)
    made.finish(steps=SOME_STEPS)
    assert sum(made.read("episode", "late_reports")) == 1
    strict = place(episodes={"late_hours": 0})
    strict.deliver("hotline", [_case(0, "08-31")], dt.date(2026, 8, 31))
    strict.deliver("hotline", [_case(1, "08-30")], SECOND_DAY)
    strict.finish(steps=SOME_STEPS)
    assert sum(strict.read("episode", "late_reports")) == 1


def test_an_occurrence_is_never_split_over_two_places_or_categories(place):
    made = place()
    rows = [_case(0, "08-01"), _case(1, "08-02", address_text="听涛路3号", category="占道")]
    made.deliver("hotline", [*rows, _case(2, "08-03")])
    made.finish(steps=SOME_STEPS)
    assert made.read("episode", "reports", "occurrences") == [(1, 1), (2, 2)]
    first, second = made.id_of("incident", "N0"), made.id_of("incident", "N1")
    members = pd.DataFrame({"incident": [first, second], "occurrence": first})
    derived.write_result(made.session, "occurrence_member", members)
    make_episodes(made.session, Context(made.config, AS_OF))
    assert made.read("episode", "category", "reports", "occurrences") == [("噪声", 3, 2)]


def _published(made, as_of):
    made.session.set_meta("as_of", as_of.isoformat())
    return made.session


def _two_nights(place, late):
    """Return the base of one night, and that of the next with what came late."""
    nights = []
    for deliveries in (1, 2):
        made = place()
        made.deliver("hotline", [_case(0, "08-10"), _case(1, "08-20", "08-25")])
        if deliveries == 2:
            made.deliver("hotline", late, SECOND_DAY)
        as_of = dt.date(2026, 9, 1) if deliveries == 1 else AS_OF
        made.finish(as_of=as_of, steps=SOME_STEPS)
        nights.append(made)
    return nights


def test_what_late_facts_revise_is_written_down_and_summed_up(place):
    early, late = _two_nights(place, [_case(2, "08-15"), _case(3, "09-20")])
    earlier = _published(early, dt.date(2026, 9, 1))
    note_revisions(late.session, earlier, late.config, AS_OF)
    assert late.read("episode_revision", "change", "causes", "reports", "reports_now") == [
        ("joined", "late_report", 1, 3),
        ("joined", "late_report", 1, 3),
    ]
    assert revision_summary(late.session, AS_OF) == {
        "episodes": 2,
        "since": "2026-09-01",
        "changes": {"joined": 2},
        "causes": {"late_report": 2},
    }


def test_what_only_went_on_is_no_revision(place):
    news = [_case(0, "08-10", "09-05"), _case(2, "09-20")]
    early, late = _two_nights(place, news)
    note_revisions(late.session, _published(early, dt.date(2026, 9, 1)), late.config, AS_OF)
    assert late.session.count("episode_revision") == 0
    assert revision_summary(late.session, AS_OF)["since"] is None


def test_what_a_later_export_brings_of_its_own_time_is_no_revision(place):
    news = [_case(0, "08-10", "08-27"), _case(2, "08-28"), _case(3, "08-12", "08-26")]
    early, late = _two_nights(place, news)
    note_revisions(late.session, _published(early, dt.date(2026, 9, 1)), late.config, AS_OF)
    assert set(late.read("episode_revision", "causes")) == {"late_report"}
    named = set(late.read("episode_revision", "incident"))
    assert named == {late.id_of("incident", "N3")}


def test_revisions_stay_for_some_months_and_no_run_looks_forward(place):
    early, late = _two_nights(place, [_case(2, "08-15")])
    note_revisions(late.session, _published(early, dt.date(2026, 9, 1)), late.config, AS_OF)
    _published(late, AS_OF)
    later = place()
    for as_of, kept in ((dt.date(2026, 12, 1), 2), (dt.date(2027, 3, 1), 0), (SECOND_DAY, 2)):
        note_revisions(later.session, late.session, later.config, as_of)
        old = [day for day in later.read("episode_revision", "as_of") if day == AS_OF]
        assert len(old) == kept
    assert set(later.read("episode_revision", "as_of")) == {AS_OF}


def test_a_snapshot_of_an_earlier_version_is_not_compared(place):
    early, late = _two_nights(place, [_case(2, "08-15")])
    early.session.run("DROP TABLE base.incident_place; DROP TABLE base.episode_revision")
    note_revisions(late.session, _published(early, dt.date(2026, 9, 1)), late.config, AS_OF)
    assert late.session.count("episode_revision") == 0
