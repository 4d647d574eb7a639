"""Every definition of the scorecard, worked out by hand for a dozen cases of one department."""

import datetime as dt

import pandas as pd
import pyarrow as pa
import pytest

from blockdata.analysis.indicators import (
    WHOLE,
    mask_untold,
    measure_table,
    natural_months,
    shipped_registry,
)
from blockdata.analysis.scorecard import definitions, parts_and_whole, scorecard
from blockdata.batch.scores import card_units
from blockdata.batch.steps import Context
from blockdata.config import Scorecard, parse_config
from blockdata.engines.indicator_feeds import Asked, indicator_inputs
from blockdata.engines.scorecard_feeds import scorecard_subjects, scorecard_units
from blockdata.records import Catalogue
from blockdata.store.snapshots import memory_session

AS_OF = dt.date(2026, 11, 1)


def _at(text):
    """A moment in UTC from local wall-clock time of Shanghai, "10-05_08:00"."""
    if text == "-":
        return pd.NaT
    return pd.Timestamp(f"2026-{text.replace('_', ' ')}") - pd.Timedelta(hours=8)


# sent back, reopened, extended; "-" is nothing. b1 was reported on the last evening of September in
# UTC, but on October's first day here.
CASES = """
id reported accepted dispatched handled closed due used s r e rated
a1 10-01_08:00 10-01_09:00 10-01_10:00 10-01_18:00 10-02_04:00 10-02_08:00 0.4 0 0 0 满意
a2 10-02_08:00 10-02_09:00 10-02_10:00 10-03_16:00 10-04_08:00 10-03_08:00 1.3 0 0 0 不满意
a3 10-03_08:00 10-04_08:00 10-05_14:00 - - 10-10_08:00 3.0 0 0 0 -
a4 09-20_08:00 09-20_09:00 09-20_10:00 10-05_08:00 10-06_08:00 09-28_08:00 1.9 2 1 0 基本满意
a5 10-20_08:00 - - - - - - 0 0 0 -
a6 10-05_08:00 - - - 10-05_08:00:30 - - 0 0 0 -
a7 10-10_08:00 10-10_09:00 10-10_10:00 10-25_08:00 10-30_08:00 10-28_08:00 0.9 1 0 0 满意
a8 10-06_08:00 10-06_09:00 - - - 10-20_08:00 2.0 0 0 0 -
a9 10-12_08:00 10-12_09:00 10-12_10:00 10-13_08:00 10-13_20:00 10-15_08:00 0.3 0 0 1 -
b1 10-01_03:00 - - - - - - 0 0 0 -
b2 09-25_08:00 09-25_09:00 09-25_10:00 10-06_08:00 10-07_08:00 10-08_08:00 0.8 0 0 0 -
b3 10-09_08:00 - - - 10-10_08:00 - 0 0 0 0 -
d1 10-28_08:00 10-29_14:00 10-29_15:00 - - 11-05_08:00 0.2 0 0 0 -
"""
_WITHOUT_STEPS = {"a6", "b1", "b3"}

# October, for the one department (b1 names none); v1 is void.
# Reported: a1 a2 a3 a5 a6 a7 a8 a9 b3 d1. With steps: all of these but a6, b3. Accepted: not a5
# either; d1 after 30 hours. Dispatched: not a8 either; a3 after 30 hours.
# Due: a1 a2 a3 a7 a8 a9 b2; closed of these: a1 a2 a7 a9 b2, in time a1 a9 b2; handled in time
# also a7, whose handling used 0.9 of its limit.
# Closed: a1 a2 a4 a6 a7 a9 b2 b3, without a limit a6 b3. Handled of these: not a6, b3.
# Open at the end, with a limit: a3 a8 d1; past it a3 a8.
BY_HAND = {
    "filing_accepted": (7, 8),
    "filing_dispatched": (6, 8),
    "filing_of_reports": (7, 10),
    "filing_accuracy": (7, 8),
    "response_in_time": (6, 8),
    "dispatch_in_time": (5, 7),
    "closing_due": (5, 7),
    "closing_due_month": (5, 7),
    "closing_filed": (4, 7),
    "closing_flow": (8, 7),
    "on_time_due": (3, 7),
    "on_time_closed": (3, 6),
    "on_time_all_closed": (3, 8),
    "handling_due": (4, 7),
    "overdue_due": (4, 7),
    "overdue_closed": (3, 6),
    "overdue_open": (2, 3),
    "rework_handled": (2, 6),
    "rework_due": (1, 7),
    "rework_times": (3, 6),
    "reopened": (1, 8),
    "extension": (1, 8),
    "satisfaction_rated": (3, 4),
    "satisfaction_strict": (2, 4),
    "satisfaction_closed": (3, 8),
    "satisfaction_default": (7, 8),
    "recurrence": (0, 0),
}
"""Numerator and denominator of October."""

