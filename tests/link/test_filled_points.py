"""Points that were filled in are told from points that were measured or looked up."""

import numpy as np
import pandas as pd
import pytest

from blockdata.link.filled_points import filled_points

CATEGORIES = [f"c{n}" for n in range(6)]
MIX = np.array([0.3, 0.25, 0.2, 0.1, 0.1, 0.05])


def _measured(places=60, of_each=4):
    number = places * of_each
    return pd.DataFrame(
        {
            "source": "app",
            "place": [f"p{n // of_each}" for n in range(number)],
            "category": [CATEGORIES[n % 4] for n in range(number)],
            "point": np.arange(number),
        }
    )


def _at(place, categories, point=9999):
    return pd.DataFrame({"source": "app", "place": place, "category": categories, "point": point})


@pytest.fixture
def rng():
    return np.random.default_rng(5)


def _found(*parts):
    return filled_points(pd.concat(parts, ignore_index=True)).values.tolist()


def test_a_point_that_was_filled_in_is_found(rng):
    hall = _at("town hall", rng.choice(CATEGORIES, 12, p=MIX))
    assert _found(_measured(), hall) == [["app", "town hall", 12]]


def test_one_report_from_the_place_itself_hides_it_as_little_as_cases_without_a_point(rng):
    hall = _at("town hall", rng.choice(CATEGORIES, 12, p=MIX))
    own, unmeasured = _at("town hall", ["c1"], 777), _at("town hall", ["c5"] * 30, -1)
    assert _found(_measured(), hall, own, unmeasured) == [["app", "town hall", 13]]


def test_one_occurrence_told_again_and_a_device_that_watches_one_thing_are_left_alone():
    assert _found(_measured(), _at("lane camera", ["c3"] * 11 + ["c0"])) == []


def test_repeated_reports_of_one_occurrence_do_not_hide_that_a_source_measures(rng):
    repeated = [_at(f"r{n}", ["c1"] * 5, 7000 + n) for n in range(30)]
    hall = _at("town hall", rng.choice(CATEGORIES, 12, p=MIX))
    assert _found(_measured(), *repeated, hall) == [["app", "town hall", 12]]


def test_places_whose_points_differ_are_left_alone(rng):
    tower = _at("tower", rng.choice(CATEGORIES, 40, p=MIX), np.arange(5000, 5040))
    assert _found(_measured(), tower) == []


def test_a_source_that_looks_points_up_tells_nothing(rng):
    looked_up = _measured()
    looked_up["point"] = looked_up.groupby("place").ngroup()
    hall = _at("town hall", rng.choice(CATEGORIES, 12, p=MIX))
    assert _found(looked_up, hall) == []


def test_too_few_places_tell_nothing_of_their_source(rng):
    hall = _at("town hall", rng.choice(CATEGORIES, 12, p=MIX))
    assert _found(_measured(places=18), hall) == []
    assert len(_found(_measured(places=19), hall)) == 1


def test_nothing_gives_nothing():
    assert filled_points(_measured().head(0)).columns.tolist() == [
        "source",
        "place",
        "incidents",
    ]
