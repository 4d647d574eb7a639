"""Densities and clusters of a base's points, against adding kernels up by hand and scikit-learn."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
import shapely

import blockdata as bd
from blockdata.engines import cube_feeds, feeds
from blockdata.engines.cube_feeds import Chosen
from blockdata.engines.district import district_outline
from blockdata.errors import AnalysisError, GeometryNeededError

SINCE = dt.date(2026, 8, 1)


@pytest.fixture(scope="module")
def base(tiny_base):
    with bd.open(tiny_base.base_path) as opened:
        yield opened


@pytest.fixture(scope="module")
def points(base):
    midnight = base.config.city.midnight_utc
    span = midnight(SINCE), midnight(base.as_of)
    found = cube_feeds.events(base.session, span, "reports", Chosen(), None)
    return found[found["x"].notna() & ~found["at_default"]]


def test_density_on_the_plane_keeps_the_number_of_incidents(base, points):
    found = base.patterns.density(bandwidth_m=150.0, cell_m=25.0, of="reports", start=SINCE)
    outline = district_outline(base.session)
    inside = shapely.intersects_xy(outline, points[["x", "y"]].to_numpy())
    mass = (found.frame["density_per_km2"] * found.frame["area_m2"]).sum() / 1e6
    assert mass == pytest.approx(inside.sum(), rel=0.01) and inside.sum() > 100
    middle = found.frame.loc[found.frame["density_per_km2"].idxmax()]
    assert middle.geometry.area == pytest.approx(25.0**2)
    assert "平面核密度" in found.explain() and "150 米" in found.explain()
    drawn = str(found.map())
    assert drawn.startswith("<svg") and drawn.count("<path") < 12


def test_without_a_border_kernels_add_up_by_hand(base, points, monkeypatch):
    monkeypatch.setattr("blockdata.views.patterns.density.district_outline", lambda session: None)
    found = base.patterns.density(bandwidth_m=120.0, cell_m=60.0, of="reports", start=SINCE).frame
    middles = shapely.get_coordinates(shapely.centroid(found.geometry.to_numpy()))
    apart2 = ((middles[:, None] - points[["x", "y"]].to_numpy()[None]) ** 2).sum(axis=2)
    kernel = 3 / (np.pi * 120.0**2) * np.clip(1 - apart2 / 120.0**2, 0, None) ** 2
    assert found["density_per_km2"].to_numpy() == pytest.approx(1e6 * kernel.sum(axis=1), abs=1e-6)


def test_density_along_streets_keeps_the_number_near_them(base, points, monkeypatch):
    west, south, east, north = shapely.total_bounds(shapely.points(points[["x", "y"]].to_numpy()))
    lines = [shapely.LineString([(west, y), (east, y)]) for y in np.arange(south, north, 200.0)]
    table = pd.DataFrame(
        {"id": [f"s{n}" for n in range(len(lines))], "name": "试路", "geom": lines}
    )
    monkeypatch.setattr(feeds, "streets", lambda session: table)
    found = base.patterns.density(
        None, 80.0, along="streets", cell_m=20.0, of="reports", start=SINCE, within_m=40.0
    )
    spots = shapely.points(points[["x", "y"]].to_numpy())
    near = shapely.distance(spots[:, None], np.array(lines)[None]).min(axis=1) <= 40
    assert found.frame["events"].sum() == pytest.approx(near.sum(), rel=1e-6)
    assert str(found.map()).startswith("<svg") and "距离街巷过远" in found.explain()
    with pytest.raises(AnalysisError, match="over 2 million pieces"):
        base.patterns.density(None, 80.0, along="streets", cell_m=1e-4, start=SINCE)


def test_streets_that_are_not_there_and_unknown_ways_are_refused(base):
    with pytest.raises(GeometryNeededError, match="no streets"):
        base.patterns.density(bandwidth_m=100.0, along="streets", start=SINCE)
    with pytest.raises(AnalysisError, match="plane, streets"):
        base.patterns.density(bandwidth_m=100.0, along="rivers", start=SINCE)
    with pytest.raises(AnalysisError, match="dbscan, hdbscan"):
        base.patterns.point_clusters(method="kmeans")
    with pytest.raises(AnalysisError, match="no incident has this category"):
        base.patterns.density("没有的类别", 100.0)


def test_dbscan_clusters_are_those_of_scikit_learn(base, points):
    cluster = pytest.importorskip("sklearn.cluster")
    found = base.patterns.point_clusters(of="reports", start=SINCE, eps_m=60.0, min_points=4)
    labels = cluster.DBSCAN(eps=60.0, min_samples=4).fit(points[["x", "y"]].to_numpy())
    assert (found.points["cluster"] >= 0).tolist() == (labels.labels_ >= 0).tolist()
    core = np.zeros(len(points), dtype=bool)
    core[labels.core_sample_indices_] = True
    assert found.points["core"].tolist() == core.tolist()
    pairs = pd.crosstab(found.points["cluster"][core], labels.labels_[core]).to_numpy()
    assert ((pairs > 0).sum(axis=0) == 1).all() and ((pairs > 0).sum(axis=1) == 1).all()
    assert found.frame["size"].is_monotonic_decreasing
    assert found.frame["size"].sum() == (labels.labels_ >= 0).sum() > 0
    assert str(found.map()).startswith("<svg") and "聚集区" in found.explain()


def test_hdbscan_tells_how_surely_each_is_of_its_cluster(base):
    found = base.patterns.point_clusters(None, "hdbscan", of="reports", start=SINCE, min_size=8)
    assert found.points["membership"].between(0, 1).all()
    assert (found.frame["size"] >= 8).all()


def test_where_nothing_happened_there_is_nothing(base):
    quiet = {"start": dt.date(2020, 1, 1), "end": dt.date(2020, 2, 1)}
    assert (base.patterns.density(bandwidth_m=100.0, **quiet).frame["density_per_km2"] == 0).all()
    assert base.patterns.point_clusters(**quiet).frame.empty
    with pytest.raises(AnalysisError):
        base.patterns.density(**quiet)  # no spots to choose a bandwidth by
