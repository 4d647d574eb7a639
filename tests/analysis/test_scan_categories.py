"""The nightly scan of all categories: what it finds, adjusts and refuses, on invented cases."""

import numpy as np
import pandas as pd
import pytest

from blockdata.analysis.scan import Prospect, permutation_scan, scan_categories
from blockdata.analysis.scan.categories import CLUSTER_COLUMNS, CLUSTER_MEMBER_COLUMNS
from blockdata.errors import AnalysisError

LAST = pd.Timestamp("2026-10-31")
PERIOD = (LAST - pd.Timedelta(days=364), LAST)
NAMES = [f"c{n:02d}" for n in range(36)]
PLACES = pd.DataFrame(
    {
        "place": NAMES,
        "x": [n % 6 * 200.0 for n in range(36)],
        "y": [n // 6 * 200.0 for n in range(36)],
    }
)


def _usual(category, count, seed, days=364):
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "category": category,
            "place": rng.choice(NAMES, count),
            "day": LAST - pd.to_timedelta(rng.integers(0, days + 1, count), unit="D"),
        }
    )


def _burst(category, cells, count, days=5):
    back = pd.to_timedelta(np.arange(count) % days, unit="D")
    return pd.DataFrame(
        {"category": category, "place": [cells[n % len(cells)] for n in range(count)]}
    ).assign(day=LAST - back)


def test_a_burst_over_neighbouring_cells_is_found_with_its_cells_and_days():
    cells = ["c14", "c15", "c20"]
    cases = pd.concat(
        [_usual("noise", 700, 1), _burst("noise", cells, 18), _usual("dust", 700, 22)]
    )
    clusters, members = scan_categories(cases, PLACES, period=PERIOD)
    found = clusters[clusters["alarm"]]
    assert found["category"].tolist() == ["noise"]
    row = found.iloc[0]
    assert row["last_day"] == LAST and 4 <= row["days"] <= 8
    own = members[(members["category"] == "noise") & (members["rank"] == 1)]["cell"]
    assert set(cells) <= set(own) and len(own) == row["cells"]
    assert own.iloc[0] == row["centre"]
    assert row["recurrence_days"] == pytest.approx(1 / row["p"])


def test_one_category_is_scanned_as_by_hand():
    cases = pd.concat([_usual("noise", 500, 3), _burst("noise", ["c00", "c01"], 12)])
    clusters, _ = scan_categories(cases, PLACES, period=PERIOD)
    begin = cases["day"].min()
    by_hand = permutation_scan(
        cases, PLACES, period=(begin, LAST), prospective=True, replications=999
    ).iloc[0]
    row = clusters.iloc[0]
    for name in ("centre", "count", "first_day"):
        assert row[name] == by_hand[name]
    assert row["llr"] == pytest.approx(by_hand["llr"])
    # One scan stops early and the other does not: where neither does, p is the same.
    assert row["p"] == by_hand["p"] == pytest.approx(0.001)


def test_q_is_over_the_strongest_cluster_of_each_category():
    cases = pd.concat([_usual(name, 400, seed) for seed, name in enumerate("abcdef")])
    clusters, _ = scan_categories(cases, PLACES, period=PERIOD)
    first = clusters[clusters["rank"] == 1].sort_values("p")
    p = first["p"].to_numpy()
    raw = p * len(p) / np.arange(1, len(p) + 1)
    assert first["q"].tolist() == pytest.approx(np.minimum.accumulate(raw[::-1])[::-1].tolist())
    further = clusters[clusters["rank"] > 1].merge(first[["category", "q"]], on="category")
    assert (further["q_x"] >= further["q_y"] - 1e-12).all()


def test_what_cannot_be_scanned_says_why():
    cases = pd.concat(
        [
            _usual("plenty", 400, 1),
            _usual("rare", 2, 5, days=20),
            _usual("silent", 400, 6),
            _usual("hidden", 400, 7),
        ]
    )
    gaps = pd.DataFrame(
        {
            "category": ["silent", "hidden"],
            "start": [LAST - pd.Timedelta(days=40), LAST - pd.Timedelta(days=400)],
            "end": [LAST + pd.Timedelta(days=1), LAST - pd.Timedelta(days=60)],
        }
    )
    clusters, members = scan_categories(cases, PLACES, period=PERIOD, gaps=gaps)
    reasons = clusters.set_index("category")["reason"]
    assert reasons["rare"] == "too_few_incidents"
    assert reasons["silent"] == "not_observed"
    assert reasons["hidden"] == "too_little_past"
    assert not clusters[clusters["reason"].notna()]["alarm"].any()
    assert set(members["category"]) <= {"plenty"}


def test_days_in_a_gap_have_no_part_in_the_scan():
    cases = _usual("noise", 600, 8)
    hole = (LAST - pd.Timedelta(days=10), LAST - pd.Timedelta(days=5))
    gaps = pd.DataFrame({"category": ["noise"], "start": [hole[0]], "end": [hole[1]]})
    inside = cases["day"].between(hole[0], hole[1] - pd.Timedelta(days=1))
    with_gap, _ = scan_categories(cases, PLACES, period=PERIOD, gaps=gaps)
    without, _ = scan_categories(cases[~inside], PLACES, period=PERIOD)
    pd.testing.assert_frame_equal(with_gap, without)


