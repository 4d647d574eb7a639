"""Fitting plane parameters to control points, against scipy and against leaving points out."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.optimize
from hypothesis import given
from hypothesis import strategies as st

from blockdata.crs import fit_affine, fit_similarity
from blockdata.errors import CrsError

TARGET = "EPSG:4549"
FITS = [fit_similarity, fit_affine]


def _points(seed, count=12, noise_m=0.03):
    """Control points of an invented local system, with errors of measurement."""
    rng = np.random.default_rng(seed)
    local = rng.uniform([20_000, 40_000], [60_000, 75_000], (count, 2))
    turn, scale = np.radians(0.4), 1.00002
    known = scale * local @ [[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]]
    origin = np.array([480_000, 3_950_000])
    return local, known + origin + rng.normal(0, noise_m, (count, 2))


def _plane(parameters, local):
    a, b, east, north = parameters[:4]
    c, d = parameters[4:] if len(parameters) > 4 else (-b, a)
    return np.column_stack(
        [a * local[:, 0] + c * local[:, 1] + east, b * local[:, 0] + d * local[:, 1] + north]
    )


@pytest.mark.parametrize(("fit", "count"), [(fit_similarity, 4), (fit_affine, 6)])
def test_no_other_parameters_fit_better(fit, count):
    local, known = _points(1)
    start = np.array([1.0, 0, 480_000, 3_950_000, 0, 1][:count])
    found = scipy.optimize.least_squares(
        lambda p: (_plane(p, local - local[0]) - known).ravel(),
        start,
        x_scale=[1e-4, 1e-4, 1, 1, 1e-4, 1e-4][:count],
        xtol=1e-15,
        ftol=1e-15,
        gtol=1e-15,
    )
    fitted = fit(local, known, target=TARGET)
    assert fitted.residuals_m.ravel() == pytest.approx(-found.fun, abs=1e-4)
    assert fitted.rms_m == pytest.approx(np.sqrt(2 * found.cost / len(local)), rel=1e-6)


@pytest.mark.parametrize("fit", FITS)
def test_points_left_out_are_predicted_by_a_fit_of_the_others(fit):
    local, known = _points(2)
    told = fit(local, known, target=TARGET)
    for row in range(len(local)):
        others = np.arange(len(local)) != row
        system = fit(local[others], known[others], target=TARGET).system
        off = np.hypot(*(system.placed(local[[row]]) - known[[row]])[0])
        assert told.left_out_m[row] == pytest.approx(off, abs=1e-6)
    assert told.left_out_rms_m == pytest.approx(np.sqrt((told.left_out_m**2).mean()))


@pytest.mark.parametrize("fit", FITS)
def test_residuals_are_what_the_system_leaves(fit):
    local, known = _points(3)
    told = fit(local, known, target=TARGET)
    left = known - told.system.placed(local)
    assert told.residuals_m == pytest.approx(left, abs=1e-6)
    assert told.max_m == pytest.approx(np.hypot(*left.T).max(), abs=1e-6)
    assert told.residuals_m.mean(axis=0) == pytest.approx([0, 0], abs=1e-6)


@given(
    rotation_arcsec=st.floats(-600_000, 600_000),
    scale=st.floats(0.95, 1.05),
    shift=st.tuples(st.floats(-1e6, 1e6), st.floats(-1e6, 5e6)),
)
def test_exact_pairs_give_the_parameters_back(rotation_arcsec, scale, shift):
    from blockdata.crs import Similarity

    true = Similarity(
        target=TARGET,
        east_m=shift[0],
        north_m=shift[1],
        rotation_arcsec=rotation_arcsec,
        positive="anticlockwise",
        scale=scale,
    )
    local, _ = _points(4)
    for fit in FITS:
        told = fit(local, true.placed(local), target=TARGET)
        assert told.max_m < 1e-6
        elsewhere = local + 5_000
        assert told.system.placed(elsewhere) == pytest.approx(true.placed(elsewhere), abs=1e-5)


def test_a_gross_error_stands_out_where_its_point_is_left_out():
    local, known = _points(5, count=6)
    known[2] += [0.0, 3.0]
    told = fit_similarity(local, known, target=TARGET)
    assert int(told.left_out_m.argmax()) == 2
    assert told.left_out_m[2] > 2.5 > told.max_m * 0.9


@pytest.mark.parametrize(("fit", "count"), [(fit_similarity, 2), (fit_affine, 3)])
def test_the_fewest_points_fit_exactly_and_leave_none_to_check(fit, count):
    local, known = _points(6, count=count)
    told = fit(local, known, target=TARGET)
    assert told.max_m < 1e-6
    assert np.isnan(told.left_out_m).all()
    assert np.isnan(told.left_out_rms_m)


@pytest.mark.parametrize(
    ("fit", "local", "says"),
    [
        (fit_similarity, [[1.0, 2.0]], "shape"),
        (fit_affine, [[1.0, 2.0], [3.0, 9.0]], "shape"),
        (fit_similarity, [[5.0, 5.0], [5.0, 5.0]], "one place"),
        (fit_affine, [[0.0, 0.0], [1.0, 1.0], [2.0, 2.0]], "one line"),
        (fit_affine, [[0.0, np.nan], [1.0, 1.0], [2.0, 2.0]], "finite"),
    ],
)
def test_points_that_determine_nothing_are_refused(fit, local, says):
    points = np.array(local)
    with pytest.raises(CrsError, match=says):
        fit(points, points, target=TARGET)


def test_pairs_of_another_size_are_no_control_points():
    local, known = _points(7)
    with pytest.raises(CrsError, match="scale is not near one"):
        fit_similarity(local / 1000, known, target=TARGET)


@pytest.mark.parametrize("fit", FITS)
def test_parameters_are_shown_on_request_alone(fit):
    told = fit(*_points(8), target=TARGET)
    assert not any(ch.isdigit() for ch in repr(told).replace("4549", ""))
    assert TARGET in told.system.as_toml()
