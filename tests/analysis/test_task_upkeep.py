"""Upkeep: reasons gathered by record, the pressing first, the rest counted."""

import pandas as pd

from blockdata.analysis.tasks import gather_upkeep, twins


def _found(*rows):
    columns = ["kind", "id", "reason", "grid", "zh"]
    frame = pd.DataFrame(rows, columns=columns, dtype="object")
    return frame.assign(en=frame["zh"], building=None, name=None, x=1.0, y=2.0)


def test_reasons_of_a_record_stand_together_once_in_their_order():
    rows = _found(
        ("component", "c1", "stale", "g", None),
        ("component", "c1", "twice", "g", "两个"),
        ("component", "c1", "twice", "g", "两个"),
    )
    found, left = gather_upkeep(rows, 9)
    assert found[["reasons", "why_zh"]].values.tolist() == [["twice,stale", "两个；登记久未更新。"]]
    assert left == 0


def test_the_pressing_come_first_and_what_is_beyond_the_limit_is_counted():
    rows = _found(
        ("legal_entity", "e1", "coarse", "g", None),
        ("legal_entity", "e2", "unmatched", "g", None),
        ("legal_entity", "e3", "unmatched", "g", None),
        ("legal_entity", "e3", "stale", "g", None),
        ("premises", "p1", "quarantined", None, None),
    )
    found, left = gather_upkeep(rows, 2)
    assert found["id"].tolist() == ["e3", "e2", "p1"] and left == 1
    assert found["no"].tolist() == [1, 2, 1]
    assert found["grid"].isna().tolist() == [False, False, True]


def test_nothing_gives_nothing():
    found, left = gather_upkeep(_found(), 5)
    assert found.empty and left == 0 and "why_zh" in found


def test_only_things_of_one_class_are_twins():
    things = pd.DataFrame(
        {"id": list("cabd"), "group": ["x", "x", "x", "y"], "x": [0.0, 0.3, 5.0, 0.0], "y": 0.0}
    )
    assert twins(things, 0.5).values.tolist() == [["a", 1], ["c", 1]]
    assert twins(things.head(0), 0.5).empty
