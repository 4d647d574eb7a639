"""A column is described by its form; no value is shown, and few of them are looked at."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blockdata.records.looks import SAMPLE, looks_like


@pytest.mark.parametrize(
    ("texts", "description"),
    [
        (["370203001001001"] * 3, "15-digit codes"),
        (["20261101", "20261102"], "dates"),
        (["2026-11-01 08:30", "2026/11/2"], "dates"),
        (["1.5", "2", "1,000"], "numbers"),
        (["46327", "46328"], "numbers"),
        (["延安路", "1"], "text"),
        (["1"] * 19 + ["甲"], "numbers"),
        (["1"] * 9 + ["甲"], "2 different words"),
        (["公共", "专业", "公共", "专业", "公共", "其他"], "3 different words"),
        ([f"第{n}处" for n in range(30)], "text"),
        (["一段说明" * 10] * 9, "text"),
        (["某区"] * 5, "one word throughout"),
        (["是", "否", "是"], "yes or no"),
        (["1", "0", "0"], "yes or no"),
        (["1", "1", "1"], "numbers"),
        (["120.38213", "120.40117"], "longitudes"),
        (["36.07011", "36.08125"], "latitudes"),
        (["36.07", "36.08"], "numbers"),
        (["534231.97", "3993376.68"], "projected coordinates in metres"),
        (["40534231.97", "40534232.5"], "projected coordinates in metres"),
        (["534231", "534232"], "6-digit codes"),
        (["13800000000", "13900000001"], "personal numbers or names, which are not held"),
        (["0532-81234567", "053281234568"], "personal numbers or names, which are not held"),
        (["11010519491231002X", "无"], "personal numbers or names, which are not held"),
        (["张三 13800000000", ""], "personal numbers or names, which are not held"),
        (["-", None, " "], "nothing"),
        ([], "nothing"),
    ],
)  # fmt: skip
def test_the_description_of_a_column_shows_its_form_and_no_value(texts, description):
    assert looks_like(pa.array(texts, pa.string())).en == description


def test_only_the_first_thousand_values_count_and_missing_ones_do_not():
    texts = ["-"] * 50 + ["1.5"] * SAMPLE + ["甲"] * 9 * SAMPLE
    assert looks_like(pa.chunked_array([texts[:30], texts[30:]])).en == "numbers"


@given(st.lists(st.none() | st.text(max_size=30), max_size=40))
def test_any_column_is_described_and_nothing_of_it_is_told(texts):
    look = looks_like(pa.array(texts, pa.string()))
    told = f"{look.zh} {look.en}"
    words = {t.strip() for t in texts if t and len(t.strip()) > 12}
    assert look.zh and look.en
    assert not [w for w in words if w in told]
