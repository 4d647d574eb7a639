"""Decisions that change the state: override, merge, ignore, replay."""

import datetime as dt
import json

import pytest

from blockdata.store.decisions import Decision

DAY = dt.date(2026, 9, 2)
SOURCE = ("s", "department", {"mode": "delta"})


@pytest.fixture
def made(town):
    """Two departments, and a rejected row of a third."""
    built = town(SOURCE)
    built.deliver("s", [{"code": "1", "name": "甲"}, {"code": "2", "name": "乙"}, {"code": "3"}])
    return built


def _decision(verb, subject, value=None, field=None):
    return Decision(verb, subject, value, field, decided_on=DAY)


def test_decisions_are_recorded_with_their_delivery(made, tmp_path):
    made.decide(tmp_path, _decision("repin", "dep1", "1 2"), _decision("address", "甲路", "adr1"))
    assert made.read("decision", "seq", "verb") == [(1, "repin"), (2, "address")]
    assert made.read("delivery", "source", "rows_read") == [("decisions", 2), ("s", 3)]


def test_an_override_holds_at_once_and_through_later_deliveries(made, tmp_path):
    identifier = made.id_of("department", "1")
    assert made.decide(tmp_path, _decision("override", identifier, "正", "name")) == []
    made.deliver("s", [{"code": "1", "name": "又错"}], DAY)
    assert "正" in made.read("department", "name")
    assert "又错" not in made.read("department", "name")


def test_the_last_override_of_a_field_holds(made, tmp_path):
    identifier = made.id_of("department", "1")
    decisions = [_decision("override", identifier, v, "name") for v in ("丙", "丁")]
    made.decide(tmp_path, *decisions)
    assert made.read("department", "name") == ["丁", "乙"]


def test_merged_records_are_one(made, tmp_path):
    gone, kept = made.id_of("department", "1"), made.id_of("department", "2")
    assert made.decide(tmp_path, _decision("merge", gone, kept)) == []
    assert made.read("department", "id") == [kept]
    assert made.read("department_history", "id") == [gone]


@pytest.mark.parametrize(
    "decision",
    [
        _decision("override", "depnone", "x", "nofield"),
        _decision("override", "xxx1", "x", "name"),
        _decision("merge", "depnone", "depnone2"),
        _decision("merge", "depnone"),
        _decision("ignore", "xxx1"),
        _decision("replay", "quanone"),
    ],
)
def test_a_decision_without_effect_is_told(made, tmp_path, decision):
    assert made.decide(tmp_path, decision) == ["decision_without_effect"]


class TestRejectedRows:
    """Ignored, or tried again with a decided value."""

    def _row(self, made):
        return made.read("quarantine", "id")[0]

    def test_an_ignored_row_is_left_alone(self, made, tmp_path):
        assert made.decide(tmp_path, _decision("ignore", self._row(made))) == []
        assert made.read("quarantine", "status") == ["ignored"]

    def test_a_replayed_row_is_loaded_with_the_decided_value(self, made, tmp_path):
        assert made.decide(tmp_path, _decision("replay", self._row(made), "丙", "name")) == []
        assert made.read("department", "code", "name")[2] == ("3", "丙")
        assert made.read("quarantine", "status") == ["replayed"]
        assert len(made.read("department", "id")) == 3

    def test_a_row_that_is_still_bad_stays_open(self, made, tmp_path):
        told = made.decide(tmp_path, _decision("replay", self._row(made), "9", "code"))
        assert told == ["decision_without_effect"]
        assert made.read("quarantine", "status") == ["open"]
        assert len(made.read("department", "id")) == 2

    def test_a_corrected_delivery_supersedes_it(self, made):
        made.deliver("s", [{"code": "3", "name": "丙"}], DAY)
        assert made.read("quarantine", "status") == ["superseded"]

    def test_a_superseded_row_is_not_replayed(self, made, tmp_path):
        row = self._row(made)
        made.deliver("s", [{"code": "3", "name": "新"}], DAY)
        made.decide(tmp_path, _decision("replay", row, "旧", "name"))
        assert made.read("department", "name")[-1] != "旧"
        assert "新" in made.read("department", "name")

    def test_a_row_with_two_bad_fields_can_be_replayed(self, town, tmp_path):
        made = town(("s", "incident", {"mode": "delta"}))
        made.deliver("s", [{"case_no": "N1", "reported_at": "never"}])
        row = self._row(made)
        made.decide(
            tmp_path,
            _decision("replay", row, "2026-08-01 09:00", "reported_at"),
            _decision("replay", row, "噪声", "category"),
        )
        assert made.read("incident", "category") == ["噪声"]

    def test_a_replay_of_an_unknown_field_is_told_and_the_run_goes_on(self, made, tmp_path):
        told = made.decide(tmp_path, _decision("replay", self._row(made), "x", "nofield"))
        assert told == ["decision_without_effect"]

    def test_the_original_is_tried_and_not_the_masked_row(self, town, tmp_path):
        made = town(("s", "legal_entity", {"mode": "delta"}))
        made.deliver("s", [{"uscc": "bad", "name": "甲", "representative": "某人"}])
        row = self._row(made)
        assert "某人" not in str(made.read("quarantine_row", "raw"))
        [(original,)] = made.session.rows("SELECT raw FROM people.quarantine_row")
        assert json.loads(original)["representative"] == "某人"
        code = "91350100M000100Y43"
        assert made.decide(tmp_path, _decision("replay", row, code, "uscc")) == []
        assert made.read("legal_entity_people", "representative", part="people") == ["某人"]
