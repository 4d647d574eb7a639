"""Which owners may be named: bodies, never people; branches belong to their company."""

import numpy as np
import pandas as pd
import pytest

from blockdata.analysis.causes import companies, told_bodies
from blockdata.records.identifiers import is_uscc
from data_samples.district.identifiers import credit_codes


def _told(names, codes=None, known=frozenset()):
    index = range(10, 10 + len(names))
    given = pd.Series(names, index=index, dtype="str")
    stated = None if codes is None else pd.Series(codes, index=index, dtype="str")
    told = told_bodies(given, stated, known)
    assert list(told.index) == list(index)
    return [None if pd.isna(t) else t for t in told]


@pytest.mark.parametrize(
    "name",
    [
        *("云海水务公司", "滨河区路灯管理所", "滨河区交警大队", "临江街道", "市自来水集团"),
        *("中国银行滨河支行", "云海好邻居商贸公司（东店）", "Boston Water and Sewer Commission"),
    ],
)
def test_bodies_are_told(name):
    assert _told([name]) == [name]


@pytest.mark.parametrize(
    "name",
    [
        *(
            "王小明",
            "欧阳建国",
            "诸葛中心",
            "李站",
            "王小明（个体工商户）",
            "张三小吃店",
            "老王五金",
        ),
        *("个体户张三批发公司", "John Smith", "Smith Family Trust", ""),
    ],
)
def test_what_may_be_a_person_is_not(name):
    assert _told([name]) == [None]


def test_a_credit_code_decides_and_stands_in_for_a_name():
    rng = np.random.default_rng(3)
    company, trader = credit_codes(np.array(["91", "92"]), "990102", rng)
    assert is_uscc([company, trader]).all()
    assert _told(["老王五金", None, "东海公司", "东海公司"], [company, company, trader, "12"]) == [
        "老王五金",
        company,
        None,
        "东海公司",
    ]


def test_names_of_a_register_of_bodies_are_told():
    assert _told(["河长制", "别的"], known=frozenset({"河长制"})) == ["河长制", None]


def test_branches_are_of_their_company():
    names = pd.Series(
        ["甲乙商贸有限公司第三分公司", "甲乙商贸有限公司", "丙丁公司（西店）", "集团"]
    )
    assert companies(names).tolist() == [
        *("甲乙商贸有限公司", "甲乙商贸有限公司", "丙丁公司", "集团")
    ]
