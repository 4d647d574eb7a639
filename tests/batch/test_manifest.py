"""What a run writes down about itself."""

import datetime as dt
import json
from dataclasses import replace

import pytest

from blockdata.batch.discover import Found
from blockdata.batch.manifest import RunFacts, attempt, manifest, write_attempt
from blockdata.batch.plan import Held, Plan
from blockdata.batch.steps import Clock
from blockdata.store.layout import Layout

AS_OF = dt.date(2026, 11, 1)


@pytest.fixture
def facts(town, tmp_path):
    """The manifest of a run that applied one delivery of one of two sources."""
    made = town(("units", "department"), ("areas", "area"))
    made.deliver("units", [{"code": "1", "name": "甲"}, {"code": "2"}])
    path = tmp_path / "units.csv"
    path.write_text("code,name\n", encoding="utf-8")
    found = Found(made.delivery("units"), path)
    later = Found(replace(found.delivery, file="later"), path)
    plan = Plan(Held(None), apply=[found], waiting=[later])
    return manifest(
        made.session, RunFacts(made.config, AS_OF, 7, plan, made.loading, "a" * 64, Clock())
    )


def test_counts_balance_and_a_source_that_brought_nothing_has_none(facts):
    counts = facts["sources"]["units"]["counts"]
    assert counts["read"] == counts["loaded"] + counts["merged"] + counts["quarantined"] == 2
    assert (counts["inserted"], counts["quarantined"]) == (1, 1)
    assert facts["sources"]["areas"]["counts"] is None
    assert facts["sources"]["areas"]["inputs"] == []


def test_inputs_are_named_with_their_hashes(facts):
    [told] = facts["sources"]["units"]["inputs"]
    assert told["sha256"] == f"{2:064x}"
    assert told["bytes"] == len("code,name\n")
    assert [item["file"] for item in facts["waiting"]] == ["later"]


def test_it_says_what_the_base_holds_and_by_what_it_was_made(facts):
    assert (facts["number"], facts["as_of"], facts["started_from"]) == (7, "2026-11-01", None)
    assert facts["rows"]["department"] == 1
    assert "person" not in facts["rows"]
    assert facts["versions"]["urban-blockdata"]


def test_it_is_json(facts):
    assert json.loads(json.dumps(facts, default=str))["content_hash"] == "a" * 64


def test_attempts_are_added_one_a_line(config_of, tmp_path):
    layout = Layout(tmp_path)
    for outcome in ("failed", "nothing to do"):
        write_attempt(layout, attempt(config_of(("a", "area")), AS_OF, outcome, "因为"))
    lines = layout.attempts.read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["outcome"] for line in lines] == ["failed", "nothing to do"]
    assert json.loads(lines[0])["reason"] == "因为"
