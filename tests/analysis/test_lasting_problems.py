"""Lasting problems: what is listed, what only looks like one, and what cannot be told."""

import numpy as np
import pandas as pd
import pytest

from blockdata.analysis.lasting import (
    LASTING_COLUMNS,
    LastingRules,
    lasting_problems,
    rolled_up,
)
from blockdata.analysis.lasting.ground import Ground, grounds_of, month_of
from blockdata.errors import AnalysisError

END = pd.Timestamp("2025-01-01")
PLACES = 300
RULES = LastingRules(window_days=360)


def told(place: object, days: object, category: str = "leak", closed: float = 2.0) -> pd.DataFrame:
    """Episodes that began so many days before the end and were closed some days later."""
    frame = pd.DataFrame({"place": place, "day": days}).astype({"day": float})
    began = END - pd.to_timedelta(frame["day"], unit="D")
    return pd.DataFrame(
        {
            "place_kind": "address",
            "place": frame["place"],
            "category": category,
            "first_reported": began,
            "closed_at": began + pd.Timedelta(days=closed),
        }
    )


def numbered(*parts: pd.DataFrame) -> pd.DataFrame:
    """Put parts together, with ids."""
    frame = pd.concat(parts, ignore_index=True)
    return frame.assign(episode=[f"e{row:05}" for row in frame.index])


