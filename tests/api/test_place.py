"""A place: everything known of one address, and nothing of people."""

import datetime as dt
import json
from pathlib import Path

import pyarrow as pa
import pytest

import blockdata as bd
from blockdata.config import parse_config
from blockdata.records import Catalogue
from blockdata.report.words import Words
from blockdata.store.snapshots import memory_session
from blockdata.views.place_gathering import place_of
from blockdata.views.results import Facts


@pytest.fixture(scope="module")
def base(tiny_base):
    with bd.open(tiny_base.base_path) as opened:
        yield opened


@pytest.fixture(scope="module")
def busy(base):
    """An address with several incidents."""
    return base.incident.df()["address_id"].value_counts().idxmax()


def test_a_place_is_found_by_id_and_by_text(base, busy):
    place = base.place(busy)
    assert base.place(place.text).id == busy


def test_a_place_gathers_what_is_linked_to_it(base, busy):
    told = base.place(busy).to_dict()
    linked = base.incident.df().query("address_id == @busy")["id"]
    assert set(linked) <= {row["id"] for row in told["incident"]}
    assert told["address"][0]["id"] == busy
    assert {row["layer"] for row in told["cell"]} >= {"unit", "responsibility"}
    assert told["building"]
    assert told["episode"]


def test_a_thing_in_the_place_is_part_of_it(base):
    entity = base.legal_entity.df().dropna(subset=["address_id"]).iloc[0]
    told = base.place(entity["address_id"]).to_dict()
    assert entity["id"] in {row["id"] for row in told["legal_entity"]}


def test_what_is_at_an_address_below_is_part_of_it_too(base):
    found = base.sql(
        "select a.id parent, i.id incident from incident i join address c on c.id = i.address_id "
        "join address a on a.code = c.parent_code order by all limit 1"
    ).iloc[0]
    told = base.place(found["parent"]).to_dict()
    assert found["incident"] in {row["id"] for row in told["incident"]}


def test_people_are_no_part_of_a_place_even_with_the_key(tiny_base, busy):
    key = (tiny_base.folder / tiny_base.keys.people_file).read_text(encoding="utf-8").strip()
    with bd.open(tiny_base.base_path, people_key=key) as base:
        lived_in = base.person.df()["address_id"].dropna().iloc[0]
        place = base.place(lived_in)
        names = {name for frame in place.sections.values() for name in frame.columns}
        assert "person" not in place.sections
        assert not {"people", "pseudonym", "birth_year", "caller"} & names
        told = {k: v for k, v in place.to_dict().items() if k != "indicator"}
        assert "people" not in json.dumps(told)  # of cells there are sums of atoms


def test_a_page_is_escaped_and_whole(base, busy):
    place = base.place(busy)
    page = place.html()
    assert page.count("<table>") == len(place.sections)
    assert place.text in repr(place) and place.text in page
    assert page.startswith("<!DOCTYPE html>") and "<script" not in page


KINDS = ("building", "component", "legal_entity", "premises", "camera", "area", "grid")


@pytest.mark.parametrize("kind", KINDS)
def test_a_place_of_any_kind_is_told_by_its_id(base, kind):
    identifier = base.sql(f"select min(id) as id from {kind}")["id"].iloc[0]
    place = base.place(identifier)
    assert (place.id, place.kind) == (identifier, kind)
    assert len(place.sections[kind]) == 1 and "cell" in place.sections
    assert not {"staff", "households", "people"} & {c for f in place.sections.values() for c in f}
    json.dumps(place.to_dict(), allow_nan=False)


def test_a_code_names_a_place_and_no_address_of_the_building(base):
    code, identifier = base.sql("select code, id from building order by id limit 1").iloc[0]
    assert base.place(code).id == identifier


def test_a_building_has_what_its_addresses_have(base):
    pair = base.sql(
        "select b.id building, i.id incident from building b join incident i "
        "on i.address_id = b.address_id where b.match_level = 'road_no' order by all limit 1"
    ).iloc[0]
    told = base.place(pair["building"]).to_dict()
    assert pair["incident"] in {row["id"] for row in told["incident"]}


def test_a_cell_tells_counts_and_its_newest_cases_with_how_many_there_are(base):
    cell = base.sql(
        "select cell from profile where layer = 'community' order by incidents desc limit 1"
    )["cell"].iloc[0]
    place = base.place(cell)
    kinds = set(place.sections["standing"]["kind"])
    assert {"building", "component"} <= kinds
    assert len(place.sections["incident"]) <= 200 <= place.counts["incident"]
    assert place.sections["incident"]["reported_at"].is_monotonic_decreasing
    assert f"共 {place.counts['incident']:,}" in place.html()


def test_a_chronic_place_has_its_evidence(base):
    place = base.place(base.sql("select place from chronic where status is not null")["place"][0])
    assert place.evidence.place == place.id
    assert place.to_dict()["evidence"]["timeline"]
    assert "走势" in repr(place) and "<svg" in place.html()


def test_times_on_the_page_are_the_city_s_and_codes_are_words(base, busy):
    place = base.place(busy)
    first = place.sections["incident"]["reported_at"].iloc[0]
    local = first.tz_localize("UTC").tz_convert(base.time_zone)
    assert local.strftime("%Y-%m-%d %H:%M") in place.html()
    assert "已结" in repr(place) and "closed" not in repr(place)


def test_an_unknown_address_is_told(base):
    with pytest.raises(bd.AnalysisError, match="matches no address"):
        base.place("天边路999号")


def test_missing_values_are_none_in_the_dictionary(base, busy):
    text = json.dumps(base.place(busy).to_dict(), allow_nan=False)
    assert "NaT" not in text


def test_a_component_is_told_with_the_national_name_of_its_class():
    session = memory_session(Catalogue())
    row = {"source": "s", "source_id": "-", "first_delivery": 1, "last_delivery": 1}
    address = row | {"id": "adr1", "code": "A", "full_text": "听涛路1号"}
    lamp = row | {"id": "cmp1", "address_id": "adr1", "class_code": "0118"}
    other = lamp | {"id": "cmp2", "scheme": None}
    session.append("address", pa.Table.from_pylist([address]))
    lamps = [lamp | {"scheme": "CJ/T 214-2007"}, other]
    session.append("component", pa.Table.from_pylist(lamps))
    config = parse_config(
        {"city": {"name": "x"}, "base": {"path": "b"}, "source": []}, folder=Path()
    )
    facts = Facts(config, dt.date(2026, 11, 1), (), Words("zh", Catalogue()), "EPSG:4549")
    place = place_of(session, facts, "adr1")
    told = place.to_dict()["component"]
    assert [r["class_name"] for r in told] == ["路灯", None]
    assert "<th>部件类别</th>" in place._repr_html_()
