"""Groups keep their limits, whatever the pairs; places and usual rates by hand and brute force."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blockdata.errors import ConfigError
from blockdata.link.duplicates import (
    DuplicateSettings,
    duplicate_groups,
    named_roads,
    place_keys,
    usual_per_day,
)
from blockdata.link.duplicates.usual import _PRIOR_REPORTS

LIMITS = DuplicateSettings(
    max_span_hours=30, max_diameter_m=80, same_probability=0.5, group_probability=0.5
)


def invented(seed, count=25):
    """Reports and pairs with any probability: limits must hold for all of them."""
    rng = np.random.default_rng(seed)
    hours = rng.integers(0, 90, count)
    reports = pd.DataFrame(
        {
            "id": [f"i{n:02}" for n in range(count)],
            "reported_at": pd.Timestamp("2026-03-01") + pd.to_timedelta(hours, unit="h"),
            "x": rng.uniform(0, 200, count),
            "y": 0.0,
            "caller": [f"c{n}" for n in rng.integers(0, 5, count)],
        }
    )
    reports.loc[rng.random(count) < 0.2, ["x", "y"]] = np.nan
    i, j = np.triu_indices(count, 1)
    kept = rng.random(len(i)) < 0.7
    i, j = i[kept], j[kept]
    ids = reports["id"].to_numpy()
    chance = rng.uniform(0.3, 0.99, len(i)).round(2)
    return reports, pd.DataFrame({"first": ids[i], "second": ids[j], "probability": chance})


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000))
def test_no_group_is_longer_or_wider_than_its_limits(seed):
    reports, pairs = invented(seed)
    groups, members = duplicate_groups(reports, pairs, LIMITS)
    assert sorted(members["report"]) == sorted(reports["id"])
    told = members.merge(reports, left_on="report", right_on="id").groupby("group")
    span = told["reported_at"].max() - told["reported_at"].min()
    assert (span <= pd.Timedelta(hours=30)).all()
    assert not ((told["x"].max() - told["x"].min()) > 80).any()
    first = told.apply(lambda g: g.sort_values(["reported_at", "id"])["id"].iloc[0])
    assert (first.index == first).all()
    assert groups["reports"].sum() == members["group"].duplicated(keep=False).sum()


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10_000))
def test_groups_do_not_depend_on_the_order_of_rows(seed):
    reports, pairs = invented(seed)
    turned = pairs.rename(columns={"first": "second", "second": "first"})
    one = duplicate_groups(reports, pairs, LIMITS)
    other = duplicate_groups(
        reports.sample(frac=1, random_state=seed), turned.sample(frac=1, random_state=1), LIMITS
    )
    for table, same in zip(one, other):
        pd.testing.assert_frame_equal(table, same)


def test_likely_pairs_whose_ends_do_not_fit_are_no_chain():
    reports, _ = invented(0, 3)
    reports = reports.assign(reported_at=pd.Timestamp("2026-03-01"), x=0.0, y=0.0)
    pairs = pd.DataFrame(
        {"first": ["i00", "i01"], "second": ["i01", "i02"], "probability": [0.95, 0.9]}
    )
    groups, _ = duplicate_groups(reports, pairs, LIMITS)
    assert groups[["group", "reports"]].values.tolist() == [["i00", 2]]


def test_callers_of_a_group_are_counted():
    reports, _ = invented(0, 3)
    reports = reports.assign(reported_at=pd.Timestamp("2026-03-01"), x=0.0, y=0.0)
    everyone = pd.DataFrame(
        {"first": ["i00", "i00", "i01"], "second": ["i01", "i02", "i02"], "probability": 0.9}
    )
    for callers, calling, repeats in (
        (["p", "p", "p"], "one_caller", 2),
        (["p", "q", "p"], "several_callers", 1),
        (["p", None, "p"], "unknown", 1),
    ):
        groups, members = duplicate_groups(reports.assign(caller=callers), everyone, LIMITS)
        assert groups["calling"].tolist() == [calling]
        assert members["repeats"].sum() == repeats


def test_an_address_has_the_keys_it_names():
    addresses = pd.DataFrame(
        {
            "id": list("abcd"),
            "road": ["松岭路"] * 4,
            "road_no": ["5号", "5号", "7号", None],
            "building": ["1号楼", None, None, None],
            "room": ["101室", None, None, None],
        }
    )
    keys = place_keys(addresses)
    assert keys["site_id"].nunique() == 2
    # Door plate 7 has no building under it and is one; door plate 5 is not.
    assert keys["building_id"].notna().tolist() == [True, False, True, False]
    assert keys["room_id"].notna().tolist() == [True, False, False, False]


def test_roads_are_found_by_their_longest_name():
    texts = pd.Series(["海山东路与南路路口", None, "公园"])
    found = named_roads(texts, ["南路", "海山东路", "东路"])
    assert found.iloc[0].tolist() == ["海山东路", "南路"]
    assert found.iloc[1:].isna().all(axis=None)


def test_usual_rates_equal_brute_force():
    rng = np.random.default_rng(4)
    count = 60
    days = rng.uniform(0, 100, count)
    reports = pd.DataFrame(
        {
            "x": rng.uniform(0, 100, count),
            "y": rng.uniform(0, 100, count),
            "category": rng.choice(["a", "b"], count),
            "reported_at": pd.Timestamp("2026-01-01") + pd.to_timedelta(days, unit="D"),
        }
    )
    days = (reports["reported_at"] - reports["reported_at"].min()) / pd.Timedelta(days=1)
    days = days.to_numpy()
    found = usual_per_day(reports, radius_m=30, days=60)
    x, y, category = (reports[name].to_numpy() for name in ("x", "y", "category"))
    for n in range(count):
        apart = np.abs(days - days[n])
        others = (np.hypot(x - x[n], y - y[n]) <= 30) & (apart > 3) & (apart <= 60)
        own = others & (category == category[n])
        exposure = min(days[n], 60) + min(days.max() - days[n], 60)
        prior = max(others.sum() / exposure * (category == category[n]).mean(), 1e-6)
        expected = (own.sum() + _PRIOR_REPORTS) / (exposure + _PRIOR_REPORTS / prior)
        assert found[n] == pytest.approx(expected)
    assert usual_per_day(reports.assign(x=np.nan)).isna().all()
    with pytest.raises(ConfigError):
        usual_per_day(reports, days=1)
