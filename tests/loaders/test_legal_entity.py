"""Legal entities: the names of sole traders go to the steward's file."""

from __future__ import annotations

import json

import pytest

from blockdata.records.identifiers import organisation_check_character, uscc_check_character
from blockdata_loaders.legal_entity import loader

HEADER = ["统一社会信用代码", "单位名称", "法定代表人", "联系电话", "从业人数"]
NAME = "甲乙丙小卖部"


def _code(kind: str) -> str:
    organisation = "MA000000"
    body = f"{kind}370203{organisation}{organisation_check_character(organisation)}"
    return body + uscc_check_character(body)


COMPANY, SOLE_TRADER = _code("91"), _code("92")


@pytest.fixture
def load(ask, csv_file):
    def loaded(*rows, **request):
        return loader.load(ask("legal_entity", csv_file([HEADER, *rows]), **request))

    return loaded


def test_the_name_of_a_sole_trader_moves_and_that_of_a_company_stays(load):
    rows = load([COMPANY, "测试公司", "丁", "", ""], [SOLE_TRADER, NAME, "丁", "", ""]).rows
    assert rows["name"].to_pylist() == ["测试公司", None]
    assert rows["trader_name"].to_pylist() == [None, NAME]


def test_lower_case_codes_are_sole_traders_too(load):
    rows = load([f" {SOLE_TRADER.lower()}", NAME, "", "", ""]).rows
    assert rows["name"].to_pylist() == [None]
    assert rows["source_id"].to_pylist() == [SOLE_TRADER]


@pytest.mark.parametrize("code", [SOLE_TRADER, SOLE_TRADER[:-1], "", "99"])
def test_a_rejected_row_shows_no_name_that_may_be_a_sole_traders(load, code):
    rejected = load([code, NAME, "丁", "", "-5"]).rejected
    assert len(rejected)
    assert NAME not in rejected.drop(columns="private_raw").to_json(force_ascii=False)
    assert json.loads(rejected["private_raw"][0])["name"] == NAME


def test_a_rejected_company_shows_its_name_but_not_its_representative(load):
    raw = load([COMPANY, "测试公司", "丁", "13800000000", "-5"]).rejected["raw"][0]
    expected = {"uscc": COMPANY, "name": "测试公司", "staff": "-5", "geom": None}
    assert json.loads(raw) == expected
