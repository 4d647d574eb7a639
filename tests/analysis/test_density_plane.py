"""Density on the plane: scipy's Gaussian, sums point by point, masses by integrals over areas."""

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import dblquad
from scipy.stats import gaussian_kde

from blockdata.analysis.density import bandwidth_by_rule, plane_density
from blockdata.analysis.density.boundary import rim_of
from blockdata.analysis.density.mass import mass_inside
from blockdata.errors import AnalysisError

RAGGED = shapely.difference(
    shapely.Polygon([(0, 0), (1000, 0), (1000, 400), (600, 500), (1000, 1000), (0, 1000)]),
    shapely.box(200, 200, 350, 500),
)


def points_in(area, count, seed):
    xy = np.random.default_rng(seed).uniform(0, 1000, (20 * count, 2))
    xy = xy[shapely.intersects_xy(area, *xy.T)][:count]
    return pd.DataFrame(xy, columns=["x", "y"])


def total(found):
    return float((found["density_per_km2"] * found["area_m2"]).sum() / 1e6)


def test_the_gaussian_equals_that_of_scipy():
    rng = np.random.default_rng(1)
    xy = rng.normal(size=(200, 2))
    xy = (xy - xy.mean(axis=0)) @ np.linalg.inv(np.linalg.cholesky(np.cov(xy.T))).T * 300
    found = plane_density(pd.DataFrame(xy, columns=["x", "y"]), bandwidth_m=60, cell_m=40,
                          kernel="gaussian")  # fmt: skip
    peer = gaussian_kde(xy.T, bw_method=0.2)(found[["x", "y"]].to_numpy().T) * 200 * 1e6
    np.testing.assert_allclose(found["density_per_km2"], peer, rtol=1e-9, atol=1e-9)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 30), st.floats(5, 200), st.floats(7, 60), st.integers(0, 99))
