"""Clusters of points: HDBSCAN* written out over sets at every distance, DBSCAN's by its kernel."""

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse.csgraph import connected_components, minimum_spanning_tree

from blockdata.analysis.clusters import dbscan_clusters, hdbscan_clusters
from blockdata.analysis.clusters.spanning import spanning_tree
from blockdata.errors import AnalysisError
from blockdata.kernels import dbscan


def frame(xy):
    return pd.DataFrame(xy, columns=["x", "y"], dtype=float)


def mutual_reach(xy, min_points):
    apart = np.sqrt(((xy[:, None] - xy[None]) ** 2).sum(axis=2))
    core = np.sort(apart, axis=1)[:, min_points - 1]
    reach = np.maximum(apart, np.maximum(core[:, None], core))
    np.fill_diagonal(reach, 0)
    return reach


def written_out(xy, min_size, min_points, accuracy_m):
    """Clusters as sets that split as the distance shrinks, the best choice tried from within."""
    reach = np.maximum(mutual_reach(xy, min_points), accuracy_m)

    def split(members, distance):
        _, label = connected_components(reach[np.ix_(members, members)] < distance, directed=False)
        return [members[label == n] for n in range(label.max() + 1)]

    def follow(members, birth):
        """Return the chosen clusters within, and their stability; None chosen is the set itself."""
        whole, own = members, 0.0
        while True:
            inner = reach[np.ix_(members, members)]
            np.fill_diagonal(inner, 0)
            # The distance at which this set falls apart: the longest joint of its tree.
            distance = minimum_spanning_tree(inner).toarray().max()
            pieces = split(members, distance)
            large = [piece for piece in pieces if len(piece) >= min_size]
            stays = len(large[0]) if len(large) == 1 else 0
            own += (len(members) - stays) * (1 / distance - birth)
            if len(large) != 1:
                break
            members = large[0]
        inside = [follow(piece, 1 / distance) for piece in large]
        if sum(best for _, best in inside) > own or birth == 0:
            return [chosen for found, _ in inside for chosen in found], sum(b for _, b in inside)
        return [whole], own

    label = np.full(len(xy), -1)
    chosen, _ = follow(np.arange(len(xy)), 0.0)
    for number, members in enumerate(sorted(chosen, key=min)):
        label[members] = number
    return label


LATTICE = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=6, max_size=40)
ANYWHERE = st.lists(
    st.tuples(st.floats(0, 300).map(lambda v: round(v, 3)), st.floats(0, 60)),
    min_size=6,
    max_size=40,
)


@settings(max_examples=100, deadline=None)
@given(LATTICE | ANYWHERE, st.integers(2, 5), st.integers(1, 5))
def test_hdbscan_equals_sets_that_split_as_the_distance_shrinks(points, min_size, min_points):
    xy = np.array(points, dtype=float) * 7
    found = hdbscan_clusters(frame(xy), min_size=min_size, min_points=min_points)
    wanted = written_out(xy, min_size, min_points, 1.0)
    assert found.points["cluster"].tolist() == wanted.tolist()
    assert found.clusters["size"].tolist() == np.bincount(wanted[wanted >= 0]).tolist()


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 300), st.integers(1, 6), st.integers(0, 99))
def test_the_tree_is_as_short_as_that_of_scipy(count, min_points, seed):
    rng = np.random.default_rng(seed)
    xy = rng.integers(0, 40, (count, 2)) + rng.choice([0.0, 0.3], (count, 1))
    min_points = min(min_points, count)
    reach = mutual_reach(xy, min_points)
    core = np.sort(((xy[:, None] - xy[None]) ** 2).sum(axis=2), axis=1)[:, min_points - 1]
    first, second, squared = spanning_tree(xy, core)
    np.testing.assert_allclose(np.sqrt(squared), reach[first, second], rtol=1e-12)
    # To scipy a 0 is no joint, and points may lie on one spot.
    joints = np.where((reach == 0) & ~np.eye(count, dtype=bool), 1e-6, reach)
    weights = minimum_spanning_tree(joints).data
    assert np.sqrt(squared).sum() == pytest.approx(weights.sum(), abs=1e-3)
    whole = np.zeros((count, count))
    whole[first, second] = 1
    assert connected_components(whole, directed=False)[0] == 1