def everyday(seed: int = 1, mean: float = 0.4) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Episodes by chance at places of unequal exposure; p000 has thirty times the usual."""
    rng = np.random.default_rng(seed)
    exposure = np.append(30.0, rng.lognormal(0, 0.7, PLACES - 1))
    count = rng.poisson(mean * exposure)
    names = np.array([f"p{row:03}" for row in range(PLACES)], dtype=object)
    place = np.repeat(names, count)
    places = pd.DataFrame({"place_kind": "address", "place": names, "exposure": exposure})
    return told(place, rng.uniform(0, 360, len(place))), places


def listed(found: pd.DataFrame) -> list[str]:
    """Places of the list."""
    return found.loc[found["status"].notna(), "place"].tolist()


def test_the_index_of_a_frame_tells_nothing() -> None:
    """Frames that were put together repeat their index; every episode counts for itself."""
    common, places = everyday()
    frame = numbered(common, told(["p001"] * 12, range(10, 130, 10)))
    frame["reopenings"] = np.arange(len(frame)) % 3
    told_of = frame.set_axis(np.arange(len(frame)) % 7)
    expected = lasting_problems(frame, places, as_of=END, rules=RULES)
    found = lasting_problems(told_of, places, as_of=END, rules=RULES)
    pd.testing.assert_frame_equal(found, expected)
    assert found["reopenings"].sum() == frame["reopenings"].sum()


def test_chronic_is_listed_and_busy_is_not() -> None:
    """Thirteen at a small place are more than it has; thirteen at a large one are what it has."""
    common, places = everyday()
    found = lasting_problems(
        numbered(common, told("p100", range(10, 350, 26))), places, as_of=END, rules=RULES
    )
    assert listed(found) == ["p100"]
    row = found.set_index("place").loc["p100"]
    assert row["course"] == "persistent" and row["rank"] == 1
    assert row["excess_low"] > 5 and row["returns"] >= 10
    busy = found.set_index("place").loc["p000"]
    assert busy["episodes"] > 5 and busy["expected"] == pytest.approx(12, rel=0.4)


def test_many_that_never_come_back_after_closing_are_not_listed() -> None:
    """Problems that are never closed cannot come back; nor those of one week."""
    common, places = everyday()
    never = told("p100", range(10, 350, 26)).assign(closed_at=pd.NaT)
    week = told("p101", np.linspace(100, 107, 13), closed=20.0)
    found = lasting_problems(numbered(common, never, week), places, as_of=END, rules=RULES)
    assert listed(found) == []
    rows = found.set_index("place")
    assert rows.loc["p100", "p_count"] < 1e-6 and rows.loc["p101", "p_count"] < 1e-6
    assert rows.loc["p100", "reason"] == "no_closing_at_risk"


def test_bad_places_do_not_hide_each_other() -> None:
    """Three chronic places of three hundred are all found, each as if it were alone."""
    common, places = everyday()
    bad = [f"p{row}" for row in range(100, 103)]
    rows = [told(name, np.arange(5 + number, 350, 25)) for number, name in enumerate(bad)]
    found = lasting_problems(numbered(common, *rows), places, as_of=END, rules=RULES)
    assert listed(found) == bad


def test_nothing_is_listed_by_chance() -> None:
    """Ten districts without a chronic place."""
    for seed in range(10):
        common, places = everyday(seed)
        found = lasting_problems(numbered(common), places, as_of=END, rules=RULES)
        assert listed(found) == []


def test_half_the_time_there_is_half_expected() -> None:
    """A place that stands since the middle of the window is expected to have about half."""
    common, places = everyday(mean=2.0)
    places["exposure"] = 1.0
    late = places["place"].isin(["p201", "p202"])
    places["since"] = pd.Series(END - pd.Timedelta(days=180), places.index).where(late)
    rows = common[~(common["place"].isin(["p201", "p202"]) | (common["place"] == "p000"))]
    extra = told(["p201", "p202"], [20, 30])
    found = lasting_problems(numbered(rows, extra), places, as_of=END, rules=RULES)
    expected = found.set_index("place")["expected"]
    assert expected["p201"] / expected["p150"] == pytest.approx(0.5, abs=0.1)


def test_more_of_everything_is_expected_where_much_else_is_reported() -> None:
    """Of two places with the same count, the one with other categories too is less surprising."""
    rng = np.random.default_rng(3)
    names = np.array([f"p{row:03}" for row in range(PLACES)], dtype=object)
    busy = np.where(np.arange(PLACES) < 40, 5.0, 0.5)
    parts = [
        told(np.repeat(names, count), rng.uniform(0, 360, count.sum()), category)
        for category in ("leak", "noise", "litter")
        for count in [rng.poisson(busy)]
    ]
    found = lasting_problems(numbered(*parts), as_of=END, rules=RULES)
    leaks = found[found["category"] == "leak"]
    many = leaks["place"] < "p040"
    assert leaks.loc[many, "expected"].mean() > 4 * leaks.loc[~many, "expected"].mean()


def test_status_survives_a_redrawn_grid() -> None:
    """The same episodes under new names of cells are the same problems."""
    common, places = everyday()
    frame = numbered(common, told("p100", range(10, 350, 26)))
    cells = pd.Series(range(PLACES), places["place"]) // 3
    results = []
    for name in ("old", "new"):
        cell = cells.map(lambda number, name=name: f"{name}{number:03}")
        up = cell.rename("ancestor").rename_axis("place").reset_index()
        sizes = places.groupby(cell.to_numpy())["exposure"].sum()
        grid = pd.DataFrame({"place_kind": "cell", "place": sizes.index, "exposure": sizes.array})
        moved = rolled_up(frame, up, place_kind="cell")
        results.append(lasting_problems(moved, grid, as_of=END, rules=RULES))
    old, new = (found.drop(columns="place") for found in results)
    pd.testing.assert_frame_equal(old, new)
    assert listed(results[1]) == ["new033"]


def test_order_of_rows_and_what_is_later_change_nothing() -> None:
    """The result is a function of what was known at the end."""
    common, places = everyday()
    frame = numbered(common, told("p100", range(10, 350, 26)))
    later = told("p007", [-5, -40]).assign(episode=["z1", "z2"])
    once = lasting_problems(frame, places, as_of=END, rules=RULES)
    again = lasting_problems(
        pd.concat([later, frame]).sample(frac=1, random_state=5),
        places.sample(frac=1, random_state=6),
        as_of=END,
        rules=RULES,
    )
    pd.testing.assert_frame_equal(once, again)


def test_too_little_for_a_regression_goes_by_exposure() -> None:
    """Few episodes: in proportion to exposure, without the place's own; very few: not tested."""
    _, places = everyday()
    few = told([f"p{row:03}" for row in range(100, 112)], np.arange(20, 260, 20), "few")
    found = lasting_problems(
        numbered(few, told("p100", [50], "rare")), places, as_of=END, rules=RULES
    )
    rows = found.set_index(["category", "place"])
    assert rows.loc[("rare", "p100"), "reason"] == "too_few_incidents"
    assert np.isnan(rows.loc[("rare", "p100"), "expected"])
    assert (rows.loc["few", "model"] == "proportional").all()
    exposure = places.set_index("place")["exposure"]
    elsewhere = (12 - 1 + 0.5) / (exposure.sum() - exposure["p100"])
    assert rows.loc[("few", "p100"), "expected"] == pytest.approx(exposure["p100"] * elsewhere)


