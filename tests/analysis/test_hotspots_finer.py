"""A coarse layer's hot spots are held against its finer cells: this only takes away."""

import numpy as np
import pandas as pd
import pytest
import shapely

from blockdata.analysis.exposure import Exposure
from blockdata.analysis.hotspots import hot_spots
from blockdata.analysis.hotspots.finer import cells_within, held_against_finer
from blockdata.analysis.hotspots.law import fit_law

FINE = [f"f{n:03}" for n in range(400)]
COARSE = [f"c{n:02}" for n in range(25)]
WITHIN = pd.Series(np.repeat(COARSE, 16), index=FINE)


def _district(seed, planted=None, size=2.0):
    rng = np.random.default_rng(seed)
    exposure = rng.lognormal(0, 1, len(FINE))
    risk = rng.gamma(size, 1 / size, len(FINE))
    risk *= np.where(WITHIN.to_numpy() == planted, 4, 1)
    fine = pd.DataFrame({"window_days": 28, "category": "x", "cell": FINE})
    fine["count"] = rng.poisson(10 * exposure * risk)
    both = fine.assign(e=exposure, c=WITHIN.to_numpy()).groupby("c")[["count", "e"]].sum()
    coarse = both["count"].rename_axis("cell").reset_index()
    coarse = coarse.assign(window_days=28, category="x")
    return fine, coarse, Exposure("p", pd.Series(exposure, FINE)), Exposure("p", both["e"])


def _held(seed, **district):
    fine, coarse, of_fine, of_coarse = _district(seed, **district)
    result = hot_spots(coarse, of_coarse)
    return result, held_against_finer(result, fine, {28: of_fine}, WITHIN)


def test_fewer_null_districts_have_a_false_hot_spot_and_none_has_more():
    pairs = [_held(seed) for seed in range(60)]
    before, after = (sum(pair[n]["hot"].any() for pair in pairs) for n in (0, 1))
    assert after < before and after <= 4
    assert all(not (held["hot"] & ~result["hot"]).any() for result, held in pairs)


def test_a_coarse_cell_of_four_times_the_risk_stays():
    found = [_held(seed, planted="c07")[1] for seed in range(10)]
    assert sum(frame.set_index("cell").loc["c07", "hot"] for frame in found) >= 8


def test_p_is_that_of_the_sum_of_the_finer_cells():
    fine, coarse, of_fine, of_coarse = _district(3, planted="c07")
    result = hot_spots(coarse, of_coarse)
    held = held_against_finer(result, fine, {28: of_fine}, WITHIN).set_index("cell")
    law = fit_law(fine["count"].to_numpy(), of_fine.values.to_numpy())
    inside = (WITHIN == "c07").to_numpy()
    mean, size = law.expected(of_fine.values.to_numpy()[inside]), 1 / law.spread
    rng = np.random.default_rng(0)
    drawn = rng.negative_binomial(size, size / (size + mean), (200_000, inside.sum())).sum(axis=1)
    at_least = (drawn >= held.loc["c07", "count"]).mean()
    expected = max(at_least, result.set_index("cell").loc["c07", "p"])
    assert held.loc["c07", "p"] == pytest.approx(expected, rel=0.3, abs=5e-5)


def test_cells_lie_where_a_point_inside_them_does():
    fine = pd.DataFrame(
        {"cell": list("abc"), "geom": [shapely.box(n, 0, n + 1, 1) for n in (0, 1, 9)]}
    )
    halves = [shapely.box(0, 0, 1, 1), shapely.box(1, 0, 3, 1)]
    coarse = pd.DataFrame({"cell": ["left", "right"], "geom": halves})
    assert cells_within(fine, coarse).to_dict() == {"a": "left", "b": "right"}
    assert cells_within(fine.assign(geom=None), coarse).empty


def test_without_finer_counts_nothing_changes():
    fine, coarse, of_fine, of_coarse = _district(3, planted="c07")
    result = hot_spots(coarse, of_coarse)
    held = held_against_finer(result, fine.head(0), {28: of_fine}, WITHIN)
    pd.testing.assert_frame_equal(held, result)
