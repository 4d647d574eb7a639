"""Whatever comes in, an analysis says what it found, why it found nothing, or what was wrong."""

import warnings

import numpy as np
import pandas as pd
import pytest
import shapely

from blockdata.analysis.clusters import dbscan_clusters, hdbscan_clusters
from blockdata.analysis.concentration import concentration
from blockdata.analysis.cube import counts_cube
from blockdata.analysis.density import bandwidth_by_rule, plane_density, street_density
from blockdata.analysis.dispersion import fit_dispersion
from blockdata.analysis.emerging import (
    emerging_categories,
    emerging_hot_spots,
    mann_kendall,
    space_time_gi_star,
)
from blockdata.analysis.expected import (
    Calendar,
    calendar_design,
    calendar_law,
    expected_counts,
    fit_log_linear,
)
from blockdata.analysis.exposure import Exposure, choose_exposure
from blockdata.analysis.fdr import adjusted_qvalues, bh_qvalues
from blockdata.analysis.hotspots import (
    Layer,
    Rules,
    choose_scale,
    counts_in_resized,
    hot_spot_changes,
    hot_spots,
    other_window_days,
    score_family,
    search,
    stability,
)
from blockdata.analysis.local import (
    Draws,
    distance_band,
    getis_ord,
    getis_ord_test,
    global_getis_ord,
    global_moran,
    local_moran,
    local_moran_test,
    neighbourhood_test,
)
from blockdata.analysis.near_repeat import knox, raised_bands, space_time_k
from blockdata.analysis.rates import empirical_bayes_rates, rates_by_exposure
from blockdata.analysis.reasons import describe_reason
from blockdata.analysis.scan import (
    bernoulli_scan,
    expected_by_day,
    gumbel_tail,
    permutation_scan,
    poisson_scan,
    rank_tail,
    scan_categories,
    space_time_poisson_scan,
    standardised_expected,
)
from blockdata.analysis.surveillance import Watch, predictive_upper_tail, surveillance_test
from blockdata.errors import AnalysisError

NAMES = list("abcde")
ROW = distance_band(np.arange(5) * 10.0, np.zeros(5), 10)
DAYS = pd.date_range("2024-01-01", periods=10)
PERIOD = (DAYS[0], DAYS[-1])
PLACES = pd.DataFrame({"place": NAMES, "x": np.arange(5) * 100.0, "y": 0.0})
COUNTED = PLACES.assign(count=[9, 1, 1, 1, 1], expected=1.0, controls=2)
CASES = pd.DataFrame({"place": NAMES, "day": DAYS[:5]})
EVENTS = pd.DataFrame({"x": [0.0, 10, 500, 510], "y": [0.0, 5, 9, 40], "day": DAYS[:4]})
COUNTS = pd.DataFrame({"category": "noise", "cell": NAMES, "count": [1, 2, 3, 4, 9]})
PEOPLE = Exposure("people", pd.Series([1.0, 2, 3, 4, 5], index=NAMES))
CUBE = counts_cube(CASES.assign(category="n"), start=DAYS[0], end=pd.Timestamp("2024-01-11"))
EXPECTED = pd.DataFrame(1.0, index=NAMES, columns=DAYS)
STREET = [shapely.LineString([(0, 0), (600, 0)])]
TEXT = list("vwxyz")
HUGE = [1e200, 1, 2, 3, 4]
CELLS = pd.DataFrame({"cell": NAMES, "geom": [shapely.box(n, 0, n + 1, 1) for n in range(5)]})
HOT = pd.DataFrame({"window_days": [7], "category": "noise", "cell": "a"})
EPISODES = pd.DataFrame(
    {"category": "noise", "cell": NAMES, "age_days": 1.0, "x": np.arange(5) + 0.5, "y": 0.5}
)
CHANGE = pd.DataFrame(
    {"layer": ["u"], "window_days": 28, "category": "n", "cell": "a", "hot": True, "count": 9}
).assign(excess=6.0)
SCORED = hot_spots(COUNTS.assign(window_days=7), PEOPLE)
STRATA = pd.DataFrame({"place": NAMES, "population": 10.0, "count": 1})


def searched(**changes):
    given = {"cells": CELLS, "episodes": EPISODES, "people": pd.Series(1.0, index=NAMES)} | changes
    layer = Layer("u", ("格", "u"), given["cells"], given["episodes"], {"people": given["people"]})
    return search([layer], Rules([7], exposure="people"))