def test_a_citywide_wave_and_a_place_that_is_always_busy_are_no_clusters():
    always = pd.DataFrame({"category": "noise", "place": "c07", "day": pd.date_range(*PERIOD)})
    usual = pd.concat([_usual("noise", 1_500, 9), always])
    wave = usual.sample(150, random_state=2).assign(day=LAST - pd.Timedelta(days=2))
    clusters, _ = scan_categories(pd.concat([usual, wave]), PLACES, period=PERIOD)
    assert not clusters["alarm"].any()


@pytest.mark.parametrize(
    ("cases", "reason"),
    [
        (_usual("noise", 0, 0), None),
        (_usual("noise", 40, 0, days=0), "too_little_past"),
    ],
)
def test_nothing_and_one_day_are_told(cases, reason):
    clusters, members = scan_categories(cases, PLACES, period=PERIOD)
    assert list(clusters.columns) == list(CLUSTER_COLUMNS)
    assert list(members.columns) == list(CLUSTER_MEMBER_COLUMNS)
    assert clusters["reason"].tolist() == ([] if reason is None else [reason])
    assert members.empty


def test_one_cell_has_no_cluster():
    cases = _usual("noise", 300, 4).assign(place="c00")
    clusters, _ = scan_categories(cases, PLACES.head(1), period=PERIOD)
    assert clusters["reason"].tolist() == ["no_cluster"]


def test_the_answer_is_the_same_again_and_in_any_order_of_rows():
    cases = pd.concat([_usual("noise", 500, 11), _usual("dust", 300, 12)])
    one, _ = scan_categories(cases, PLACES, period=PERIOD)
    other, _ = scan_categories(cases.sample(frac=1, random_state=1), PLACES, period=PERIOD)
    pd.testing.assert_frame_equal(one, other)


def test_many_categories_have_as_many_replications_as_one_alarm_needs():
    cases = pd.concat([_usual(f"k{n:02d}", 60, n) for n in range(30)])
    cases = pd.concat([cases, _burst("k00", ["c14", "c15"], 14)])
    clusters, _ = scan_categories(
        cases, PLACES, period=PERIOD, prospect=Prospect(replications=99, min_recent=1)
    )
    assert clusters[clusters["alarm"]]["category"].tolist() == ["k00"]


@pytest.mark.parametrize("wrong", [{"alpha": 1.0}, {"min_recent": 0}, {"max_days": 0}])
def test_settings_out_of_bounds_are_refused(wrong):
    with pytest.raises(AnalysisError, match="out of bounds"):
        scan_categories(_usual("a", 9, 1), PLACES, period=PERIOD, prospect=Prospect(**wrong))


def test_which_cases_fall_on_the_last_days_is_drawn_as_a_shuffle_would():
    """Both ways to shuffle the days give the same law of the largest ratio."""
    from blockdata.analysis.scan import permutation as module
    from blockdata.analysis.scan.cylinders import dated_cases
    from blockdata.analysis.scan.places import places_of

    cases = _usual("noise", 60, 13)
    dated = dated_cases(cases, places_of(PLACES, "test"), PERIOD, "test")
    recent = dated.days - 28
    counts = []
    for draw in (module._all(dated, 5), module._recent(dated, 28, 6)):
        place, day = draw(4000)
        place = np.broadcast_to(place, day.shape)
        inside = day >= recent
        # Cases per replication, and how often each place is drawn.
        counts.append((inside.sum(axis=1), np.bincount(place[inside], minlength=36) / 4000))
    (shuffled, by_place), (chosen, by_place_too) = counts
    assert set(shuffled) == set(chosen) == {int((dated.day >= recent).sum())}
    assert by_place_too == pytest.approx(by_place, abs=0.1)


@pytest.mark.parametrize("seed", range(4))
def test_scanning_by_first_days_finds_the_same_as_scanning_by_cases(seed):
    """The quick way for windows up to the last day against the general one."""
    from blockdata.analysis.scan.circles import circles_around
    from blockdata.analysis.scan.cylinder_kernel import cylinders_of, largest_of_cases
    from blockdata.analysis.scan.last_day_kernel import fits, largest_to_last_day

    rng = np.random.default_rng(seed)
    places, days, count, rows = 25, 40, 300, 70
    # Places at one distance enter a circle together.
    xy = np.column_stack([np.arange(places) % 5 * 100.0, np.arange(places) // 5 * 100.0])
    expected = rng.uniform(0, 1, (places, days)) ** 3
    expected *= count / expected.sum()
    circles = circles_around(xy, expected.sum(axis=1), max_size=count / 2, max_radius_m=250)
    cylinders = cylinders_of(circles, expected, count, max_days=9, last_only=True)
    place = np.sort(rng.integers(0, places, (rows, count)), axis=1)
    day = rng.integers(0, days, (rows, count))
    assert fits(cylinders)
    quick = largest_to_last_day(cylinders, place, day)
    assert quick == pytest.approx(largest_of_cases(cylinders, place, day), abs=1e-12)
    assert (quick > 0).all()