IN_SEPTEMBER = {
    "closing_due": (1, 1),  # a4, closed in October
    "closing_due_month": (0, 1),
    "closing_filed": (2, 2),  # a4 b2
    "overdue_open": (1, 2),  # of a4 b2 a4 is past its limit
}


_DATED = {"date": {"on": "2026-10-31"}}


def _config():
    sources = [
        {"name": "hotline", "kind": "incident", "path": "x", "mode": "delta"} | _DATED,
        {"name": "steps", "kind": "incident_step", "path": "x", "mode": "delta"} | _DATED,
    ]
    return {"city": {"name": "试验区"}, "base": {"path": "x"}, "source": sources}


@pytest.fixture
def session():
    made = memory_session(Catalogue())
    _write(made)
    yield made
    made.con.close()


def _append(session, table, rows):
    session.append(table, pa.Table.from_pandas(pd.DataFrame(rows), preserve_index=False))


def _area(name):
    area = {"id": name, "source": "areas", "level": "community", "code": name, "name": name}
    return pa.Table.from_pylist([area])


def _cases():
    head, *lines = [line.split() for line in CASES.strip().splitlines()]
    return [dict(zip(head, line, strict=True)) for line in lines]


def _write(session):
    cases = _cases()
    incidents = [
        {
            "id": c["id"],
            "source": "hotline",
            "case_no": c["id"],
            "category": "井盖破损",
            "status": "open" if c["closed"] == "-" else "closed",
            "reported_at": _at(c["reported"]),
            "closed_at": _at(c["closed"]),
            "satisfaction": None if c["rated"] == "-" else c["rated"],
            "department_name": None if c["id"] == "b1" else "市政所",
        }
        for c in cases
    ]
    times = ("accepted", "dispatched", "handled", "closed")
    courses = [
        {
            "incident": c["id"],
            "sent_back": int(c["s"]),
            "reopened": int(c["r"]),
            "extended": int(c["e"]),
            "suspended": 0,
        }
        | {f"{name}_at": _at(c[name]) for name in times}
        for c in cases
        if c["id"] not in _WITHOUT_STEPS
    ]
    limits = [
        {"incident": c["id"], "due_at": _at(c["due"]), "used_share": float(c["used"])}
        for c in cases
        if c["due"] != "-"
    ]
    places = [{"incident": c["id"], "place_kind": "address", "place": "p1"} for c in cases]
    links = [{"incident": c["id"], "target_kind": "cell:community", "target": "c1"} for c in cases]
    void = {**incidents[0], "id": "v1", "case_no": "v1", "status": "void"}
    _append(session, "incident", [*incidents, void])
    _append(session, "case_course", courses)
    _append(session, "case_limit", limits)
    _append(session, "incident_place", places)
    _append(session, "link", links)
    _append(
        session,
        "incident_step",
        [
            {"id": "s1", "source": "steps", "case_no": "a4", "step": "accepted"}
            | {"step_at": pd.Timestamp("2026-01-05")}
        ],
    )
    session.append("area", _area("c1"))
    days = {"mode": "delta", "status": "accepted", "delivered_on": dt.date(2026, 10, 31)}
    deliveries = [{"seq": 1, "source": "hotline"}, {"seq": 2, "source": "steps"}]
    _append(session, "delivery", [d | days for d in deliveries])
    _append(session, "episode", _episodes())
    members = [{"incident": e["episode"], "episode": e["episode"]} for e in _episodes()]
    _append(session, "episode_member", members)


def _episodes():
    """One that came back after 22 days, one that did not, one of a whole cell, one too late."""
    rows = (
        ("a4", "address", "p1", "07-01 08:00", "07-10 08:00"),
        ("a1", "address", "p1", "08-01 08:00", "08-02 08:00"),
        ("a2", "address", "p2", "07-05 08:00", "07-20 08:00"),
        ("a3", "cell:unit", "u1", "07-05 08:00", "07-20 08:00"),
        ("a7", "address", "p3", "10-10 08:00", "10-30 08:00"),
    )
    return [
        {
            "episode": e,
            "place_kind": k,
            "place": p,
            "category": "井盖破损",
            "reports": 1,
            "first_reported": _at(begun),
            "closed_at": _at(closed),
            "status": "closed",
        }
        for e, k, p, begun, closed in rows
    ]


@pytest.fixture
def asked(tmp_path):
    return Asked(shipped_registry(), parse_config(_config(), folder=tmp_path), AS_OF)


def _table(session, asked):
    layers = ("community",)
    measures = {m.id: m for d in definitions().values() for m in d.measures(asked.registry)}
    table = measure_table(
        measures.values(),
        scorecard_subjects(session, asked, layers),
        scorecard_units(session, asked, layers),
        natural_months(pd.Timestamp(AS_OF), 5),
    )
    inputs = indicator_inputs(session, asked)
    begun = inputs.assign(first_on=inputs["first_on"].mask(inputs["first_on"].notna()))
    return mask_untold(table, asked.registry, begun)


