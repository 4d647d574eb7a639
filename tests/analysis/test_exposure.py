"""The first usable exposure is taken, and each one passed over keeps its reason in words."""

import numpy as np
import pandas as pd
import pytest

from blockdata.analysis.exposure import EXPOSURE_ORDER, choose_exposure
from blockdata.analysis.reasons import _WORDS, describe_reason
from blockdata.errors import AnalysisError

CELLS = ["c", "a", "b"]
GOOD = pd.Series({"a": 5, "b": 7})


def test_order_decides_and_missing_cells_are_zero():
    chosen = choose_exposure(dict.fromkeys(EXPOSURE_ORDER, GOOD), CELLS)
    assert chosen.name == "people"
    assert chosen.values.to_dict() == {"a": 5.0, "b": 7.0, "c": 0.0}
    assert chosen.values.index.tolist() == ["a", "b", "c"]
    assert not chosen.skipped


@pytest.mark.parametrize(
    ("people", "code"),
    [
        (None, "no_source"),
        (pd.Series({"a": 1.0, "b": np.nan}), "not_finite"),
        (pd.Series({"a": 1.0, "b": np.inf}), "not_finite"),
        (pd.Series([1, None], index=["a", "b"], dtype="Int64"), "not_finite"),
        (pd.Series({"a": 4, "b": -1, "c": 3}), "negative"),
        (pd.Series({"a": 4, "b": 0}), "too_few_exposed_cells"),
        (pd.Series({"a": 0, "b": 0}), "too_few_exposed_cells"),
        (pd.Series({"x": 4, "y": 9}), "too_few_exposed_cells"),
    ],
)
def test_unusable_is_skipped_with_its_reason(people, code):
    chosen = choose_exposure({"people": people, "addresses": GOOD}, CELLS)
    assert chosen.name == "addresses"
    assert chosen.skipped["people"].code == code
    assert chosen.skipped["people"].zh != chosen.skipped["people"].en


def test_exposure_that_misses_the_incidents_is_skipped():
    incidents = pd.Series({"a": 7, "c": 3})
    candidates = {"people": GOOD, "all_incidents": incidents}
    chosen = choose_exposure(candidates, CELLS, incidents=incidents)
    assert chosen.name == "all_incidents"
    assert chosen.skipped["people"].en.startswith("30 % of the incidents")
    assert list(chosen.skipped) == ["people", "addresses", "street_length_m"]
    kept = choose_exposure(candidates, CELLS, incidents=incidents, max_unexposed_share=0.3)
    assert kept.name == "people"
    none = choose_exposure(candidates, CELLS, incidents=incidents * 0)
    assert none.name == "people"


def test_input_is_not_changed():
    before = GOOD.copy()
    choose_exposure({"people": GOOD}, CELLS, incidents=GOOD)
    pd.testing.assert_series_equal(GOOD, before)


def test_nothing_usable_and_bad_input_are_refused():
    with pytest.raises(AnalysisError, match="people: there is no source; addresses"):
        choose_exposure({}, CELLS)
    with pytest.raises(AnalysisError, match="unknown exposure floor_area"):
        choose_exposure({"floor_area": GOOD}, CELLS)
    with pytest.raises(AnalysisError, match="stands twice"):
        choose_exposure({"people": GOOD}, ["a", "a"])
    with pytest.raises(AnalysisError, match="stands twice"):
        choose_exposure({"people": pd.Series([1, 2], index=["a", "a"])}, CELLS)
    with pytest.raises(AnalysisError, match="not numbers"):
        choose_exposure({"people": pd.Series({"a": "5"})}, CELLS)


def test_every_reason_has_words_in_both_languages():
    for code in _WORDS:
        reason = describe_reason(code, cells=1, percent=30, limit=20)
        assert reason.zh and reason.en and "{" not in reason.zh + reason.en
    with pytest.raises(AnalysisError, match="unknown reason"):
        describe_reason("because")
