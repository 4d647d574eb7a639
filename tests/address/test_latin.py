"""Addresses in Latin script, and crossings."""

import pytest

from blockdata.address import is_crossing, normalise_address, provisional_addresses
from blockdata.address.latin import names_a_place_in_latin


@pytest.mark.parametrize(
    "text",
    [
        "延安三路与江西路交叉口",
        "听涛路、望海路交汇处",
        "听涛路路口",
        "滨河区听涛路/望海路",
        "听涛路与望海路",
        "INTERSECTION of Centre St & Seaverns Ave  Jamaica Plain  MA",
        "Corner of Main St and 2nd Ave",
        "Centre St & Seaverns Ave",
        "Centre St / Seaverns Ave",
    ],
)
def test_what_only_says_where_streets_cross_is_a_crossing(text):
    assert is_crossing(text)


@pytest.mark.parametrize(
    "text",
    [
        "延安三路105号",
        "听涛路3号（望海路路口）",
        "路口小区2号楼",
        "东一路和平路",
        "22 Wolcott St  Dorchester  MA  02121",
        "20-26 Foster St & Sons",
        "Grand Avenue",
        "",
        None,
        float("nan"),
    ],
)
def test_a_door_or_a_street_is_no_crossing(text):
    assert not is_crossing(text)


@pytest.mark.parametrize(
    ("text", "is_place"),
    [
        ("22 Wolcott St  Dorchester", True),
        ("INTERSECTION of Centre St & Seaverns Ave", True),
        ("Boston Common Parade Ground", True),
        ("N/A", False),
        ("unknown", False),
        ("12-3-1001", False),
        ("听涛路 Block 22", False),
        ("  ", False),
    ],
)
def test_a_place_in_latin_script_has_a_word_and_a_number_or_three_words(text, is_place):
    assert names_a_place_in_latin(normalise_address(text)) is is_place


def test_each_distinct_text_in_latin_script_is_a_place_of_its_own():
    texts = ["22 Wolcott St  Dorchester", "22 WOLCOTT ST, Dorchester", "24 Wolcott St Dorchester"]
    made = provisional_addresses([*texts, "unknown", " "], mint=str)
    assert made["text"].tolist() == [
        "22-WOLCOTT-ST,DORCHESTER",
        "22-WOLCOTT-ST-DORCHESTER",
        "24-WOLCOTT-ST-DORCHESTER",
    ]
