"""Emerging hot spots in one call: frames agree with their parts, p with its law."""

import numpy as np
import pytest
from scipy import stats
from scipy.sparse import csr_array

from blockdata.analysis.emerging import (
    emerging_categories,
    emerging_hot_spots,
    mann_kendall,
    space_time_gi_star,
)
from blockdata.analysis.fdr import bh_qvalues, by_qvalues
from blockdata.analysis.local import ASSUMPTIONS, distance_band
from blockdata.errors import AnalysisError

WIDE = 12
ACROSS, UP = np.divmod(np.arange(WIDE * WIDE), WIDE)
NEAR = distance_band(ACROSS * 100.0, UP * 100.0, 150.0)
MIDDLE = 5 * WIDE + 5
BLOCK = np.flatnonzero(NEAR.toarray()[MIDDLE] + (np.arange(WIDE * WIDE) == MIDDLE))
REFERENCES = ["entire", "neighbourhood", 4, "step"]


def drawn(seed, size=np.inf, steps=10, mean=1.0):
    rng = np.random.default_rng(seed)
    exposure = rng.lognormal(0, 0.7, WIDE * WIDE)
    risk = rng.gamma(size, 1 / size, WIDE * WIDE) if np.isfinite(size) else np.ones(WIDE * WIDE)
    return rng.poisson(mean * (exposure * risk)[:, None], (WIDE * WIDE, steps)), exposure


@pytest.mark.parametrize("reference", REFERENCES)
@pytest.mark.parametrize("correction", ["bh", "by"])
def test_frames_are_made_of_their_parts(reference, correction):
    cube, _ = drawn(1)
    cube[BLOCK, 7:] += 9
    found = emerging_hot_spots(cube, NEAR, reference=reference, correction=correction)
    z = space_time_gi_star(cube, NEAR, reference=reference)
    bins = found.bins
    assert bins["cell"].tolist() == np.repeat(np.arange(len(cube)), 10).tolist()
    assert (bins["count"].to_numpy().reshape(cube.shape) == cube).all()
    assert bins["z"].to_numpy() == pytest.approx(z.ravel())
    assert bins["p"].to_numpy() == pytest.approx(2 * stats.norm.sf(np.abs(z.ravel())))
    q = (bh_qvalues if correction == "bh" else by_qvalues)(bins["p"])
    assert bins["q"].to_numpy() == pytest.approx(q)
    hot, cold = (q <= 0.05) & (z.ravel() > 0), (q <= 0.05) & (z.ravel() < 0)
    assert ((bins["side"] == "hot") == hot).all()
    assert ((bins["side"] == "cold") == cold).all()
    told = emerging_categories(z, hot.reshape(z.shape), cold.reshape(z.shape))
    assert found.cells.drop(columns="cell").equals(told)
    trend = mann_kendall(z)
    assert found.cells["s"].to_numpy() == pytest.approx(trend["s"])
    assert found.cells["s_variance"].to_numpy() == pytest.approx(trend["variance"])
    assert (found.p_method, found.assumes) == ("analytic", "exchangeable_normal")
    assert found.assumes in ASSUMPTIONS


def series(name):
    """Counts added to a block of cells at each of ten steps, made for one category."""
    return {
        "new": [0] * 9 + [20],
        "consecutive": [0] * 7 + [20] * 3,
        "intensifying": range(10, 60, 5),
        "persistent": [20, 21] * 5,
        "diminishing": range(60, 10, -5),
        "sporadic": [20, 0, 0, 20, 20, 0, 0, 20, 0, 20],
        "historical": [20, 21] * 4 + [20, 0],
    }[name]


@pytest.mark.parametrize(
    "name",
    ["new", "consecutive", "intensifying", "persistent", "diminishing", "sporadic", "historical"],
)
@pytest.mark.parametrize("by_exposure", [False, True])
def test_a_series_planted_for_a_category_is_found_as_it(name, by_exposure):
    rng = np.random.default_rng(2)
    cube = rng.poisson(2.0, (WIDE * WIDE, 10))
    cube[BLOCK] += np.array(series(name))
    exposure = np.ones(WIDE * WIDE) if by_exposure else None
    found = emerging_hot_spots(cube, NEAR, lag=0, exposure=exposure)
    cell = found.cells.loc[MIDDLE]
    assert (cell["category"], cell["side"]) == (name, "hot")


@pytest.mark.parametrize(
    ("low", "category"),
    [
        ([0] * 9 + [1], "new"),
        ([0] * 6 + [1] * 4, "consecutive"),
        ([1] * 10, "persistent"),
        ([1] * 9 + [0], "historical"),
        ([1, 0, 0, 1, 1, 0, 1, 0, 0, 1], "sporadic"),
    ],
)
def test_cold_mirrors_are_found(low, category):
    cube = np.tile([60, 61], (WIDE * WIDE, 5))
    cube += np.random.default_rng(3).poisson(1.0, cube.shape)
    cube[np.ix_(BLOCK, np.flatnonzero(low))] -= 30
    cell = emerging_hot_spots(cube, NEAR, lag=0, reference="step").cells.loc[MIDDLE]
    assert (cell["category"], cell["side"]) == (category, "cold")