def test_places_without_exposure_have_a_reason() -> None:
    """Zero, unknown and lone places are told, and outside the test."""
    common, places = everyday()
    places.loc[5, "exposure"], places.loc[6, "exposure"] = 0.0, np.nan
    frame = numbered(common, told(["p005", "p006", "new"], 50))
    found = lasting_problems(frame, places, as_of=END, rules=RULES).set_index("place")
    assert found.loc["p005", "reason"] == "zero_exposure"
    assert found.loc["p006", "reason"] == "unknown_exposure"
    assert found.loc["new", "reason"] == "unknown_exposure"
    assert found.loc[["p005", "p006", "new"], ["p_count", "q", "rank"]].isna().all(axis=None)
    alone = numbered(told("only", range(10, 350, 30)))
    one = pd.DataFrame({"place_kind": ["address"], "place": ["only"], "exposure": [1.0]})
    assert lasting_problems(alone, one, as_of=END)["reason"].tolist() == ["one_cell"]


def test_without_a_register_unseen_places_are_counted_in() -> None:
    """Chao's bound: forty places with one and nine with two tell of at least 78 without any."""
    days = np.linspace(10, 300, 58)
    place = [f"a{row}" for row in range(40)] + [f"b{row // 2}" for row in range(18)]
    known = numbered(told(place, days))
    ground = grounds_of(None, known, END, 12)["address"]
    assert len(ground.places) == 49 + 40 * 39 // (2 * 10)
    assert (ground.exposure == 1).all()


def test_months_are_counted_back_from_the_end() -> None:
    """A month has its first moment and not its last; shares of time follow the seasons."""
    times = pd.Series(END - pd.to_timedelta([0.5, 30, 30.01, 60], unit="D")).astype(
        "datetime64[us]"
    )
    assert month_of(times, END, 12).tolist() == [11, 11, 10, 10]
    half = np.array([6.0])
    ground = Ground(pd.Index(["p"]), np.ones(1), np.zeros(1, np.int64), half, 2 * half)
    winter = np.where(np.arange(12) < 6, 0.15, 1 / 60)
    assert ground.share_of_time(winter) == pytest.approx([0.1])


def test_nothing_gives_an_empty_frame_of_the_same_columns() -> None:
    """No episode, or none in the window."""
    none = numbered(told([], []))
    for frame in (none, numbered(told("p", [3000]))):
        found = lasting_problems(frame, as_of=END, rules=RULES)
        assert found.empty and list(found.columns) == list(LASTING_COLUMNS)


def test_bad_input_is_refused() -> None:
    """Repeated ids, times with a zone, exposures below zero, settings that do not fit."""
    common, places = everyday()
    frame = numbered(common)
    with pytest.raises(AnalysisError, match="repeat a key"):
        lasting_problems(pd.concat([frame, frame]), places, as_of=END)
    with pytest.raises(AnalysisError, match="repeat a key"):
        lasting_problems(frame, pd.concat([places, places]), as_of=END)
    with pytest.raises(AnalysisError, match="negative or infinite"):
        lasting_problems(frame, places.assign(exposure=-1.0), as_of=END)
    with pytest.raises(AnalysisError, match="no column exposure"):
        lasting_problems(frame, places[["place_kind", "place"]], as_of=END)
    with pytest.raises(AnalysisError, match="naive"):
        zoned = frame.assign(first_reported=frame["first_reported"].dt.tz_localize("UTC"))
        lasting_problems(zoned, places, as_of=END)
    with pytest.raises(AnalysisError, match="do not fit"):
        LastingRules(window_days=90)
