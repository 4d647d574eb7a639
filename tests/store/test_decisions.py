"""Decisions: written to files that outlive the runs, read back, the last one holding."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blockdata.errors import DecisionError, PrivacyError
from blockdata.store.decisions import (
    Decision,
    overrides_of,
    read_decisions,
    record_decisions,
    standing,
    write_decisions,
)
from blockdata.store.layout import Layout

DAY = dt.date(2026, 9, 1)


@pytest.mark.parametrize(
    "values",
    [
        {"verb": "forget", "subject": "dep1"},
        {"verb": "ignore", "subject": ""},
        {"verb": "override", "subject": "dep1", "value": "x"},
    ],
)
def test_a_decision_that_lacks_something_is_refused(values):
    with pytest.raises(DecisionError):
        Decision(**values)


@pytest.mark.parametrize("place", ["subject", "value", "note"])
def test_a_decision_with_a_personal_value_is_refused_and_not_told(place):
    values = {"verb": "override", "subject": "dep1", "field": "name"} | {place: "找13800000000"}
    with pytest.raises(PrivacyError) as caught:
        Decision(**values)
    assert "13800000000" not in str(caught.value)


def test_decisions_are_read_as_they_were_written(tmp_path):
    decisions = [
        Decision("override", "dep1", "新\n名", "name", 'a "note"', DAY),
        Decision("ignore", "inc1", decided_on=DAY),
    ]
    path = write_decisions(Layout(tmp_path), decisions)
    assert path.name == "20260901-0001.jsonl"
    assert read_decisions(path) == decisions


def test_decisions_of_one_day_go_into_files_of_their_own(tmp_path):
    paths = [
        write_decisions(Layout(tmp_path), [Decision("ignore", f"inc{n}", decided_on=DAY)])
        for n in range(3)
    ]
    assert [read_decisions(p)[0].subject for p in paths] == ["inc0", "inc1", "inc2"]


def test_no_file_of_decisions_is_ever_written_over(tmp_path):
    layout = Layout(tmp_path)
    first, second = (
        write_decisions(layout, [Decision("ignore", f"inc{n}", decided_on=DAY)]) for n in (1, 2)
    )
    first.unlink()
    write_decisions(layout, [Decision("ignore", "inc3", decided_on=DAY)])
    assert read_decisions(second)[0].subject == "inc2"


@pytest.mark.parametrize(
    "separator",
    [
        " ",
        *(s for s in ("\u2028", "\x85")),
    ],
)
def test_a_note_may_hold_any_separator(tmp_path, separator):
    decision = Decision("ignore", "inc1", note=f"a{separator}b", decided_on=DAY)
    assert read_decisions(write_decisions(Layout(tmp_path), [decision])) == [decision]


def test_decisions_of_two_days_or_none_are_refused(tmp_path):
    two = [Decision("ignore", "inc1", decided_on=DAY + dt.timedelta(days=n)) for n in range(2)]
    for decisions in (two, []):
        with pytest.raises(DecisionError):
            write_decisions(Layout(tmp_path), decisions)


@pytest.mark.parametrize("line", ["{", "[]", '{"verb": "ignore"}', '{"decided_on": "2026-09-01"}'])
def test_a_line_that_is_no_decision_is_told_by_its_place(tmp_path, line):
    path = tmp_path / "20260901-0001.jsonl"
    path.write_text(line + "\n", encoding="utf-8")
    with pytest.raises(DecisionError, match="line 1"):
        read_decisions(path)


@given(
    st.lists(
        st.tuples(st.sampled_from(["adr1", "adr2"]), st.none() | st.sampled_from(["a", "b"])),
        max_size=6,
    )
)
@settings(max_examples=25, deadline=None)
def test_the_last_decision_on_a_subject_holds(new_base, made):
    base = new_base()
    for subject, value in made:
        record_decisions(base.session, [Decision("repin", subject, value, decided_on=DAY)])
    assert standing(base.session, "repin") == {s: v for s, v in dict(made).items() if v}
    assert standing(base.session, "merge") == {}
    assert base.read("decision", "seq") == list(range(1, len(made) + 1))
    base.session.con.close()


def test_overrides_are_typed_and_unreadable_or_private_ones_left_out(base):
    kind = base.session.catalogue.kind("legal_entity")
    made = [("staff", "12"), ("name", "甲"), ("status", None), ("representative", "x")]
    made += [("founded_on", "never"), ("name", "乙"), ("staff", "many")]
    decisions = [Decision("override", "ent1", v, f, decided_on=DAY) for f, v in made]
    record_decisions(base.session, [*decisions, Decision("override", "dep1", "丙", "name")])
    found = overrides_of(base.session, kind, "Asia/Shanghai")
    assert found == (("ent1", "name", "乙"),)
    record_decisions(base.session, [Decision("override", "ent1", "12", "staff")])
    assert ("ent1", "staff", 12) in overrides_of(base.session, kind, "Asia/Shanghai")