def test_hot_after_cold_is_oscillating():
    cube = 60 + np.random.default_rng(4).poisson(1.0, (WIDE * WIDE, 10))
    cube[np.ix_(BLOCK, [1, 2])] -= 30
    cube[np.ix_(BLOCK, [4, 7, 9])] += 30
    cell = emerging_hot_spots(cube, NEAR, lag=0, reference="step").cells.loc[MIDDLE]
    assert (cell["category"], cell["side"]) == ("oscillating", "hot")


@pytest.mark.parametrize("reference", REFERENCES)
def test_p_by_exposure_is_the_tail_of_the_neighbourhoods_sum(reference):
    cube, _ = drawn(5, size=2.0)
    exposure = np.ones(len(cube))
    found = emerging_hot_spots(cube, NEAR, exposure=exposure, reference=reference)
    p = found.bins["p"].to_numpy().reshape(cube.shape)
    lag = 0 if reference == "step" else 1
    width = {"entire": 99, "neighbourhood": 2, "step": 1}.get(reference, reference)
    for step in (0, 6):
        own = slice(max(0, step - lag), step + 1)
        used = cube if reference == "entire" else cube[:, max(0, step - width + 1) : step + 1]
        steps = own.stop - own.start
        # Equal means: the sum of nine cells is negative binomial of nine times the size.
        size, mean = len(BLOCK) / found.dispersion, len(BLOCK) * used.mean() * steps
        law = stats.nbinom(size, size / (size + mean))
        count = cube[BLOCK, own].sum()
        wanted = law.sf(count - 1) if count >= mean else law.cdf(count)
        assert p[MIDDLE, step] == pytest.approx(min(2 * wanted, 1), rel=1e-6)
    assert (found.p_method, found.assumes) == ("negative_binomial", "proportional_overdispersed")


@pytest.mark.parametrize("reference", ["entire", "step"])
def test_districts_whose_risks_differ_without_a_hot_spot_are_seldom_hot(reference):
    by_exposure, plain = 0, 0
    for seed in range(30):
        cube, exposure = drawn([6, seed], size=2.0)
        told = emerging_hot_spots(cube, NEAR, exposure=exposure, reference=reference)
        by_exposure += bool((told.bins["side"] == "hot").any())
        told = emerging_hot_spots(cube, NEAR, reference=reference)
        plain += bool((told.bins["side"] == "hot").any())
    # 0.05 of 30 and three times its standard deviation.
    assert by_exposure <= 5
    assert plain > 10


def test_cells_without_exposure_take_no_part():
    cube, exposure = drawn(7)
    exposure[:3] = [0, np.nan, 2]
    found = emerging_hot_spots(cube, NEAR, exposure=exposure)
    reason = found.bins["reason"].to_numpy().reshape(cube.shape)
    assert set(reason[0]) == {"zero_exposure"}
    assert set(reason[1]) == {"unknown_exposure"}
    assert found.bins["p"].isna().sum() == 20
    other = cube.copy()
    other[:2] += 50
    again = emerging_hot_spots(other, NEAR, exposure=exposure)
    assert again.bins["p"].equals(found.bins["p"])


@pytest.mark.parametrize("exposed", [False, True])
@pytest.mark.parametrize(
    ("cube", "weights", "reasons"),
    [
        (np.zeros((0, 3)), csr_array((0, 0)), set()),
        (np.ones((1, 3)), csr_array((1, 1)), {"island", "one_cell"}),
        (np.zeros((4, 3)), distance_band(range(4), [0] * 4, 1), {"constant", "no_incident"}),
        (np.eye(4, 3), csr_array((4, 4)), {"island"}),
    ],
)
def test_degenerate_cubes_have_a_reason_and_no_category(exposed, cube, weights, reasons):
    found = emerging_hot_spots(cube, weights, exposure=np.ones(len(cube)) if exposed else None)
    assert found.bins["p"].isna().all()
    assert set(found.bins["reason"]) <= reasons
    assert found.cells["category"].isna().all()
    assert len(found.cells) == len(cube)


def test_constant_counts_are_neither_hot_nor_cold():
    near = distance_band(range(4), [0] * 4, 1)
    assert set(emerging_hot_spots(np.full((4, 3), 5), near).bins["reason"]) == {"constant"}
    told = emerging_hot_spots(np.full((4, 3), 5), near, exposure=[1.0] * 4)
    assert told.bins["side"].isna().all()


def test_a_step_without_incidents_is_told_and_has_no_part_in_the_trend():
    cube, exposure = drawn(8)
    cube[:, 4] = 0
    plain = emerging_hot_spots(cube, NEAR, reference="step")
    assert set(plain.bins.loc[plain.bins["step"] == 4, "reason"]) == {"constant"}
    assert plain.cells["s_variance"].max() == 9 * 8 * 23 / 18
    told = emerging_hot_spots(cube, NEAR, reference="step", exposure=exposure)
    assert set(told.bins.loc[told.bins["step"] == 4, "reason"]) == {"no_incident"}


@pytest.mark.parametrize("cube", [np.ones((3, 1)), [[1, -1]], [[1, np.nan]], [[1, 0.5]], [1, 2]])
def test_what_is_no_cube_of_counts_is_refused(cube):
    with pytest.raises(AnalysisError, match="cube is of shape"):
        emerging_hot_spots(cube, csr_array((len(cube),) * 2))


def test_wrong_exposure_is_refused():
    cube, exposure = drawn(9)
    for wrong in (-exposure, exposure[1:], exposure + np.inf):
        with pytest.raises(AnalysisError, match="an exposure"):
            emerging_hot_spots(cube, NEAR, exposure=wrong)
