"""The address tree: rows at their nodes, inner nodes where the library has none, faults told."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blockdata.address.tree import FAULTS, TREE_LEVELS, AddressTree
from blockdata.errors import AnalysisError

GATE = {"town": "湖畔街道", "road": "延安路", "road_no": "5号", "estate": "御润花园"}
HOUSE = GATE | {"building": "3号楼"}


def library(*rows):
    frame = pd.DataFrame(list(rows))
    return frame.assign(id=[f"a{n}" for n in range(len(rows))]) if "id" not in frame else frame


def grown(*rows):
    return AddressTree.build(library(*rows), mint=lambda key: f"n/{key}")


def levels(tree, node):
    return [tree.level(n) for n in tree.path(node)]


def test_a_room_stands_under_all_that_holds_it():
    tree = grown(HOUSE | {"unit": "2单元", "floor": "5层", "room": "501室"})
    assert levels(tree, "a0") == [
        *("area", "road", "door_plate", "building", "unit", "floor", "room")
    ]
    assert tree.nodes.set_index("id")["text"][tree.parent("a0")] == (
        "湖畔街道延安路5号御润花园3号楼2单元5层"
    )


def test_an_estate_without_a_road_number_is_a_level_of_its_own():
    tree = grown({"community": "南湖社区", "estate": "御润花园", "building": "3号楼"})
    assert levels(tree, "a0") == ["area", "estate", "building"]
    village = grown({"community": "南湖社区", "estate": "张家", "road_no": "104号"})
    assert levels(village, "a0") == ["area", "estate", "door_plate"]


def test_rows_stand_at_the_nodes_of_others():
    tree = grown(GATE, HOUSE, HOUSE | {"building": "4栋"}, HOUSE | {"room": "101室"})
    assert tree.children("a0") == ["a1", "a2"]
    assert tree.children("a1") == ["a3"]
    assert tree.descendants("a0") == ["a1", "a2", "a3"]
    assert tree.descendants("a3") == []
    assert tree.nodes["derived"].sum() == 2
    assert tree.faults.empty


def test_one_element_written_in_two_ways_is_one_node():
    tree = grown(HOUSE, GATE | {"building": "3栋", "room": "101"})
    assert tree.parent("a1") == "a0"


def test_two_estates_at_one_number_are_two_door_plates():
    tree = grown(HOUSE, HOUSE | {"estate": "水筑花园"})
    assert tree.parent("a0") != tree.parent("a1")


def test_derived_ids_are_those_of_their_elements_in_every_run():
    alone = grown(HOUSE)
    among = grown(HOUSE, HOUSE | {"building": "9号楼"}, {"town": "别处街道", "road": "甲路"})
    assert alone.path("a0")[:-1] == among.path("a0")[:-1]


def test_a_stated_parent_that_the_elements_name_leaves_the_finer_way():
    tree = grown(
        HOUSE | {"code": "B"},
        HOUSE | {"floor": "5层", "room": "501室", "code": "R", "parent_code": "B"},
    )
    assert levels(tree, "a1")[-2:] == ["floor", "room"]
    assert tree.path("a1")[-3] == "a0"


def test_a_stated_parent_that_the_elements_do_not_name_holds():
    tree = grown(HOUSE | {"code": "B"}, {"room": "501室", "code": "R", "parent_code": "B"})
    assert tree.parent("a1") == "a0"
    assert tree.faults.empty


def test_derived_nodes_without_a_row_below_are_left_out():
    tree = grown(
        HOUSE | {"code": "B"},
        {"building": "旧楼", "room": "501室", "code": "R", "parent_code": "B"},
    )
    assert not tree.nodes["text"].str.contains("旧楼").any()


FAULTY = [
    HOUSE | {"code": "B"},
    HOUSE | {"code": "C"},
    {"code": "N"},
    HOUSE | {"room": "1室", "code": "O", "parent_code": "nowhere"},
    GATE | {"code": "G", "parent_code": "R2"},
    HOUSE | {"room": "2室", "code": "R2", "parent_code": "R2"},
    {"estate": "甲村", "code": "E1", "parent_code": "E2"},
    {"estate": "乙村", "code": "E2", "parent_code": "E1"},
    GATE | {"road_no": "9号", "code": "B"},
]


def test_what_is_wrong_is_reported_and_still_in_the_tree():
    tree = grown(*FAULTY)
    assert sorted(map(tuple, tree.faults.astype(str).to_numpy().tolist())) == [
        ("a1", "same_elements"),
        ("a2", "no_elements"),
        ("a3", "orphan"),
        ("a4", "narrow_parent"),
        ("a5", "cycle"),
        ("a6", "cycle"),
        ("a7", "cycle"),
        ("a8", "duplicate_code"),
    ]
    for node in tree.nodes["id"]:
        assert tree.path(node)[-1] == node
    assert tree.parent("a3") == tree.parent("a5") == "a0"
    assert tree.level("a2") is None and tree.parent("a2") is None
    assert set(tree.faults["fault"]) < set(FAULTS)


def test_a_second_row_with_an_id_is_reported_and_left_out():
    rows = library(HOUSE | {"id": "x"}, GATE | {"id": "x"}, HOUSE | {"id": None})
    tree = AddressTree.build(rows, mint=lambda key: key)
    assert tree.faults.astype(str).to_numpy().tolist() == [["x", "duplicate_id"]]
    assert tree.level("x") == "building"


def test_columns_of_answers_follow_the_ids_asked():
    tree = grown(HOUSE, HOUSE | {"unit": "1单元", "room": "101室"})
    asked = pd.Series(["a1", None, "?", "a0"], index=list("wxyz"))
    assert tree.ancestors(asked, "building").tolist()[::3] == ["a0", "a0"]
    assert tree.ancestors(asked, "building").isna().tolist() == [False, True, True, False]
    assert tree.ancestors(["a0"], "unit").isna().all()
    assert tree.parents(asked)["z"] == tree.parent("a0")
    assert tree.levels(asked).dropna().tolist() == ["room", "building"]
    assert tree.levels(asked).index.tolist() == list("wxyz")


def test_what_cannot_be_asked_is_refused():
    tree = grown(HOUSE)
    assert "a0" in tree and "?" not in tree and len(tree) == 4
    with pytest.raises(AnalysisError, match="no node"):
        tree.parent("?")
    with pytest.raises(AnalysisError, match="unknown level"):
        tree.ancestors(["a0"], "street")
    with pytest.raises(AnalysisError, match="no ids"):
        AddressTree.build(pd.DataFrame({"road": ["甲路"]}), mint=str)
    with pytest.raises(AnalysisError, match="one id"):
        AddressTree.build(library(HOUSE), mint=lambda key: "same")


def test_an_empty_library_gives_an_empty_tree():
    tree = AddressTree.build(pd.DataFrame({"id": [], "road": []}, dtype="str"), mint=str)
    assert len(tree) == 0 and tree.faults.empty


_VALUES = {
    "town": ["湖畔街道", None],
    "road": ["延安路", "甲路", None],
    "road_no": ["5号", "7号", None],
    "building": ["1号楼", "2栋", None],
    "room": ["101室", "101", None],
    "code": ["C1", "C2", "C3", "C4", None],
    "parent_code": ["C1", "C2", "C3", "C9", None],
}
ROWS = st.lists(
    st.fixed_dictionaries({name: st.sampled_from(v) for name, v in _VALUES.items()}),
    min_size=1,
    max_size=8,
)


@settings(max_examples=30)
@given(ROWS, st.randoms(use_true_random=False))
def test_any_library_gives_a_tree_whatever_the_order_of_its_rows(rows, random):
    frame = library(*rows)
    order = list(range(len(frame)))
    random.shuffle(order)
    tree = AddressTree.build(frame, mint=lambda key: f"n/{key}")
    again = AddressTree.build(frame.iloc[order], mint=lambda key: f"n/{key}")
    pd.testing.assert_frame_equal(tree.nodes, again.nodes)
    pd.testing.assert_frame_equal(tree.faults, again.faults)
    assert set(frame["id"]) <= set(tree.nodes["id"])
    for node in tree.nodes["id"]:
        path = tree.path(node)
        assert path[-1] == node and len(set(path)) == len(path)
        assert all(node in tree.descendants(above) for above in path[:-1])
        ranks = [TREE_LEVELS.index(x) for x in levels(tree, node) if x is not None]
        assert ranks == sorted(ranks)
