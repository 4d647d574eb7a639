"""Density clusters equal DBSCAN as its authors wrote it, with the stated rules for order."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from blockdata.errors import AnalysisError
from blockdata.kernels import dbscan

lattice = st.integers(-6, 6).map(float)
anywhere = st.floats(-12, 12, allow_subnormal=False).map(lambda v: round(v, 2))
OFFSETS = st.sampled_from([0.0, 40_512_345.25])


def points_of(element):
    return arrays(float, st.tuples(st.integers(0, 60), st.just(2)), elements=element)


def as_written(points, eps_m, min_points):
    """Grow one cluster after the other from the first point that has none."""
    near = ((points[:, None] - points[None]) ** 2).sum(axis=2) <= eps_m * eps_m
    core = near.sum(axis=1) >= min_points
    label, number = np.full(len(points), -1), 0
    for seed in range(len(points)):
        if core[seed] and label[seed] < 0:
            front = [seed]
            label[seed] = number
            while front:
                for other in np.flatnonzero(near[front.pop()] & (label < 0)):
                    label[other] = number
                    if core[other]:
                        front.append(other)
            number += 1
    return label, core


@settings(deadline=None, max_examples=150)
@given(
    points_of(lattice) | points_of(anywhere),
    OFFSETS,
    st.sampled_from([0.5, 1.0, 2.5, 100.0]),
    st.integers(1, 6),
)
def test_equals_the_algorithm_as_written(points, offset, eps_m, min_points):
    points = points + offset
    label, core = dbscan(*points.T, eps_m, min_points)
    expected_label, expected_core = as_written(points, eps_m, min_points)
    assert label.tolist() == expected_label.tolist()
    assert core.tolist() == expected_core.tolist()


def test_core_points_of_many_equal_the_components_of_their_graph():
    rng = np.random.default_rng(8)
    town = rng.uniform(0, 4000, (40, 2))[rng.integers(0, 40, 9000)] + rng.normal(0, 40, (9000, 2))
    points = np.vstack([rng.uniform(0, 4000, (9000, 2)), town])
    label, core = dbscan(*points.T, 25, 12)
    pairs = cKDTree(points).query_pairs(25, output_type="ndarray")
    degree = np.bincount(pairs.ravel(), minlength=len(points)) + 1
    assert (core == (degree >= 12)).all()
    joined = pairs[core[pairs].all(axis=1)]
    graph = coo_array((np.ones(len(joined)), joined.T), shape=(len(points),) * 2)
    component = connected_components(graph, directed=False)[1]
    both = np.unique(np.column_stack([label[core], component[core]]), axis=0)
    assert len(both) == len(np.unique(both[:, 0])) == len(np.unique(both[:, 1])) > 20


def test_points_without_coordinates_are_noise():
    label, core = dbscan([0, np.nan, 0], [0, 0, 0], 1, 2)
    assert label.tolist() == [0, -1, 0]
    assert core.tolist() == [True, False, True]


@pytest.mark.parametrize(("eps_m", "min_points"), [(0, 3), (-1, 3), (np.nan, 3), (1, 0)])
def test_unusable_settings_are_refused(eps_m, min_points):
    with pytest.raises(AnalysisError, match=r"eps_m|min_points"):
        dbscan([0], [0], eps_m, min_points)
