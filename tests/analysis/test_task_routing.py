"""Routes: shortest where stops are few, never worse than the list, along streets if there are."""

from itertools import permutations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from blockdata.analysis.tasks import (
    distances_between,
    lay_route,
    route_length_m,
    shortest_order,
    start_in,
)
from blockdata.analysis.tasks.routing import MOST_EXACT
from blockdata.errors import AnalysisError
from blockdata.kernels.network import StreetNetwork

POINTS = st.tuples(st.integers(0, 500), st.integers(0, 500))


def _matrix(points):
    xy = np.array(points, dtype=float)
    return np.hypot(*(xy[:, None] - xy).T)


def _brute(distance):
    """The shortest way, by walking them all."""
    stops = len(distance) - 1
    return min(
        sum(distance[a, b] for a, b in zip((0, *way), way, strict=False))
        for way in permutations(range(1, stops + 1))
    )


def _optimum(distance):
    """The shortest way by dynamic programming over sets of stops (Held and Karp 1962)."""
    stops = len(distance) - 1
    best = np.full((1 << stops, stops), np.inf)
    best[[1 << i for i in range(stops)], range(stops)] = distance[0, 1:]
    for done in range(1, 1 << stops):
        for new in range(stops):
            if not done >> new & 1:
                way = (best[done] + distance[1:, new + 1]).min()
                best[done | 1 << new, new] = min(best[done | 1 << new, new], way)
    return best[-1].min()


@settings(max_examples=40)
@given(st.lists(POINTS, min_size=1, max_size=7))
def test_few_stops_have_the_shortest_of_all_ways(points):
    distance = _matrix(points)
    order = shortest_order(distance)
    assert sorted(order) == list(range(len(points) - 1))
    assert route_length_m(distance, order) == pytest.approx(_brute(distance))


@settings(max_examples=40)
@given(st.lists(POINTS, min_size=9, max_size=26))
def test_no_route_is_longer_than_the_list_from_top_to_bottom(points):
    distance = _matrix(points)
    order = shortest_order(distance)
    listed_m = route_length_m(distance, np.arange(len(points) - 1))
    assert sorted(order) == list(range(len(points) - 1))
    assert route_length_m(distance, order) <= listed_m + 1e-6


def test_beyond_all_orders_routes_come_within_five_percent_of_the_shortest():
    rng = np.random.default_rng(5)
    ratios = []
    for _ in range(40):
        distance = _matrix(rng.uniform(0, 1000, (MOST_EXACT + 3, 2)))
        length_m = route_length_m(distance, shortest_order(distance))
        ratios.append(length_m / _optimum(distance))
    assert max(ratios) <= 1.05
    assert np.mean(np.isclose(ratios, 1)) >= 0.9


def test_of_equally_short_ways_the_one_nearest_to_the_list_is_taken():
    distance = _matrix([(0, 0), (10, 0), (-10, 0), (10, 0)])
    assert shortest_order(distance).tolist() == [0, 2, 1]
    assert shortest_order(np.zeros((1, 1))).tolist() == []


@pytest.mark.parametrize("bad", [np.zeros((2, 3)), -np.ones((2, 2)), np.full((2, 2), np.nan)])
def test_what_is_no_matrix_of_distances_is_refused(bad):
    with pytest.raises(AnalysisError, match="distances"):
        shortest_order(bad)


def test_a_route_that_is_too_long_loses_its_last_ranked_stops():
    distance = _matrix([(0, 0), (0, 50), (900, 0), (0, 20)])
    whole, short = lay_route(distance), lay_route(distance, max_route_m=100)
    assert whole.left == 0 and sorted(whole.order) == [0, 1, 2]
    assert short.order.tolist() == [0] and short.left == 2 and short.length_m == 50
    assert lay_route(distance, max_route_m=1).order.tolist() == [0], "one stop stays"


STREETS = StreetNetwork([shapely.LineString([(0, 0), (100, 0), (100, 100)])])


def test_ways_run_to_the_street_along_it_and_on():
    found, by = distances_between([0, 90], [-5, 60], STREETS, 20)
    assert by == "streets"
    assert found[0, 1] == found[1, 0] == 5 + 100 + 60 + 10
    assert found.diagonal().tolist() == [0, 0]


def test_neighbours_off_the_street_are_reached_straight():
    found, _ = distances_between([50, 52], [15, 15], STREETS, 20)
    assert found[0, 1] == 2


@pytest.mark.parametrize("far", [(500, 500), (5000, 0)])
def test_without_a_way_for_one_all_ways_are_straight(far):
    apart = [shapely.LineString([(0, 0), (100, 0)]), shapely.LineString([(480, 500), (520, 500)])]
    found, by = distances_between([0, 100, far[0]], [0, 0, far[1]], StreetNetwork(apart), 50)
    assert by == "straight line"
    assert found[0, 2] == pytest.approx(np.hypot(*far))


def test_a_patrol_starts_inside_its_grid_nearest_to_the_middle_of_its_stops():
    corner = shapely.Polygon([(0, 0), (90, 0), (90, 10), (10, 10), (10, 90), (0, 90)])
    x, y = start_in([0, 80], [80, 0], corner)
    assert corner.distance(shapely.Point(x, y)) < 1e-9
    assert np.hypot(x - 40, y - 40) == pytest.approx(30)
    assert start_in([2, 4], [5, 5], corner) == (3, 5)
