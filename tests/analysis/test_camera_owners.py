"""Whose a camera is: words before digits, the traffic police before the police."""

import pytest

from blockdata.analysis.cameras import owner_groups
from blockdata.errors import AnalysisError


@pytest.mark.parametrize(
    ("industry", "name", "group"),
    [
        ("08", "", "city_management"),
        ("00", None, "police"),
        ("02", None, "police"),
        ("04", None, "traffic"),
        ("05", None, "traffic"),
        ("11", None, "other"),
        ("08", "某区公安分局", "police"),
        ("00", "市公安局交警支队", "traffic"),
        ("00", "某区综合行政执法局", "city_management"),
        ("43", "某物业公司", "other"),
    ],
)
def test_words_of_the_owner_come_before_digits(industry, name, group):
    assert owner_groups([f"37020300{industry}1320000001"], [name]).tolist() == [group]


def test_a_city_has_groups_of_its_own():
    words = {"school": ("学校", "小学")}
    found = owner_groups([None, "37020300111320000001"], ["某小学", None], words, {"11": "school"})
    assert found.tolist() == ["school", "school"]


def test_too_many_groups_are_refused():
    with pytest.raises(AnalysisError, match="groups of owners"):
        owner_groups([], [], {f"g{n}": ("x",) for n in range(11)})
