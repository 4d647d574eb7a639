"""Causes: exact chances, false alarms at the nominal rate, planted owners and batches found."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from blockdata.analysis.causes import (
    CAUSE_COLUMNS,
    cause_test,
    hypergeometric_sum_law,
    hypergeometric_sum_tail,
    judged_causes,
    neighbour_test,
)
from blockdata.analysis.reasons import describe_reason
from blockdata.errors import AnalysisError


@given(st.integers(1, 300), st.floats(0, 1), st.floats(0, 1), st.integers(0, 40))
def test_one_urn_is_the_hypergeometric_law_of_scipy(total, bad_share, drawn_share, at_least):
    bad, drawn = round(bad_share * total), round(drawn_share * total)
    found = hypergeometric_sum_tail(at_least, np.array([drawn]), np.array([bad]), np.array([total]))
    truth = stats.hypergeom.sf(at_least - 1, total, bad, drawn)
    assert found == pytest.approx(truth, rel=1e-8, abs=1e-13)


def test_the_law_adds_up_to_one_and_ends_where_nothing_more_is_possible():
    law = hypergeometric_sum_law(np.array([5, 40]), np.array([3, 2]), np.array([9, 50]))
    assert len(law) == 6 and law.sum() == pytest.approx(1)


def test_two_urns_equal_every_way_of_drawing():
    urns = ([1, 1, 0, 0], [1, 0, 0])
    ways = [
        sum(one) + sum(other)
        for one in itertools.combinations(urns[0], 2)
        for other in itertools.combinations(urns[1], 2)
    ]
    for at_least in range(5):
        found = hypergeometric_sum_tail(
            at_least, np.array([2, 2]), np.array([2, 1]), np.array([4, 3])
        )
        assert found == pytest.approx(np.mean([w >= at_least for w in ways]))


def _places(seed, *, places=600, owners=60, rate=0.1, planted=0):
    """Places of owners of unequal size, in two strata of unequal rates; some owners are bad."""
    rng = np.random.default_rng(seed)
    owner = rng.choice(owners, places, p=rng.dirichlet(np.ones(owners)))
    stratum = rng.choice(["address", "component"], places)
    chance = np.where(stratum == "address", rate, 3 * rate)
    chance = np.where(owner < planted, 0.9, chance)
    return pd.DataFrame(
        {
            "place": [f"p{k:04}" for k in range(places)],
            "cause": [f"o{k:02}" for k in owner],
            "bad": rng.random(places) < chance,
            "stratum": stratum,
        }
    )


def test_false_alarms_stay_within_the_level():
    alarms = [cause_test(_places(seed))["status"].notna().any() for seed in range(60)]
    # Of 60 at 5 % more than 8 have a chance below 0.003; exact tests have fewer.
    assert sum(alarms) <= 8


def test_planted_owners_are_found_and_no_other():
    found = cause_test(_places(3, planted=2, places=1500))
    named = set(found["cause"][found["status"].notna()])
    sizes = found.set_index("cause")["places"]
    assert {c for c in ("o00", "o01") if sizes.get(c, 0) >= 8} <= named <= {"o00", "o01"}


def test_an_owner_in_a_bad_part_is_no_cause_within_its_part():
    part = np.repeat(["bad part", "good part"], 100)
    places = pd.DataFrame(
        {
            "place": [f"p{k:03}" for k in range(200)],
            "cause": np.where(np.arange(200) < 20, "o1", "o2"),
            "bad": (part == "bad part") & (np.arange(200) % 2 == 0),
        }
    )
    assert cause_test(places)["status"].notna().any()
    assert cause_test(places.assign(stratum=part))["status"].isna().all()


def test_a_place_may_have_several_causes_and_counts_once_for_each():
    places = _places(1).drop(columns="cause")
    every = pd.DataFrame({"place": places["place"], "cause": "all"})
    some = pd.DataFrame({"place": places["place"].head(200), "cause": "some"})
    members = pd.concat(
        [every, some, some.head(5), pd.DataFrame({"place": ["no"], "cause": ["x"]})]
    )
    found = cause_test(places, members=members).set_index("cause")
    assert set(found.index) == {"all", "some"}
    assert found.loc["all", "reason"] == "no_other_like" and found.loc["some", "places"] == 200
    alone = cause_test(places.merge(some, on="place", how="left")).set_index("cause")
    assert found.loc["some", "p"] == alone.loc["some", "p"]


def test_all_causes_of_a_night_are_one_family():
    parts = [cause_test(_places(seed, planted=1)).assign(kind=f"k{seed}") for seed in (1, 2, 3)]
    every = pd.concat(parts, ignore_index=True)
    bh = judged_causes(every, within=("kind",))
    tested = bh.dropna(subset="p")
    truth = stats.false_discovery_control(tested["p"])
    assert tested["q"].to_numpy() == pytest.approx(truth)
    assert (bh.groupby("kind")["rank"].min() == 1).all()
    assert (judged_causes(every, correction="by")["q"].dropna() >= tested["q"]).all()


def test_what_could_never_be_told_is_left_out_of_the_family():
    places = pd.DataFrame(
        {"place": [f"p{k}" for k in range(20)], "bad": [True] * 10 + [False] * 10}
    )
    members = pd.DataFrame({"place": [f"p{k}" for k in range(4)], "cause": "a"})
    # Four of four bad by chance: 0.043; three of three: 0.105.
    assert cause_test(places, members=members)["p"][0] == pytest.approx(0.043, abs=0.001)
    assert cause_test(places, members=members.head(3))["reason"][0] == "too_few_to_tell"


@settings(max_examples=20)
@given(st.integers(0, 10**6))
def test_expected_adds_up_and_order_changes_nothing(seed):
    places = _places(seed, places=80, owners=8)
    found = cause_test(places)
    assert list(found.columns) == list(CAUSE_COLUMNS)
    assert found["expected"].sum() == pytest.approx(places["bad"].sum())
    assert found["bad"].sum() == places["bad"].sum()
    pd.testing.assert_frame_equal(found, cause_test(places.sample(frac=1, random_state=seed)))


def test_what_cannot_be_tested_has_a_reason():
    places = pd.DataFrame(
        {
            "place": ["a", "b", "c", "d", "e"],
            "cause": ["one", "two", "two", None, "three"],
            "bad": [True, False, True, False, False],
        }
    )
    found = cause_test(places).set_index("cause")
    assert found.loc["one", "reason"] == "too_few_places"
    # Both of two bad by chance: 1 of 10. With a level of 0.2 that can tell something.
    assert found.loc["two", "reason"] == "too_few_to_tell"
    told = cause_test(places, alpha=0.2).set_index("cause")
    assert pd.isna(told.loc["two", "reason"]) and told.loc["two", "p"] == pytest.approx(0.7)
    alone = cause_test(places.assign(cause="x").head(3)).iloc[0]
    assert alone["reason"] == "no_other_like" and pd.isna(alone["p"])
    good = cause_test(places.assign(bad=False)).set_index("cause")
    assert good.loc["two", "reason"] == "none_or_all_bad"
    assert cause_test(places.head(0)).empty
    assert cause_test(places.assign(cause=None)).empty
    for code in ("too_few_places", "no_other_like", "none_or_all_bad"):
        assert describe_reason(code).zh


def test_neighbours_within_the_radius_are_counted():
    places = pd.DataFrame(
        {
            "place": ["a", "b", "c", "d", "e"],
            "x": [0.0, 40.0, 80.0, 500.0, None],
            "y": 0.0,
            "bad": [True, True, False, True, True],
        }
    )
    found = neighbour_test(places, permutations=99)
    assert found.pairs == 1 and found.reason is None
    assert found.places["place"].tolist() == ["a", "b"]
    assert found.places["expected"].tolist() == [0.75, 1.5]


def test_permutations_give_the_mean_of_all_labellings():
    places = pd.DataFrame({"place": list("abcd"), "x": [0.0, 10.0, 20.0, 400.0], "y": 0.0})
    places = places.assign(bad=[True, True, False, False])
    # Pairs ab, bc, ac are near; each of the 6 labellings with two bad ones has 0 or 1 of them.
    found = neighbour_test(places, permutations=4000, seed=2)
    assert found.expected == pytest.approx(0.5, abs=0.03)
    assert found.p == pytest.approx(0.5, abs=0.03)


def test_labels_are_dealt_out_within_their_stratum():
    x = np.arange(40) * 30.0
    places = pd.DataFrame({"place": [f"p{k:02}" for k in range(40)], "x": x, "y": 0.0})
    places = places.assign(bad=np.arange(40) < 20, stratum=np.arange(40) < 20)
    found = neighbour_test(places, permutations=49)
    assert found.expected == found.pairs and found.p == 1


def test_neighbours_that_cannot_be_tested_have_a_reason():
    places = pd.DataFrame({"place": ["a", "b"], "x": [0.0, 500.0], "y": 0.0, "bad": [True, True]})
    assert neighbour_test(places).reason == "none_or_all_bad"
    assert neighbour_test(places.assign(bad=False)).reason == "too_few_places"
    more = pd.concat([places, pd.DataFrame({"place": ["c"], "x": 900.0, "y": 0.0, "bad": False})])
    assert neighbour_test(more).reason == "no_other_like"
    assert neighbour_test(places.head(0)).reason == "too_few_places"


def test_input_that_does_not_fit_is_refused():
    places = _places(0, places=20)
    with pytest.raises(AnalysisError):
        cause_test(places.drop(columns="cause"))
    with pytest.raises(AnalysisError):
        cause_test(pd.concat([places, places]))
    with pytest.raises(AnalysisError):
        neighbour_test(places)
    lonlat = places.assign(x=120 + np.arange(20) / 1e3, y=36.0)
    with pytest.raises(AnalysisError, match="degrees"):
        neighbour_test(lonlat)
