"""Counts of incidents in cells, at places and along streets, against counting by hand."""

import datetime as dt

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

import blockdata as bd
from blockdata.engines import feeds
from blockdata.errors import AnalysisError, GeometryNeededError
from blockdata.views.patterns.ground import ground_of

AS_OF = dt.date(2026, 11, 1)
LOCAL = "Asia/Shanghai"


@pytest.fixture(scope="module")
def base(tiny_base):
    with bd.open(tiny_base.base_path) as opened:
        yield opened


def invented_streets(base):
    """Streets across the district, some of them in two parts, since the tiny one has none."""
    units = feeds.cells_standing(base.session, ("unit",), (), AS_OF - dt.timedelta(days=1))
    west, south, east, north = shapely.total_bounds(units["geom"].to_numpy())
    across = [shapely.LineString([(west, y), (east, y)]) for y in np.arange(south, north, 160)]
    along = [
        shapely.MultiLineString([[(x, south), (x, south + 200)], [(x, south + 230), (x, north)]])
        for x in np.arange(west + 40, east, 210)
    ]
    lines = np.array([*across, *along], dtype=object)
    ids = [f"str{n:03}" for n in range(len(lines))]
    return pd.DataFrame({"id": ids, "name": [f"试{n}路" for n in range(len(lines))], "geom": lines})


@pytest.fixture
def streets(base, monkeypatch):
    made = invented_streets(base)
    monkeypatch.setattr(feeds, "streets", lambda session: made)
    return made


def local_day(times):
    return times.dt.tz_localize("UTC").dt.tz_convert(LOCAL).dt.tz_localize(None).dt.normalize()


@pytest.fixture(scope="module")
def reports(base):
    """Every report that counts, with label, local day and where it is: by plain joins in pandas."""
    incident = base.incident.df()[["id", "source", "channel", "category", "reported_at"]]
    label = base.category.df()[["source", "category", "label"]]
    place = base.sql("SELECT * FROM incident_place").rename(columns={"incident": "id"})
    rows = place.merge(incident, on="id").merge(label, on=["source", "category"], how="left")
    rows["label"] = rows["label"].fillna(rows["category"])
    link = base.link.df().rename(columns={"incident": "id"})
    unit = link[link["target_kind"] == "cell:unit"].set_index("id")["target"]
    return rows.assign(day=local_day(rows["reported_at"]), unit=rows["id"].map(unit))


@pytest.fixture(scope="module")
def episodes(base, reports):
    """Every episode, with the unit of its first report that has one."""
    members = base.sql("SELECT * FROM episode_member WHERE episode IS NOT NULL")
    members = members.merge(reports[["id", "unit"]], left_on="incident", right_on="id")
    members["order"] = np.where(members["incident"] == members["episode"], "", members["incident"])
    members = members[members["unit"].notna()].sort_values(["episode", "order"])
    unit = members.drop_duplicates("episode").set_index("episode")["unit"]
    found = base.episode.df()
    first = reports.set_index("id")
    return found.assign(
        day=local_day(found["first_reported"]),
        unit=found["episode"].map(unit),
        source=found["episode"].map(first["source"]),
        channel=found["episode"].map(first["channel"]),
    )


START, END = dt.date(2026, 8, 3), dt.date(2026, 10, 20)


def inside(rows):
    return rows[(rows["day"] >= pd.Timestamp(START)) & (rows["day"] < pd.Timestamp(END))]


def by_hand(rows, place, label):
    kept = inside(rows)
    kept = kept[kept[place].notna()]
    return kept.groupby([label, place, "day"]).size().to_dict()


def told(cube):
    place, category = cube.places[cube.place], cube.categories[cube.category]
    keys = zip(category, place, cube.edges[cube.step], strict=True)
    return dict(zip(keys, cube.count.tolist(), strict=True))


def test_reports_and_episodes_in_units_are_those_counted_by_hand(base, reports, episodes):
    period = {"start": START, "end": END}
    units = base.patterns.cube("unit", of="reports", **period)
    assert told(units) == by_hand(reports, "unit", "label") != {}
    assert told(base.patterns.cube("unit", **period)) == by_hand(episodes, "unit", "category") != {}


