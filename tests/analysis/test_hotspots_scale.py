"""The layer is the finest on which a problem place would rather be found than not."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from blockdata.analysis.exposure import Exposure
from blockdata.analysis.hotspots import choose_scale
from blockdata.analysis.hotspots.scale import RISK
from blockdata.errors import AnalysisError


def _layer(cells, total):
    names = [f"{cells}_{n:03}" for n in range(cells)]
    counts = pd.DataFrame({"category": "x", "cell": names, "count": total // cells})
    return counts, Exposure("people", pd.Series(1.0, names))


def _chosen(total, **period):
    fine, coarse = _layer(100, total), _layer(4, total)
    return choose_scale(
        {"fine": fine[0], "coarse": coarse[0]},
        {"fine": fine[1], "coarse": coarse[1]},
        **({"past_days": 100, "window_days": 10} | period),
    )


def test_power_is_that_of_the_test_at_three_times_the_due():
    found = _chosen(4000)
    mean = 4000 / 100 / 10
    counts = np.arange(200)
    needed = counts[stats.poisson.sf(counts - 1, mean) <= 0.05 / 100].min()
    assert found.power["fine"] == pytest.approx(stats.poisson.sf(needed - 1, RISK * mean))


@pytest.mark.parametrize(
    ("total", "layer", "reason"),
    [
        (40_000, "fine", "finest_with_power"),
        (1_200, "coarse", "finest_with_power"),
        (100, "coarse", "most_power"),
        (0, "fine", "no_past"),
    ],
)
def test_few_incidents_ask_for_a_coarser_layer(total, layer, reason):
    found = _chosen(total)
    assert (found.layer, found.reason) == (layer, reason)


def test_more_time_makes_a_finer_layer_possible():
    assert _chosen(1_200).layer == "coarse"
    assert _chosen(1_200, window_days=100).layer == "fine"


def test_categories_below_the_least_total_have_no_power():
    assert _chosen(4000, min_total=500).power.tolist() == [0.0, 0.0]


def test_bad_input_is_refused():
    counts, exposure = _layer(4, 8)
    with pytest.raises(AnalysisError, match="do not fit"):
        choose_scale({}, {}, past_days=1, window_days=1)
    with pytest.raises(AnalysisError, match="do not fit"):
        choose_scale({"a": counts}, {}, past_days=1, window_days=1)
    with pytest.raises(AnalysisError, match="do not fit"):
        choose_scale({"a": counts}, {"a": exposure}, past_days=0, window_days=1)
