"""A change of the library touches no text whose anchors it does not touch."""

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from blockdata.address.matching import AddressIndex

ROADS = st.sampled_from(["东路", "东大路", "西街", "海东路", ""])
NUMBERS = st.sampled_from(["1号", "2号", "12号", "1-2号", "12弄", ""])
ESTATES = st.sampled_from(["", "", "东园", "东园新村", "海苑", "海"])
BUILDINGS = st.sampled_from(["", "1号楼", "2号楼", "A座"])
UNITS = st.sampled_from(["", "1单元", "2单元"])
ROOMS = st.sampled_from(["", "101室", "102室"])
TOWNS = st.sampled_from(["", "甲街道", "乙街道"])
ROWS = st.tuples(TOWNS, ROADS, NUMBERS, ESTATES, BUILDINGS, UNITS, ROOMS)
COLUMNS = ["town", "road", "road_no", "estate", "building", "unit", "room"]
EXTRA = [
    "东路1号",
    "东园新村2号楼101",
    "海东路12号",
    "东园1-1-101",
    "老海苑1号楼",
    "新东园1号楼",
    "西街12-101",
    "无",
]


def frame(rows: list[tuple[str, ...]], ids: list[str], with_columns: bool) -> pd.DataFrame:
    made = pd.DataFrame(rows, columns=COLUMNS, dtype="str")
    texts = ["".join(row) for row in rows]
    if with_columns:
        return made.assign(id=ids, text=texts)
    return pd.DataFrame({"id": pd.Series(ids, dtype="str"), "text": pd.Series(texts, dtype="str")})


@given(
    st.lists(ROWS, min_size=1, max_size=10, unique=True),
    st.lists(ROWS, max_size=3),
    st.integers(0, 3),
    st.booleans(),
    st.lists(ROWS, max_size=4),
    st.lists(st.sampled_from(["老海苑", "新东园", "东园旧村", "西街12号"]), max_size=2),
)
@settings(deadline=None, max_examples=200)
def test_texts_that_a_change_does_not_touch_keep_their_answer(
    rows, added, removed, with_columns, asked, aliases
) -> None:
    ids = [f"a{n}" for n in range(len(rows))]
    gone = min(removed, len(rows))
    before = frame(rows, ids, with_columns)
    after = frame([*rows[gone:], *added], [*ids[gone:], *(f"n{n}" for n in range(len(added)))],
                  with_columns)  # fmt: skip
    other = pd.DataFrame({"address_id": ids[-1:] * len(aliases), "text": aliases}, dtype="str")
    decisions = {"老地方": "a0"}
    texts = ["".join(row) for row in [*rows, *added, *asked]] + [*EXTRA, "老地方"]
    old = AddressIndex.build(before, other, decisions)
    new = AddressIndex.build(after, other, decisions)
    changed = pd.concat([before.iloc[:gone], after.iloc[len(rows) - gone :]], ignore_index=True)
    touched_ids = changed["id"].tolist()
    anchors = new.anchors_of(changed, other[other["address_id"].isin(touched_ids)])
    was, now = old.match_columns(texts), new.match_columns(texts)
    stands = ~np.isin(was.anchors, anchors).any(axis=1) & ~was.fuzzy
    columns = ["address_id", "match_method", "match_score", "level", "evidence", "reason"]
    expected, found = was.df()[columns][stands], now.df()[columns][stands]
    pd.testing.assert_frame_equal(expected, found)


def test_a_change_elsewhere_touches_nothing() -> None:
    rows = [("甲街道", "东路", "1号", "", "", "", ""), ("乙街道", "西街", "2号", "", "", "", "")]
    index = AddressIndex.build(frame(rows, ["a", "b"], True))
    found = index.match_columns(["东路1号", "西街2号"])
    anchors = index.anchors_of(frame(rows[1:], ["b"], True))
    assert np.isin(found.anchors, anchors).any(axis=1).tolist() == [False, True]
    assert not found.fuzzy.any()
