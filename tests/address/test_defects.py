"""Known defects of a library: each planted one is found, and a sound library has none."""

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from blockdata.address.codes import SZDB_281
from blockdata.address.defects import DEFECTS, Limits, known_defects
from blockdata.address.defects.lines import road_lines
from blockdata.errors import AnalysisError

AREA = {"district": "湖区", "town": "湖畔街道"}
LINE = shapely.LineString([(1000, 1000), (1400, 1000), (1400, 1400)])


def library(*rows):
    frame = pd.DataFrame(list(rows))
    frame.insert(0, "id", [f"a{n}" for n in range(len(rows))])
    return frame


def found(result, code):
    rows = result.rows[result.rows["code"] == code]
    return rows["ids"].tolist()


def sound():
    """Two sides of a bent street, a building behind one plate, its rooms, and codes for all."""
    rows = []
    for number in range(1, 31):
        at = shapely.line_interpolate_point(LINE, 12.0 * number)
        side = 8 if number % 2 else -8
        bent = at.x >= 1400
        x, y = (at.x - side, at.y) if bent else (at.x, at.y + side)
        text = f"湖区湖畔街道延安路{number}号"
        code = f"99010200100101{number:05}"
        rows.append(
            AREA
            | {"road": "延安路", "road_no": f"{number}号", "full_text": text}
            | {"code": code + "******", "x": x, "y": y}
        )
    for room in range(1, 5):
        gate = rows[0]
        text = gate["full_text"] + f"1号楼1单元{room}01室"
        parts = {"building": "1号楼", "unit": "1单元", "room": f"{room}01室", "full_text": text}
        codes = {"code": gate["code"][:19] + f"{room:06}", "parent_code": gate["code"]}
        rows.append(gate | parts | codes | {"building_code": "B1"})
    frame = library(*rows)
    frame["building_code"] = frame["building_code"].astype("str")
    return frame


BUILDINGS = pd.DataFrame({"id": ["b1"], "code": ["B1"]})
STREETS = pd.DataFrame({"name": ["延安路", None], "geometry": [LINE, None]})
ALL = {"buildings": BUILDINGS, "streets": STREETS, "scheme": SZDB_281}


def changed(at, **values):
    frame = sound()
    for name, value in values.items():
        frame.loc[at, name] = value
    return frame


def test_a_sound_library_has_no_defect_and_every_check_was_done():
    result = known_defects(sound(), **ALL)
    assert result.rows.empty
    assert result.counts["checked"].all()
    assert result.counts["code"].tolist() == list(DEFECTS)


@pytest.mark.parametrize(
    ("code", "values"),
    [
        ("orphan", {"parent_code": "9"}),
        ("cycle", {"parent_code": "9901020010010100001000003"}),
        ("code_outside_parent", {"code": "9901020010010100009000003"}),
        ("impossible_order", {"full_text": "湖区湖畔街道延安路1号301室1号楼1单元"}),
        ("text_differs", {"full_text": "湖区湖畔街道延安路1号1号楼1单元302室"}),
        ("no_elements", dict.fromkeys([*AREA, "road", "road_no", "building", "unit", "room"])),
        ("duplicate_code", {"code": "9901020010010100001000002"}),
    ],
)
def test_a_planted_defect_of_a_row_is_found_on_it(code, values):
    result = known_defects(changed(32, **values), **ALL)
    assert found(result, code) in ([["a32"]], [["a32"]])


@pytest.mark.parametrize(
    "text",
    [
        "延安路1号1号楼1单元301室",
        "湖畔街道延安路1号1号楼1单元301室",
        "湖区湖畔街道 延安路1號1幢1门301(原粮店)",
        "湖畔街道1号楼1单元301室，延安路1号",
    ],
)
def test_a_text_may_begin_anywhere_and_be_written_otherwise(text):
    assert known_defects(changed(32, full_text=text), **ALL).rows.empty


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("湖区湖畔街道延安路1号1号楼1单元", 1),
        ("湖区延安路1号1号楼1单元301室", 1),
        ("湖区湖畔街道延安路11号1号楼1单元301室", 2),
        ("湖区湖畔街道延安路1号1号楼1单元3层301室", 1),
    ],
)
def test_differences_of_a_text_are_counted(text, places):
    rows = known_defects(changed(32, full_text=text), **ALL).rows
    assert rows[["code", "measure"]].to_numpy().tolist() == [["text_differs", places]]


