"""Columns find their fields by declared names alone, and what must not be held is never mapped."""

from collections import defaultdict

import pytest

from blockdata.errors import ConfigError, PrivacyError, SourceError
from blockdata.records.catalogue import CORE, OF_THE_BASE, Catalogue
from blockdata.records.column_names import COORDINATES
from blockdata.records.convert import fold
from blockdata.records.field import Field, Geometry, Kind, Type
from blockdata.records.mapping import (
    CARRIED,
    LEFT_OUT,
    LEFT_OUT_BY_PROFILE,
    map_columns,
    nearest_fields,
)

ALL = (*CORE, *OF_THE_BASE)
BENCH = Kind(
    "bench", "bnc", "长椅", "Bench", "A bench.",
    (
        Field("code", Type.CODE, "编码", "Code", aliases=("长椅编号",)),
        Field("name", Type.TEXT, "名称", "Name"),
        Field("area_m2", Type.FLOAT, "面积", "Surface", unit="m²"),
        Field("maker", Type.TEXT, "厂家", "Maker", aliases=("电话",)),
    ),
    key=("code",),
    geometry=Geometry.POINT,
    refused={"姓名": "names are not held"},
    dropped={"手机": "phone number; not held", "电话": "phone number; not held"},
)  # fmt: skip


def same(name: str) -> str:
    return "".join(fold(name).casefold().split())


@pytest.mark.parametrize("kind", ALL, ids=lambda k: k.name)
def test_no_name_stands_for_two_fields_of_a_kind(kind):
    owners = defaultdict(set)
    for field in kind.fields:
        for name in field.source_names:
            owners[same(name)].add(field.name)
    assert {n: f for n, f in owners.items() if len(f) > 1} == {}


@pytest.mark.parametrize("kind", ALL, ids=lambda k: k.name)
def test_no_name_is_both_mapped_and_left_out_or_a_coordinate(kind):
    mapped = {same(n) for f in kind.fields for n in f.source_names}
    left_out = {same(n) for n in (*kind.dropped, *kind.refused)}
    coordinates = {n for names in COORDINATES.values() for n in names}
    assert mapped & left_out == set()
    assert mapped & coordinates == set()


@pytest.mark.parametrize("kind", ALL, ids=lambda k: k.name)
def test_every_declared_name_alone_finds_its_field(kind):
    for field in kind.fields:
        for name in field.source_names:
            assert map_columns(kind, [name], {}).mapped == {field.name: name}


@pytest.mark.parametrize("kind", ALL, ids=lambda k: k.name)
def test_names_to_leave_out_are_never_mapped_and_cannot_be(kind):
    left_out = {**kind.dropped, **kind.refused}
    found = map_columns(kind, list(left_out), {})
    assert found.mapped == {}
    assert found.dropped == left_out
    for column, reason in left_out.items():
        with pytest.raises(PrivacyError, match=reason):
            map_columns(kind, [], {column: kind.fields[-1].name})


def test_case_space_width_and_brackets_do_not_matter():
    found = map_columns(BENCH, ["ＣＯＤＥ", " 名 称 ", "面积【平方米】"], {})
    assert found.mapped == {"code": "ＣＯＤＥ", "name": " 名 称 ", "area_m2": "面积【平方米】"}


@pytest.mark.parametrize("column", ["面积（亩）", "面积（万平方米）", "名称（旧）", "面积2"])
def test_another_unit_or_addition_is_another_column(column):
    assert map_columns(BENCH, [column], {}).unmapped == (column,)


def test_the_name_declared_first_wins_and_the_other_column_is_unmapped():
    found = map_columns(BENCH, ["长椅编号", "编码"], {})
    assert found.mapped == {"code": "编码"}
    assert found.unmapped == ("长椅编号",)


def test_an_override_wins_over_declared_names_and_frees_its_column():
    found = map_columns(BENCH, ["编码", "名称", "旧号"], {"旧号": "code", "名称": "maker"})
    assert found.mapped == {"code": "旧号", "maker": "名称"}
    assert found.unmapped == ("编码",)


def test_an_override_may_leave_out_a_column_or_name_one_that_is_not_there():
    found = map_columns(BENCH, ["编码", "备注"], {"备注": "", "品名": "name"})
    assert found.dropped == {"备注": LEFT_OUT}
    assert found.absent == ("品名",)
    assert found.mapped == {"code": "编码"}


def test_a_declared_name_wins_over_a_dropped_one_and_never_over_a_refused_one():
    assert map_columns(BENCH, ["电话", "手机"], {}).mapped == {"maker": "电话"}
    refusing = Kind("b", "bnc", "", "", "", BENCH.fields, ("code",), refused={"名称": "no"})
    assert map_columns(refusing, ["名称"], {}).dropped == {"名称": "no"}


