"""Near features, laws of position and weighing, each against an oracle of its own."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from blockdata.errors import AnalysisError, ConfigError
from blockdata.link.evidence.names import names_in_texts
from blockdata.link.evidence.near_features import NearFeatures
from blockdata.link.evidence.position_error import PositionError, estimate_error
from blockdata.link.evidence.settings import EvidenceSettings
from blockdata.link.evidence.weighing import best_two, posterior
from blockdata.link.evidence.witnesses import Named, agreed, log_odds, no_named

LAW = PositionError(9.0, 0.1, 0.02, 1e6)


def _features(draw, count):
    at = draw.uniform(0, 400, (count, 2))
    kinds = [
        lambda p: shapely.Point(*p),
        lambda p: shapely.box(p[0], p[1], p[0] + 8, p[1] + 6),
        lambda p: shapely.LineString(p + np.array([[0, 0], [20, 5], [20, 30]])),
        lambda p: None,
    ]
    return np.array([kinds[n % 4](p) for n, p in enumerate(at)], dtype=object)


@pytest.mark.parametrize("seed", range(3))
def test_near_features_are_those_that_shapely_finds(seed):
    draw = np.random.default_rng(seed)
    features, asked = _features(draw, 120), draw.uniform(-50, 450, (80, 2))
    radius = draw.uniform(0, 70, 80)
    index, apart = NearFeatures(features).within(asked[:, 0], asked[:, 1], radius, 5)
    for row, point in enumerate(shapely.points(asked)):
        true = shapely.distance(features, point)
        order = np.argsort(true, kind="stable")
        order = order[true[order] <= radius[row]][:5]
        assert np.allclose(apart[row, : len(order)], true[order], atol=1e-9)
        assert np.isnan(apart[row, len(order) :]).all()
        assert (index[row, len(order) :] == -1).all()
        # A polygon that covers the point may hide another that does too.
        covering = int((true[order] == 0).sum())
        if covering <= 1:
            assert index[row, : len(order)].tolist() == order.tolist()


def test_equally_near_features_come_by_their_index_and_nowhere_is_near_nothing():
    near = NearFeatures(shapely.points([[1, 0], [-1, 0], [0, 1], [0, -1]]))
    index, _ = near.within([0, np.nan, 0], [0, 0, 0], [2, 2, np.nan], 3)
    assert index.tolist() == [[0, 1, 2], [-1, -1, -1], [-1, -1, -1]]
    assert NearFeatures([None]).within([0.0], [0.0], [9.0], 1)[0].tolist() == [[-1]]
    with pytest.raises(AnalysisError):
        near.within([0.0], [0.0], [1.0], 0)


def test_the_law_of_position_holds_all_but_the_outliers():
    apart = np.linspace(0, 400, 400_001)
    for extent_m in (0.0, 12.0):
        ring = 2 * np.pi * apart * LAW.near(apart, extent_m)
        assert np.trapezoid(ring, apart) == pytest.approx(0.98, abs=1e-6)
    assert (np.diff(LAW.density(apart)) <= 0).all()
    inside = np.trapezoid(2 * np.pi * apart * LAW.near(apart) * (apart <= LAW.reach_m()), apart)
    assert inside == pytest.approx(0.98 * 0.999, abs=1e-3)


@pytest.mark.parametrize("outliers", [0.0, 0.1, 0.25])
def test_the_scale_is_found_whatever_share_is_elsewhere(outliers):
    draw = np.random.default_rng(7)
    apart = np.hypot(*draw.normal(0, 6, (2, 4000)))
    lost = draw.random(4000) < outliers
    apart[lost] = np.sqrt(draw.uniform(0, 1e6 / np.pi, lost.sum()))
    law = estimate_error(apart, 1e6, EvidenceSettings())
    assert law.sigma_m == pytest.approx(6.0, rel=0.05)
    assert law.outliers == pytest.approx(lost.mean(), abs=0.01)
    assert estimate_error(apart[::-1], 1e6, EvidenceSettings()) == law


def test_few_distances_give_the_usual_law_and_equal_places_are_geocoded():
    chosen = EvidenceSettings()
    assert estimate_error([1.0, 2.0], 1e6, chosen).anchors == 0
    assert estimate_error(np.zeros(99), 1e6, chosen, geocoded=True).is_geocoded
    assert not estimate_error(np.full(99, 5.0), 1e6, chosen, geocoded=True).is_geocoded
    assert estimate_error(np.zeros(99), 1e6, chosen).sigma_m == chosen.min_error_m


@pytest.mark.parametrize("wrong", [{"code_error": 0.0}, {"trust": {"app": "both"}}])
def test_settings_that_cannot_be_are_refused(wrong):
    with pytest.raises(ConfigError):
        EvidenceSettings(**wrong)


ROWS = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 6), st.floats(-50, 50)), min_size=1, max_size=25
)


@given(ROWS, st.lists(st.floats(-20, 20), min_size=5, max_size=5), st.randoms())
@settings(max_examples=40, deadline=None)
def test_probabilities_sum_to_one_and_do_not_depend_on_the_order(rows, none, random):
    first = posterior(*map(np.array, zip(*rows, strict=True)), np.array(none))
    random.shuffle(rows)
    again = posterior(*map(np.array, zip(*rows, strict=True)), np.array(none))
    for one, other in zip(first, again, strict=True):
        assert np.array_equal(one, other)
    total = np.bincount(first.incident, first.probability, 5) + first.none
    assert np.allclose(total, 1)
    true = {}
    for incident, target, weight in rows:
        true[incident, target] = true.get((incident, target), 0) + np.exp(weight)
    for incident, target, probability in zip(*first[:3], strict=True):
        mass = sum(w for (i, _), w in true.items() if i == incident) + np.exp(none[incident])
        assert probability == pytest.approx(true[incident, target] / mass, abs=1e-9)


def test_the_best_two_are_chosen_with_ties_by_target():
    incident, target = np.array([0, 0, 0, 2]), np.array([3, 1, 2, 9])
    found = posterior(incident, target, np.log([1.0, 1.0, 0.5, 2.0]), np.zeros(3))
    choice = best_two(found)
    assert choice.incident.tolist() == [0, 2]
    assert found.target[choice.row].tolist() == [1, 9]
    assert found.target[choice.next_row[0]] == 3
    assert choice.next_row[1] == -1
    nothing = best_two(posterior(*no_named()[:3], np.zeros(2)))
    assert not len(nothing.row)


def test_agreeing_witnesses_are_more_than_either_and_contradicting_ones_share():
    def one(target, odds, sign):
        return Named(np.array([0]), np.array([target]), np.log([odds]), np.array([sign]))

    both = agreed([one(4, 9.0, 1), one(4, 3.0, 2)], 20.0)
    assert np.exp(both.log_odds).tolist() == pytest.approx([540.0])
    apart = agreed([one(5, 3.0, 2), one(4, 9.0, 1)], 20.0)
    assert apart.target.tolist() == [4, 5]
    assert np.exp(apart.log_odds).tolist() == pytest.approx([9.0, 3.0])
    assert np.isfinite(log_odds([0.0, 1.0])).all()


@pytest.mark.parametrize("seed", range(3))
def test_names_are_found_where_they_stand_and_the_longest_wins(seed):
    draw = np.random.default_rng(seed)
    letters = list("甲乙丙丁戊")

    def word(low, high):
        return "".join(draw.choice(letters, draw.integers(low, high)))

    texts = [word(0, 14) for _ in range(60)]
    names = sorted({word(2, 7) for _ in range(40)})
    text, name = names_in_texts(texts, names)
    true = set()
    for t, content in enumerate(texts):
        for at in range(len(content)):
            there = [n for n, w in enumerate(names) if len(w) >= 4 and content.startswith(w, at)]
            if there:
                true.add((t, max(there, key=lambda n: len(names[n]))))
    assert list(zip(text.tolist(), name.tolist(), strict=True)) == sorted(true)
    assert len(names_in_texts([], names)[0]) == 0
    assert len(names_in_texts(texts, [])[0]) == 0