def test_a_parent_that_is_narrower_is_found():
    frame = changed(0, parent_code="9901020010010100001000003")
    assert found(known_defects(frame, **ALL), "narrow_parent") == [["a0"]]


def test_units_numbered_as_rooms_lie_within_the_same_building():
    frame = changed(33, parent_code="9901020010010100001D00001")
    frame.loc[32, "code"] = "9901020010010100001D00001"
    assert found(known_defects(frame, **ALL), "code_outside_parent") == []
    frame.loc[32, "code"] = frame.loc[33, "parent_code"] = "9901020010010100002D00001"
    assert found(known_defects(frame, **ALL), "code_outside_parent") == [["a32"], ["a33"]]


def test_duplicates_are_told_from_entries_that_differ_in_text():
    frame = sound()
    again = frame.iloc[[4, 5]].assign(
        id=["z4", "z5"],
        code=["X4", "X5"],
        full_text=["湖区湖畔街道延安路５號", "湖区湖畔街道延安路6号(东门)"],
    )
    result = known_defects(pd.concat([frame, again]), **ALL)
    assert found(result, "duplicate_address") == [["a4", "z4"]]
    assert found(result, "same_elements") == [["a5", "z5"]]
    row = result.rows[result.rows["code"] == "duplicate_address"].iloc[0]
    assert (row["measure"], row["unit"], row["zh"]) == (2.0, "1", "同一地址有 2 条记录")


def test_a_unit_that_nothing_holds_is_found():
    parts = {"unit": "2单元", "room": "201室"}
    rows = library(AREA | {"road": "甲路"} | parts, AREA | {"estate": "甲苑"} | parts)
    assert found(known_defects(rows), "hanging") == [["a0"]]


def test_a_room_without_a_unit_among_rooms_with_one():
    frame = changed(32, unit=None, full_text="湖区湖畔街道延安路1号1号楼301室")
    result = known_defects(frame, **ALL)
    assert found(result, "room_without_unit") == [["a32"]]
    assert result.rows["measure"].tolist() == [3.0]
    few = frame[frame["id"].isin(["a31", "a32"])]
    assert found(known_defects(few), "room_without_unit") == []


def test_numbers_out_of_sequence_and_on_the_wrong_side():
    frame = sound()
    frame.loc[9, ["x", "y"]] = [1390.0, 992.0]  # 10号 stands where 32号 and 34号 would
    frame.loc[6, "y"] = 991.0  # 7号 stands among the even numbers
    result = known_defects(frame, **ALL)
    assert found(result, "number_out_of_sequence") == [["a9"]]
    assert found(result, "number_on_wrong_side") == [["a6"]]
    metres = result.rows.set_index("code")["measure"]
    assert metres["number_out_of_sequence"] == pytest.approx(390 - 12 * 12)
    assert metres["number_on_wrong_side"] == pytest.approx(9)


def test_a_road_in_pieces_is_measured_along_all_of_them():
    frame = sound()
    frame.loc[9, ["x", "y"]] = [1390.0, 992.0]
    pieces = [
        shapely.LineString([(1400, 1400), (1400, 1200)]),
        shapely.LineString([(1200, 1000), (1000, 1000)]),
        shapely.LineString([(1220, 1000), (1400, 1000), (1400, 1190)]),
    ]
    streets = pd.DataFrame({"name": ["延安路"] * 3, "geometry": pieces})
    assert found(known_defects(frame, streets=streets), "number_out_of_sequence") == [["a9"]]
    assert found(known_defects(frame, streets=streets), "number_on_wrong_side") == []


