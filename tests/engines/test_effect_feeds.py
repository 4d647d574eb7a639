"""Interventions, places and episodes of the tiny district fit the comparison."""

import pandas as pd
import pytest
import shapely

import blockdata as bd
from blockdata.analysis.effect import intervention_effect, places_reached
from blockdata.engines import effect_feeds
from blockdata.errors import AnalysisError

KINDS = ("address", "component")


@pytest.fixture(scope="module")
def base(tiny_base):
    opened = bd.open(tiny_base.folder / tiny_base.base.path)
    yield opened
    opened.close()


def test_what_the_base_knows_goes_through_to_an_effect_or_a_reason(base, tiny_base):
    works = effect_feeds.interventions(base.session)
    places = effect_feeds.places_of_kinds(base.session, KINDS)
    events = effect_feeds.episode_days(base.session, tiny_base.city, KINDS)
    assert len(works) == base.sql("SELECT count(*) FROM intervention").iloc[0, 0]
    assert len(events) == len(base.sql("FROM episode WHERE place_kind IN ('address', 'component')"))
    assert set(events["place"]) <= set(places["place"]) and not places["place"].duplicated().any()
    reached = places_reached(works, places, within_m=200)
    treated = reached.merge(works, on="intervention", suffixes=("", "_named"))
    effect = intervention_effect(
        events,
        places,
        treated[["place", "started_on", "ended_on"]].dropna(subset=["started_on"]),
        observed_from=events["day"].min(),
        observed_to=pd.Timestamp("2026-11-01"),
    )
    assert effect.summary["reason"] or effect.summary["ratio"] >= 0


def test_one_category_alone(base, tiny_base):
    every = effect_feeds.episode_days(base.session, tiny_base.city, KINDS)
    one = every["category"].iloc[0]
    own = effect_feeds.episode_days(base.session, tiny_base.city, KINDS, one)
    assert len(own) == (every["category"] == one).sum()


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
