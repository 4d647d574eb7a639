"""Chronic places as users hold them: order, sentences, evidence of one, and its page."""

import json

import pandas as pd
import pytest

import blockdata as bd
from blockdata.views.problems.chronic_telling import is_still_bad
from blockdata.views.problems.timeline import timeline_of


@pytest.fixture(scope="module")
def base(tiny_base):
    with bd.open(tiny_base.base_path) as opened:
        yield opened


@pytest.fixture(scope="module")
def found(base):
    return bd.chronic(base)


@pytest.fixture(scope="module")
def worst(found):
    """The first place of the list, with its evidence."""
    return found.evidence(found.frame["place"].iloc[0])


def test_what_is_still_bad_comes_first_and_spots_before_cells(found):
    frame = found.frame
    bad = is_still_bad(frame)
    assert bad.any()
    assert not bad[bad.argmin() :].any()
    kinds = frame.loc[bad, "place_kind"].tolist()
    assert kinds == sorted(kinds, key=["address", "component", "building"].index)
    assert len(found.still_bad) == bad.sum()
    assert len(frame) == len(found)


def test_every_listed_place_has_a_sentence_in_both_languages_and_no_other(found):
    listed = found.frame["status"].notna()
    for column in ("sentence_zh", "sentence_en"):
        assert (found.frame[column].notna() == listed).all()
    row = found.frame[listed].iloc[0]
    assert row["category"] in row["sentence_zh"] and str(row["name"]) in row["sentence_zh"]
    assert f"出现 {row['episodes']} 次" in row["sentence_zh"]
    assert f"走势：{row['course_word']}" in row["sentence_zh"]


def test_one_kind_of_place_or_none_that_is_known(base):
    one = bd.chronic(base, place_kind="component").frame
    assert set(one["place_kind"]) == {"component"}
    with pytest.raises(bd.AnalysisError, match=r"no place of kind 'bridge'.*allowed: address"):
        bd.chronic(base, place_kind="bridge")


def test_the_evidence_holds_all_that_counts(base, found, worst):
    row = found.frame.iloc[0]
    assert worst.episodes["episode"].nunique() == row["episodes"]
    cases = base.chronic_case.df().query("place == @row.place and category == @row.category")
    assert set(worst.episodes["episode"]) == set(cases["episode"])
    closings = worst.closings.iloc[0]
    assert closings["administrative"] <= closings["closings"] <= len(worst.reports)
    assert worst.timeline["at"].is_monotonic_increasing
    assert (worst.timeline["what"] == "reported").sum() == len(worst.reports)


def test_the_evidence_is_a_page_a_text_and_json(worst):
    page = worst.page()
    assert page.startswith("<!DOCTYPE html>") and "<svg" in page and "<script" not in page
    assert "http" not in page.replace("http://www.w3.org/2000/svg", "").replace("http-equiv", "")
    assert worst.name in worst.page() and "办结" in worst.explain()
    assert json.loads(json.dumps(worst.to_dict(), allow_nan=False))["place"] == worst.place


def test_a_place_is_named_by_id_name_or_code(found, worst):
    row = found.frame[found.frame["place_kind"] == "component"].iloc[0]
    assert found.evidence(row["code"]).place == row["place"]
    assert found.evidence(worst.place, worst.problems["category"].iloc[0]).place == worst.place


def test_what_was_not_found_has_no_evidence(base, found, worst):
    quiet = found.frame.loc[found.frame["status"].isna(), "place"].iloc[0]
    for place, category in (("nowhere", None), (worst.place, "无此类别")):
        with pytest.raises(bd.AnalysisError, match="nothing chronic or recurring was found"):
            found.evidence(place, category)
    if quiet not in set(found.still_bad["place"]):
        with pytest.raises(bd.AnalysisError, match="nothing chronic"):
            base.problems.evidence(quiet)


def test_the_namespace_gives_the_same_answers(base, found, worst):
    again = base.problems.chronic(place_kind="address").frame
    assert again["place"].iloc[0] == found.frame["place"].iloc[0]
    assert base.problems.evidence(worst.place).closings.equals(worst.closings)
    assert list(base.problems.similar("nowhere")) == list(found.similar)


def test_a_closing_without_a_step_is_told_and_one_with_a_step_once():
    told = {"category": "c", "episode": "e", "channel": None, "department": "d", "result": None}
    told |= {"administrative": False, "case_no": "N"}
    first, closed = pd.Timestamp("2026-01-01"), pd.Timestamp("2026-01-02")
    reports = pd.DataFrame(
        [told | {"incident": i, "reported_at": first, "closed_at": closed} for i in ("a", "b")]
    )
    step = {"category": "c", "episode": "e", "incident": "a", "step": "closed", "step_at": closed}
    steps = pd.DataFrame([step | {"department": "d", "result": "done"}])
    rows = timeline_of(reports, steps)
    assert rows.groupby(["incident", "what"]).size().tolist() == [1, 1, 1, 1]
    assert timeline_of(reports.head(0), steps.head(0)).empty
