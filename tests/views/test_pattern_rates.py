"""Exposures, rates and expected counts of a base, against computing them by hand."""

import datetime as dt

import pandas as pd
import pytest
import shapely

import blockdata as bd
from blockdata.analysis.expected import Calendar, calendar_law
from blockdata.engines import feeds
from blockdata.errors import AnalysisError, GeometryNeededError

SINCE = dt.date(2026, 8, 1)


@pytest.fixture(scope="module")
def base(tiny_base):
    with bd.open(tiny_base.base_path) as opened:
        yield opened


def test_exposures_of_a_layer_are_those_of_the_profile(base):
    found = base.patterns.exposure("unit").set_index("place")
    profile = base.profile("unit").set_index("cell")
    for name in ("people", "buildings", "legal_entities", "components"):
        assert found[name].tolist() == profile.loc[found.index, name].astype(float).tolist()
    assert found["people_shared"].equals(profile.loc[found.index, "people_shared"].astype(bool))
    reports = base.patterns.cube("unit", of="reports").place_totals().sum(axis=0)
    assert found["reports"].tolist() == reports.tolist()
    assert "街巷长度" in found.attrs["skipped"]  # the tiny district has no streets


def test_people_are_told_by_legal_layers_only(base):
    for by, reason in (("h3:9", "legal layers"), ("place", "none of its own")):
        with pytest.raises(AnalysisError, match=reason):
            base.patterns.exposure(by, "people")
    assert "people" not in base.patterns.exposure("h3:9")
    with pytest.raises(AnalysisError, match=r"unknown exposure 'luck'.*all_incidents"):
        base.patterns.exposure("unit", "luck")


def test_records_in_hexagons_are_counted_by_their_points(base):
    found = base.patterns.exposure("h3:10", "buildings").set_index("place")["buildings"]
    cells = base.layers.hexagons(10)
    points = base.building.df().dropna(subset="x")[["x", "y"]].to_numpy()
    tree = shapely.STRtree(cells.geometry.to_numpy())
    point, cell = tree.query(shapely.points(points), predicate="intersects")
    by_hand = pd.Series(cell).groupby(point).min().map(cells["cell"]).value_counts()
    assert found[found > 0].to_dict() == by_hand.to_dict()


def test_street_lengths_make_up_the_streets(base, monkeypatch):
    cells = base.layers.hexagons(9)
    west, south, east, _ = shapely.total_bounds(cells.geometry.to_numpy())
    lines = [shapely.LineString([(west, y), (east, y)]) for y in (south + 300, south + 700)]
    table = pd.DataFrame({"id": ["s1", "s2"], "name": ["甲", "乙"], "geom": lines})
    monkeypatch.setattr(feeds, "streets", lambda session: table)
    found = base.patterns.exposure("h3:9", "street_length_m")["street_length_m"]
    whole = shapely.union_all(cells.geometry.to_numpy())
    assert found.sum() == pytest.approx(shapely.length(shapely.intersection(lines, whole)).sum())
    along = base.patterns.exposure("street", "street_length_m").set_index("place")
    assert along["street_length_m"].to_dict() == {"s1": lines[0].length, "s2": lines[1].length}


def test_rates_are_counts_by_people_and_shrunken_as_published(base):
    category = base.sql("SELECT mode(category) AS c FROM episode")["c"][0]
    found = base.patterns.rates("unit", "people", categories=category, start=SINCE)
    rows = found.frame.set_index("place")
    cube = base.patterns.cube("unit", categories=category, start=SINCE)
    counts = dict(zip(cube.places, cube.place_totals()[0].tolist(), strict=True))
    assert rows["count"].to_dict() == counts
    known = rows[rows["exposure"] > 0]
    y, n = known["count"].to_numpy(float), known["exposure"].to_numpy()
    b = y.sum() / n.sum()
    a = max((n * (y / n - b) ** 2).sum() / n.sum() - b / n.mean(), 0.0)  # Marshall 1991, 5 to 8
    share = a / (a + b / n)
    assert known["rate"].to_numpy() == pytest.approx(1000 * y / n)
    assert known["smoothed_rate"].to_numpy() == pytest.approx(
        1000 * (share * y / n + b - share * b)
    )
    assert known["small"].tolist() == (b * n < 5).tolist()
    assert rows["unit"].eq("每千人").all() and "每千人" in found.explain()
    shared = base.profile("unit").set_index("cell")["people_shared"].astype(bool)
    assert rows["people_shared"].to_dict() == shared.to_dict()
    assert rows.loc[rows["people_shared"], "note"].str.contains("相邻").all()


