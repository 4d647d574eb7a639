"""Persons: six facts under a pseudonym, and nothing else of them anywhere."""

from __future__ import annotations

import json

import pytest

from blockdata.errors import KeyMissingError, PrivacyError, SourceError
from blockdata.records.identifiers import identity_check_character
from blockdata_loaders.person import loader


def _number(body: str) -> str:
    return body + identity_check_character(body)


WOMAN, MAN = _number("99010119800101002"), _number("99010119991231003")
NAME, PHONE, ADDRESS = "甲乙丙", "13800000000", "测试路1号2号楼301"
HEADER = ["身份证号", "姓名", "联系电话", "现住址", "人口类型", "户号", "出生年份", "性别", "民族"]


def _row(number: str, **other: str) -> list[str]:
    row = dict.fromkeys(HEADER, "") | {"身份证号": number, "姓名": NAME, "联系电话": PHONE}
    row |= {"现住址": ADDRESS, "人口类型": "人户一致", "民族": "汉族"}
    return list((row | other).values())


@pytest.fixture
def load(ask, csv_file):
    def loaded(*rows, **request):
        return loader.load(ask("person", csv_file([HEADER, *rows]), **request))

    return loaded


def test_no_canary_is_in_the_rows(load):
    batch = load(_row(WOMAN, 户号="户-77"), _row(MAN))
    text = json.dumps(batch.rows.to_pylist(), ensure_ascii=False, default=str)
    assert batch.rows.num_rows == 2
    assert not [canary for canary in (NAME, PHONE, WOMAN, MAN, "汉族", "户-77") if canary in text]


def test_no_canary_is_in_what_everybody_sees_of_rejected_rows(load):
    batch = load(_row(WOMAN[:-1] + "A"), _row(MAN, 人口类型="不存在的类型"), _row(PHONE), _row(""))
    shown = batch.rejected.drop(columns="private_raw").to_json(force_ascii=False)
    canaries = (NAME, PHONE, WOMAN[:-1], MAN, ADDRESS, "不存在的类型")
    assert batch.rows_rejected == 4
    assert not [canary for canary in canaries if canary in shown]


def test_rejected_persons_have_a_pseudonym_as_key_and_no_open_raw(load):
    rejected = load(_row(MAN, 人口类型="不存在的类型"), _row("")).rejected
    [pseudonym] = load(_row(MAN)).rows["source_id"].to_pylist()
    assert rejected["raw"].isna().all()
    assert rejected["source_id"].tolist() == [pseudonym, None]
    assert rejected["value"].tolist() == ["〔隐去〕", None]


def test_the_steward_keeps_the_mapped_cells_alone(load):
    (kept,) = load(_row(MAN, 人口类型="不存在的类型")).rejected["private_raw"]
    assert json.loads(kept) == {
        "pseudonym": MAN,
        "address_text": ADDRESS,
        "residence": "不存在的类型",
    }


def test_a_kept_row_can_be_loaded_again(load, ask):
    (kept,) = load(_row(MAN, 人口类型="新类型")).rejected["private_raw"]
    request = ask("person", values={"residence": {"新类型": "流动"}})
    again = loader.load_values(request, [json.loads(kept)])
    first = load(_row(MAN, 人口类型="流动"))
    assert again.rows.drop_columns("row_number") == first.rows.drop_columns("row_number")


@pytest.mark.parametrize("column", ["民族", "姓名", "宗教信仰", "政治面貌", "联系电话", "照片"])
def test_refused_columns_cannot_be_mapped(load, column):
    with pytest.raises(PrivacyError, match="not held"):
        load(_row(MAN), columns={column: "address_text"})


def test_refused_columns_are_dropped_with_a_reason(load):
    dropped = load(_row(MAN)).dropped
    assert set(dropped) == {"姓名", "联系电话", "民族"}
    assert dropped["民族"] == "ethnicity is not held"


def test_the_key_is_the_pseudonym_and_depends_on_the_secret(load):
    one = load(_row(WOMAN)).rows
    other = load(_row(WOMAN), secret=b"another").rows
    assert one["source_id"] == one["pseudonym"]
    assert len(one["pseudonym"][0].as_py()) == 32
    assert one["pseudonym"] != other["pseudonym"]


def test_spellings_of_a_number_are_one_person(load):
    spelt = WOMAN.lower().translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    batch = load(_row(WOMAN), _row(f" {spelt} "))
    assert (batch.rows.num_rows, batch.merged) == (1, 1)


def test_birth_year_and_sex_come_from_the_number_where_the_source_is_silent(load):
    rows = load(_row(WOMAN), _row(MAN), _row(_number("99010119700101004"), 性别="男")).rows
    assert rows["birth_year"].to_pylist() == [1980, 1999, 1970]
    assert rows["sex"].to_pylist() == ["2", "1", "1"]


def test_a_number_with_a_wrong_check_character_is_rejected(load):
    wrong = WOMAN[:-1] + ("0" if WOMAN[-1] != "0" else "1")
    rejected = load(_row(wrong)).rejected
    assert rejected[["field", "reason"]].values.tolist() == [["pseudonym", "bad_identifier"]]


def test_without_a_secret_nothing_is_read(ask, tmp_path):
    with pytest.raises(KeyMissingError):
        loader.load(ask("person", tmp_path / "not there.csv", secret=None))


def test_a_file_without_a_header_does_not_show_its_first_row(ask, csv_file):
    path = csv_file([[NAME, WOMAN, PHONE], [NAME, MAN, PHONE]])
    with pytest.raises(SourceError, match="first row a header") as caught:
        loader.load(ask("person", path))
    assert caught.value.reason == "missing_column"
    assert not [canary for canary in (NAME, WOMAN, PHONE) if canary in str(caught.value)]
