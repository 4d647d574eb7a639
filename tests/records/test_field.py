"""A declaration that contradicts itself is refused, and a sound one answers for itself."""

import pytest

from blockdata.errors import DeclarationError
from blockdata.records.field import Field, Held, Kind, Type

CODE = Field("code", Type.CODE, "编码", "Code", required=True)
NOTE = Field("note", Type.TEXT, "备注", "Note", held=Held.TEXT)


def kind(*fields: Field, **settings: object) -> Kind:
    given = {"key": ("code",), **settings}
    return Kind("bench", "bnc", "长椅", "Bench", "A bench.", fields or (CODE, NOTE), **given)


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"name": "Width", "type": Type.TEXT}, "field name"),
        ({"name": "x" * 41, "type": Type.TEXT}, "field name"),
        ({"name": "width", "type": Type.FLOAT}, "no unit"),
        ({"name": "width", "type": Type.TEXT, "ge": 0}, "bounds"),
        ({"name": "width", "type": Type.TEXT, "codes": {"1": "宽"}}, "code list"),
    ],
)
def test_a_field_that_contradicts_itself_is_refused(given, text):
    with pytest.raises(DeclarationError, match=text):
        Field(zh="宽度", en="Width", **given)


def test_source_names_begin_with_the_own_name_and_hold_none_twice():
    field = Field("owner", Type.TEXT, "权属", "Owner", aliases=("权属", "OWNER", "Owner"))
    assert field.source_names == ("owner", "权属", "Owner", "OWNER")


def test_a_code_list_cannot_be_changed_from_outside():
    codes = {"1": "好"}
    field = Field("state", Type.CODE, "状态", "State", codes=codes)
    codes["2"] = "坏"
    assert dict(field.codes) == {"1": "好"}
    with pytest.raises(TypeError):
        field.codes["2"] = "坏"


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({"key": ()}, "no key"),
        ({"key": ("id",)}, r"unknown fields \['id'\]"),
        ({"time": "seen_at"}, r"unknown fields \['seen_at'\]"),
    ],
)
def test_a_kind_that_names_what_it_does_not_have_is_refused(settings, text):
    with pytest.raises(DeclarationError, match=text):
        kind(**settings)


def test_a_kind_with_a_field_twice_or_a_bad_prefix_is_refused():
    with pytest.raises(DeclarationError, match="twice"):
        kind(CODE, CODE)
    with pytest.raises(DeclarationError, match="prefix"):
        Kind("bench", "bn", "长椅", "Bench", "A bench.", (CODE,), key=("code",))


def test_fields_are_found_by_name_and_by_file():
    bench = kind()
    assert bench.field("note") is NOTE
    assert bench.held_in(Held.TEXT) == (NOTE,)
    assert not bench.has_private_fields
    with pytest.raises(DeclarationError, match="no field 'colour'; allowed: code, note"):
        bench.field("colour")


def test_an_extended_kind_has_the_new_field_last_and_leaves_the_old_kind_alone():
    bench = kind()
    owner = Field("owner", Type.TEXT, "权属", "Owner", held=Held.PEOPLE)
    assert bench.extended(owner).fields == (CODE, NOTE, owner)
    assert bench.extended(owner).has_private_fields
    assert bench.fields == (CODE, NOTE)
