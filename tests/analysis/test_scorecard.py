"""The scorecard: values, intervals, ranks with their spans, scores by weights, and totals."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from blockdata.analysis.indicators import WHOLE, MeasureTable, shipped_registry
from blockdata.analysis.reasons import describe_reason
from blockdata.analysis.scorecard import (
    CARD_COLUMNS,
    CardSettings,
    chosen_definitions,
    compare_totals,
    composite_scores,
    definition_table,
    definitions,
    draw_rates,
    rank_spans,
    scorecard,
    share_agrees,
)
from blockdata.errors import AnalysisError, ConfigError

MONTH = pd.DatetimeIndex(["2026-10-01"])


def _table(units, **counts):
    cells = pd.DataFrame({"layer": [WHOLE] + ["department"] * len(units), "cell": [WHOLE, *units]})
    totals = {m: np.array([[sum(v)], *([x] for x in v)], dtype=float) for m, v in counts.items()}
    return MeasureTable(cells, MONTH, totals)


def _one(name):
    return [definitions()[name]]


def _on_time(units, in_time, due, **settings):
    table = _table(units, cases_closed_in_time=in_time, cases_due=due)
    return scorecard(table, _one("on_time_due"), CardSettings(**settings))


def test_both_counts_the_value_and_its_interval_stand_in_the_frame():
    card = _on_time(["A", "B", "C"], [45, 80, 30], [50, 100, 60])
    assert list(card.columns) == list(CARD_COLUMNS)
    a = card[card["unit"] == "A"].iloc[0]
    assert (a["numerator"], a["denominator"], a["value"]) == (45, 50, 90)
    truth = stats.binomtest(45, 50).proportion_ci(0.95, method="wilson")
    assert (a["low"], a["high"]) == pytest.approx((100 * truth.low, 100 * truth.high))
    exact = _on_time(["A", "B"], [45, 80], [50, 100], interval="exact")
    truth = stats.binomtest(45, 50).proportion_ci(0.95, method="exact")
    assert exact.loc[exact["unit"] == "A", "low"].item() == pytest.approx(100 * truth.low)


def test_small_and_zero_denominators_are_marked_and_not_ranked():
    card = _on_time(["A", "B", "C", "D"], [45, 80, 9, 0], [50, 100, 10, 0]).set_index("unit")
    assert card["small"].to_dict() == {"A": False, "B": False, "C": True, "D": False, WHOLE: False}
    assert card.loc["C", "reason"] == "small_denominator" and card.loc["C", "value"] == 90
    assert card.loc["D", "reason"] == "zero_denominator" and pd.isna(card.loc["D", "value"])
    assert card["rank"].dropna().to_dict() == {"A": 1, "B": 2}
    assert card.loc["A", "ranked"] == 2 and pd.isna(card.loc[WHOLE, "rank"])
    for code in ("small_denominator", "zero_denominator", "one_unit", "not_kept"):
        assert describe_reason(code).zh


def test_unknown_counts_and_a_unit_alone_have_a_reason():
    card = _on_time(["A", "B"], [45, np.nan], [50, 100]).set_index("unit")
    assert card.loc["B", "reason"] == "not_kept"
    assert card.loc["A", "reason"] == "one_unit" and pd.isna(card.loc["A", "rank"])


def test_low_is_better_for_some_and_equals_share_a_rank():
    table = _table(["A", "B", "C"], cases_closed_sent_back=[5, 9, 5], cases_closed_handled=[50] * 3)
    card = scorecard(table, _one("rework_handled")).set_index("unit")
    assert card["rank"].dropna().to_dict() == {"A": 1, "B": 3, "C": 1}


def test_counts_of_other_cases_are_refused_for_shares_and_taken_for_ratios():
    with pytest.raises(AnalysisError, match="above its denominator"):
        _on_time(["A", "B"], [60, 10], [50, 50])
    table = _table(["A", "B"], cases_closed=[60, 30], cases_accepted=[50, 40])
    card = scorecard(table, _one("closing_flow")).set_index("unit")
    assert card.loc["A", "value"] == 1.2
    truth = stats.binomtest(60, 110).proportion_ci(0.95, method="exact")
    assert card.loc["A", "low"] == pytest.approx(truth.low / (1 - truth.low))
    table = _table(["A", "B"], times_sent_back=[60, 30], cases_closed_handled=[50, 40])
    card = scorecard(table, _one("rework_times")).set_index("unit")
    assert card.loc["A", "high"] == pytest.approx(stats.chi2.ppf(0.975, 122) / 100)


def test_ranks_far_apart_are_certain_and_ranks_of_equals_are_not():
    card = _on_time(["A", "B", "C"], [990, 500, 505], [1000] * 3).set_index("unit")
    assert card.loc["A", ["rank_low", "rank_high"]].tolist() == [1, 1]
    assert card.loc["B", ["rank", "rank_low", "rank_high"]].tolist() == [3, 2, 3]
    again = _on_time(["A", "B", "C"], [990, 500, 505], [1000] * 3, seed=0).set_index("unit")
    pd.testing.assert_frame_equal(card, again)


def test_spans_of_ranks_hold_the_true_rank_as_often_as_they_say():
    rng = np.random.default_rng(5)
    held = []
    for seed in range(60):
        true = rng.beta(8, 4, 12)
        x = rng.binomial(120, true)
        drawn = draw_rates(x, np.full(12, 120), "share", draws=600, seed=seed)
        low, high = rank_spans(drawn, better="high")
        rank = stats.rankdata(-true)
        held += list((low <= rank) & (rank <= high))
    assert np.mean(held) >= 0.93


def test_posterior_draws_are_jeffreys():
    drawn = draw_rates([3], [40], "share", draws=20_000, seed=1)[:, 0]
    assert stats.kstest(drawn, stats.beta(3.5, 37.5).cdf).pvalue > 0.001
    drawn = draw_rates([3], [40], "mean", draws=20_000, seed=1)[:, 0]
    assert stats.kstest(drawn, stats.gamma(3.5, scale=1 / 40).cdf).pvalue > 0.001


def test_scores_are_weighted_means_of_what_there_is():
    table = _table(
        ["A", "B", "C"],
        cases_closed_in_time=[90, 40, 50],
        cases_due=[100, 50, 100],
        cases_closed_sent_back=[10, 0, 30],
        cases_closed_handled=[100, 5, 100],
    )
    chosen = [definitions()[d] for d in ("on_time_due", "rework_handled")]
    card = scorecard(table, chosen)
    scores = composite_scores(card, {"on_time_due": 3, "rework_handled": 1}).set_index("unit")
    assert scores["score"].round(9).to_dict() == {"A": 90.0, "B": 80.0, "C": 55.0}
    assert scores.loc["B", ["weight_used", "missing"]].tolist() == [0.75, "rework_handled"]
    assert scores["rank"].to_dict() == {"A": 1, "B": 2, "C": 3}
    assert (scores["low"] <= scores["score"]).all() and (scores["score"] <= scores["high"]).all()
    strict = composite_scores(
        card, {"on_time_due": 3, "rework_handled": 1}, min_weight_used=0.9
    ).set_index("unit")
    assert strict.loc["B", "reason"] == "too_few_definitions"
    assert strict["rank"].dropna().to_dict() == {"A": 1, "C": 2}


@pytest.mark.parametrize(
    ("weights", "error", "match"),
    [
        ({}, ConfigError, "do not fit"),
        ({"on_time_due": 0}, ConfigError, "do not fit"),
        ({"nothing": 1}, ConfigError, "do not fit"),
        ({"closing_flow": 1}, ConfigError, "no share"),
        ({"closing_due": 1}, AnalysisError, "the card has no"),
    ],
)
def test_weights_that_do_not_fit_are_refused(weights, error, match):
    card = _on_time(["A", "B"], [45, 80], [50, 100])
    with pytest.raises(error, match=match):
        composite_scores(card, weights)


def test_one_definition_of_each_indicator_is_chosen_and_variants_are_named():
    chosen = chosen_definitions(["rework_due", "satisfaction_strict"])
    assert len({d.indicator for d in chosen}) == len(chosen)
    assert {"rework_due", "satisfaction_strict", "on_time_due"} <= {d.id for d in chosen}
    with pytest.raises(ConfigError, match="both of rework"):
        chosen_definitions(["rework_due", "rework_handled"])
    with pytest.raises(ConfigError, match="no definition"):
        chosen_definitions(["nothing"])
    table = definition_table(chosen)
    assert table["chosen"].sum() == len(chosen)
    practice = table.groupby("indicator")["id"].count()
    assert practice["closing_on_time"] == 3 and practice["rework"] == 3
    assert table.notna().all().all()


def test_every_indicator_has_one_default():
    default = pd.Series({d.id: d.indicator for d in definitions().values() if d.default})
    assert sorted(default) == sorted({d.indicator for d in definitions().values()})
    for definition in definitions().values():
        assert definition.measures(shipped_registry())


def test_no_definition_is_an_empty_card_and_a_lacking_measure_is_refused():
    table = _table(["A"], cases_due=[1])
    assert scorecard(table, []).empty
    with pytest.raises(AnalysisError, match="no measure"):
        scorecard(table, _one("on_time_due"))
    for bad in ({"interval": "wald"}, {"level": 1.0}, {"min_denominator": 0}, {"draws": 1}):
        with pytest.raises(AnalysisError):
            CardSettings(**bad)


def test_totals_that_do_not_add_up_are_told():
    counted = pd.DataFrame({"subject": ["2015", "2016", "2017"], "total": [10, 16948, 5]})
    stated = pd.DataFrame({"subject": ["2016", "2015", "2018"], "total": [16950, 10, 7]})
    told = compare_totals(counted, stated).set_index("subject")
    assert told["agrees"].to_dict() == {"2015": True, "2016": False, "2017": False, "2018": False}
    assert told.loc["2016", "difference"] == -2
    assert "16950" in told.loc["2016", "zh"] and "-2" in told.loc["2016", "en"]
    assert told.loc["2017", "zh"] and told.loc["2018", "en"] and pd.isna(told.loc["2015", "zh"])
    with pytest.raises(AnalysisError):
        compare_totals(counted, pd.concat([stated, stated]))


def test_a_stated_share_can_or_cannot_come_from_its_counts():
    assert share_agrees(99.99, 16950) and share_agrees(33.33, 3) and share_agrees(100.0, 3)
    assert not share_agrees(33.4, 3, decimals=1) and not share_agrees(101.0, 100)
    assert share_agrees(94.0, 1000, numerator=940) and not share_agrees(94.8, 1000, numerator=940)
    with pytest.raises(AnalysisError):
        share_agrees(50, 0)
