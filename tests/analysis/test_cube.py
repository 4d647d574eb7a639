"""The cube counts what a pivot counts, keeps zeros apart from what nobody observed."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blockdata.analysis.coverage import coverage_gaps
from blockdata.analysis.cube import coarsen, counts_cube, step_edges
from blockdata.errors import AnalysisError

START, END = pd.Timestamp("2024-01-10"), pd.Timestamp("2024-04-20")


def _events(seed, rows=300):
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "place": rng.choice(["a", "b", "c"], rows),
            "category": rng.choice(["noise", "waste"], rows),
            "day": START + pd.to_timedelta(rng.uniform(-9, 119, rows), unit="D"),
        }
    )


@settings(deadline=None, max_examples=20)
@given(seed=st.integers(0, 10**6), step=st.sampled_from(["day", "week", "month"]))
def test_equals_a_pivot_whatever_the_order_of_the_rows(seed, step):
    events = _events(seed)
    cube = counts_cube(events, start=START, end=END, step=step)
    shuffled = events.sample(frac=1, random_state=seed)
    again = counts_cube(shuffled, start=START, end=END, step=step)
    assert np.array_equal(cube.dense(), again.dense())
    cut = pd.cut(events["day"].astype("datetime64[us]"), cube.edges, right=False)
    table = events.assign(step=cut).pivot_table(
        index=["category", "place"], columns="step", aggfunc="size", observed=False, fill_value=0
    )
    assert np.array_equal(table.to_numpy().reshape(cube.shape), cube.dense())
    assert np.array_equal(cube.dense().sum(axis=2), cube.place_totals())
    assert np.array_equal(cube.dense().sum(axis=1), cube.step_totals())


def test_bins_are_sorted_and_a_window_is_a_view():
    cube = counts_cube(_events(1), start=START, end=END)
    key = (cube.step * 2 + cube.category) * 3 + cube.place
    assert (np.diff(key) > 0).all()
    part = cube.between(pd.Timestamp("2024-02-01"), pd.Timestamp("2024-03-01"))
    assert part.count.base is cube.count.base or part.count.base is cube.count
    days = slice(22, 22 + 29)
    assert np.array_equal(part.dense(), cube.dense()[:, :, days])
    assert np.array_equal(
        part.between(part.edges[1], part.edges[3]).dense(), part.dense()[:, :, 1:3]
    )


def test_coarse_steps_add_up():
    events = _events(2)
    cube = counts_cube(events, start=START, end=END)
    for step in ("week", "month"):
        direct = counts_cube(events, start=START, end=END, step=step)
        summed = coarsen(cube, step)
        assert np.array_equal(direct.dense(), summed.dense())
        assert np.array_equal(direct.observed_days, summed.observed_days)
        assert summed.step_days.sum() == 101
    with pytest.raises(AnalysisError, match="inside a step"):
        coarsen(coarsen(cube, "month"), "week")


def test_grouped_counts_equal_single_rows():
    events = _events(3)
    events["day"] = events["day"].dt.normalize()
    grouped = events.groupby(["place", "category", "day"], as_index=False).size()
    cube = counts_cube(events, start=START, end=END)
    again = counts_cube(grouped.rename(columns={"size": "count"}), start=START, end=END)
    assert np.array_equal(cube.dense(), again.dense())


def test_a_gap_is_not_observed_and_not_zero():
    days = pd.Series(pd.date_range("2024-01-01", "2024-03-31"))
    kept = days[(days < "2024-02-10") | (days >= "2024-02-18")]
    events = pd.DataFrame({"place": "a", "category": "noise", "day": kept})
    start, end = pd.Timestamp("2024-01-01"), pd.Timestamp("2024-04-01")
    gaps = coverage_gaps(kept, start, end)
    cube = counts_cube(events, start=start, end=end, gaps=gaps, places=["a", "b"])
    frame = cube.frame()
    assert frame["count"].isna().sum() == 2 * 8
    assert (frame.loc[frame["place"] == "b", "count"].dropna() == 0).all()
    months = coarsen(cube, "month")
    assert months.observed_days.tolist() == [[31, 21, 31]]
    assert months.frame()["count"].notna().all()


def test_a_gap_of_one_category_leaves_the_others_observed():
    events = _events(4)
    gaps = pd.DataFrame(
        {
            "category": ["noise", None, "unheard"],
            "start": pd.to_datetime(["2024-01-01", "2024-03-01", "2024-02-01"]),
            "end": pd.to_datetime(["2024-01-12", "2024-03-02", "2024-02-02"]),
        }
    )
    cube = counts_cube(events, start=START, end=END, gaps=gaps)
    assert (cube.step_days.sum() - cube.observed_days.sum(axis=1)).tolist() == [3, 1]


def test_nothing_at_all_is_an_empty_cube():
    none = pd.DataFrame({"place": [], "category": [], "day": pd.to_datetime([])})
    cube = counts_cube(none, start=START, end=END)
    assert cube.shape == (0, 0, 101)
    assert cube.frame().empty
    named = counts_cube(none, start=START, end=END, places=["a"], categories=["noise"])
    assert named.dense().shape == (1, 1, 101)
    assert named.dense().sum() == 0


def test_weeks_begin_on_monday_and_own_edges_are_taken():
    edges = step_edges(START, END, "week")
    assert (edges[1:-1].day_of_week == 0).all()
    own = pd.DatetimeIndex([START, pd.Timestamp("2024-02-10"), END])
    assert counts_cube(_events(5), start=START, end=END, step=own).shape == (2, 3, 2)


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"end": START}, "no period"),
        ({"start": START + pd.Timedelta(hours=1)}, "no period"),
        ({"step": "hour"}, "unknown step"),
        ({"step": pd.DatetimeIndex([END, START])}, "do not cut"),
        ({"places": ["a", "b"]}, "not listed"),
        ({"places": ["a", "a"]}, "twice"),
        ({"categories": ["noise", None]}, "missing"),
    ],
)
def test_bad_settings_are_refused(change, text):
    with pytest.raises(AnalysisError, match=text):
        counts_cube(_events(6), **{"start": START, "end": END, **change})


def test_bad_rows_are_refused():
    for column, value, text in (
        ("place", None, "no place"),
        ("day", pd.NaT, "no day"),
        ("count", -1, "negative"),
    ):
        events = _events(7).assign(count=1)
        events.loc[3, column] = value
        with pytest.raises(AnalysisError, match=text):
            counts_cube(events, start=START, end=END)
    zoned = _events(7).assign(day=pd.Timestamp("2024-02-01", tz="Asia/Shanghai"))
    with pytest.raises(AnalysisError, match="naive"):
        counts_cube(zoned, start=START, end=END)


def test_too_many_bins_and_foreign_moments_are_refused():
    cube = counts_cube(_events(8), start=START, end=END)
    many = counts_cube(
        _events(8), start=START, end=END, places=["a", "b", "c", *map(str, range(300_000))]
    )
    with pytest.raises(AnalysisError, match="bins"):
        many.dense()
    with pytest.raises(AnalysisError, match="begins no step"):
        cube.between(START, END + pd.Timedelta(days=1))
    with pytest.raises(AnalysisError, match="no period"):
        cube.between(END, START)
