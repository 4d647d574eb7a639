"""Confidences come true: the curve is fitted right, rises, and is kept with the model."""

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blockdata.address.tagger import Tagger
from blockdata.address.tagger.calibration import AS_STATED, fit_calibration

NAMES = "明湖青松白鹭望江石桥云台南塘竹溪"


def unsure(seed, count):
    """Names in 苑 that are an estate in seven of ten sentences, whatever they are, else a place."""
    dice = random.Random(seed)
    for _ in range(count):
        name, number = "".join(dice.sample(NAMES, 2)), f"{dice.randint(1, 99)}号"
        label = "estate" if dice.random() < 0.7 else "place"
        yield f"{name}苑{number}", [(0, 3, label), (3, 3 + len(number), "number")]


@given(st.lists(st.floats(0, 1), max_size=12), st.integers(0, 99))
def test_the_curve_rises_and_can_be_turned_round(shares, seed):
    dice = np.random.default_rng(seed)
    stated = np.array([*shares * 60, 0.5])
    right = dice.random(len(stated)) < stated
    curve = fit_calibration(stated, right)
    asked = np.linspace(0, 1, 201)
    shares = curve.apply(asked)
    assert (np.diff(shares) >= 0).all()
    assert ((shares >= 0) & (shares <= 1)).all()
    np.testing.assert_allclose(curve.apply(curve.stated(shares)), shares, atol=1e-4)


@pytest.mark.parametrize("power", [1.0, 0.5, 2.0])
def test_a_known_curve_is_found_again(power):
    dice = np.random.default_rng(1)
    stated = dice.uniform(0.0, 1.0, 40_000)
    right = dice.random(len(stated)) < 0.95 * stated**power
    asked = np.linspace(0.05, 0.95, 10)
    found = fit_calibration(stated, right).apply(asked)
    np.testing.assert_allclose(found, 0.95 * asked**power, atol=0.06)


@pytest.mark.parametrize("right", [True, False])
def test_one_sided_spans_give_a_curve_within_bounds(right):
    shares = fit_calibration(np.linspace(0.5, 1, 400), np.full(400, right)).apply(np.array([0, 1]))
    assert (shares >= 0).all() and (shares < 1).all()


def test_few_spans_change_nothing():
    stated = np.linspace(0, 1, 100)
    assert fit_calibration(stated, stated < 0.5) == AS_STATED
    np.testing.assert_array_equal(AS_STATED.apply(stated), stated.astype(np.float32))
    np.testing.assert_array_equal(AS_STATED.stated(stated), stated.astype(np.float32))


def test_confidence_is_the_share_of_right_spans_over_all_labels(tmp_path):
    tagger = Tagger.fit(unsure(0, 2000), epochs=4, calibrate=True)
    texts, wanted = zip(*unsure(1, 700))
    columns = tagger.tag_columns(texts)
    found = [span for spans in tagger.tag(texts) for span in spans]
    right = np.mean([span in wanted[text] for text, span in zip(columns.text, found)])
    assert 0.75 < right < 0.95
    assert columns.confidence.mean() == pytest.approx(right, abs=0.06)
    tagger.save(tmp_path / "model.npz")
    again = Tagger.load(tmp_path / "model.npz").tag_columns(texts)
    np.testing.assert_array_equal(again.confidence, columns.confidence)


def test_calibration_moves_confidences_but_not_the_spans():
    sentences = list(unsure(0, 2000))
    with_it, without = (
        Tagger.fit(sentences, epochs=4, calibrate=calibrate) for calibrate in (True, False)
    )
    texts = [text for text, _ in unsure(2, 300)]
    assert with_it.tag(texts) == without.tag(texts)
    assert with_it.tag_columns(texts).confidence.std() > 0
    sure = with_it.tag_columns(texts, least_confidence={"estate": 0.65, "place": 0.65})
    assert (sure.confidence[sure.label != with_it.labels.index("number")] >= 0.649).all()
