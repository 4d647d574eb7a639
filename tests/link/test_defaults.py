"""Default locations are found by their mix of categories, and busy places are not taken for one."""

import numpy as np
import pandas as pd
import pytest

from blockdata.link import default_locations
from blockdata.link.defaults import morisita_overlap

CATEGORIES = [f"c{n}" for n in range(12)]


def _cases(rng, places, mix, source="hotline"):
    return pd.DataFrame(
        {"source": source, "place": places, "category": rng.choice(CATEGORIES, len(places), p=mix)}
    )


@pytest.fixture
def mixes():
    rng = np.random.default_rng(3)
    return rng, rng.dirichlet(np.full(len(CATEGORIES), 0.8))


def test_a_planted_default_location_is_found_and_a_bar_is_not(mixes):
    rng, mix = mixes
    bar = np.zeros(len(CATEGORIES))
    bar[[0, 1]] = 0.8, 0.2
    found = default_locations(
        pd.concat(
            [
                _cases(rng, [f"p{n % 900}" for n in range(6000)], mix),
                _cases(rng, ["town hall"] * 120, mix),
                _cases(rng, ["bar"] * 150, bar),
            ]
        )
    )
    assert found["place"].tolist() == ["town hall"]
    assert found["incidents"].item() == 120
    assert found["overlap"].item() == pytest.approx(1, abs=0.1)


@pytest.mark.parametrize("size", [30, 100, 1000])
def test_the_overlap_of_samples_of_one_mix_is_one_whatever_their_size(mixes, size):
    rng, mix = mixes
    one = rng.multinomial(size, mix, 2000).astype(float)
    other = rng.multinomial(5000, mix, 2000).astype(float)
    assert morisita_overlap(one, other).mean() == pytest.approx(1, abs=0.02)


def test_the_overlap_is_that_of_the_definition():
    one, other = [3, 2, 0], [10, 0, 4]
    twice = (3 * 2 + 2 * 1) / (5 * 4)
    other_twice = (10 * 9 + 4 * 3) / (14 * 13)
    shared = 3 * 10 / (5 * 14)
    expected = 2 * shared / (twice + other_twice)
    found = morisita_overlap(np.array([one], float), np.array([other], float))
    assert found.tolist() == pytest.approx([expected])


def test_sources_are_looked_at_apart_and_small_places_not_at_all(mixes):
    rng, mix = mixes
    hotline = _cases(rng, ["a"] * 60 + [f"p{n}" for n in range(500)], mix)
    patrol = _cases(rng, ["a"] * 19 + [f"p{n}" for n in range(500)], mix, "patrol")
    assert default_locations(pd.concat([hotline, patrol]))["source"].tolist() == ["hotline"]


def test_towers_with_everybodys_problems_are_no_default_locations(mixes):
    rng, mix = mixes
    towers = [f"tower {n % 12}" for n in range(12 * 40)]
    cases = _cases(rng, [*(f"p{n}" for n in range(2000)), *towers, *["town hall"] * 160], mix)
    assert default_locations(cases)["place"].tolist() == ["town hall"]


def test_a_place_that_is_busy_as_towers_are_is_one_if_the_app_fills_in_its_point(mixes):
    rng, mix = mixes
    towers = [f"tower {n % 12}" for n in range(12 * 40)]
    hotline = _cases(rng, [*(f"p{n}" for n in range(2000)), *towers, *["town hall"] * 60], mix)
    app = _cases(rng, [f"p{n // 4}" for n in range(400)] + ["town hall"] * 12, mix, "app")
    cases = pd.concat([hotline.assign(point=-1), app.assign(point=np.r_[:400, [9999] * 12])])
    assert default_locations(cases.assign(point=-1)).empty
    found = default_locations(cases)
    assert found[["source", "place", "told_by"]].values.tolist() == [
        ["app", "town hall", "point"],
        ["hotline", "town hall", "other_source"],
    ]


def test_one_point_is_no_proof_without_a_source_that_is_as_mixed_there(mixes):
    rng, mix = mixes
    hotline = _cases(rng, [f"p{n}" for n in range(2000)], mix)
    bar = pd.DataFrame({"source": "hotline", "place": "bar", "category": ["c0"] * 60})
    app = _cases(rng, [f"p{n // 4}" for n in range(400)] + ["bar"] * 12, mix, "app")
    app = app.assign(point=np.r_[:400, [9999] * 12])
    cases = pd.concat([hotline.assign(point=-1), bar.assign(point=-1), app])
    assert default_locations(cases).empty


def test_a_source_with_one_category_tells_nothing():
    frame = pd.DataFrame({"source": "s", "place": ["a"] * 50 + ["b"] * 50, "category": "c"})
    assert default_locations(frame).empty


def test_nothing_gives_nothing():
    frame = pd.DataFrame({"source": [], "place": [], "category": []}, dtype="str")
    assert default_locations(frame).columns.tolist() == [
        *("source", "place", "incidents", "share", "overlap", "told_by")
    ]