def _pair(card, definition, month="2026-10-01", unit="市政所"):
    row = card[
        (card["definition"] == definition) & (card["month"] == month) & (card["unit"] == unit)
    ]
    assert len(row) == 1
    return tuple(row[["numerator", "denominator"]].iloc[0])


def test_every_definition_is_worked_out_by_hand(session, asked):
    assert set(BY_HAND) == set(definitions())
    card = scorecard(_table(session, asked), definitions().values())
    assert {d: _pair(card, d) for d in BY_HAND} == BY_HAND
    assert {d: _pair(card, d, "2026-09-01") for d in IN_SEPTEMBER} == IN_SEPTEMBER


def test_the_cases_tell_the_definitions_of_an_indicator_apart():
    told = {}
    for name, definition in definitions().items():
        both = (BY_HAND[name], IN_SEPTEMBER.get(name))
        assert told.setdefault((definition.indicator, both), name) == name


def test_recurrence_is_of_closings_that_were_followed(session, asked):
    card = scorecard(_table(session, asked), definitions().values())
    # Of two closings in July at addresses one came back; the one of a cell is no thing.
    assert _pair(card, "recurrence", "2026-07-01") == (1, 2)
    assert _pair(card, "recurrence", "2026-08-01") == (0, 1)


def test_cases_of_no_department_are_in_the_whole_alone_and_told(session, asked):
    table = _table(session, asked)
    card = scorecard(table, definitions().values())
    assert _pair(card, "filing_of_reports", unit=WHOLE) == (7, 11)
    assert _pair(card, "filing_of_reports", unit="c1") == (7, 11)
    told = parts_and_whole(table, ("reports",))
    last = told[told["month"] == "2026-10-01"].set_index("unit_kind")
    assert last.loc["department", ["units", "whole", "difference"]].tolist() == [10, 11, 1]
    assert last["adds_up"].to_dict() == {"department": False, "community": True}


def test_the_step_writes_the_card_with_its_scores_and_totals(session, asked):
    config = asked.config.model_copy(
        update={
            "scorecard": Scorecard(
                definitions={"rework": "rework_due"},
                off=["filing"],
                weights={"closing_on_time": 3, "rework": 1},
                min_denominator=1,
            )
        }
    )
    session.append("area", _area("c2"))
    card_units(session, Context(config, AS_OF))
    rows = session.rows(
        "SELECT definition, numerator, denominator FROM base.scorecard "
        "WHERE unit = '市政所' AND month = DATE '2026-10-01'"
    )
    chosen = {name: (n, d) for name, n, d in rows}
    assert chosen["rework_due"] == BY_HAND["rework_due"]
    assert not {"rework_handled", "filing_accepted"} & set(chosen)
    assert len(chosen) == len({d.indicator for d in definitions().values()}) - 1
    [(score, used)] = session.rows(
        "SELECT score, weight_used FROM base.score WHERE unit = '市政所' AND month = '2026-10-01'"
    )
    assert (score, used) == (pytest.approx(100 * (3 * 3 / 7 + 1 * 6 / 7) / 4), 1.0)
    wrong = session.rows(
        "SELECT measure, units, whole FROM base.score_total WHERE NOT adds_up "
        "AND unit_kind = 'department' AND month = '2026-10-01'"
    )
    assert wrong == []
    weights = session.rows(
        "SELECT definition, weight FROM base.scorecard_definition WHERE weight IS NOT NULL "
        "ORDER BY 1"
    )
    assert weights == [("on_time_due", 3.0), ("rework_due", 1.0)]


def test_a_total_that_does_not_add_up_is_told(session, asked):
    config = asked.config.model_copy(
        update={"scorecard": Scorecard(definitions={"filing": "filing_of_reports"})}
    )
    card_units(session, Context(config, AS_OF))
    found = session.rows(
        "SELECT units, whole, difference, adds_up FROM base.score_total "
        "WHERE measure = 'reports' AND unit_kind = 'department' AND month = '2026-10-01'"
    )
    assert found == [(10.0, 11.0, 1.0, False)]


def test_inputs_tell_since_when_they_are_known(session, asked):
    inputs = indicator_inputs(session, asked).set_index("input")
    assert list(inputs.index) == ["case_limit", "incident", "incident_step"]
    assert inputs.loc["incident", "first_on"] == pd.Timestamp("2026-09-20")
    assert inputs.loc["incident_step", "first_on"] == pd.Timestamp("2026-01-05")
    assert inputs.loc["case_limit", "first_on"] == pd.Timestamp("2025-12-02")
    assert (inputs["newest_on"] == pd.Timestamp("2026-10-31")).all()


def test_an_empty_base_has_no_subject(asked):
    session = memory_session(Catalogue())
    assert scorecard_subjects(session, asked, ()) == {}
    session.con.close()
