"""Knox tables: pairs counted one by one, both conventions, permutations that keep totals."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blockdata.analysis.near_repeat import SAME_PLACE, knox, pairs, raised_bands
from blockdata.errors import AnalysisError

BANDS = [(0, 2), (3, 4)]


def events(*rows):
    frame = pd.DataFrame(rows, columns=["x", "y", "day"])
    start = pd.Timestamp("2026-01-01")
    return frame.assign(day=[start + pd.Timedelta(days=n) for n in frame["day"]])


def observed(frame, convention="right_closed", edges=(100, 200)):
    found = knox(frame, distance_edges_m=edges, day_bands=BANDS, convention=convention,
                 permutations=0)  # fmt: skip
    return found["observed"].to_numpy().reshape(len(edges) + 1, len(BANDS)).tolist()


SPOT = st.integers(0, 5).map(lambda n: 50.0 * n)


@settings(max_examples=60)
@given(st.lists(st.tuples(SPOT, SPOT, st.integers(0, 9)), min_size=1, max_size=15))
def test_every_pair_counts_once_in_its_band(rows):
    wanted = np.zeros((3, 2), dtype=int)
    for (x1, y1, day1), (x2, y2, day2) in combinations(rows, 2):
        apart, days = np.hypot(x1 - x2, y1 - y2), abs(day1 - day2)
        row = 0 if apart == 0 else 1 if apart <= 100 else 2 if apart <= 200 else None
        column = 0 if days <= 2 else 1 if days <= 4 else None
        if row is not None and column is not None:
            wanted[row, column] += 1
    assert observed(events(*rows)) == wanted.tolist()


def test_the_calculator_reads_bands_a_day_lower_and_edges_as_the_next_band():
    frame = events((0, 0, 0), (100, 0, 2), (0, 0, 1))
    assert observed(frame) == [[1, 0], [2, 0], [0, 0]]
    assert observed(frame, "calculator") == [[1, 0], [0, 0], [1, 1]]


def test_planted_repeats_are_found_and_the_seed_decides():
    rng = np.random.default_rng(1)
    base = np.column_stack([rng.uniform(0, 5000, (200, 2)), rng.integers(0, 200, 200)])
    again = base[:40] + np.column_stack([rng.uniform(-50, 50, (40, 2)), np.ones(40)])
    frame = events(*np.vstack([base, again]).tolist())
    one, other = (
        knox(frame, distance_edges_m=[100, 500], day_bands=BANDS, permutations=99, seed=3)
        for _ in range(2)
    )
    pd.testing.assert_frame_equal(one, other)
    near = one[one["distance_band"] == "(0, 100]"].iloc[0]
    assert near["p"] == 0.01
    assert near["ratio"] > 5
    assert one["distance_band"].iloc[0] == SAME_PLACE


def test_shuffled_days_keep_the_pairs_of_each_distance():
    rng = np.random.default_rng(4)
    frame = events(
        *np.column_stack([rng.uniform(0, 300, (40, 2)), rng.integers(0, 5, 40)]).tolist()
    )
    found = knox(frame, distance_edges_m=[100], day_bands=[(0, 9)], permutations=19)
    assert found["expected"].to_numpy() == pytest.approx(found["observed"].to_numpy())
    assert found["p"].tolist()[1:] == [1]


def test_pairs_found_anew_for_each_block_count_as_kept_ones(monkeypatch):
    rng = np.random.default_rng(6)
    rows = np.column_stack([rng.uniform(0, 900, (80, 2)), rng.integers(0, 60, 80)])
    kept = knox(events(*rows.tolist()), permutations=300)
    monkeypatch.setattr(pairs, "_KEPT_PAIRS", 10)
    monkeypatch.setattr(pairs, "_HELD_DAYS", 80 * 7)
    pd.testing.assert_frame_equal(knox(events(*rows.tolist()), permutations=300), kept)


def test_p_is_the_rank_among_shuffled_days_and_even_without_repeats():
    p = []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        rows = np.column_stack([rng.uniform(0, 400, (40, 2)), rng.integers(0, 30, 40)])
        found = knox(events(*rows.tolist()), distance_edges_m=[100], permutations=19, seed=seed)
        p.append(found["p"][3])
    assert 0.3 < np.mean(p) < 0.7
    assert np.mean(np.array(p) <= 0.1) < 0.25


@pytest.mark.parametrize(
    ("rows", "reasons"),
    [
        ([], ["no_near_pair"] * 2),
        ([(0, 0, 3)], ["no_near_pair"] * 2),
        ([(0, 0, 3), (0, 0, 3), (50, 0, 3)], ["one_day"] * 2),
        ([(0, 0, 3), (50, 0, 4)], ["no_near_pair", None]),
    ],
)
def test_what_cannot_be_tested_says_why(rows, reasons):
    found = knox(events(*rows), distance_edges_m=[100], day_bands=[(0, 2)], permutations=9)
    assert [None if pd.isna(r) else r for r in found["reason"]] == reasons
    assert found["p"].isna().tolist() == [reason is not None for reason in reasons]


def test_sentences_name_the_band_that_is_raised_and_by_how_much():
    rng = np.random.default_rng(1)
    base = np.column_stack([rng.uniform(0, 5000, (200, 2)), rng.integers(0, 200, 200)])
    again = base[:40] + np.column_stack([rng.uniform(-50, 50, (40, 2)), np.ones(40)])
    table = knox(events(*np.vstack([base, again]).tolist()), distance_edges_m=[100, 500])
    told = raised_bands(table)
    assert told.index[told["raised"]].tolist() == [3]
    row = told.loc[3]
    assert (row["from_m"], row["to_m"], row["to_day"]) == (0, 100, 7)
    assert row["percent_more"] == pytest.approx(100 * (table["ratio"][3] - 1))
    assert f"{row['percent_more']:.0f} % more pairs" in row["en"]
    assert "0到7天" in row["zh"] and f"{row['percent_more']:.0f}%" in row["zh"]
    assert told["q"].isna().tolist() == table["p"].isna().tolist()
    assert "not raised" in told["en"][6]


@pytest.mark.parametrize(
    ("changes", "settings_", "message"),
    [
        ({"x": np.nan}, {}, "no x"),
        ({"day": pd.NaT}, {}, "no day"),
        ({"x": np.inf}, {}, "not finite"),
        ({"day": pd.Timestamp("2026-01-01", tz="Asia/Shanghai")}, {}, "time zone"),
        ({}, {"distance_edges_m": [200, 100]}, "distance bands"),
        ({}, {"day_bands": [(0, 2), (2, 4)]}, "day bands"),
        ({"x": [120.38, 120.39], "y": 36.07}, {}, "degrees"),
    ],
)
def test_wrong_input_is_refused(changes, settings_, message):
    with pytest.raises(AnalysisError, match=message):
        knox(events((0, 0, 0), (900, 0, 1)).assign(**changes), **settings_)
