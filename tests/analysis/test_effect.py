"""Effects: matching takes regression to the mean out, intervals cover, real effects are found."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from blockdata.analysis.effect import (
    EffectSettings,
    distances,
    effect_words,
    estimate_ratio,
    expected_after,
    intervention_effect,
    pick_matches,
    randomisation_p,
)
from blockdata.analysis.effect.matching import nearest_few
from blockdata.analysis.effect.windows import Counts, EventLog, Window
from blockdata.errors import AnalysisError

DAYS = pd.date_range("2024-01-01", periods=730)
FAST = EffectSettings(permutations=99)


def _city(seed, *, theta=1.0, chosen=20, places=400, mean=6.0, season=1.2, pool=3):
    """Events of places with lasting Gamma rates; the worst of the first year are chosen."""
    rng = np.random.default_rng(seed)
    rate = rng.gamma(2.0, mean / 2, places)
    before = rng.poisson(rate)
    worst = np.argsort(before + rng.random(places) / 100)[-pool * chosen :]
    treated = rng.choice(worst, chosen, replace=False)
    works = np.where(np.isin(np.arange(places), treated), theta, 1.0)
    after = rng.poisson(rate * season * works)
    where = np.concatenate([np.repeat(np.arange(places), n) for n in (before, after)])
    when = np.concatenate([rng.integers(0, 365, before.sum()), rng.integers(365, 730, after.sum())])
    names = np.array([f"p{k:04}" for k in range(places)])
    events = pd.DataFrame({"place": names[where], "day": DAYS[when]})
    return (
        events,
        pd.DataFrame({"place": names}),
        pd.DataFrame({"place": names[treated], "started_on": DAYS[365]}),
    )


def _effect(city, settings=FAST, **keys):
    span = {"observed_from": DAYS[0], "observed_to": DAYS[-1] + pd.Timedelta(days=1)}
    return intervention_effect(*city, **{**span, **keys}, settings=settings)


def test_without_an_effect_the_interval_covers_one_though_the_worst_were_chosen():
    found = [_effect(_city(seed)).summary for seed in range(40)]
    covered = np.mean([f["low"] <= 1 <= f["high"] for f in found])
    # Of 40 intervals at 95 % fewer than 33 cover with a chance below 0.001.
    assert covered >= 33 / 40
    # All places rose by 1.2; before and after alone takes the return to the mean for an effect.
    assert np.mean([f["naive_ratio"] for f in found]) < 1.1
    assert abs(np.mean(np.log([f["ratio"] for f in found]))) < 0.06


def test_a_real_effect_is_found():
    found = [_effect(_city(seed, theta=0.5)).summary for seed in range(12)]
    assert all(f["high"] < 1 for f in found)
    assert all(f["p"] < 0.05 and f["p_randomised"] < 0.05 for f in found)
    assert 0.4 < np.exp(np.mean(np.log([f["ratio"] for f in found]))) < 0.6
    assert all(f["prevented"] > 0 for f in found)


def test_what_changes_everywhere_is_no_effect():
    found = _effect(_city(1, season=0.5)).summary
    assert found["naive_ratio"] < 0.6 and found["low"] < 1 < found["high"]


def test_words_tell_the_verdict_in_both_languages():
    good = effect_words(_effect(_city(3, theta=0.4)))
    assert "问题确有减少" in good[0] and "there are fewer problems" in good[1]
    none = effect_words(_effect(_city(2)))
    assert "尚不能断定" in none[0] and "cannot be told yet" in none[1]
    worse = effect_words(_effect(_city(3, theta=2.5)))
    assert "反而增多" in worse[0] and "more problems" in worse[1]


def test_too_few_places_matches_or_events_give_a_reason():
    events, places, treated = _city(0)
    few = _effect((events, places, treated.head(3)))
    assert few.summary["reason"] == "too_few_places" and few.summary["ratio"] is None
    lonely = places[places["place"].isin(treated["place"])]
    assert _effect((events, lonely, treated)).summary["reason"] == "too_few_matches"
    quiet = events[~events["place"].isin(treated["place"])]
    assert _effect((quiet, places, treated)).summary["reason"] == "too_few_cases"
    late = treated.assign(started_on=DAYS[700])
    assert _effect((events, places, late)).summary["reason"] == "not_followed"
    nobody = _effect((events.head(0), places, treated))
    assert nobody.summary["reason"] == "too_few_cases"
    for effect in (few, nobody):
        assert "不作结论" in effect_words(effect)[0] and "No conclusion" in effect_words(effect)[1]


def test_a_place_without_its_like_is_listed_with_its_reason():
    events, places, treated = _city(0)
    extra = pd.DataFrame({"place": "p9999", "day": np.repeat(DAYS[:300], 2)})
    far = pd.DataFrame({"place": ["p9999", "stranger"], "started_on": DAYS[365]})
    effect = _effect(
        (
            pd.concat([events, extra]),
            pd.concat([places, extra[["place"]].head(1)]),
            pd.concat([treated, far]),
        )
    )
    reasons = effect.places.set_index("place")["reason"]
    assert reasons["p9999"] == "too_few_matches" and reasons["stranger"] == "unknown_place"
    assert effect.summary["matched"] <= effect.summary["treated"] - 1
    assert effect.summary["reason"] is None


def test_matches_are_used_once_are_never_treated_and_stay_in_their_group():
    events, places, treated = _city(4)
    group = np.where(places.index % 2 == 0, "address", "component")
    effect = _effect((events, places.assign(group=group), treated))
    assert not effect.matches["control"].duplicated().any()
    assert not effect.matches["control"].isin(treated["place"]).any()
    kind = dict(zip(places["place"], group, strict=True))
    assert (effect.matches["place"].map(kind) == effect.matches["control"].map(kind)).all()


def test_neighbours_are_left_out_and_degrees_refused():
    events, places, treated = _city(5)
    near = places.assign(x=np.arange(400) * 10.0, y=0.0)
    effect = _effect((events, near, treated), EffectSettings(apart_m=25, permutations=99))
    at = dict(zip(near["place"], near["x"], strict=True))
    others = np.array([at[p] for p in treated["place"]])
    for control in effect.matches["control"]:
        assert np.abs(others - at[control]).min() >= 25
    lonlat = places.assign(x=120 + np.arange(400) / 1e4, y=36.0)
    with pytest.raises(AnalysisError, match="degrees"):
        _effect((events, lonlat, treated), EffectSettings(apart_m=25))


def test_order_of_rows_changes_nothing():
    events, places, treated = _city(6)
    one = _effect((events, places, treated))
    mixed = (f.sample(frac=1, random_state=1) for f in (events, places, treated))
    other = _effect(tuple(mixed))
    assert one.summary == other.summary
    pd.testing.assert_frame_equal(one.places, other.places)
    pd.testing.assert_frame_equal(one.matches, other.matches)


def test_windows_are_cut_to_what_was_observed_and_begin_after_the_works():
    events, places, treated = _city(7)
    works = treated.assign(ended_on=DAYS[465])
    effect = _effect((events, places, works), observed_from=DAYS[100])
    told = effect.places
    assert set(told["pre_days"]) == {265} and set(told["post_days"]) == {265}
    own = events[events["place"] == told["place"][0]]
    assert told["post"][0] == (own["day"] >= DAYS[465]).sum()
    assert told["pre"][0] == own["day"].between(DAYS[100], DAYS[364]).sum()


@settings(max_examples=30)
@given(st.integers(0, 10**6))
def test_windows_count_as_a_loop_does(seed):
    rng = np.random.default_rng(seed)
    place, day = rng.integers(-1, 4, 60), rng.integers(0, 100, 60)
    window = Window(10, 50, 60, 90)
    counts = EventLog(place, day, 4).counts(window, 4)
    for one in range(4):
        own = day[place == one]
        assert counts.post[one] == ((own >= 60) & (own < 90)).sum()
        parts = [((own >= 10 + 10 * k) & (own < 20 + 10 * k)).sum() for k in range(4)]
        assert counts.segments[one].tolist() == parts


def test_the_law_is_the_line_that_gamma_rates_follow():
    rng = np.random.default_rng(0)
    rate = rng.gamma(2.0, 3.0, 20_000)
    pre, post = rng.poisson(rate).astype(float), rng.poisson(1.5 * rate).astype(float)
    found = expected_after(pre, post, np.ones(20_000), np.ones(20_000, dtype=bool))
    # Of a Gamma law of shape 2 and mean 6, E(rate | pre) = (2 + pre) / (1 / 3 + 1).
    truth = 1.5 * (2 + pre) / (1 / 3 + 1)
    assert np.abs(found / truth - 1).max() < 0.05
    assert (expected_after(pre, post, pre, np.zeros(20_000, dtype=bool)) > 0).all()


def test_the_estimate_is_a_poisson_ratio_where_counts_are_even():
    count = np.array([8.0, 12.0, 10.0, 21.0, 19.0, 20.0] * 10)
    treated = np.array(([True] * 3 + [False] * 3) * 10)
    found = estimate_ratio(count, np.full(60, 20.0), treated, 0.95)
    assert found.ratio == pytest.approx(0.5) and found.dispersion == 0
    # Two Poisson totals of 300 and 600: the share 1/3 has the likelihood-ratio interval below.
    share = np.linspace(0.2, 0.5, 30_001)
    lost = 2 * (stats.binom.logpmf(300, 900, 1 / 3) - stats.binom.logpmf(300, 900, share))
    inside = share[lost <= stats.t.ppf(0.975, 58) ** 2]
    assert found.low == pytest.approx(inside[0] / (1 - inside[0]), rel=1e-3)
    assert found.high == pytest.approx(inside[-1] / (1 - inside[-1]), rel=1e-3)


def test_no_event_after_is_a_ratio_of_zero_with_an_upper_end():
    count = np.array([0.0] * 5 + [4.0, 5.0, 6.0, 5.0, 5.0])
    treated = np.arange(10) < 5
    found = estimate_ratio(count, np.full(10, 5.0), treated, 0.95)
    assert found.ratio == 0 and found.low == 0 and 0 < found.high < 0.5


def test_randomisation_equals_all_assignments():
    ratio = np.array([2.0, 1.0, 0.5, 3.0, 1.5, 1.0])
    sets = [np.array([0, 1, 2]), np.array([3, 4, 5])]
    means = [ratio[a] + ratio[b] for a in sets[0] for b in sets[1]]
    middle = np.mean(means)
    truth = np.mean([abs(m - middle) >= abs(5.0 - middle) - 1e-12 for m in means])
    assert randomisation_p(ratio, sets, permutations=9999, seed=1) == pytest.approx(truth, abs=0.02)


def test_distances_are_in_standard_deviations_within_the_caliper():
    counts = Counts(np.array([[4.0, 4.0], [9.0, 1.0], [4.0, 25.0]]), np.zeros(3))
    found = distances(counts, np.ones(3), 0, np.arange(3), EffectSettings(segments=2))
    by_hand = ((3 - 2) ** 2 + (1 - 2) ** 2) / 0.5 / 2 + (np.sqrt(10) - np.sqrt(8)) ** 2 / 0.5
    assert found[1] == pytest.approx(np.sqrt(by_hand / 3)) and np.isinf(found[2])


def test_the_hardest_place_chooses_first():
    candidates = [np.array([0, 1, 2]), np.array([0])]
    assert [m.tolist() for m in pick_matches(candidates, 1)] == [[1], [0]]
    assert [m.tolist() for m in pick_matches(candidates, 3)] == [[1, 2], [0]]
    assert [len(m) for m in pick_matches([np.array([], dtype=int)] * 2, 2)] == [0, 0]


@given(st.integers(0, 10**6), st.integers(1, 12))
def test_the_nearest_few_are_the_first_of_all_in_order(seed, most):
    rng = np.random.default_rng(seed)
    apart = np.where(rng.random(20) < 0.2, np.inf, rng.integers(0, 6, 20) / 2)
    among = np.sort(rng.choice(100, 20, replace=False))
    every = sorted((d, a) for d, a in zip(apart, among, strict=True) if np.isfinite(d))
    found, far = nearest_few(among, apart, most)
    assert list(zip(far, found, strict=True))[:most] == every[:most]
    assert list(zip(far, found, strict=True)) == every[: len(found)]


@pytest.mark.parametrize(
    "bad",
    [
        {"pre_days": 30},
        {"segments": 0},
        {"matches": 0},
        {"caliper": 0},
        {"apart_m": -1},
        {"level": 1.0},
        {"permutations": 0},
    ],
)
def test_settings_out_of_range_are_refused(bad):
    with pytest.raises(AnalysisError):
        EffectSettings(**bad)


def test_input_that_does_not_fit_is_refused():
    events, places, treated = _city(0, places=100)
    with pytest.raises(AnalysisError, match="no column"):
        _effect((events[["place"]], places, treated))
    with pytest.raises(AnalysisError, match="repeat a key"):
        _effect((events, pd.concat([places, places]), treated))
    with pytest.raises(AnalysisError, match="have no started_on"):
        _effect((events, places, treated.assign(started_on=pd.NaT)))
    with pytest.raises(AnalysisError, match="exposure"):
        _effect((events, places.assign(exposure=0.0), treated))
