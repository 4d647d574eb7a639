"""Pairs: symmetric, independent of order and of other reports; the index agrees with them."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blockdata.errors import AnalysisError, ConfigError
from blockdata.link.duplicates import (
    DuplicateIndex,
    DuplicateModel,
    DuplicateSettings,
    duplicate_pairs,
    explain_pair,
    model_for,
    text_fingerprints,
)
from blockdata.link.duplicates.blocking import near_pairs, pairs_of_key
from blockdata.link.duplicates.candidates import candidate_pairs, is_candidate
from blockdata.link.duplicates.columns import report_columns
from blockdata.link.duplicates.fitting import fit_duplicates
from blockdata.link.duplicates.terms import TERMS, levels_of

EVERYTHING = DuplicateSettings(min_probability=0.0)
PRINTS = text_fingerprints(
    ["夜间噪声扰民", "路灯不亮", None, "夜里噪声很大扰民"], b"a key for tests only"
)


def invented(seed, count, days=6.0, width_m=400.0):
    """Reports at a few places, with gaps in everything."""
    rng = np.random.default_rng(seed)

    def key(name, many, missing):
        drawn = rng.integers(0, many, count)
        return [
            None if gone else f"{name}{k}" for k, gone in zip(drawn, rng.random(count) < missing)
        ]

    frame = pd.DataFrame({"id": [f"i{n:04}" for n in rng.permutation(count)]})
    minutes = rng.integers(0, int(days * 1440), count)
    frame["reported_at"] = pd.Timestamp("2026-03-01") + pd.to_timedelta(minutes, unit="m")
    frame["building_id"] = key("b", 6, 0.4)
    frame["site_id"] = [None if pd.isna(b) else f"s{int(b[1:]) // 2}" for b in frame["building_id"]]
    for name, many, missing in (
        ("room_id", 9, 0.7),
        ("road_id", 3, 0.5),
        ("component_id", 5, 0.8),
        ("cell", 3, 0.2),
        ("caller", 8, 0.3),
        ("category", 4, 0.1),
        ("main_category", 2, 0.2),
    ):
        frame[name] = pd.Series(key(name, many, missing), dtype="str")
    frame[["x", "y"]] = rng.uniform(0, width_m, (count, 2)).round()
    frame.loc[rng.random(count) < 0.3, ["x", "y"]] = np.nan
    frame["radius_m"] = rng.uniform(0, 60, count)
    frame["usual_per_day"] = rng.exponential(0.02, count)
    frame["fingerprint"] = [PRINTS[n] for n in rng.integers(0, len(PRINTS), count)]
    return frame


def _all(columns):
    return np.triu_indices(len(columns), 1)


@pytest.mark.parametrize("seed", range(4))
def test_candidates_are_all_pairs_that_fit_each_once(seed):
    limits = DuplicateSettings(max_gap_hours=20, max_distance_m=60)
    columns = report_columns(invented(seed, 120))
    i, j = _all(columns)
    fits = is_candidate(columns, i, columns, j, limits)
    found = [p for pairs in candidate_pairs(columns, limits) for p in zip(*pairs)]
    assert len(found) == len(set(found))
    assert set(found) == set(zip(i[fits], j[fits]))


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.floats(0, 300), st.floats(0, 100))
def test_blocking_equals_brute_force(seed, distance_m, gap_hours):
    columns = report_columns(invented(seed, 40))
    gap_us = round(gap_hours * 3_600_000_000)
    i, j = _all(columns)
    soon = columns.time_us[j] - columns.time_us[i] <= gap_us
    across, along = columns.x[i] - columns.x[j], columns.y[i] - columns.y[j]
    near = soon & (across**2 + along**2 <= distance_m**2)
    found = {p for pairs in near_pairs(columns, distance_m, gap_us) for p in zip(*pairs)}
    assert found == set(zip(i[near], j[near]))
    key = columns.cell
    alike = soon & (key[i] == key[j]) & (key[i] >= 0)
    found = {p for pairs in pairs_of_key(key, columns, gap_us) for p in zip(*pairs)}
    assert found == set(zip(i[alike], j[alike]))


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10_000))
def test_levels_are_symmetric(seed):
    columns = report_columns(invented(seed, 30))
    i, j = _all(columns)
    assert (levels_of(columns, i, columns, j) == levels_of(columns, j, columns, i)).all()


@settings(max_examples=6, deadline=None)
@given(st.integers(0, 10_000))
def test_the_order_of_rows_makes_no_difference(seed):
    reports = invented(seed, 40)
    shuffled = reports.sample(frac=1, random_state=seed)
    pd.testing.assert_frame_equal(duplicate_pairs(reports), duplicate_pairs(shuffled))


@settings(max_examples=6, deadline=None)
@given(st.integers(0, 10_000))
def test_another_report_changes_no_pair_among_the_others(seed):
    reports = invented(seed, 40)
    extra = reports["id"].iloc[seed % len(reports)]
    pairs = duplicate_pairs(reports, EVERYTHING)
    without = pairs[(pairs["first"] != extra) & (pairs["second"] != extra)]
    fewer = duplicate_pairs(reports[reports["id"] != extra], EVERYTHING)
    pd.testing.assert_frame_equal(without.reset_index(drop=True), fewer)


@settings(max_examples=6, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 39))
def test_the_index_answers_what_the_list_says(seed, known):
    reports = invented(seed, 40)
    index = DuplicateIndex(EVERYTHING)
    index.add(reports.iloc[: known // 2])
    index.add(reports.iloc[known // 2 : known])
    gone = reports["id"].iloc[0]
    index.remove([gone])
    new = reports["id"].iloc[known]
    pairs = duplicate_pairs(reports.iloc[: known + 1], EVERYTHING)
    about = ((pairs["first"] == new) | (pairs["second"] == new)) & ~(
        (pairs["first"] == gone) | (pairs["second"] == gone)
    )
    asked = index.ask(reports.iloc[[known]])
    pd.testing.assert_frame_equal(asked, pairs[about].reset_index(drop=True))


def test_the_index_takes_a_report_again_after_it_was_removed():
    reports = invented(1, 2500, days=200)
    index = DuplicateIndex()
    index.add(reports)
    index.remove(reports["id"])
    assert len(index) == 0
    index.add(reports.iloc[:10])
    assert len(index) == 10
    with pytest.raises(AnalysisError):
        index.add(reports.iloc[:1])


def test_terms_add_up_to_the_log_odds():
    reports = invented(5, 30)
    pair = duplicate_pairs(reports, EVERYTHING).iloc[0]
    told = explain_pair(reports, pair["second"], pair["first"])
    assert told["weight"].sum() == pytest.approx(pair["log_odds"])
    assert len(told) == len(TERMS) + 1
    with pytest.raises(AnalysisError):
        explain_pair(reports, pair["first"], "nobody")


def test_one_callers_repeats_and_others_reports_are_told_apart():
    reports = pd.DataFrame(
        {
            "id": ["a", "b", "c", "d"],
            "reported_at": pd.to_datetime(["2026-03-01 20:00"] * 4)
            + pd.to_timedelta([0, 1, 2, 3], unit="h"),
            "caller": ["p", "p", "q", None],
            **dict.fromkeys(("site_id", "building_id", "category"), "same"),
            "x": 0.0,
            "y": 0.0,
            "fingerprint": PRINTS[0],
        }
    )
    pairs = duplicate_pairs(reports).set_index(["first", "second"])
    assert pairs["caller"].to_dict() == {
        ("a", "b"): "same",
        ("a", "c"): "different",
        ("a", "d"): "unknown",
        ("b", "c"): "different",
        ("b", "d"): "unknown",
        ("c", "d"): "unknown",
    }
    assert (pairs["probability"] > 0.9).all()
    assert "同一来电人" in pairs.loc[("a", "b"), "reasons_zh"]
    assert "the same building" in pairs.loc[("a", "c"), "reasons_en"]


def test_the_same_component_again_within_hours_is_one_occurrence():
    reports = pd.DataFrame(
        {
            "id": ["a", "b"],
            "reported_at": pd.to_datetime(["2026-03-01 08:00", "2026-03-01 11:00"]),
            "component_id": "k1",
            "category": "cover",
            "x": 5.0,
            "y": 5.0,
        }
    )
    pairs = duplicate_pairs(reports)
    assert pairs["probability"].item() > 0.9
    assert pairs["reasons_en"].item().count("the same component") == 1
    apart = reports.assign(component_id=["k1", "k2"])
    assert duplicate_pairs(apart).empty


def test_the_weights_that_ship_keep_the_order_of_levels():
    model = DuplicateModel()
    assert set(model.weights) == {term.name for term in TERMS}
    with pytest.raises(AnalysisError):
        DuplicateModel(weights={**model.weights, "caller": (1.0, 0.0, 2.0)})


SHOP = "楼下烧烤店油烟直排，每天晚上五点到十点，味道呛人，窗户玻璃一层油"


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        (SHOP, "烧烤店的油烟，晚上五点到十点，窗户玻璃上都是油", "for"),
        (SHOP, "单位食堂排风口对着三号楼卧室，从昨天中午起，有焦糊味", "against"),
        (SHOP, "油烟直排", "unknown"),
        (SHOP, None, "unknown"),
    ],
)
def test_a_text_speaks_for_or_against_unless_it_is_bare(one, other, level):
    prints = text_fingerprints([one, other], b"a key for tests only")
    reports = pd.DataFrame({"id": ["a", "b"], "reported_at": pd.Timestamp("2026-03-01")})
    columns = report_columns(reports.assign(fingerprint=prints))
    term = [t.name for t in TERMS].index("text")
    found = levels_of(columns, np.array([0]), columns, np.array([1]))[term, 0]
    neutral = TERMS[term].neutral
    assert {"for": found > neutral, "against": found < neutral, "unknown": found == neutral}[level]


@pytest.mark.parametrize(("texts", "of_reports"), [(0, 10), (1, 20), (2, 20), (10, 10)])
def test_weights_with_texts_are_taken_from_a_tenth_of_texts_on(texts, of_reports):
    reports = pd.DataFrame({"fingerprint": [PRINTS[0]] * texts + [None] * (of_reports - texts)})
    wanted = DuplicateModel() if texts / of_reports >= 0.1 else DuplicateModel.without_text()
    assert model_for(reports) == wanted
    assert model_for(reports.drop(columns="fingerprint")) == DuplicateModel.without_text()


def test_fitting_finds_the_model_that_pairs_were_drawn_from():
    rng = np.random.default_rng(2)
    levels = np.stack([rng.integers(0, len(t.levels), 6_000) for t in TERMS]).astype(np.int8)
    weights = {t.name: tuple(0.5 * (n - t.neutral) for n in range(len(t.levels))) for t in TERMS}
    drawn = DuplicateModel(-4.0, weights)
    same = rng.random(levels.shape[1]) < drawn.probability(levels)
    fitted = fit_duplicates(levels, same)
    gap = fitted.probability(levels) - drawn.probability(levels)
    assert np.abs(gap).mean() < 0.03


def test_fitting_needs_pairs_of_both_sorts():
    levels = np.zeros((len(TERMS), 3), dtype=np.int8)
    with pytest.raises(AnalysisError):
        fit_duplicates(levels, np.zeros(3, dtype=bool))


def test_nothing_gives_nothing_and_bad_ids_are_refused():
    reports = invented(1, 5)
    assert duplicate_pairs(reports.iloc[:0]).empty
    assert duplicate_pairs(reports.assign(reported_at=pd.NaT)).empty
    with pytest.raises(AnalysisError):
        duplicate_pairs(pd.concat([reports, reports]))
    with pytest.raises(AnalysisError):
        duplicate_pairs(reports.drop(columns="reported_at"))


@pytest.mark.parametrize("wrong", [{"max_gap_hours": -1}, {"same_probability": 2}])
def test_settings_out_of_range_are_refused(wrong):
    with pytest.raises(ConfigError):
        DuplicateSettings(**wrong)
