"""Categories: what tables and names map, what is only suggested, what cases are about."""

import pandas as pd
import pytest

from blockdata.errors import AnalysisError
from blockdata.link.categories import (
    CAMERA_CLASS,
    classes_of_categories,
    map_categories,
    names_of_component_classes,
    national_catalogue,
    suggest,
)
from blockdata.link.categories.synonyms import THINGS, WORDS, stem_of, unified

NATIONAL = national_catalogue()
NEWEST = "GB/T 47678.5-2026"
NO_TABLE = pd.DataFrame(columns=["source", "category", "scheme", "kind", "code"])


def _asked(*names, source="hotline"):
    return pd.DataFrame({"source": source, "category": list(names), "incidents": 1})


def _told(*rows):
    return pd.DataFrame(rows, columns=NO_TABLE.columns)


def test_the_source_goes_before_every_source_before_the_name():
    asked = pd.concat([_asked("占道经营"), _asked("占道经营", "违停", source="app")])
    table = _told(
        (None, "占道经营", NEWEST, "matter", "09005"), ("app", "占道经营", "own", "matter", "7")
    )
    found = map_categories(asked, table, NATIONAL)
    assert found["source"].tolist() == ["app", "app", "hotline"]
    assert found["category"].tolist() == ["占道经营", "违停", "占道经营"]
    assert found["method"].fillna("none").tolist() == ["table", "none", "table"]
    assert found["code"].fillna("none").tolist() == ["7", "none", "09005"]
    assert pd.isna(found["name"].iloc[0])  # the catalogue lacks the city's own code
    by_name = map_categories(_asked("占道经营"), NO_TABLE, NATIONAL)
    assert by_name[["scheme", "code", "method"]].values.tolist() == [[NEWEST, "09006", "name"]]


def test_a_city_s_own_matters_go_before_national_classes():
    own = pd.DataFrame(
        {"scheme": ["own"], "kind": ["matter"], "code": ["0401"], "name": ["占道经营"]}
    )
    both = pd.concat([own, NATIONAL], ignore_index=True)
    assert map_categories(_asked("占道经营"), NO_TABLE, both)["code"].tolist() == ["0401"]


def test_the_last_row_of_a_table_holds_and_null_maps_to_nothing():
    table = _told(
        ("hotline", "占道经营", NEWEST, "matter", "09005"),
        ("hotline", "占道经营", None, None, None),
    )
    found = map_categories(_asked("占道经营"), table, NATIONAL).iloc[0]
    assert pd.isna(found["code"])
    assert found["method"] == "table"
    assert suggest(found.to_frame().T, NATIONAL).empty


def test_width_case_and_blanks_make_no_difference():
    found = map_categories(_asked("占 道　经营"), NO_TABLE, NATIONAL)
    assert found["code"].tolist() == ["09006"]


def test_a_name_that_several_classes_have_maps_to_nothing():
    assert map_categories(_asked("其他"), NO_TABLE, NATIONAL)["method"].isna().all()


def test_nothing_is_mapped_by_likeness():
    found = map_categories(_asked("路面坑洼", "流动摊贩"), NO_TABLE, NATIONAL)
    assert found["code"].isna().all()
    offered = suggest(found, NATIONAL, limit=2)
    assert set(offered["category"]) == {"路面坑洼", "流动摊贩"}
    assert offered["rank"].tolist() == [1, 2, 1, 2]


def test_mapping_does_not_depend_on_the_order_of_categories():
    asked = _asked("占道经营", "路灯", "噪音", "其他")
    turned = asked.iloc[::-1]
    pd.testing.assert_frame_equal(
        map_categories(asked, NO_TABLE, NATIONAL), map_categories(turned, NO_TABLE, NATIONAL)
    )
    pd.testing.assert_frame_equal(suggest(asked, NATIONAL), suggest(turned, NATIONAL))


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("流动摊贩", "无照经营游商"),
        ("乱停车", "机动车乱停放"),
        ("垃圾未清", "暴露垃圾"),
        ("噪音扰民", "噪声扰民"),
        ("油烟", "油烟污染"),
        ("路面坑洼", "道路破损"),
        ("小广告", "非法小广告"),
        ("井盖缺失（雨水）", "雨水井盖"),
        ("路灯不亮", "路灯"),
        ("违建", "私搭乱建"),
        ("工地扬尘污染", "工地扬尘"),
    ],
)
def test_what_people_say_is_suggested_as_what_the_tables_say(said, meant):
    offered = suggest(_asked(said), NATIONAL, limit=3)["name"].tolist()
    assert any(meant in name for name in offered)