@pytest.mark.parametrize("column", ["姓名（必填）", "*姓名", "姓 名", "手机(必填)"])
def test_a_remark_does_not_hide_what_must_not_be_held(column):
    assert set(map_columns(BENCH, [column], {}).dropped) == {column}
    with pytest.raises(PrivacyError, match=r"allowed: ''.*code, name"):
        map_columns(BENCH, [column], {column: "name"})


def test_a_refused_column_may_be_left_out_by_the_configuration():
    assert map_columns(BENCH, ["姓名"], {"姓名": ""}).dropped == {"姓名": LEFT_OUT}


def test_overrides_to_no_field_or_twice_to_one_are_refused():
    with pytest.raises(ConfigError, match=r"'色'.*no field 'colour'; allowed: code, name.*wkt"):
        map_columns(BENCH, ["色"], {"色": "colour"})
    with pytest.raises(ConfigError, match="another column"):
        map_columns(BENCH, ["甲", "乙"], {"甲": "name", "乙": "name"})


def test_coordinates_are_found_where_a_kind_has_geometry():
    header = ["编码", "X坐标", "纵坐标", "经度", "LATITUDE", "wkt"]
    found = map_columns(BENCH, header, {})
    assert found.special == {
        "x": "X坐标", "y": "纵坐标", "lon": "经度", "lat": "LATITUDE", "wkt": "wkt",
    }  # fmt: skip
    assert found.unmapped == ()
    assert map_columns(BENCH, ["东"], {"东": "x"}).special == {"x": "东"}
    person = Catalogue().kind("person")
    assert map_columns(person, ["经度"], {}).unmapped == ("经度",)


def test_look_alike_names_of_a_camera_are_told_apart():
    camera = Catalogue().kind("camera")
    found = map_columns(camera, ["Address", "Owner", "Port", "IPAddress", "Name"], {})
    assert found.mapped == {"name": "Name", "owner_name": "Owner", "address_text": "Address"}
    assert set(found.dropped) == {"Port", "IPAddress"}


def test_a_mapped_column_that_stands_twice_is_refused_and_others_are_not():
    with pytest.raises(SourceError, match=r"'编码'.*twice") as caught:
        map_columns(BENCH, ["编码", "编码"], {})
    assert caught.value.reason == "duplicate_column"
    assert map_columns(BENCH, ["备注", "备注", ""], {}).unmapped == ("备注", "备注", "")


def test_every_column_is_accounted_for_once():
    header = ["编码", "姓名", "手机", "经度", "备注", "弃"]
    found = map_columns(BENCH, header, {"弃": ""})
    told = [*found.mapped.values(), *found.special.values(), *found.dropped, *found.unmapped]
    assert sorted(told) == sorted(header)


def test_suggestions_name_fields_and_none_for_what_must_not_be_held():
    assert nearest_fields(Catalogue().kind("incident"), "案件小类名称")[0] == "category"
    assert nearest_fields(BENCH, "longitud")[0] == "lon"
    assert nearest_fields(BENCH, "备注") == []
    assert nearest_fields(BENCH, "姓名") == []


def test_columns_that_are_spelt_alike_are_all_left_out():
    assert map_columns(BENCH, ["手机", " 手 机 "], {}).unmapped == ()


def test_a_profile_stands_below_the_configuration_and_above_declared_names():
    profile = {"旧号": "code", "品名": "name", "备注": ""}
    found = map_columns(BENCH, ["编码", "旧号", "品名", "备注"], {"品名": "maker"}, profile)
    assert found.mapped == {"code": "旧号", "maker": "品名"}
    assert found.unmapped == ("编码",)
    assert found.dropped == {"备注": LEFT_OUT_BY_PROFILE}


def test_a_column_that_a_profile_leaves_out_is_taken_by_a_field_that_declares_it():
    assert map_columns(BENCH, ["厂家"], {}, {"厂家": ""}).mapped == {"maker": "厂家"}


def test_of_a_profiles_columns_for_one_field_the_first_that_is_there_carries_it():
    profile = {"甲": "name", "乙": "name", "丙": "name"}
    found = map_columns(BENCH, ["丙", "乙"], {}, profile)
    assert found.mapped == {"name": "乙"}
    assert found.dropped == {"丙": CARRIED}


def test_a_profile_that_speaks_of_columns_which_are_not_there_is_no_news():
    assert map_columns(BENCH, ["编码"], {}, {"甲": "name"}).absent == ()


def test_a_profile_can_no_more_map_what_must_not_be_held_than_a_configuration():
    with pytest.raises(PrivacyError, match="names are not held"):
        map_columns(BENCH, [], {}, {"姓名": "name"})
    with pytest.raises(ConfigError, match="no field 'colour'"):
        map_columns(BENCH, [], {}, {"色": "colour"})


def test_what_must_not_be_held_keeps_its_reason_in_a_profile_too():
    assert map_columns(BENCH, ["姓名"], {}, {"姓名": ""}).dropped == {"姓名": "names are not held"}
