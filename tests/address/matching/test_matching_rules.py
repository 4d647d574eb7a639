"""What may match and what never: numbers, readings, names, and texts of any kind."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blockdata.address.matching import AddressIndex, Calibration

COLUMNS = ["town", "community", "road", "road_no", "estate", "building", "unit", "room"]


def library(*rows: tuple[str, ...]) -> pd.DataFrame:
    made = pd.DataFrame([row[1:] for row in rows], columns=COLUMNS, dtype="str")
    made.insert(0, "id", [row[0] for row in rows])
    return made.assign(text=[f"示例区{''.join(row[1:])}" for row in rows])


GATE = ("甲街道", "南湖社区", "听涛路", "12号", "锦澜花园")
LIBRARY = library(
    ("gate", *GATE, "", "", ""),
    ("b3", *GATE, "3号楼", "", ""),
    ("u1", *GATE, "3号楼", "1单元", ""),
    ("r501", *GATE, "3号楼", "1单元", "501室"),
    ("r502", *GATE, "3号楼", "2单元", "502室"),
    ("v5", "甲街道", "香泉社区", "", "", "香泉庄", "5号", "", ""),
    ("v5-1", "甲街道", "香泉社区", "", "", "香泉庄", "5-1号", "", ""),
    ("v5-1-201", "甲街道", "香泉社区", "", "", "香泉庄", "5-1号", "", "201室"),
    ("lane", "乙街道", "北山社区", "平溪路", "13弄", "", "", "", ""),
    ("h18", "乙街道", "北山社区", "平溪路", "13弄", "", "18号", "", ""),
    ("h18-101", "乙街道", "北山社区", "平溪路", "13弄", "", "18号", "", "101室"),
    ("d13", "乙街道", "北山社区", "平溪路", "13号", "", "", "", ""),
    ("d8-1", "乙街道", "北山社区", "平溪路", "8-1号", "", "", "", ""),
    ("d8", "乙街道", "北山社区", "平溪路", "8号", "", "", "", ""),
    ("renamed", "乙街道", "北山社区", "西湾路", "3号", "", "", "", ""),
    ("d20", "乙街道", "北山社区", "平溪路", "20号", "云光苑", "", "", ""),
)  # fmt: skip
INDEX = AddressIndex.build(
    LIBRARY,
    aliases=pd.DataFrame(
        [("gate", "锦澜"), ("renamed", "北山社区山虹街3号"), ("d20", "老纺织厂")],
        columns=["address_id", "text"],
    ),
)


@pytest.mark.parametrize(
    ("text", "expected", "level"),
    [
        ("听涛路12号锦澜花园3-1-501", "r501", "room"),
        ("锦澜花园3栋1单元501房", "r501", "room"),
        ("锦澜3号1门501", "r501", "room"),  # a popular name, 号 for 号楼, 门 for 单元
        ("锦澜花园3号楼甲单元501", "r501", "room"),  # no unit 甲: the first
        ("锦澜花园三#楼一单元五〇一", "r501", "room"),
        ("锦澜花圆3幢1单元501", "r501", "room"),  # misheard
        ("听涛陆12号3号楼1单元501", "r501", "room"),
        ("锦澜花园（听涛路12号）3号楼1单元501", "r501", "room"),
        ("听涛路12号3号楼1单元999", "u1", "unit"),
        ("听涛路12号锦澜花园9号楼1单元501", "gate", "estate"),
        ("香泉庄5号", "v5", "building"),
        ("香泉庄5", "v5", "building"),
        ("香泉庄5-1", "v5-1", "building"),
        ("香泉庄5号之一201", "v5-1-201", "room"),
        ("香泉庄5号附1号", "v5-1", "building"),  # 附, where the library has 之 only
        ("平溪路13弄18号101", "h18-101", "room"),
        ("平溪路13弄20号", "lane", "road_no"),
        ("平溪路13号", "d13", "road_no"),
        ("平溪路8号之一", "d8-1", "road_no"),
        ("平溪路8-1", "d8-1", "road_no"),
        ("平溪路8", "d8", "road_no"),
        ("山虹街3号", "renamed", "road_no"),  # the road's former name
        ("老纺织厂2号楼", "d20", "estate"),
        ("听涛路12号锦澜花园3-5号楼", "b3", "building"),  # several: the first
        ("听涛路12号锦澜花园3号楼对面", "b3", "building"),
        ("香泉庄5-1楼下", "v5-1", "building"),
        ("在听涛路12号锦澜花园3号楼，东50米", "b3", "building"),
    ],
)  # fmt: skip
def test_what_is_written_by_hand_finds_its_address(text: str, expected: str, level: str) -> None:
    row = INDEX.match([text]).iloc[0]
    assert (row["address_id"], row["level"]) == (expected, level)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("听涛路13号锦澜花园3号楼", "conflict"),
        ("平溪路8-2号", "not in library"),
        ("平溪路7号", "not in library"),
        ("丙街道平溪路8号", "conflict"),
        ("听涛路与平溪路交叉口", "crossing"),
        ("平溪路/听涛路", "crossing"),
        ("平溪路", "not in library"),
        ("南湖社区", "not in library"),
        ("香泉庄57-1201", "not in library"),
        ("锦澜公寓3号楼1单元501", "not in library"),  # begins like a name, and is another
        ("锦澜花城3号楼", "not in library"),
        ("不详", "no text"),
        ("12-3-1001", "names no place"),
    ],
)
def test_what_finds_none_says_why(text: str, reason: str) -> None:
    row = INDEX.match([text]).iloc[0]
    assert pd.isna(row["address_id"])
    assert row["reason"] == reason


def test_an_ambiguous_text_names_both_and_a_decision_settles_it() -> None:
    same = library(
        ("a", "甲街道", "", "东路", "1号", *[""] * 4), ("b", "乙街道", "", "东路", "1号", *[""] * 4)
    )
    row = AddressIndex.build(same).match(["东路1号"]).iloc[0]
    assert (row["reason"], row["match_method"]) == ("ambiguous", "none")
    assert row["runner_up"] in {"a", "b"}
    settled = AddressIndex.build(same, decisions={"东路 １号": "b"}).match(["东路1号"]).iloc[0]
    assert (settled["address_id"], settled["match_method"]) == ("b", "decision")


NUMBERS = st.sampled_from(["1", "2", "12", "1-2"])
HOUSES = st.tuples(st.sampled_from("甲乙"), *[NUMBERS] * 4)
SHAPES = st.sampled_from(
    [
        *("{0}街道东路{1}号{2}号楼{3}单元{4}室", "东路{1}号{2}-{3}-{4}", "东路{1}-{4}"),
        "东陆{1}号",
        *("东苑{2}号{3}门{4}", "东苑{2}-{4}", "东路{1}号东苑{2}栋{4}房", "{0}街道东苑{2}#{3}单元"),
        *("东路附{1}号{2}栋", "东路{1}、{2}号", "东苑{1}-{2}号楼", "东路{1}号之{2}"),
        *("东路{1}号{2}幢{4}", "东路{1}号对面{2}号楼"),
    ]
)  # fmt: skip


@given(st.lists(HOUSES, unique=True, max_size=8), st.lists(st.tuples(SHAPES, HOUSES), max_size=8))
@settings(deadline=None, max_examples=150)
def test_no_number_or_division_ever_differs_in_a_match(houses, asked) -> None:
    rows = [
        (f"a{n}", f"{town}街道", "", "东路", f"{no}号", "东苑", f"{b}号楼", f"{u}单元", f"{m}室")
        for n, (town, no, b, u, m) in enumerate(houses)
    ]  # fmt: skip
    index = AddressIndex.build(library(*rows))
    found = index.match([shape.format(*house) for shape, house in asked])
    never = "town|road_no|building|unit|floor|room"
    assert not found["evidence"].str.contains(rf"(?:^|; )(?:{never}) differs").any()
    assert found["match_score"].between(0, 1).all()
    for (shape, house), row in zip(asked, found.itertuples()):
        if not pd.isna(row.address_id) and shape.startswith("{0}街道"):
            assert houses[int(row.address_id[1:])][0] == house[0]


@given(st.lists(st.one_of(st.none(), st.text(max_size=30), st.just("东路1号" * 3_000)), max_size=6))
@settings(deadline=None, max_examples=60)
def test_no_text_raises_nor_depends_on_its_neighbours(texts) -> None:
    together = INDEX.match([*texts, "锦澜花园3栋1单元501房"])
    assert together["address_id"].iloc[-1] == "r501"
    for position, text in enumerate(texts):
        alone = INDEX.match([text])
        pd.testing.assert_frame_equal(together.iloc[[position]].reset_index(drop=True), alone)


@given(st.lists(st.text(max_size=12), min_size=1, max_size=8))
@settings(deadline=None, max_examples=60)
def test_any_library_can_be_indexed_and_finds_its_own_texts(texts) -> None:
    defective = pd.DataFrame({"id": ["a"] * len(texts), "text": [*texts[:-1], None], "road": texts})
    found = AddressIndex.build(defective).match(texts)
    assert set(found["address_id"].dropna()) <= {"a"}


def test_rows_without_an_id_are_never_an_answer() -> None:
    rows = pd.DataFrame({"id": [None, "b"], "text": ["东路1号", "东路2号"]})
    found = AddressIndex.build(rows).match(["东路1号", "东路2号"])
    assert found["address_id"].tolist()[1] == "b"
    assert pd.isna(found["address_id"].iloc[0])


def test_answers_do_not_depend_on_threads_or_blocks() -> None:
    texts = [*LIBRARY["text"], "锦澜3-1-501", "平溪路8", "听涛陆12号"]
    many = INDEX.match_columns(texts * 1_500)
    once = INDEX.match_columns(texts)
    for name in ("address", "method", "score", "level", "runner_up", "reason", "fuzzy"):
        assert np.array_equal(getattr(many, name), np.tile(getattr(once, name), 1_500))


def test_probabilities_learn_from_answers_and_are_ordered() -> None:
    texts = ["听涛路12号锦澜花园3号楼1单元501", "锦澜花圆3幢1单元501"] * 50
    fitted = Calibration.fit(INDEX, texts, ["r501", "other"] * 50)
    index = AddressIndex.build(LIBRARY, calibration=fitted)
    sure, unsure = index.match(texts[:2])["match_score"]
    assert unsure < 0.6 < sure <= 1


def test_explanations_have_values_and_escape_them() -> None:
    told = INDEX.explain("锦澜花园3栋1单元<b>502")
    assert told.answer["address_id"] == "u1"
    assert "matched" in {c.outcome for c in told.candidates}
    assert "<b>" not in told._repr_html_().replace("<p><b>", "")
    fuzzy = INDEX.explain("锦澜花圆3幢1单元501")
    assert (fuzzy.read_as, fuzzy.answer["match_method"]) == ("锦澜花园3号楼1单元501", "fuzzy")
    assert ("room", "501", "501", "=") in fuzzy.elements
    assert "no text" in repr(INDEX.explain(None))
