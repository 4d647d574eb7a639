"""Texts of cases: one occurrence has the same facts in other words, another one has its own."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from data_samples.district.cases import APP, HOTLINE
from data_samples.district.matters import MATTERS, number_of
from data_samples.district.tellings import contents


def _cases(count, groups, **given):
    frame = pd.DataFrame({"source": HOTLINE, "matter": number_of("噪声扰民")}, index=range(count))
    frame["group"] = np.arange(count) % groups
    frame["address"], frame["same_caller"], frame["planted"] = 7, False, ""
    return frame.assign(**given)


def _written(cases, seed=1, hardness="real", where=""):
    return contents(cases, [where] * len(cases), hardness, np.random.default_rng(seed))


def _alike(one, other):
    sets = [{text[n : n + 2] for n in range(len(text) - 1)} for text in (one, other)]
    return len(sets[0] & sets[1]) / max(min(map(len, sets)), 1)


def test_the_same_chances_give_the_same_texts():
    cases = _cases(50, 20)
    assert _written(cases) == _written(cases)
    assert _written(cases) != _written(cases, seed=2)


def test_reports_of_one_occurrence_are_more_alike_and_hardly_ever_copies():
    cases = _cases(200, 40)
    texts = _written(cases)
    same, other = [], []
    for i, j in combinations(range(len(texts)), 2):
        (same if i % 40 == j % 40 else other).append(_alike(texts[i], texts[j]))
    assert np.mean(same) > 2 * np.mean(other)
    assert np.quantile(other, 0.9) > np.quantile(same, 0.1)
    assert len(set(texts)) > 0.95 * len(texts)


def test_a_caller_who_repeats_himself_says_so_and_others_do_not():
    again = ("再次", "第二次", "之前", "上次", "催", "又打", "前一个", "打过电话", "追问")
    said = [
        any(word in text for word in again) for text in _written(_cases(400, 200, same_caller=True))
    ]
    assert not any(said[:200])
    assert 0.6 < np.mean(said[200:]) < 0.9
    assert not any(
        any(word in text for word in again[:4])
        for text in _written(_cases(200, 50))
        if "以前" not in text
    )


@pytest.mark.parametrize("hardness", ["easy", "real", "hard"])
@pytest.mark.parametrize("source", [HOTLINE, APP])
def test_some_texts_are_bare_and_all_are_filled_in(hardness, source):
    for number, matter in enumerate(MATTERS):
        texts = _written(_cases(300, 300, matter=number, source=source), hardness=hardness)
        assert not any("{" in text or "|" in text for text in texts), matter.name
        if matter.called:
            assert 0.03 < np.mean([len(text) < 20 for text in texts]) < 0.5


def test_a_planted_place_keeps_its_cause():
    lasting = _written(_cases(60, 60, planted="chronic"))
    passing = _written(_cases(60, 60))
    pairs = list(combinations(range(60), 2))
    alike = [np.mean([_alike(t[i], t[j]) for i, j in pairs]) for t in (lasting, passing)]
    assert alike[0] > 1.5 * alike[1]


def test_the_place_is_told_where_it_is_given():
    assert all(
        "听涛路12号" in text
        for text in _written(_cases(40, 40), where="听涛路12号", hardness="easy")
    )
