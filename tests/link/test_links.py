"""Each kind of evidence gives its link, with its method, distance and probability."""

import pandas as pd
import pytest

from blockdata.link import link_incidents

INCIDENTS = pd.DataFrame(
    {
        "id": ["i2", "i1", "i3"],
        "address_id": ["adr2", "adr1", None],
        "match_method": [None, "structured", None],
        "match_score": [None, 0.9, None],
        "component_code": ["C9", " C1 ", None],
        "area_id": [None, None, "are1"],
        "x": [0.0, 0.0, None],
        "y": [0.0, 0.0, None],
    }
)
CELLS = pd.DataFrame({"id": ["i1", "i1", "i9"], "layer": ["unit", "duty", "unit"], "cell": "g1"})
COMPONENTS = pd.DataFrame(
    {"id": ["cmp1", "cmp2", "cmp3"], "code": ["C1", "C9", "C9"], "x": [3.0, None, 1], "y": 4.0}
)
BUILDINGS = pd.DataFrame({"address_id": ["adr1", "adr1", "adr2"], "building": ["b1", "b2", "b3"]})


@pytest.fixture(scope="module")
def links():
    return link_incidents(INCIDENTS, CELLS, COMPONENTS, BUILDINGS)


def test_all_links_in_order(links):
    assert links[["incident", "target_kind", "target", "method"]].values.tolist() == [
        ["i1", "address", "adr1", "structured"],
        ["i1", "building", "b1", "via_address"],
        ["i1", "building", "b2", "via_address"],
        ["i1", "cell:duty", "g1", "coordinates"],
        ["i1", "cell:unit", "g1", "coordinates"],
        ["i1", "component", "cmp1", "code"],
        ["i2", "address", "adr2", "unstated"],
        ["i2", "building", "b3", "via_address"],
        ["i2", "component", "cmp2", "code"],
        ["i2", "component", "cmp3", "code"],
        ["i3", "area", "are1", "source"],
    ]


def test_probabilities_are_shared_and_null_without_a_score(links):
    told = links["probability"].fillna(-1).to_list()
    assert told == [0.9, 0.45, 0.45, 1, 1, 1, -1, -1, 0.5, 0.5, 1]


def test_distances_are_measured_or_null(links):
    measured = links.set_index("target")["distance_m"]
    assert measured["cmp1"] == 5
    assert measured[["adr1", "b1", "cmp2", "are1"]].isna().all()
    assert (links.loc[links["method"] == "coordinates", "distance_m"] == 0).all()


def test_evidence_is_told_in_words(links):
    words = links.set_index("target")["evidence"]
    assert words["adr1"] == "address matched by method structured, score 0.90"
    assert words["adr2"] == "address matched by method unstated"
    assert words["b1"] == "one of 2 buildings of the address"
    assert words["cmp1"] == "the only component with its code"
    assert words["cmp3"] == "one of 2 components with it"


def test_row_order_does_not_matter(links):
    again = link_incidents(INCIDENTS[::-1], CELLS[::-1], COMPONENTS[::-1], BUILDINGS[::-1])
    pd.testing.assert_frame_equal(again, links)


def test_optional_sources_may_be_missing_and_nothing_gives_typed_nothing(links):
    few = INCIDENTS.drop(columns=["component_code", "area_id"])
    assert set(link_incidents(few, CELLS, COMPONENTS)["target_kind"]) == {
        "address",
        "cell:duty",
        "cell:unit",
    }
    none = link_incidents(INCIDENTS[:0], CELLS[:0], COMPONENTS[:0], BUILDINGS[:0])
    assert len(none) == 0
    assert none.dtypes.to_list() == links.dtypes.to_list()


def test_all_null_columns_of_any_type_are_taken():
    bare = INCIDENTS.assign(address_id=None, match_score=None, component_code=None, x=None)
    kinds = set(link_incidents(bare, CELLS, COMPONENTS, BUILDINGS)["target_kind"])
    assert kinds == {"area", "cell:duty", "cell:unit"}