def test_places_are_those_at_which_cases_count(base, reports, episodes):
    period = {"start": START, "end": END}
    assert told(base.patterns.cube("place", **period)) == by_hand(episodes, "place", "category")
    found = base.patterns.cube("place", of="reports", **period)
    assert told(found) == by_hand(reports, "place", "label")


@pytest.mark.parametrize("of", ["reports", "episodes"])
@pytest.mark.parametrize("by", ["unit", "community", "h3:10", "street", "segment", "place"])
def test_nothing_is_lost_without_a_word(base, streets, of, by, reports, episodes):
    found = base.patterns.cube(by, of=of, start=START, end=END)
    account = found.account[found.account["unit"] == of].set_index("code")["number"]
    assert account.sum() == len(reports if of == "reports" else episodes)
    assert account["counted"] == found.count.sum() > 0
    assert account["before"] > 0 and account["after"] > 0
    everything = reports if of == "reports" else episodes
    assert account["before"] == (everything["day"] < pd.Timestamp(START)).sum()
    assert account["after"] == (everything["day"] >= pd.Timestamp(END)).sum()


def test_reports_of_no_episode_and_unseen_ones_are_told(base, reports):
    account = base.patterns.cube(start=dt.date(2020, 1, 1)).account
    others = account[account["unit"] == "reports"].set_index("code")["number"]
    alone = base.sql("SELECT excluded_reason FROM episode_member WHERE episode IS NULL")
    by_reason = alone["excluded_reason"].value_counts()
    assert {c: others[c] for c in by_reason.index} == by_reason.to_dict()
    known = base.incident.df()
    assert others.get("unseen", 0) == len(known) - len(reports)


def test_h3_cells_are_found_from_points(base, reports):
    found = base.patterns.cube("h3:10", of="reports", start=START, end=END)
    cells = base.layers.hexagons(10)
    rows = inside(reports)
    rows = rows[rows["x"].notna() & (rows["made"] != "description")]
    tree = shapely.STRtree(cells.geometry.to_numpy())
    point, cell = tree.query(shapely.points(rows[["x", "y"]].to_numpy()), predicate="intersects")
    first = pd.Series(cell).groupby(point).min()
    expected = pd.Series(cells["cell"].to_numpy()[first]).value_counts().to_dict()
    totals = dict(zip(found.places, found.place_totals().sum(axis=0).tolist(), strict=True))
    assert {c: n for c, n in totals.items() if n} == expected


def test_streets_are_the_nearest_within_a_distance(base, streets, reports):
    rows = inside(reports)
    rows = rows[rows["x"].notna() & (rows["made"] != "description")]
    points = shapely.points(rows[["x", "y"]].to_numpy())
    apart = shapely.distance(points[:, None], streets["geom"].to_numpy()[None, :])
    near = apart.min(axis=1) <= 30
    names = streets["id"].to_numpy()[apart.argmin(axis=1)[near]]
    found = base.patterns.cube("street", of="reports", start=START, end=END, within_m=30)
    totals = dict(zip(found.places, found.place_totals().sum(axis=0).tolist(), strict=True))
    assert {c: n for c, n in totals.items() if n} == pd.Series(names).value_counts().to_dict()
    account = found.account.set_index("code")["number"]
    assert account["too far"] == (~near).sum()


def test_areas_of_ones_own_are_counted_by_points(base, reports):
    units = base.layers.hexagons(9)
    middle = shapely.union_all(units.geometry.to_numpy()).centroid
    own = gpd.GeoDataFrame({"id": ["round"]}, geometry=[middle.buffer(300)], crs=base.crs)
    found = base.patterns.cube(own, of="reports", start=START, end=END)
    rows = inside(reports)
    rows = rows[rows["x"].notna() & (rows["made"] != "description")]
    there = shapely.covers(own.geometry[0], shapely.points(rows[["x", "y"]].to_numpy()))
    assert found.count.sum() == there.sum() > 0


