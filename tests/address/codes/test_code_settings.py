"""Code schemes of a city's own, from its configuration, and element ids."""

from pathlib import Path

import pandas as pd
import pytest

from blockdata.address.codes import SZDB_281, code_schemes, read_element_ids
from blockdata.config import parse_config
from blockdata.errors import ConfigError

OWN = {
    "name": "plate",
    "segments": [
        {"name": "area", "width": 6, "level": "district"},
        {"name": "door", "width": 5, "alphabet": "digits_letters", "level": "door"},
        {"name": "home", "width": 4, "alphabet": "0123456789AB", "level": "home", "filler": "*"},
    ],
}
CITY = {"city": {"name": "云海市"}, "base": {"path": "b"}, "source": []}


def test_a_scheme_declared_in_the_configuration_reads_codes():
    config = parse_config(CITY | {"address": {"code_scheme": [OWN]}}, folder=Path())
    declared = [scheme.model_dump() for scheme in config.address.code_schemes]
    scheme = code_schemes(declared)["plate"]
    assert scheme.parse("37020200A01").text == "37020200A01****"
    assert scheme.parse("37020200A01000B").parent.level == "door"


def test_without_declarations_there_are_the_standards_schemes():
    config = parse_config(CITY, folder=Path())
    assert config.address.code_schemes == ()
    assert sorted(code_schemes()) == ["division", "szdb_281", "unit_grid"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"check": "luhn"},
        {"segments": []},
        {"segments": [{"name": "a", "width": 0, "level": "a"}]},
        {"segments": [{"name": "a", "width": 2, "level": "a", "colour": "red"}]},
    ],
)
def test_a_wrong_declaration_is_refused_with_the_configuration(wrong):
    with pytest.raises(ConfigError, match=r"address\.code_scheme"):
        parse_config(CITY | {"address": {"code_scheme": [OWN | wrong]}}, folder=Path())


def test_a_contradiction_within_a_declaration_names_the_scheme():
    twice = OWN | {"segments": OWN["segments"] * 2}
    with pytest.raises(ConfigError, match=r"code_scheme\]\] 'plate'.*twice"):
        code_schemes([twice])
    with pytest.raises(ConfigError, match="two code schemes"):
        code_schemes([OWN, OWN])


ROOM = "4403040010010100001000001"
PERSON, COMPANY, ORGANISATION = "11010519491231002X", "91110000802100433B", "D2143569X"


@pytest.mark.parametrize(
    ("value", "holder"),
    [
        (ROOM + PERSON, "person"),
        (ROOM + COMPANY, "legal_entity"),
        (ROOM + ORGANISATION + "0007", "internal"),
        (ROOM + ORGANISATION, None),
        (ROOM + "110105194912310021", None),
        (ROOM, None),
        (None, None),
    ],
)
def test_an_element_id_tells_its_address_and_what_kind_of_holder(value, holder):
    row = read_element_ids([value]).iloc[0]
    assert (row["holder"] if isinstance(row["holder"], str) else None) == holder
    assert pd.isna(row["address_code"]) if value is None else row["address_code"] == ROOM


def test_nothing_of_the_holder_is_given_out():
    frame = read_element_ids(pd.Series([ROOM + PERSON, ROOM + COMPANY], index=["a", "b"]))
    assert frame.index.tolist() == ["a", "b"]
    shown = frame.to_csv()
    assert PERSON not in shown and COMPANY not in shown
    assert SZDB_281.is_valid([ROOM + PERSON]).tolist() == [False]