def test_categories_can_be_taken_together(base):
    one = base.patterns.rates("unit", "addresses", start=SINCE, together=True).frame
    each = base.patterns.rates("unit", "addresses", start=SINCE).frame
    assert one["category"].unique().tolist() == ["合计"]
    summed = each.groupby("place")["count"].sum()
    assert one.set_index("place")["count"].sort_index().to_dict() == summed.to_dict()


def test_a_rate_of_everything_by_everything_says_nothing(base):
    found = base.patterns.rates("unit", "all_incidents", start=SINCE, together=True).frame
    assert set(found["reason"]) == {"exposure_is_category"} and found["rate"].isna().all()
    channel = base.patterns.rates("unit", "reports", start=SINCE, channels="电话").frame
    assert (channel["exposure"] > 0).any()


def test_places_are_measured_against_their_own_incidents(base):
    found = base.patterns.rates("place", start=SINCE)
    assert "没有数据来源" in found.explain() or "单个地点没有" in found.explain()
    assert (found.frame["exposure"] >= found.frame["count"]).all()
    with pytest.raises(GeometryNeededError):
        found.map(found.frame["category"][0])


def test_rates_are_drawn_one_category_at_a_time(base):
    found = base.patterns.rates("unit", "addresses", start=SINCE)
    with pytest.raises(AnalysisError, match="one category"):
        found.map()
    drawn = found.map(found.frame["category"][0])
    assert str(drawn).startswith("<svg") and "每千个地址" in repr(drawn)


def test_expected_counts_follow_the_law_and_the_shares(base):
    category = base.sql("SELECT mode(category) AS c FROM episode")["c"][0]
    found = base.patterns.expected("unit", "people", categories=category, start=SINCE)
    cube = base.patterns.cube("unit", categories=category, start=SINCE)
    days = cube.edges[:-1]
    calendar = Calendar(
        "none",
        trend="never",
        holidays=frozenset(map(pd.Timestamp, base.config.calendar.holidays)),
        working_days=frozenset(map(pd.Timestamp, base.config.calendar.working_weekends)),
    )
    totals = cube.step_totals()[0]
    whole = calendar_law(totals, days, calendar, prior_sd=1.0).expected.sum()
    people = base.profile("unit").set_index("cell")["people"].astype(float)
    rows = found.frame.set_index("place")
    share = (people / people.sum()).loc[rows.index]
    assert rows["expected"].fillna(0).to_numpy() == pytest.approx((whole * share).to_numpy())
    assert rows["count"].sum() == totals.sum()
    assert set(found.effects["part"]) == {"weekday", "holiday"}
    assert "星期" in found.explain() and "<svg" in str(found.map())


def test_learning_ends_where_the_answer_begins(base):
    found = base.patterns.expected("unit", start=SINCE, learn_until=dt.date(2026, 10, 1))
    late = base.patterns.cube("unit", start=dt.date(2026, 10, 1))
    assert found.frame["count"].sum() == late.count.sum()
    assert (found.frame.dropna(subset="expected")["observed_days"] == 31).all()
    with pytest.raises(AnalysisError, match="not inside the period"):
        base.patterns.expected("unit", start=SINCE, learn_until=SINCE)


def test_notes_and_levels_are_in_words_of_the_base(base):
    found = base.patterns.expected("unit", start=SINCE)
    assert not found.effects["what"].str.contains("[a-z]").any()
    rates = base.patterns.rates("unit", "people", start=SINCE).frame
    assert not rates["note"].str.contains("[a-z]").any()
    assert rates.loc[rates["reason"].notna(), "note"].ne("").all()