def exposed(values):
    return Exposure("people", pd.Series(values, index=NAMES))


LOCAL = {
    "getis_ord": getis_ord,
    "getis_ord_test": lambda v, w: getis_ord_test(v, w, draws=Draws(9)),
    "local_moran": local_moran,
    "local_moran_test": lambda v, w: local_moran_test(v, w, draws=Draws(9)),
    "global_getis_ord": global_getis_ord,
    "global_moran": global_moran,
    "neighbourhood_test": lambda v, w: neighbourhood_test(v, np.ones(5), w),
}
WRONG_LOCAL = {
    "text": (TEXT, ROW),
    "huge": (HUGE, ROW),
    "no_weights": (range(5), None),
    "nan_weights": (range(5), ROW * np.nan),
    "infinite_weights": (range(5), ROW * np.inf),
}

WRONG = {
    "neighbourhood exposure of text": lambda: neighbourhood_test([1] * 5, TEXT, ROW),
    "draws without a seed": lambda: getis_ord_test(range(5), ROW, draws=Draws(9, seed=None)),
    "concentration too many": lambda: concentration(HUGE),
    "rates of a table": lambda: empirical_bayes_rates([[1, 2], [3, 4]], [1, 2]),
    "rates exposure of text": lambda: empirical_bayes_rates([1] * 5, TEXT),
    "rates exposure twice": lambda: rates_by_exposure(
        COUNTS.rename(columns={"cell": "place"}), [PEOPLE, PEOPLE]
    ),
    "rates categories of two types": lambda: rates_by_exposure(
        COUNTS.rename(columns={"cell": "place"}).assign(category=["a", 1, "b", 2, "c"]), [PEOPLE]
    ),
    "q of text": lambda: bh_qvalues(TEXT),
    "q of a table": lambda: bh_qvalues([[0.1, 0.2]]),
    "q of a number": lambda: bh_qvalues(0.1),
    "q of no family": lambda: bh_qvalues([0.1], family_size=np.nan),
    "correction is a list": lambda: adjusted_qvalues([0.1], ["bh"]),
    "cells of two types": lambda: choose_exposure({}, ["a", 1]),
    "exposure is a list": lambda: choose_exposure({"people": [1, 2]}, ["a", "b"]),
    "no frame": lambda: hot_spots(None, PEOPLE),
    "alpha is text": lambda: hot_spots(COUNTS, PEOPLE, alpha="x"),
    "exposure is text": lambda: hot_spots(COUNTS, exposed(TEXT)),
    "cells are numbers": lambda: hot_spots(COUNTS.assign(cell=range(5)), PEOPLE),
    "categories of two types": lambda: hot_spots(
        COUNTS.assign(category=["a", 1, "b", 2, "c"]), PEOPLE
    ),
    "window is text": lambda: hot_spots(COUNTS.assign(window_days="x"), PEOPLE),
    "window is missing": lambda: hot_spots(COUNTS.assign(window_days=np.nan), PEOPLE),
    "scores of two shapes": lambda: score_family(
        [np.array([1, 2])], [np.ones(3)], alpha=0.05, min_total=1
    ),
    "negative scores": lambda: score_family(
        [np.array([-1, 2])], [np.ones(2)], alpha=0.05, min_total=1
    ),
    "scale counts of text": lambda: choose_scale(
        {"u": COUNTS.assign(count=TEXT)}, {"u": PEOPLE}, past_days=9, window_days=1
    ),
    "scale counts negative": lambda: choose_scale(
        {"u": COUNTS.assign(count=-1)}, {"u": PEOPLE}, past_days=9, window_days=1
    ),
    "scale exposure of text": lambda: choose_scale(
        {"u": COUNTS}, {"u": exposed(TEXT)}, past_days=9, window_days=1
    ),
    "scale key twice": lambda: choose_scale(
        {"u": pd.concat([COUNTS, COUNTS])}, {"u": PEOPLE}, past_days=9, window_days=1
    ),
    "no window": lambda: other_window_days(np.nan),
    "window of 0 days": lambda: other_window_days(0),
    "resized without x": lambda: counts_in_resized(HOT, CELLS, EPISODES.drop(columns="x")),
    "resized without geom": lambda: counts_in_resized(HOT, CELLS.drop(columns="geom"), EPISODES),
    "resized x of text": lambda: counts_in_resized(HOT, CELLS, EPISODES.assign(x="q")),
    "resized geom of text": lambda: counts_in_resized(HOT, CELLS.assign(geom="q"), EPISODES),
    "resized degrees": lambda: counts_in_resized(
        HOT, CELLS.iloc[:1].assign(geom=[shapely.box(120.3, 36.1, 120.31, 36.11)]), EPISODES
    ),
    "stability without hot": lambda: stability(SCORED.drop(columns="hot"), {}, {}),
    "stability window without hot": lambda: stability(
        SCORED, {"window_longer": SCORED.drop(columns="hot")}, {}
    ),
    "stability alpha": lambda: stability(SCORED, {}, {}, alpha=3),
    "changes without excess": lambda: hot_spot_changes(CHANGE.drop(columns="excess"), CHANGE),
    "changes of text": lambda: hot_spot_changes(CHANGE.assign(excess="x"), CHANGE),
    "changes key twice": lambda: hot_spot_changes(pd.concat([CHANGE, CHANGE]), CHANGE),
    "changes of fractions": lambda: hot_spot_changes(CHANGE.assign(count=0.5), CHANGE),
    "search ages of text": lambda: searched(episodes=EPISODES.assign(age_days="x")),
    "search without x": lambda: searched(episodes=EPISODES.drop(columns="x")),
    "search without geom": lambda: searched(cells=CELLS.drop(columns="geom")),
    "search exposure of text": lambda: searched(people=pd.Series("x", index=NAMES)),
    "scan without a frame": lambda: poisson_scan(None),
    "scan counts of text": lambda: poisson_scan(COUNTED.assign(count="x")),
    "scan counts too many": lambda: poisson_scan(COUNTED.assign(count=10**9)),
    "scan expected of text": lambda: poisson_scan(COUNTED.assign(expected="x")),
    "scan x of text": lambda: poisson_scan(COUNTED.assign(x="x")),
    "scan replications": lambda: poisson_scan(COUNTED, replications=1.5),
    "scan without a seed": lambda: poisson_scan(COUNTED, replications=9, seed=None),
    "scan share of text": lambda: poisson_scan(COUNTED, max_share="x"),
    "bernoulli too many": lambda: bernoulli_scan(COUNTED.assign(controls=10**9)),
    "bernoulli without a seed": lambda: bernoulli_scan(COUNTED, seed=None),
    "permutation days of text": lambda: permutation_scan(
        CASES.assign(day="x"), PLACES, period=PERIOD
    ),
    "permutation period": lambda: permutation_scan(CASES, PLACES, period=(pd.NaT, pd.NaT)),
    "permutation without period": lambda: permutation_scan(CASES, PLACES, period=None),
    "permutation without a seed": lambda: permutation_scan(CASES, PLACES, period=PERIOD, seed=None),
    "permutation windows": lambda: permutation_scan(CASES, PLACES, period=PERIOD, max_days=1.5),
    "space-time expected of text": lambda: space_time_poisson_scan(
        CASES, PLACES, EXPECTED.astype(object).replace(1.0, "q")
    ),
    "space-time expected of no days": lambda: space_time_poisson_scan(
        CASES, PLACES, EXPECTED.set_axis(list("abcdefghij"), axis=1)
    ),
    "space-time nothing expected": lambda: space_time_poisson_scan(CASES, PLACES, None),
    "weights of text": lambda: expected_by_day(PEOPLE.values, pd.Series("x", index=DAYS)),
    "weights of no days": lambda: expected_by_day(PEOPLE.values, pd.Series(1.0, index=NAMES)),
    "strata of text": lambda: standardised_expected(STRATA.assign(population="x"), []),
    "categories of a scan, days of text": lambda: scan_categories(
        CASES.assign(category="n", day="x"), PLACES, period=PERIOD
    ),
    "categories of a scan, degrees": lambda: scan_categories(
        CASES.assign(category="n"), PLACES.assign(x=120.3 + np.arange(5) / 1e3), period=PERIOD
    ),
    "categories of a scan, gaps": lambda: scan_categories(
        CASES.assign(category="n"), PLACES, period=PERIOD, gaps=pd.DataFrame({"q": [1]})
    ),
    "infinite maxima": lambda: gumbel_tail([1.0], [np.inf, 1.0]),
    "maxima of text": lambda: rank_tail(["a"], [1.0]),
    "trend of text": lambda: mann_kendall([TEXT]),
    "emerging of text": lambda: emerging_hot_spots([TEXT] * 5, ROW),
    "emerging exposure of text": lambda: emerging_hot_spots(np.ones((5, 6)), ROW, exposure=TEXT),
    "emerging too large": lambda: space_time_gi_star([HUGE] * 5, ROW),
    "emerging lag": lambda: emerging_hot_spots(np.ones((5, 6)), ROW, lag=1.5),
    "emerging categories of text": lambda: emerging_categories([TEXT], [[0] * 5], [[0] * 5]),
    "knox without a frame": lambda: knox(None),
    "knox x of text": lambda: knox(EVENTS.assign(x="x")),
    "knox days of text": lambda: knox(EVENTS.assign(day="x")),
    "knox days of numbers": lambda: knox(EVENTS.assign(day=3)),
    "knox distances of text": lambda: knox(EVENTS, distance_edges_m=("x",)),
    "knox bands": lambda: knox(EVENTS, day_bands=(3,)),
    "knox fractional bands": lambda: knox(EVENTS, day_bands=((0, 0.5),)),
    "knox permutations": lambda: knox(EVENTS, permutations=1.5),
    "knox without a seed": lambda: knox(EVENTS, permutations=9, seed=None),
    "bands without p": lambda: raised_bands(knox(EVENTS, permutations=9).drop(columns="p")),
    "k area of text": lambda: space_time_k(EVENTS, area="x"),
    "k days of text": lambda: space_time_k(EVENTS, days=("x",)),
    "k period of text": lambda: space_time_k(EVENTS, period=("a", "b")),
    "bandwidth of text": lambda: bandwidth_by_rule(EVENTS.assign(x="x")),
    "density weight of text": lambda: plane_density(
        EVENTS.assign(weight="x"), bandwidth_m=9, cell_m=9
    ),
    "density bandwidth of text": lambda: plane_density(EVENTS, bandwidth_m="x", cell_m=9),
    "density area of text": lambda: plane_density(EVENTS, bandwidth_m=9, cell_m=9, area="x"),
    "lixels too many": lambda: street_density(EVENTS, STREET, bandwidth_m=9, lixel_m=1e-9),
    "streets of text": lambda: street_density(EVENTS, ["x"], bandwidth_m=9),
    "no streets": lambda: street_density(EVENTS, None, bandwidth_m=9),
    "dbscan x of text": lambda: dbscan_clusters(EVENTS.assign(x="x"), eps_m=9, min_points=2),
    "dbscan eps of text": lambda: dbscan_clusters(EVENTS, eps_m="x", min_points=2),
    "hdbscan x too large": lambda: hdbscan_clusters(EVENTS.assign(x=HUGE[:4]), min_size=2),
    "hdbscan size": lambda: hdbscan_clusters(EVENTS, min_size=np.nan),
    "cube of two types": lambda: counts_cube(
        CASES.assign(category="n", place=["a", 1, "b", 2, "c"]), start=DAYS[0], end=DAYS[-1]
    ),
    "cube start of text": lambda: counts_cube(CASES.assign(category="n"), start="x", end=DAYS[-1]),
    "harmonics": lambda: Calendar(harmonics=1.5),
    "calendar without days": lambda: calendar_design(["x"], Calendar(), DAYS[0]),
    "law of text": lambda: calendar_law(["x"] * 10, DAYS, Calendar()),
    "law of other days": lambda: calendar_law([1, 2], DAYS, Calendar()),
    "law of no days": lambda: calendar_law([], DAYS[:0], Calendar()),
    "law by no prior": lambda: calendar_law([1] * 10, DAYS, Calendar(), prior_sd=0),
    "fit of zeros": lambda: fit_log_linear([1, 2, 3], np.zeros((3, 1))),
    "fit too large": lambda: fit_log_linear(HUGE, np.ones((5, 1))),
    "fit of fractions": lambda: fit_log_linear(
        [0.5, 1, 2], np.ones((3, 1)), family="negative_binomial"
    ),
    "expected exposure of text": lambda: expected_counts(CUBE, [exposed(TEXT)]),
    "expected exposure twice": lambda: expected_counts(CUBE, [PEOPLE, PEOPLE]),
    "watch windows": lambda: Watch(windows_days=(1.5,)),
    "watch past": lambda: Watch(past_days=np.nan),
    "surveillance exposure of text": lambda: surveillance_test(
        CUBE, pd.Timestamp("2024-01-11"), exposure=exposed(TEXT)
    ),
    "predictive of text": lambda: predictive_upper_tail("x", 1.0, 0.0, 1.0),
    "predictive shapes": lambda: predictive_upper_tail([1, 2], [1.0, 2, 3], 0.0, 1.0),
}