def test_the_order_of_rows_decides_nothing_but_numbers():
    rng = np.random.default_rng(4)
    xy = np.vstack([rng.normal(c, 20, (60, 2)) for c in ((0, 0), (400, 0), (0, 300))])
    xy = np.vstack([xy, rng.uniform(-200, 600, (60, 2))]).round(-1)
    order = rng.permutation(len(xy))
    one, other = (hdbscan_clusters(frame(given), min_size=8) for given in (xy, xy[order]))
    assert len(one.clusters) == 3
    pairs = set(zip(one.points["cluster"].to_numpy()[order], other.points["cluster"], strict=True))
    assert len(pairs) == len({a for a, _ in pairs}) == len({b for _, b in pairs})
    assert sorted(one.clusters["stability"]) == pytest.approx(sorted(other.clusters["stability"]))


def test_many_reports_on_one_spot_do_not_hide_the_cluster_around_it():
    rng = np.random.default_rng(2)
    near, far = rng.normal(0, 15, (80, 2)), rng.normal(900, 15, (80, 2))
    xy = np.vstack([near, np.zeros((6, 2)), far])
    found = hdbscan_clusters(frame(xy), min_size=6, min_points=4)
    assert found.clusters["size"].max() > 60


def test_dbscan_is_that_of_the_kernel_with_hull_and_centre():
    rng = np.random.default_rng(7)
    points = frame(np.vstack([rng.normal(c, 15, (50, 2)) for c in (0, 300)]))
    points["place"] = [f"p{n % 20}" for n in range(100)]
    points.index = pd.RangeIndex(500, 600)
    found = dbscan_clusters(points, eps_m=12, min_points=5)
    label, core = dbscan(points["x"], points["y"], 12, 5)
    assert found.points["cluster"].tolist() == label.tolist()
    assert found.points["core"].tolist() == core.tolist()
    assert found.points.index.equals(points.index)
    for row in found.clusters.to_dict("records"):
        own = points[label == row["cluster"]]
        shape = shapely.MultiPoint(own[["x", "y"]].to_numpy())
        assert row["geom"].equals(shape.convex_hull)
        assert (row["size"], row["places"]) == (len(own), own["place"].nunique())
        assert row["core"] == core[label == row["cluster"]].sum()
        assert [row["x"], row["y"]] == pytest.approx(own[["x", "y"]].mean().tolist())
        far = np.hypot(own["x"] - row["x"], own["y"] - row["y"]).max()
        assert row["radius_m"] == pytest.approx(far)
        assert row["area_m2"] == pytest.approx(shape.convex_hull.area)


@pytest.mark.parametrize("xy", [[], [(1, 2)], [(1, 2)] * 9, [(n * 10, 0) for n in range(9)]])
def test_without_two_clusters_hdbscan_finds_none_and_dbscan_what_there_is(xy):
    points = frame(np.array(xy, dtype=float).reshape(-1, 2))
    found = hdbscan_clusters(points, min_size=3)
    assert (found.points["cluster"] == -1).all()
    assert len(found.clusters) == 0
    assert {"parts_m", "stability", "geom"} <= set(found.clusters.columns)
    assert len(dbscan_clusters(points, eps_m=15, min_points=3).clusters) == int(len(xy) == 9)


@pytest.mark.parametrize("method", [hdbscan_clusters, dbscan_clusters])
@pytest.mark.parametrize(
    ("points", "message"),
    [
        (frame([(np.nan, 0)]), "no x"),
        (frame([(np.inf, 0)]), "not finite"),
        (frame([(120.3, 36.0), (120.4, 36.1)]), "degrees"),
        (pd.DataFrame({"x": [1.0]}), "no column y"),
    ],
)
def test_wrong_points_are_refused(method, points, message):
    with pytest.raises(AnalysisError, match=message):
        method(
            points,
            **({"min_size": 2} if method is hdbscan_clusters else {"eps_m": 1, "min_points": 1}),
        )


@pytest.mark.parametrize("settings_", [{"min_size": 1}, {"min_size": 2, "min_points": 0},
                                       {"min_size": 2, "accuracy_m": 0}])  # fmt: skip
def test_wrong_settings_are_refused(settings_):
    with pytest.raises(AnalysisError, match="min_size"):
        hdbscan_clusters(frame([(0, 0)]), **settings_)
