"""A place: everything known of one address, and nothing of people."""

import json

import pyarrow as pa
import pytest

import blockdata as bd
from blockdata.records import Catalogue
from blockdata.report.words import Words
from blockdata.store.snapshots import memory_session
from blockdata.views.place import place_of_address


@pytest.fixture
def base(tiny_base):
    with bd.open(tiny_base.base_path) as opened:
        yield opened


@pytest.fixture
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
        assert "people" not in json.dumps(place.to_dict())


def test_a_page_is_escaped_and_whole(base, busy):
    place = base.place(busy)
    page = place._repr_html_()
    assert page.count("<table>") == len(place.sections)
    assert place.text in repr(place)
    assert "<script" not in page


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
    place = place_of_address(session, "adr1", Words("zh", Catalogue()))
    told = place.to_dict()["component"]
    assert [r["class_name"] for r in told] == ["路灯", None]
    assert "<th>部件类别</th>" in place._repr_html_()