def test_categories_sources_and_channels_narrow_both(base, reports, episodes):
    source = reports["source"].value_counts().index[0]
    channel = reports.loc[reports["source"] == source, "channel"].iloc[0]
    label = reports["label"].value_counts().index[0]
    asked = {"sources": source, "channels": [channel], "categories": label}
    kept = inside(reports)
    kept = kept[(kept["source"] == source) & (kept["channel"] == channel)]
    kept = kept[(kept["label"] == label) & kept["unit"].notna()]
    found = base.patterns.cube("unit", of="reports", start=START, end=END, **asked)
    assert found.count.sum() == len(kept) > 0 and found.categories.tolist() == [label]
    kept = inside(episodes)
    kept = kept[(kept["source"] == source) & (kept["channel"] == channel)]
    kept = kept[(kept["category"] == label) & kept["unit"].notna()]
    assert base.patterns.cube("unit", start=START, end=END, **asked).count.sum() == len(kept) > 0


def test_counts_name_the_cells_and_leave_out_zeros_when_asked(base):
    every = base.patterns.counts("unit", step="month", start=START, end=END)
    some = base.patterns.counts("unit", step="month", start=START, end=END, zeros=False)
    kept = every[every["count"] > 0].reset_index(drop=True)
    pd.testing.assert_frame_equal(kept, some, check_dtype=False)
    assert every["name"].notna().all() and every["code"].str.fullmatch(r"\d{15}").all()
    assert "已统计" in every.attrs["summary"]
    places = base.patterns.counts("place", zeros=False)
    assert places["name"].notna().mean() > 0.9


def test_the_default_period_is_the_last_year(base, reports):
    found = base.patterns.cube()
    first = max(pd.Timestamp(2025, 11, 1), reports["day"].min())
    assert (found.edges[0], found.edges[-1]) == (first, pd.Timestamp(AS_OF))


def test_days_before_a_source_began_are_not_observed(base, reports):
    source = reports["source"].value_counts().index[0]
    began = reports.loc[reports["source"] == source, "day"].min()
    start = (began - pd.Timedelta(days=5)).date()
    found = base.patterns.cube(of="reports", sources=source, start=start)
    there = np.isin(found.categories, reports.loc[reports["source"] == source, "label"])
    assert (found.observed_days[there, :5] == 0).all() and (found.observed_days[:, 5:] == 1).all()
    assert found.frame()["count"].isna().any()


@pytest.mark.parametrize(
    ("asked", "match"),
    [
        ({"by": "nowhere"}, "cannot be counted by 'nowhere'.*h3:0 to h3:15"),
        ({"by": "h3:99"}, "resolution"),
        ({"of": "rumours"}, "allowed: episodes, reports"),
        ({"step": "minute"}, "unknown step"),
        ({"categories": "没有的类别"}, "no incident has this category"),
        ({"sources": "nobody"}, "no incident has this source"),
        ({"channels": ["nothing"]}, "no incident has this channel"),
        ({"start": dt.date(2026, 5, 2), "end": dt.date(2026, 5, 1)}, "no period of the base"),
        ({"end": dt.date(2027, 1, 1)}, "end not after 2026-11-01"),
        ({"within_m": -1.0}, "within_m is -1"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_what_can(base, asked, match):
    by = asked.pop("by", "unit")
    with pytest.raises(AnalysisError, match=match):
        base.patterns.cube(by, **asked)


def test_too_many_rows_are_refused(base, monkeypatch):
    monkeypatch.setattr("blockdata.views.patterns.counts._MOST_ROWS", 100)
    with pytest.raises(AnalysisError, match="zeros=False"):
        base.patterns.counts("unit")


def test_segments_make_up_their_streets(base, streets):
    day = AS_OF - dt.timedelta(days=1)
    pieces = ground_of(base.session, base.config, day, "segment").cells
    whole = streets.set_index("id")["geom"]
    lengths = pd.Series(shapely.length(pieces["geom"].to_numpy()), index=pieces["cell"])
    by_street = lengths.groupby([name.partition("/")[0] for name in lengths.index]).sum()
    expected = pd.Series(shapely.length(whole.to_numpy()), index=whole.index)
    assert len(pieces) > len(whole)
    pd.testing.assert_series_equal(by_street, expected.sort_index(), check_names=False)


def test_without_streets_nothing_is_counted_along_them(base):
    with pytest.raises(GeometryNeededError, match="no streets"):
        base.patterns.cube("street")