def test_the_quartic_equals_the_sum_point_by_point(count, radius_m, cell_m, seed):
    points = points_in(RAGGED, count, seed).assign(weight=np.arange(count) % 3.0)
    found = plane_density(points, bandwidth_m=radius_m, cell_m=cell_m, area=RAGGED, edge="none")
    apart = np.hypot(found["x"].to_numpy()[:, None] - points["x"].to_numpy(),
                     found["y"].to_numpy()[:, None] - points["y"].to_numpy())  # fmt: skip
    kernel = 3 / (np.pi * radius_m**2) * np.maximum(1 - (apart / radius_m) ** 2, 0) ** 2
    wanted = (kernel * points["weight"].to_numpy()).sum(axis=1) * 1e6
    np.testing.assert_allclose(found["density_per_km2"], wanted, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(("kernel", "width_m"), [("quartic", 300.0), ("gaussian", 90.0)])
@pytest.mark.parametrize("at", [(0.0, 0.0), (0.0, 350.0), (700.0, 480.0), (900.0, 600.0),
                                (275.0, 350.0), (150.0, 160.0), (600.0, 500.0)])  # fmt: skip
def test_the_mass_inside_equals_the_integral_over_the_area(kernel, width_m, at):
    x, y = (np.array([value]) for value in at)
    fine = (np.arange(2_000) + 0.5) / 2
    gx, gy = np.meshgrid(fine, fine)
    inside = shapely.intersects_xy(RAGGED, gx, gy)
    squared = (gx - at[0]) ** 2 + (gy - at[1]) ** 2
    quartic = 3 / (np.pi * width_m**2) * np.maximum(1 - squared / width_m**2, 0) ** 2
    gaussian = np.exp(-squared / (2 * width_m**2)) / (2 * np.pi * width_m**2)
    wanted = (quartic if kernel == "quartic" else gaussian)[inside].sum() / 4
    assert mass_inside(rim_of(RAGGED, "test"), x, y, kernel, width_m)[0] == pytest.approx(
        wanted, abs=2e-4
    )


@pytest.mark.parametrize("kernel", ["quartic", "gaussian"])
def test_the_mass_in_a_rectangle_equals_the_double_integral(kernel):
    def density(v, u):
        squared = ((u - 30) ** 2 + (v - 20) ** 2) / 50**2
        return (3 / np.pi * max(1 - squared, 0) ** 2 if kernel == "quartic"
                else np.exp(-squared / 2) / (2 * np.pi)) / 50**2  # fmt: skip

    rim = rim_of(shapely.box(0, 0, 100, 60), "test")
    wanted = dblquad(density, 0, 100, 0, 60, epsabs=1e-10)[0]
    found = mass_inside(rim, np.array([30.0]), np.array([20.0]), kernel, 50.0)[0]
    assert found == pytest.approx(wanted, abs=1e-7)


@pytest.mark.parametrize(("kernel", "width_m"), [("quartic", 250.0), ("gaussian", 80.0)])
def test_with_diggles_correction_the_events_are_kept(kernel, width_m):
    points = points_in(RAGGED, 50, 3)
    settings_ = {"bandwidth_m": width_m, "cell_m": 5, "kernel": kernel, "area": RAGGED}
    assert total(plane_density(points, **settings_)) == pytest.approx(50, rel=1e-3)
    assert total(plane_density(points, edge="none", **settings_)) < 45
    assert plane_density(points, **settings_)["area_m2"].sum() == pytest.approx(RAGGED.area)


def test_uniform_correction_gives_an_even_density_where_events_lie_evenly():
    x, y = np.meshgrid(np.arange(5, 1000, 10.0), np.arange(5, 1000, 10.0))
    points = pd.DataFrame({"x": x.ravel(), "y": y.ravel()})
    found = plane_density(points, bandwidth_m=100, cell_m=50, area=shapely.box(0, 0, 1000, 1000),
                          edge="uniform")  # fmt: skip
    np.testing.assert_allclose(found["density_per_km2"], 10_000, rtol=0.01)


def test_without_an_area_nothing_is_lost():
    found = plane_density(points_in(RAGGED, 20, 4), bandwidth_m=100, cell_m=5)
    assert total(found) == pytest.approx(20, rel=1e-5)


def test_the_order_of_rows_does_not_change_a_bit():
    points = points_in(RAGGED, 100, 5)
    one, other = (plane_density(given, bandwidth_m=90, cell_m=30, kernel="gaussian", area=RAGGED)
                  for given in (points, points[::-1]))  # fmt: skip
    pd.testing.assert_frame_equal(one, other, check_exact=True)


def test_without_an_event_there_is_no_density():
    none = pd.DataFrame({"x": [], "y": []}, dtype=float)
    assert len(plane_density(none, bandwidth_m=9, cell_m=9)) == 0
    assert (
        plane_density(none, bandwidth_m=9, cell_m=99, area=RAGGED)["density_per_km2"] == 0
    ).all()


def test_the_rule_for_the_bandwidth():
    points = points_in(shapely.box(0, 0, 1000, 1000), 1_000, 6)
    far = np.hypot(*(points - points.mean()).to_numpy().T)
    wanted = (
        0.9 * min(np.sqrt((far**2).mean()), np.sqrt(1 / np.log(2)) * np.median(far)) / 1000**0.2
    )
    assert bandwidth_by_rule(points) == pytest.approx(wanted)
    assert bandwidth_by_rule(points, kernel="gaussian") == pytest.approx(wanted / np.sqrt(8))
    with pytest.raises(AnalysisError, match="no two spots"):
        bandwidth_by_rule(points.assign(x=1.0, y=2.0))


@pytest.mark.parametrize(
    ("points", "changes", "message"),
    [
        ({"x": [np.nan], "y": [0.0]}, {}, "no x"),
        ({"x": [120.38, 120.39], "y": [36.07, 36.08]}, {}, "degrees"),
        ({"x": [5000.0], "y": [0.0]}, {"area": RAGGED}, "outside"),
        ({"x": [5.0], "y": [0.0], "weight": [-1.0]}, {}, "negative"),
        ({"x": [5.0], "y": [0.0]}, {"bandwidth_m": 0}, "bandwidth_m"),
        ({"x": [5.0], "y": [0.0]}, {"cell_m": 0.001}, "20 million"),
        ({"x": [5.0], "y": [0.0]}, {"edge": "torus"}, "torus"),
        ({"x": [5.0], "y": [0.0]}, {"area": shapely.LineString([(0, 0), (1, 1)])}, "polygon"),
    ],
)
def test_wrong_input_is_refused(points, changes, message):
    with pytest.raises(AnalysisError, match=message):
        plane_density(pd.DataFrame(points), **{"bandwidth_m": 100, "cell_m": 10, **changes})
