"""The place of an incident is its most specific, then most probable, then first target."""

import pandas as pd

from blockdata.link import place_of

LINKS = pd.DataFrame(
    [
        ("i1", "area", "are1", 1.0),
        ("i1", "address", "adr2", 0.5),
        ("i1", "address", "adr1", 0.9),
        ("i2", "component", "cmp2", 0.5),
        ("i2", "component", "cmp1", 0.5),
        ("i2", "address", "adr1", 1.0),
        ("i3", "building", "b1", 1.0),
        ("i4", "address", "adr2", None),
        ("i4", "address", "adr3", 0.1),
    ],
    columns=["incident", "target_kind", "target", "probability"],
)


def test_order_then_probability_then_id():
    assert place_of(LINKS).values.tolist() == [
        ["i1", "address", "adr1", 0.9],
        ["i2", "component", "cmp1", 0.5],
        ["i3", "building", "b1", 1.0],
        ["i4", "address", "adr3", 0.1],
    ]


def test_order_is_a_setting_and_unnamed_kinds_are_no_place():
    assert place_of(LINKS, ["area", "building"]).values.tolist() == [
        ["i1", "area", "are1", 1.0],
        ["i3", "building", "b1", 1.0],
    ]


def test_row_order_does_not_matter():
    pd.testing.assert_frame_equal(place_of(LINKS[::-1]), place_of(LINKS))


def test_no_links_give_no_places():
    assert place_of(LINKS[:0]).columns.to_list() == [
        *("incident", "place_kind", "place", "probability")
    ]