def test_two_carriageways_are_no_line():
    there = shapely.LineString([(0, 0), (100, 0)])
    streets = pd.DataFrame({"name": ["甲路"] * 2, "geometry": [there, there.offset_curve(9)]})
    assert road_lines(streets) == {}


def test_a_road_without_a_line_is_measured_along_its_plates():
    frame = sound().iloc[:30].assign(x=lambda f: 1000 + 12.0 * np.arange(30), y=1000.0)
    frame.loc[9, "x"] = 1300.0
    result = known_defects(frame)
    assert found(result, "number_out_of_sequence") == [["a9"]]
    square = frame.assign(
        y=1000 + 100.0 * (np.arange(30) % 5), x=1000 + 80.0 * (np.arange(30) // 5)
    )
    assert found(known_defects(square), "number_out_of_sequence") == []


def test_roads_of_one_name_in_two_districts_are_two():
    one, other = sound().iloc[:30], sound().iloc[:30]
    moved = other.assign(id=[f"z{n}" for n in range(30)], district="岭区", x=other["x"] + 60)
    assert found(known_defects(pd.concat([one, moved])), "number_out_of_sequence") == []


def test_points_that_more_plates_share_than_may():
    frame = sound()
    frame.loc[[2, 4, 6, 8], ["x", "y"]] = [1001.001, 1002.0]
    result = known_defects(frame)
    assert found(result, "shared_point") == [["a2", "a4", "a6", "a8"]]
    assert found(known_defects(frame, limits=Limits(addresses_at_point=4)), "shared_point") == []


def test_registers_are_held_against_each_other():
    frame = changed(32, building_code="B9")
    more = pd.DataFrame({"id": ["b1", "b2", "b3"], "code": ["B1", "B2", None]})
    result = known_defects(frame, buildings=more)
    assert found(result, "address_without_building") == [["a32"]]
    assert found(result, "building_without_address") == [["b2"], ["b3"]]


def test_what_was_not_checked_is_told_from_what_was_found_right():
    counts = known_defects(sound()[["id", "road", "road_no"]]).counts.set_index("code")
    assert not counts.loc[["orphan", "text_differs", "shared_point"], "checked"].any()
    assert counts.loc[["duplicate_address", "hanging"], "checked"].all()


def test_degrees_are_refused():
    with pytest.raises(AnalysisError, match="degrees"):
        known_defects(sound().assign(x=120.4, y=30.2))
    with pytest.raises(AnalysisError, match="ids"):
        known_defects(pd.DataFrame({"road": ["甲路"]}))


def test_an_empty_library_has_no_defects():
    result = known_defects(sound().iloc[:0], **ALL | {"buildings": BUILDINGS.iloc[:0]})
    assert result.rows.empty and result.counts["checked"].all()


_VALUES = {
    "full_text": ["湖区延安路5号", "延安路5号1号楼1单元101室", "", "-", None],
    "road": ["延安路", "无", "", None],
    "road_no": ["5号", "一", "甲", None],
    "building": ["1号楼", None],
    "unit": ["1单元", None],
    "room": ["101室", None],
    "code": ["440304", "44030400100101", "?", None],
    "parent_code": ["440304", "?", None],
    "building_code": ["B1", None],
    "x": [1000.0, 2000.0, np.nan],
    "y": [1000.0, np.nan],
}


@settings(max_examples=20)
@given(
    st.lists(
        st.fixed_dictionaries({name: st.sampled_from(v) for name, v in _VALUES.items()}),
        min_size=1,
        max_size=8,
    )
)
def test_any_library_is_checked_whatever_the_order_of_its_rows(rows):
    frame = library(*rows)
    result = known_defects(frame, **ALL)
    again = known_defects(frame.iloc[::-1], **ALL)
    pd.testing.assert_frame_equal(result.rows, again.rows)
    pd.testing.assert_frame_equal(result.counts, again.counts)
    assert result.counts["defects"].sum() == len(result.rows)