@pytest.mark.parametrize("wrong", WRONG_LOCAL)
@pytest.mark.parametrize("name", LOCAL)
def test_a_local_statistic_refuses(name, wrong):
    values, weights = WRONG_LOCAL[wrong]
    with pytest.raises(AnalysisError):
        LOCAL[name](values, weights)


@pytest.mark.parametrize("name", WRONG)
def test_what_no_analysis_can_use_is_refused_in_words(name):
    with warnings.catch_warnings(), pytest.raises(AnalysisError):
        warnings.simplefilter("error")
        WRONG[name]()


@pytest.mark.parametrize("case", ["constant", "islands", "one cell", "two cells"])
@pytest.mark.parametrize("name", ["getis_ord_test", "local_moran_test"])
def test_without_a_statistic_there_is_a_reason_and_no_zero(name, case):
    values = {"constant": [3] * 5, "islands": range(5), "one cell": [3], "two cells": [1, 3]}[case]
    weights = distance_band(np.arange(len(values)) * 10.0, np.zeros(len(values)), 10)
    # Zeros that are stored are no neighbours.
    told = LOCAL[name](values, weights * 0 if case == "islands" else weights)
    assert told[["z", "p", "q"]].isna().all(axis=None)
    assert all(describe_reason(code).en for code in told["reason"])


