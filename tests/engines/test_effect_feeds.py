"""Interventions, places and episodes of the tiny district fit the comparison."""

import datetime as dt

import pandas as pd
import pytest
import shapely

import blockdata as bd
from blockdata.analysis.effect import places_reached
from blockdata.engines import effect_feeds
from blockdata.errors import AnalysisError


@pytest.fixture(scope="module")
def base(tiny_base):
    opened = bd.open(tiny_base.folder / tiny_base.base.path)
    yield opened
    opened.close()


def test_places_are_spots_and_components_and_episodes_lie_at_them(base, tiny_base):
    places = effect_feeds.standing_places(base.session)
    events = effect_feeds.episode_days(base.session, tiny_base.city)
    assert set(places["place_kind"]) == {"address", "component"}
    assert not places["place"].duplicated().any()
    told = "'address', 'component', 'building'"
    assert len(events) <= len(base.sql(f"FROM episode WHERE place_kind IN ({told})"))
    assert set(events["place"]) <= set(places["place"])
    # Flats are no places of their own.
    flats = base.sql("SELECT count(*) FROM address WHERE coalesce(unit, room) IS NOT NULL")
    addresses = base.sql("SELECT count(*) FROM address").iloc[0, 0]
    spots = (places["place_kind"] == "address").sum()
    assert 0 < spots < addresses and flats.iloc[0, 0] > 0


def test_one_category_alone(base, tiny_base):
    every = effect_feeds.episode_days(base.session, tiny_base.city)
    one = every["category"].iloc[0]
    own = effect_feeds.episode_days(base.session, tiny_base.city, [one])
    assert len(own) == (every["category"] == one).sum()


def test_cells_have_centres_and_their_episodes(base, tiny_base):
    day = base.as_of - dt.timedelta(days=1)
    cells = effect_feeds.standing_cells(base.session, "unit", day)
    assert len(cells) and cells[["x", "y"]].notna().all(axis=None)
    events = effect_feeds.cell_episode_days(base.session, tiny_base.city, "unit")
    assert set(events["place_kind"]) == {"cell:unit"}
    linked = base.sql(
        "SELECT count(DISTINCT m.episode) FROM link l JOIN episode_member m "
        "ON m.incident = l.incident WHERE l.target_kind = 'cell:unit' AND m.episode IS NOT NULL"
    )
    assert len(events) == linked.iloc[0, 0]


def test_problems_count_from_when_all_sources_of_weight_had_begun(base, tiny_base):
    first = effect_feeds.observed_from(base.session, tiny_base.city, 0.2)
    every = effect_feeds.observed_from(base.session, tiny_base.city, 1e-9)
    assert first <= every < pd.Timestamp(base.as_of)
    assert effect_feeds.observed_from(base.session, tiny_base.city, 1.0) is not None


def test_flats_and_buildings_are_found_at_their_spot(base):
    ids = base.sql("SELECT id FROM address WHERE room IS NOT NULL ORDER BY id LIMIT 5")["id"]
    houses = base.sql("SELECT id FROM building WHERE address_id IS NOT NULL LIMIT 2")["id"]
    spots = effect_feeds.spots_of_places(base.session, [*ids, *houses, "none"])
    assert set(ids) <= set(spots["id"]) and "none" not in set(spots["id"])
    assert set(spots["place"]) <= set(effect_feeds.standing_places(base.session)["place"])


def test_the_nights_effects_of_the_sample_have_the_right_sign_or_are_undecided(base):
    works = effect_feeds.interventions(base.session)
    told = base.sql("FROM effect")
    single = told[told["scope"] == "intervention"]
    assert set(single["effect"]) == set(works["intervention"])
    # Every one that the sample plants makes problems fewer, or does nothing.
    assert set(told["verdict"].dropna()) <= {"fewer", "undecided"}
    assert (told["verdict"].isna() == told["reason"].notna()).all()


def test_areas_reach_what_they_cover_and_points_what_is_near():
    works = pd.DataFrame(
        {
            "intervention": ["area", "point", "nowhere"],
            "geom": [shapely.box(0, 0, 10, 10), shapely.Point(100, 0), None],
            "place": [None, None, "far"],
        }
    )
    places = pd.DataFrame(
        {
            "place": ["in", "edge", "out", "near", "far", "lost"],
            "x": [5.0, 10.0, 15.0, 120.0, 500.0, None],
            "y": [5.0, 10.0, 5.0, 0.0, 0.0, None],
        }
    )
    found = places_reached(works, places)
    assert found.values.tolist() == [
        ["area", "edge", 0.0],
        ["area", "in", 0.0],
        ["nowhere", "far", 0.0],
        ["point", "near", 20.0],
    ]
    assert places_reached(works.head(0), places).empty
    with pytest.raises(AnalysisError):
        places_reached(works, places, within_m=-1)
    lonlat = pd.DataFrame({"place": ["a", "b"], "x": [120.1, 120.2], "y": [36.0, 36.1]})
    with pytest.raises(AnalysisError, match="degrees"):
        places_reached(works, lonlat)
