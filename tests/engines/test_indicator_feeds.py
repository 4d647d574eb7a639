"""Indicators of the tiny district: their counts are those that plain SQL over the base gives."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import blockdata as bd
from blockdata.analysis.indicators import (
    WHOLE,
    indicator_alarms,
    indicator_values,
    load_registry,
    measure_table,
    natural_months,
)
from blockdata.engines import indicator_feeds
from blockdata.engines.indicator_feeds import Asked
from blockdata.records import Catalogue
from blockdata.store.snapshots import memory_session

AS_OF = dt.date(2026, 11, 1)
OCTOBER = "BETWEEN TIMESTAMP '2026-09-30 16:00' AND TIMESTAMP '2026-10-31 15:59:59.999999'"


@pytest.fixture(scope="module")
def base(tiny_base):
    opened = bd.open(tiny_base.folder / tiny_base.base.path)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def asked(tiny_base):
    return Asked(load_registry(), tiny_base, AS_OF)


@pytest.fixture(scope="module")
def subjects(base, asked):
    asked.registry.check(base.session.catalogue)
    return indicator_feeds.indicator_subjects(base.session, asked)


@pytest.fixture(scope="module")
def table(base, asked, subjects):
    cells = indicator_feeds.indicator_cells(base.session, asked)
    months = natural_months(pd.Timestamp(AS_OF), 6)
    return measure_table(asked.registry.measures_used(), subjects, cells, months)


@pytest.fixture(scope="module")
def values(base, asked, table, subjects):
    return indicator_values(
        table,
        asked.registry,
        indicator_feeds.indicator_inputs(base.session, asked),
        as_of=pd.Timestamp(AS_OF),
        gaps=indicator_feeds.indicator_gaps(base.session, asked),
        shared=indicator_feeds.shared_cells(subjects),
    )


def _number(base, query):
    return int(base.sql(query).iloc[0, 0])


@pytest.mark.parametrize(
    ("measure", "query"),
    [
        (
            "reports",
            (
                "SELECT count(*) FROM incident WHERE coalesce(status, '') <> 'void' "
                f"AND reported_at {OCTOBER}"
            ),
        ),
        (
            "cases_rated",
            (
                "SELECT count(*) FROM incident i LEFT JOIN case_course t ON t.incident = i.id "
                "WHERE satisfaction IS NOT NULL AND coalesce(status, '') <> 'void' AND CASE WHEN "
                f"t.incident IS NULL THEN i.closed_at ELSE t.closed_at END {OCTOBER}"
            ),
        ),
        ("episodes", f"SELECT count(*) FROM episode WHERE first_reported {OCTOBER}"),
        (
            "components",
            (
                "SELECT count(*) FROM component WHERE (valid_from IS NULL OR "
                "valid_from <= DATE '2026-10-31') AND (valid_to IS NULL OR "
                "valid_to > DATE '2026-10-31')"
            ),
        ),
        ("street_lamps", "SELECT count(*) FROM component WHERE name = '路灯' AND valid_to IS NULL"),
        ("people", "SELECT sum(people) FROM atom_figure"),
        ("premises", "SELECT count(*) FROM premises"),
    ],
)
def test_the_whole_of_the_last_month_equals_plain_sql(base, table, measure, query):
    whole = table.cells.index[table.cells["layer"] == WHOLE][0]
    assert table.values[measure][whole, -1] == _number(base, query)


@pytest.mark.parametrize(
    ("measure", "column"),
    [
        ("buildings", "buildings"),
        ("components", "components"),
        ("legal_entities", "legal_entities"),
        ("people", "people"),
    ],
)
def test_cells_of_the_last_month_equal_the_profile(base, table, measure, column):
    profile = base.sql(f"SELECT cell, {column} AS n FROM profile").set_index("cell")["n"]
    rows = table.cells.assign(n=table.values[measure][:, -1])
    rows = rows[rows["cell"].isin(profile.index) & rows["n"].notna()].set_index("cell")["n"]
    assert len(rows)
    assert rows.to_dict() == profile.loc[rows.index].astype(float).to_dict()


def test_reports_in_cells_equal_the_links(base, table):
    linked = base.sql(
        "SELECT l.target AS cell, count(*) AS n FROM link l JOIN incident i ON i.id = l.incident "
        "WHERE starts_with(l.target_kind, 'cell:') "
        f"AND i.reported_at {OCTOBER} "
        "GROUP BY 1"
    ).set_index("cell")["n"]
    rows = table.cells.assign(n=table.values["reports"][:, -1])
    rows = rows[(rows["layer"] != WHOLE) & (rows["n"] > 0)].set_index("cell")["n"]
    assert rows.to_dict() == linked[linked.index.isin(rows.index)].astype(float).to_dict()
    assert rows.sum() == linked[linked.index.isin(table.cells["cell"])].sum()


def test_an_indicator_has_a_value_or_a_reason(values):
    last = values[(values["layer"] == WHOLE) & (values["month"] == values["month"].max())]
    assert last["value"].notna().sum() >= 30
    assert (last["value"].isna() == last["reason"].notna()).all()


def test_shares_lie_within_a_hundred(values, asked):
    shares = [i.id for i in asked.registry.indicators.values() if i.parsed.rate == "share"]
    own = values[values["indicator"].isin(shares) & values["value"].notna()]
    assert len(own) and own["value"].between(0, 100).all()


def test_alarms_are_of_the_last_month(values, asked):
    alarms = indicator_alarms(values, asked.registry)
    assert (alarms["month"] == values["month"].max()).all()
    assert set(alarms["light"]) <= {"yellow", "red"}


def test_people_are_sums_of_atoms_in_every_cell(base, table):
    atoms = set(base.sql("SELECT people FROM atom_figure")["people"])
    people = table.values["people"][:, -1]
    positive = people[people > 0]
    assert positive.min() >= min(atoms)


def test_a_measure_of_the_city_is_counted_too(base, tiny_base):
    own = {
        "measure": {
            "tall": {
                "zh": "六层以上建筑",
                "en": "Buildings above six floors",
                "subject": "building",
                "timing": "standing",
                "where": {"floors": {"gt": 6}},
            }
        },
        "indicator": {
            "tall": {
                "zh": "六层以上建筑数",
                "en": "Buildings above six floors",
                "group": "housing",
                "definition_zh": "六层以上的建筑物数",
                "definition_en": "Buildings above six floors",
                "formula": "tall",
                "unit": "1",
                "fresh_days": 400,
            }
        },
    }
    asked = Asked(load_registry(own), tiny_base, AS_OF)
    found = indicator_feeds.indicator_subjects(base.session, asked)
    table = measure_table(
        [asked.registry.measures["tall"]],
        found,
        indicator_feeds.indicator_cells(base.session, asked),
        natural_months(pd.Timestamp(AS_OF), 1),
    )
    wanted = _number(base, "SELECT count(*) FROM building WHERE floors > 6")
    assert wanted and table.values["tall"][0, 0] == wanted


def test_what_was_over_before_changes_no_later_month(base, asked, table):
    months = table.months[-2:]
    recent = replace(asked, since=months[0].date())
    assert len(indicator_feeds.case_facts(base.session, recent)) < len(
        indicator_feeds.case_facts(base.session, asked)
    )
    again = measure_table(
        asked.registry.measures_used(),
        indicator_feeds.indicator_subjects(base.session, recent),
        indicator_feeds.indicator_cells(base.session, asked),
        months,
    )
    for name, counted in again.values.items():
        np.testing.assert_array_equal(counted, table.values[name][:, -2:], err_msg=name)


@pytest.fixture
def houses():
    """A house with two flats, an entity at the first and a lamp; all in one community."""
    session = memory_session(Catalogue())
    here = {"source": "s", "source_id": "-", "first_delivery": 1, "last_delivery": 1}
    rows = {
        "area": [{"id": "c1", "level": "community", "code": "1", "name": "东社区"}],
        "building": [{"id": "house", "code": "B1"}],
        "address": [
            {"id": "flat1", "code": "A1", "building_code": "B1"},
            {"id": "flat2", "code": "A2", "building_code": "B1"},
        ],
        "legal_entity": [{"id": "shop", "address_id": "flat1", "name": "店"}],
        "component": [{"id": "lamp", "code": "L1"}],
    }
    for kind, records in rows.items():
        session.append(kind, pa.Table.from_pylist([r | here for r in records]))
    kinds = {"house": "building", "flat1": "address", "shop": "legal_entity", "lamp": "component"}
    session.append(
        "cell_of",
        pa.Table.from_pylist(
            [{"kind": k, "id": i, "layer": "community", "cell": "c1"} for i, k in kinds.items()]
        ),
    )
    yield session
    session.con.close()


def _chronic(session, *rows, measure="chronic"):
    names = ("place_kind", "place", "category", "status", "course")
    found = [dict(zip(names, row, strict=True)) | {"measure": measure} for row in rows]
    session.append("chronic", pa.Table.from_pylist(found))


def test_of_chronic_places_within_another_the_larger_one_counts(houses, asked):
    bad = ("chronic", "persistent")
    _chronic(
        houses,
        ("building", "house", "噪声", *bad),
        ("address", "flat1", "噪声", *bad),
        ("address", "flat1", "漏水", *bad),
        ("legal_entity", "shop", "噪声", *bad),
        ("legal_entity", "shop", "漏水", *bad),
        ("legal_entity", "shop", "油烟", *bad),
        ("component", "lamp", "路灯", "chronic", "resolved"),
        ("component", "lamp", "倾斜", *bad),
        ("cell:community", "c1", "噪声", *bad),
        ("crossing", "x", "堵车", *bad),
        ("address", "flat2", "漏水", None, None),
    )
    [figures] = [
        subject
        for name, subject in indicator_feeds.indicator_subjects(houses, asked).items()
        if name == "chronic"
    ]
    # 噪声 at the house, 漏水 at the flat, 油烟 at the shop, 倾斜 of the lamp; 堵车 has no cell.
    assert figures.rows.set_index("cell")["places"].to_dict() == {WHOLE: 5.0, "c1": 4.0}


def test_where_no_closing_is_known_nothing_is_called_chronic(houses, asked):
    row = ("building", "house", "噪声", "recurring", None)
    _chronic(houses, row, measure="recurring")
    assert "chronic" not in indicator_feeds.indicator_subjects(houses, asked)


def test_a_base_without_anything_has_no_source(asked):
    session = memory_session(Catalogue())
    assert indicator_feeds.indicator_subjects(session, asked) == {}
    assert indicator_feeds.indicator_inputs(session, asked).empty
    assert indicator_feeds.indicator_gaps(session, asked).empty
    assert indicator_feeds.shared_cells({}) == frozenset()
    session.con.close()