@pytest.mark.parametrize("huge", [10**6, 10**9])
def test_huge_counts_need_no_table_of_their_size(huge):
    mean = np.full(4, huge / 2.0)
    alpha, gain = fit_dispersion([huge, huge // 3, huge // 2, huge // 6], mean)
    assert 0.01 < alpha < 10
    assert gain > 0
    scored = hot_spots(COUNTS.assign(count=[huge, 1, 0, 0, 2]), PEOPLE)
    assert scored["p"].between(0, 1).all()


def test_large_counts_have_the_dispersion_of_the_table(monkeypatch):
    """Beyond the table's end the sums are by the gamma function: the same to the last digits."""
    counts, mean = [120, 30, 75, 0, 260], np.full(5, 97.0)
    table = fit_dispersion(counts, mean)
    monkeypatch.setattr("blockdata.analysis.dispersion._LONGEST_TABLE", 50)
    assert fit_dispersion(counts, mean) == pytest.approx(table, rel=1e-6)


def test_a_window_may_be_a_float_that_is_whole():
    whole = hot_spots(COUNTS.assign(window_days=7), PEOPLE)
    pd.testing.assert_frame_equal(whole, hot_spots(COUNTS.assign(window_days=7.0), PEOPLE))


def test_a_night_without_hot_spots_can_be_compared():
    nothing = pd.DataFrame({column: [] for column in CHANGE})
    assert hot_spot_changes(nothing, CHANGE).empty


def test_a_missing_statistic_has_no_rank():
    assert np.isnan(rank_tail([np.nan, 1.0], [0.5])).tolist() == [True, False]


def test_a_series_without_a_trend_test_says_why():
    told = mann_kendall([[2, 2, 2], [np.nan, np.nan, 1], [1, 2, 1]])
    assert told["reason"].fillna("").tolist() == ["constant", "too_few", ""]


def test_two_events_have_no_other_order():
    found = space_time_k(EVENTS.iloc[[0, 3]], permutations=9)
    assert np.isnan(found.p)
    assert describe_reason(found.reason).en


@pytest.mark.parametrize("nothing", [0, 1])
def test_no_or_one_event_is_told(nothing):
    events = EVENTS.iloc[:nothing]
    assert knox(events, permutations=9)["reason"].notna().all()
    assert space_time_k(events, permutations=9).reason == "too_few_events"
    assert dbscan_clusters(events, eps_m=9, min_points=2).clusters.empty
    assert permutation_scan(CASES.iloc[:nothing], PLACES, period=PERIOD, replications=9).empty


@pytest.mark.parametrize("given", [[0.0] * 5, [np.nan] * 5, [1.0, 0, 0, 0, 0]])
def test_without_exposure_nothing_is_tested_and_the_reason_stands(given):
    told = hot_spots(COUNTS, exposed(given))
    assert told["p"].isna().all()
    assert all(describe_reason(code).zh for code in told["reason"])
