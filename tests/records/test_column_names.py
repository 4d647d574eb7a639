"""Names that a DBF file has cut find their field, and never let in what must not be held."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blockdata.errors import PrivacyError
from blockdata.records.catalogue import CORE, Catalogue
from blockdata.records.convert import fold
from blockdata.records.dbf_names import cut_names, encodings_of_cut_names
from blockdata.records.field import Field, Geometry, Kind, Type
from blockdata.records.mapping import map_columns

ENCODINGS = ("utf-8", "gb18030")
COMPONENT = Catalogue().kind("component")


def same(name):
    return "".join(fold(name).casefold().split())


def declared(kind):
    return {same(n) for f in kind.fields for n in f.source_names}


FORBIDDEN = [(kind, name) for kind in CORE for name in (*kind.dropped, *kind.refused)]


@given(st.text(max_size=12), st.sampled_from(ENCODINGS))
def test_a_cut_name_is_the_longest_beginning_of_ten_bytes(name, encoding):
    cut = next(iter(cut_names(name, [encoding])), name)
    assert name.startswith(cut)
    assert len(cut.encode(encoding)) <= 10
    assert cut == name or len(name[: len(cut) + 1].encode(encoding)) > 10


@pytest.mark.parametrize(
    ("header", "encodings"),
    [
        (["ObjID", "部件名"], ("utf-8", "gb18030")),
        (["ObjID", "部件名称"], ("gb18030",)),
        (["ObjID", "所在单元网"], ("gb18030",)),
        (["ObjID", "所在单元网格"], ()),
        (["DeptName1234"], ()),
        ([], ("utf-8", "gb18030")),
    ],
)
def test_a_header_tells_in_which_encodings_it_can_have_been_cut(header, encodings):
    assert encodings_of_cut_names(header) == encodings


@pytest.mark.parametrize(
    ("header", "mapped"),
    [
        (["标识码", "所在单元网"], {"code": "标识码", "unit_grid_code": "所在单元网"}),
        (["标识码", "所在单"], {"code": "标识码", "unit_grid_code": "所在单"}),
        (["标识码", "所在单\ufffd"], {"code": "标识码", "unit_grid_code": "所在单\ufffd"}),
        (["管理部件标"], {"code": "管理部件标"}),
        (["管理部件名"], {"name": "管理部件名"}),
        (["管理部"], {}),  # 管理部件标识码 and 管理部件名称
        (["所在单元"], {}),  # four characters are no cut in either encoding
        (["所在单元网", "一个很长的列名称"], {}),  # no DBF file has the other column
    ],
)
def test_a_cut_name_stands_for_the_one_field_whose_name_begins_so(header, mapped):
    assert map_columns(COMPONENT, header, {}).mapped == mapped


def test_a_whole_name_goes_before_a_cut_one():
    found = map_columns(COMPONENT, ["所在单元网", "BGID"], {})
    assert found.mapped == {"unit_grid_code": "BGID"}
    assert found.unmapped == ("所在单元网",)


def test_every_cut_of_a_declared_name_finds_its_field_or_none():
    for kind in CORE:
        for field in kind.fields:
            for name in field.source_names:
                for cut in cut_names(name, ENCODINGS):
                    if same(cut) not in declared(kind):
                        found = map_columns(kind, [cut], {}).mapped
                        assert found in ({}, {field.name: cut}), (kind.name, name)


@pytest.mark.parametrize(("kind", "name"), FORBIDDEN, ids=lambda v: getattr(v, "name", v))
def test_what_must_not_be_held_is_left_out_when_cut_too(kind, name):
    for cut in cut_names(name, ENCODINGS):
        found = map_columns(kind, [cut], {})
        if same(cut) not in declared(kind):
            assert set(found.dropped) == {cut}


@given(st.sampled_from(FORBIDDEN), st.integers(1, 12), st.sampled_from(["", "\ufffd", " "]))
def test_no_beginning_of_a_forbidden_name_is_mapped_unless_it_is_declared(forbidden, size, tail):
    kind, name = forbidden
    cut = name[:size] + tail
    found = map_columns(kind, [cut], {})
    allowed = same(cut.rstrip("\ufffd")) in declared(kind)
    by_field = {f.name: declared_cuts(f) for f in kind.fields}
    if found.mapped and not allowed:
        [field] = found.mapped
        # Mapped by a cut of the field's own name, with which no forbidden name begins.
        assert same(cut.rstrip("\ufffd")) in by_field[field]
        assert same(cut.rstrip("\ufffd")) not in forbidden_cuts(kind)


def declared_cuts(field):
    return {same(c) for n in field.source_names for c in cut_names(n, ENCODINGS)}


def forbidden_cuts(kind):
    return {same(c) for n in (*kind.dropped, *kind.refused) for c in cut_names(n, ENCODINGS)}


def test_a_cut_name_of_an_override_is_found_and_is_checked_like_a_whole_one():
    building = Catalogue().kind("building")
    found = map_columns(building, ["旧系统编"], {"旧系统编号码": "code"})
    assert found.mapped == {}  # four characters are no cut
    found = map_columns(building, ["旧系统编号"], {"旧系统编号码": "code"})
    assert (found.mapped, found.absent) == ({"code": "旧系统编号"}, ())
    with pytest.raises(PrivacyError, match="identity number"):
        map_columns(building, ["公民身份号"], {"公民身份号": "name"})


TREE = Kind(
    "tree", "tre", "树", "Tree", "A tree.",
    (
        Field("code", Type.CODE, "编码", "Code"),
        Field("keeper", Type.TEXT, "养护责任人单位", "Keeper"),
    ),
    key=("code",),
    geometry=Geometry.POINT,
    dropped={"养护责任人电话": "phone number; not held"},
)  # fmt: skip


def test_a_cut_name_that_could_be_either_is_left_out_unless_the_configuration_says_which():
    cut = "养护责任人"
    assert map_columns(TREE, [cut], {}).dropped == {cut: "phone number; not held"}
    assert map_columns(TREE, [cut], {cut: "keeper"}).mapped == {"keeper": cut}
    with pytest.raises(PrivacyError, match="phone number"):
        map_columns(TREE, [cut], {cut: "code"})


@pytest.mark.parametrize("column", ["手机_2", "手机_1", "公民身份号_2", "公民身_2"])
def test_a_number_behind_a_name_does_not_hide_what_must_not_be_held(column):
    building = Catalogue().kind("building")
    assert set(map_columns(building, [column], {}).dropped) == {column}
    with pytest.raises(PrivacyError):
        map_columns(building, [column], {column: "name"})


def test_a_numbered_name_does_not_hide_that_the_others_are_cut():
    found = map_columns(COMPONENT, ["标识码", "所在单", "权属单", "权属单_2"], {})
    assert found.mapped == {"code": "标识码", "unit_grid_code": "所在单"}
    assert found.unmapped == ("权属单", "权属单_2")


def test_of_two_names_cut_alike_of_which_one_may_be_personal_neither_is_taken():
    entity = Catalogue().kind("legal_entity")
    assert map_columns(entity, ["负责人"], {}).mapped == {"representative": "负责人"}
    header = ["负责人", "负责人_2"]  # 负责人 and 负责人电话, or the other way round
    assert set(map_columns(entity, header, {}).dropped) == set(header)
    told = map_columns(entity, header, {"负责人": "representative"})
    assert told.mapped == {"representative": "负责人"}