def test_suggestions_are_ranked_bounded_and_say_when_there_is_none():
    asked = pd.DataFrame(
        {"source": "a", "category": ["qwxyz", "道路不洁", "扬尘"], "incidents": [3, 9, 9]}
    )
    offered = suggest(asked, NATIONAL, limit=3)
    assert offered["category"].tolist()[-1] == "qwxyz"
    assert offered["why"].iloc[-1] == "nothing like it"
    assert pd.isna(offered["code"].iloc[-1])
    assert offered["score"].between(0, 1).all()
    for _, own in offered.groupby("category"):
        assert own["score"].is_monotonic_decreasing
    same = offered[(offered["category"] == "道路不洁") & (offered["rank"] == 1)]
    assert same["score"].tolist() == [1.0]


def test_every_class_is_most_like_itself():
    names = NATIONAL[(NATIONAL["scheme"] == NEWEST) & (NATIONAL["kind"] == "matter")]["name"]
    offered = suggest(_asked(*names), NATIONAL, limit=1)
    assert (offered["score"] > 0.999).all()


def test_synonyms_are_read_the_same_and_only_once():
    for group in WORDS:
        assert {unified(word) for word in group} == {group[0]}
    for group in THINGS:
        assert {stem_of(word) for word in group} == {group[0]}
    assert unified(unified("路面坑洼")) == unified("路面坑洼")


HAVE = pd.Series(["上水井盖", "污水井盖", "路灯", "路灯井盖", "行道树", "垃圾箱", "交通护栏"])


@pytest.mark.parametrize(
    ("category", "classes"),
    [
        ("井盖破损", ["上水井盖", "污水井盖", "路灯井盖"]),
        ("路灯故障", ["路灯"]),
        ("污水井盖丢失", ["污水井盖"]),
        ("树木倒伏", ["行道树"]),
        ("果皮箱满溢", ["垃圾箱"]),
        ("护栏损坏", ["交通护栏"]),
        ("占道经营", []),
        ("道路破损", []),
        ("灯", []),
    ],
)
def test_the_name_of_a_category_tells_its_class(category, classes):
    found = classes_of_categories(pd.DataFrame({"category": [category]}), HAVE)
    assert sorted(found["class_name"]) == sorted(classes)


def test_a_mapped_category_is_about_its_own_class_alone():
    asked = pd.DataFrame(
        {
            "category": ["灯的毛病", "井盖破损", "路边的箱"],
            "scheme": [NEWEST, NEWEST, "CJ/T 214-2007"],
            "kind": ["matter", "matter", "component"],
            "code": ["01037", "01002", "0305"],
        }
    )
    found = classes_of_categories(asked, HAVE)
    assert found[["category", "class_name"]].values.tolist() == [
        ["井盖破损", "污水井盖"],
        ["灯的毛病", "路灯"],
        ["路边的箱", "垃圾箱"],
    ]


def test_cameras_are_a_class_of_their_own():
    found = classes_of_categories(pd.DataFrame({"category": ["监控探头损坏"]}), HAVE)
    assert found.values.tolist() == [["监控探头损坏", "camera", CAMERA_CLASS]]


def test_components_are_named_by_class_code_by_id_and_else_by_name():
    frame = pd.DataFrame(
        {
            "name": ["灯杆", "某物", "花箱", None],
            "scheme": ["GB/T 30428.2-2013", None, None, None],
            "class_code": ["0137", None, None, None],
            "code": [None, "99010201037000001", None, None],
        },
        index=[5, 6, 7, 8],
    )
    found = names_of_component_classes(frame)
    assert found.index.tolist() == [5, 6, 7, 8]
    assert found.iloc[:3].tolist() == ["路灯", "路灯", "花箱"]
    assert pd.isna(found.iloc[3])


@pytest.mark.parametrize(
    "call",
    [
        lambda: map_categories(pd.DataFrame({"source": []}), NO_TABLE, NATIONAL),
        lambda: suggest(pd.DataFrame({"category": []}), NATIONAL),
        lambda: classes_of_categories(pd.DataFrame({"name": []}), HAVE),
    ],
)
def test_a_missing_column_is_told(call):
    with pytest.raises(AnalysisError):
        call()


def test_nothing_asked_gives_nothing():
    nothing = _asked()
    assert map_categories(nothing, NO_TABLE, NATIONAL).empty
    assert suggest(nothing, NATIONAL).empty
    assert classes_of_categories(nothing, HAVE).empty
