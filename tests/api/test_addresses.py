"""What a base tells of its addresses: tree, divisions, successors, defects, explanations."""

import datetime as dt

import pytest

import blockdata as bd


@pytest.fixture(scope="module")
def base(tiny_base):
    with bd.open(tiny_base.base_path) as opened:
        yield opened


def test_every_address_stands_in_the_tree_below_a_road_or_an_estate(base):
    tree = base.tree()
    addresses = base.address.df()
    addresses = addresses[addresses["status"] != "abandoned"]
    rooms = addresses.loc[addresses["room"].notna(), "id"]
    assert set(addresses["id"]) <= set(tree.nodes["id"])
    path = tree.path(rooms.iloc[0])
    assert len(path) > 3
    assert tree.level(path[0]) != "room"
    assert rooms.iloc[0] in path


def test_divisions_answer_for_a_day(base):
    divisions = base.divisions()
    area = base.area.df().iloc[0]
    day = dt.date(2026, 10, 1)
    assert divisions.names([area["code"]], day).tolist() == [area["name"]]


def test_an_address_that_never_changed_is_its_own_successor(base):
    identifier = base.address.df()["id"].iloc[0]
    assert base.successors(identifier) == [identifier]


def test_a_match_is_explained_with_values_on_both_sides(base):
    address = base.address.df().dropna(subset=["road", "road_no"]).iloc[0]
    text = f"{address['road']}{address['road_no']}"
    told = repr(base.explain(text))
    assert address["road"] in told
    assert base.match([text])["match_score"].between(0, 1).all()


def test_known_defects_are_a_table(base):
    assert set(base.address_defect.df()) >= {"code", "ids", "measure", "unit", "zh", "en"}
