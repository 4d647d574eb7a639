"""Hot spots: planted ones are found, null districts stay quiet, what is not tested says why."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from blockdata.analysis.exposure import Exposure
from blockdata.analysis.hotspots import HOTSPOT_COLUMNS, hot_spots
from blockdata.errors import AnalysisError

CELLS = [f"c{i:03}" for i in range(60)]


def _district(seed=1, planted=None):
    rng = np.random.default_rng(seed)
    exposure = rng.lognormal(3, 1, len(CELLS))
    rows = []
    for category, mean in (("litter", 3.0), ("noise", 0.5)):
        count = rng.poisson(mean * exposure / exposure.mean() * rng.gamma(5, 0.2, len(CELLS)))
        if planted is not None:
            count[planted] += 80
        rows.append(pd.DataFrame({"category": category, "cell": CELLS, "count": count}))
    return pd.concat(rows, ignore_index=True), Exposure("people", pd.Series(exposure, CELLS))


def test_planted_cell_is_hot_and_ranks_first():
    counts, exposure = _district(planted=7)
    result = hot_spots(counts, exposure)
    hot = result[result["hot"]]
    assert hot["cell"].tolist() == ["c007", "c007"]
    assert hot["rank"].tolist() == [1, 1]
    assert (hot["exposure_name"] == "people").all()
    assert result["reason"].isna().all()


def test_columns_follow_their_definitions():
    counts, exposure = _district()
    result = hot_spots(counts, exposure)
    assert list(result.columns) == list(HOTSPOT_COLUMNS)
    for _, rows in result.groupby("category"):
        weight = 1 / (1 + rows["dispersion"] * rows["expected"])
        assert (rows["excess"] * weight).sum() == pytest.approx(0, abs=1e-5)
        size = 1 / rows["dispersion"]
        p = stats.nbinom.sf(rows["count"] - 1, size, size / (size + rows["expected"]))
        assert rows["p"].to_numpy() == pytest.approx(p, rel=1e-6)
        spread = np.sqrt(rows["expected"] * (1 + rows["dispersion"] * rows["expected"]))
        assert rows["statistic"].to_numpy() == pytest.approx(rows["excess"] / spread)
        assert (rows["rank"] == rows["excess"].rank(ascending=False, method="min")).all()
    assert (result["excess"] == result["count"] - result["expected"]).all()


@pytest.mark.parametrize("correction", ["bh", "by"])
def test_one_family_spans_windows_and_categories(correction):
    parts = [_district(seed)[0].assign(window_days=days) for seed, days in ((1, 7), (2, 28))]
    exposure = _district()[1]
    result = hot_spots(pd.concat(parts), {7: exposure, 28: exposure}, correction=correction)
    q = stats.false_discovery_control(result["p"], method=correction)
    assert result["q"].to_numpy() == pytest.approx(q, rel=1e-6)
    assert (result["family"] == 2 * 2 * len(CELLS)).all()


def test_a_window_without_exposure_is_refused():
    counts, exposure = _district()
    with pytest.raises(AnalysisError, match="no exposure for 7 days"):
        hot_spots(counts.assign(window_days=7), {28: exposure})
    with pytest.raises(AnalysisError, match="no column window_days"):
        hot_spots(counts, {28: exposure})
    with pytest.raises(AnalysisError, match="unknown correction"):
        hot_spots(counts, exposure, correction="none")


@settings(deadline=None, max_examples=10)
@given(seed=st.integers(0, 1000))
def test_order_does_not_matter_and_input_stays(seed):
    counts, exposure = _district()
    before = counts.copy()
    shuffled = counts.sample(frac=1, random_state=seed)
    turned = Exposure("people", exposure.values.sample(frac=1, random_state=seed))
    pd.testing.assert_frame_equal(
        hot_spots(shuffled, turned), hot_spots(counts, exposure), check_exact=True
    )
    pd.testing.assert_frame_equal(counts, before)


def test_absent_rows_are_zero():
    counts, exposure = _district()
    sparse = counts[counts["count"] > 0]
    pd.testing.assert_frame_equal(hot_spots(sparse, exposure), hot_spots(counts, exposure))


def test_cells_without_known_exposure_are_outside_the_family():
    exposure = Exposure("people", pd.Series({"a": 5.0, "b": 9.0, "zero": 0.0, "nan": np.nan}))
    counts = pd.DataFrame(
        {"category": "x", "cell": ["a", "b", "zero", "nan", "new"], "count": [4, 4, 9, 9, 9]}
    )
    result = hot_spots(counts, exposure).set_index("cell")
    assert result.loc["zero", "reason"] == "zero_exposure"
    assert result.loc[["nan", "new"], "reason"].tolist() == ["unknown_exposure"] * 2
    untested = result.loc[["zero", "nan", "new"]]
    assert untested[["p", "q", "expected", "rank"]].isna().all(axis=None)
    assert not untested["hot"].any()
    assert result.loc[["a", "b"], "expected"].sum() == pytest.approx(8)


@pytest.mark.parametrize(
    ("exposure", "count", "reason"),
    [
        ([4.0, 5.0], [2, 2], "too_few_incidents"),
        ([4.0, 5.0], [0, 0], "too_few_incidents"),
        ([4.0, 0.0], [8, 0], "one_cell"),
        ([0.0, 0.0], [8, 1], "zero_exposure"),
        ([8.0, 1.0], [8, 1], "exposure_is_category"),
    ],
)
def test_degenerate_categories_say_why(exposure, count, reason):
    counts = pd.DataFrame({"category": "x", "cell": ["a", "b"], "count": count})
    result = hot_spots(counts, Exposure("people", pd.Series(exposure, ["a", "b"])))
    assert reason in result["reason"].tolist()
    assert result["reason"].notna().all() and result["p"].isna().all()


def test_one_cell_of_two_cannot_be_told_from_spread():
    counts = pd.DataFrame({"category": "x", "cell": ["a", "b"], "count": [100, 30]})
    result = hot_spots(counts, Exposure("people", pd.Series({"a": 1.0, "b": 1.0})))
    assert not result["hot"].any() and result["p"].notna().all()


def test_no_count_gives_an_empty_frame():
    counts = pd.DataFrame({"category": [], "cell": [], "count": []})
    result = hot_spots(counts, _district()[1])
    assert result.empty and list(result.columns) == list(HOTSPOT_COLUMNS)


@pytest.mark.parametrize("bad", [-1, 0.5, np.nan, np.inf])
def test_bad_counts_are_refused(bad):
    counts = pd.DataFrame({"category": "x", "cell": ["a", "b"], "count": [bad, 9]})
    with pytest.raises(AnalysisError, match="count"):
        hot_spots(counts, Exposure("people", pd.Series({"a": 1.0, "b": 1.0})))


def test_other_bad_input_is_refused():
    counts, exposure = _district()
    with pytest.raises(AnalysisError, match="no column count"):
        hot_spots(counts.drop(columns="count"), exposure)
    with pytest.raises(AnalysisError, match="repeat a key"):
        hot_spots(pd.concat([counts, counts]), exposure)
    with pytest.raises(AnalysisError, match="have no cell"):
        hot_spots(counts.assign(cell=None), exposure)
    with pytest.raises(AnalysisError, match="negative or infinite"):
        hot_spots(counts, Exposure("people", -exposure.values))
    with pytest.raises(AnalysisError, match="no level"):
        hot_spots(counts, exposure, alpha=1.0)
    with pytest.raises(AnalysisError, match="min_total"):
        hot_spots(counts, exposure, min_total=0)
