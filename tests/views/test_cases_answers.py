"""Answers about cases: what the base cannot apply is refused, the rest is written down."""

import json
import shutil

import pytest

import blockdata as bd
from blockdata.errors import DecisionError


@pytest.fixture
def base(tiny_base, tmp_path):
    path = shutil.copytree(tiny_base.base_path, tmp_path / "city.base")
    with bd.open(path) as opened:
        yield opened


@pytest.fixture
def known(base):
    first, second = base.incident.df()["id"].head(2)
    return {"first": first, "second": second, "address": base.address.df()["id"].iloc[0]}


def test_answers_are_files_that_the_next_run_finds(base, known):
    cell = base.sql("SELECT id FROM grid WHERE layer = 'unit' AND valid_to IS NULL")["id"].iloc[0]
    path = base.cases.link(known["first"], "address", known["address"], note="现场看过")
    written = json.loads(path.read_text(encoding="utf-8"))
    assert (written["verb"], written["field"]) == ("link", "address")
    base.cases.link(known["first"], "component", None)
    base.cases.link(known["first"], "cell:unit", cell)
    base.cases.link(known["first"], "address", None, take_back=True)
    base.cases.same(known["first"], known["second"], False)
    base.cases.map_category("incident_hotline", "占道经营", "S 1", "matter", "0101")
    base.cases.map_category("incident_hotline", "占道经营")
    assert len(list((base.path / "decisions").glob("*.jsonl"))) == 7


def test_what_does_not_fit_is_refused(base, known):
    first, address = known["first"], known["address"]
    refused = [
        (lambda: base.cases.link("incnowhere", "address", address), "no case 'incnowhere'"),
        (lambda: base.cases.link(first, "colour", address), "cannot be linked to a 'colour'"),
        (lambda: base.cases.link(first, "grid", address), "cannot be linked to a 'grid'"),
        (lambda: base.cases.link(first, "building", address), "not the id of a building"),
        (lambda: base.cases.same(first, first), "same as itself"),
        (lambda: base.cases.same(first, address), "there is no case"),
        (lambda: base.cases.map_category("app", "占道经营"), "no case of this source"),
        (lambda: base.decide("category", "incident_hotline/占道经营", "0101"), "no class"),
    ]
    for ask, text in refused:
        with pytest.raises(DecisionError, match=text):
            ask()
    assert not list((base.path / "decisions").glob("*.jsonl"))
