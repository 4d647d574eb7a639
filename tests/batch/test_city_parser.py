"""The city's own parser: when it learns, from what, and that runs grouped otherwise agree."""

import datetime as dt
import json

import pytest

from blockdata.address.fit_report import FitReport
from blockdata.address.parser import Parser
from blockdata.batch.city_parser import has_taken_library, learn_now, learn_parser, watch_library
from blockdata.engines import parsers
from blockdata.store.decisions import Decision

DAY = dt.date(2026, 9, 1)
REPORT = FitReport({"road": (9, 10)}, 0.9, 0.9, 0.9, 10, 100, 1.0)


@pytest.fixture
def learned(monkeypatch):
    """What parsers learned from, one library a fit; fitting itself is tested with the parser."""
    libraries = []

    def fit(cls, library, *, aliases=None, seed=0):
        libraries.append(sorted(library["text"]))
        return Parser.shipped(), REPORT

    monkeypatch.setattr(Parser, "fit", classmethod(fit))
    return libraries


@pytest.fixture
def made(town):
    return town(
        ("library", "address"), ("units", "department"),
        address={"fit_from": 10, "refit_share": 0.2},
    )  # fmt: skip


def _deliver(made, numbers, night):
    rows = [{"code": f"A{n}", "full_text": f"听涛路{n}号"} for n in numbers]
    day = DAY + dt.timedelta(days=night)
    made.deliver("library", rows, day)
    watch_library(made.session, made.config, made.delivery_of("library", day))


def test_it_learns_from_a_library_that_is_large_enough(made, learned):
    _deliver(made, range(1, 8), 0)
    assert not has_taken_library(made.session)
    _deliver(made, range(1, 14), 1)
    assert learn_parser(made.session) == REPORT
    assert [len(texts) for texts in learned] == [13]
    assert made.read("parser", "version", "delivery") == [(Parser.shipped().version, 2)]
    (told,) = made.read("parser", "accuracy")
    assert json.loads(told) == [{"element": "road", "pieces": 10, "accuracy": 0.9}]


def test_it_learns_anew_only_when_enough_has_changed(made, learned):
    _deliver(made, range(1, 14), 0)
    learn_parser(made.session)
    _deliver(made, range(1, 15), 1)
    assert learn_parser(made.session) is None
    _deliver(made, range(1, 18), 2)
    assert learn_parser(made.session) == REPORT
    assert [len(texts) for texts in learned] == [13, 17]


def test_what_it_learns_does_not_depend_on_how_deliveries_are_grouped(town, made, learned):
    nights = [range(1, 12), range(1, 13), range(1, 20), range(1, 21)]
    for night, numbers in enumerate(nights):
        _deliver(made, numbers, night)
        learn_parser(made.session)
    one_by_one = learned[-1]
    together = town(*[("library", "address")], address={"fit_from": 10, "refit_share": 0.2})
    for night, numbers in enumerate(nights):
        _deliver(together, numbers, night)
    learn_parser(together.session)
    assert learned[-1] == one_by_one
    columns = ("version", "delivery", "library")
    assert together.read("parser", *columns) == made.read("parser", *columns)


def test_a_decision_has_it_learn_and_the_same_library_is_not_learned_twice(made, learned, tmp_path):
    wish = Decision("fit_parser", "address", decided_on=DAY)
    assert made.decide(tmp_path, wish) == ["decision_without_effect"]
    _deliver(made, range(1, 6), 0)
    assert made.decide(tmp_path, wish) == []
    assert learn_parser(made.session) == REPORT
    made.decide(tmp_path, wish)
    assert learn_parser(made.session) is None
    assert len(learned) == 1
    assert made.read("parser", "delivery") == [made.seq]


def test_a_kept_parser_is_the_one_that_a_base_reads_with(made, learned):
    _deliver(made, range(1, 6), 0)
    assert parsers.parser_of(made.session) is Parser.shipped()
    learn_now(made.session)
    kept = parsers.parser_of(made.session)
    assert kept is not Parser.shipped()
    assert kept.version == Parser.shipped().version == parsers.version_of(made.session)
