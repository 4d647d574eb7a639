"""Parameters of a city's own plane system from control points known in both systems."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from blockdata.crs.local import Affine, Similarity
from blockdata.errors import CrsError

__all__ = ["Fit", "fit_affine", "fit_similarity"]

Coordinates = npt.NDArray[np.float64]

_TO_ARCSEC = 648_000 / np.pi
_ONE_PLACE = 1e-9
"""Spread of points across a line, as a share of that along it, below which no fit is made."""


@dataclass(frozen=True)
class Fit:
    """A local system fitted to control points, and how well it fits.

    Parameters
    ----------
    system : Similarity or Affine
        Its parameters are shown by `system.as_toml()` alone.
    residuals_m : ndarray of float64, shape (n, 2)
        Known less fitted coordinates: east, north.
    left_out_m : ndarray of float64, shape (n,)
        How far each point lies from where a fit of the other points puts it; NaN where they do
        not determine a fit. A point with a gross error stands out here, not in its residual.
    """

    system: Similarity | Affine
    residuals_m: Coordinates = field(repr=False)
    left_out_m: npt.NDArray[np.float64] = field(repr=False)

    @property
    def rms_m(self) -> float:
        """Root of the mean squared distance between known and fitted points."""
        return float(np.sqrt((self.residuals_m**2).sum(axis=1).mean()))

    @property
    def max_m(self) -> float:
        """Largest distance between a known and a fitted point."""
        return float(np.hypot(*self.residuals_m.T).max())

    @property
    def left_out_rms_m(self) -> float:
        """Root of the mean square of `left_out_m`: what to expect of points not in the fit."""
        return float(np.sqrt((self.left_out_m**2).mean()))


def fit_similarity(local: Coordinates, known: Coordinates, *, target: str) -> Fit:
    """Fit two shifts, a turn and a scale by least squares.

    Parameters
    ----------
    local, known : ndarray of float64, shape (n, 2)
        The same points in the local system and in the target, easting first, metres; n >= 2.
        With two points all residuals are zero and say nothing.
    target : str
        The known projected system, as "EPSG:4549".

    Returns
    -------
    Fit
        The scale has to be within 10 % of one.

    Raises
    ------
    CrsError
        If there are too few points, or all in one place, or coordinates are not finite, or the
        scale shows that the pairs are no control points.

    References
    ----------
    The regression of complex numbers w = a z + b; leverages give the points left out.

    Examples
    --------
    >>> local = np.array([[0.0, 0.0], [1000.0, 0.0], [0.0, 1000.0], [900.0, 1100.0]])
    >>> known = local @ np.array([[0.6, 0.8], [-0.8, 0.6]]) + [500_000, 3_990_000]
    >>> fit = fit_similarity(local, known + [[0.01, 0], [0, 0], [0, 0], [0, 0]], target="EPSG:4549")
    >>> fit.system, round(fit.rms_m, 4), fit.left_out_m.round(4).tolist()
    (Similarity(kind='similarity', target='EPSG:4549'), 0.0035, [0.01, 0.0078, 0.0064, 0.0005])
    """
    _require_pairs(local, known, least=2)
    origin = local.mean(axis=0)
    z, w = (p[:, 0] + 1j * p[:, 1] for p in (local - origin, known - known.mean(axis=0)))
    spread = float((np.abs(z) ** 2).sum())
    if spread == 0:
        raise _undetermined("all control points lie in one place")
    factor = complex((z.conj() * w).sum() / spread)
    left = w - factor * z
    leverage = 1 / len(z) + np.abs(z) ** 2 / spread
    shift = complex(*known.mean(axis=0)) - factor * complex(*origin)
    if not 0.9 <= abs(factor) <= 1.1:
        raise _undetermined("the pairs are not the same points: their scale is not near one")
    system = Similarity(
        target=target,
        east_m=shift.real,
        north_m=shift.imag,
        rotation_arcsec=float(np.angle(factor)) * _TO_ARCSEC,
        positive="anticlockwise",
        scale=abs(factor),
    )
    residuals = np.column_stack([left.real, left.imag])
    return Fit(system, residuals, _left_out(residuals, leverage))


def fit_affine(local: Coordinates, known: Coordinates, *, target: str) -> Fit:
    """Fit the six parameters of an affine map by least squares.

    Parameters
    ----------
    local, known : ndarray of float64, shape (n, 2)
        The same points in the local system and in the target, easting first, metres; n >= 3, not
        on one line. With three points all residuals are zero and say nothing.
    target : str
        The known projected system, as "EPSG:4549".

    Returns
    -------
    Fit

    Raises
    ------
    CrsError
        If there are too few points, or all on one line, or coordinates are not finite.

    Examples
    --------
    >>> local = np.array([[0.0, 0.0], [1000.0, 0.0], [0.0, 1000.0], [900.0, 1100.0]])
    >>> fit = fit_affine(local, local * [1.001, 0.999] + [500_000, 3_990_000], target="EPSG:4549")
    >>> round(fit.max_m, 6), fit.system.placed(np.array([[1000.0, 1000.0]])).round(3).tolist()
    (0.0, [[501001.0, 3990999.0]])
    """
    _require_pairs(local, known, least=3)
    origin, centre = local.mean(axis=0), known.mean(axis=0)
    across, spread, along = np.linalg.svd(local - origin, full_matrices=False)
    if spread[1] <= _ONE_PLACE * spread[0]:
        raise _undetermined("all control points lie on one line")
    linear = (along.T / spread) @ (across.T @ (known - centre))
    residuals = known - centre - (local - origin) @ linear
    leverage = 1 / len(local) + (across**2).sum(axis=1)
    (a, d), (b, e) = linear.tolist()
    c, f = (centre - origin @ linear).tolist()
    system = Affine(target=target, matrix=(a, b, c, d, e, f))
    return Fit(system, residuals, _left_out(residuals, leverage))


def _left_out(
    residuals_m: Coordinates, leverage: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Return distances to fits without each point; they need no second fit."""
    rest = 1 - leverage
    determined = rest > _ONE_PLACE
    distances = np.hypot(*residuals_m.T) / np.where(determined, rest, 1)
    return np.where(determined, distances, np.nan)


def _require_pairs(local: Coordinates, known: Coordinates, *, least: int) -> None:
    if local.shape != known.shape or local.shape[1:] != (2,) or len(local) < least:
        raise CrsError(
            f"control points of shape {local.shape} and {known.shape}",
            allowed=f"two arrays of the same shape (n, 2), n at least {least}",
        )
    if not (np.isfinite(local).all() and np.isfinite(known).all()):
        raise _undetermined("a coordinate of a control point is not a finite number")


def _undetermined(what: str) -> CrsError:
    return CrsError(what, next_step="Give control points that are spread over the city")
