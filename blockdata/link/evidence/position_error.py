"""How far a source's coordinates are off: estimated from what it also says otherwise."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from blockdata.link.evidence.settings import EvidenceSettings

__all__ = ["PositionError", "estimate_error"]

Floats = npt.NDArray[np.float64]

_WIDE = 3.0
"""Standard error of the wide part against that of the narrow one."""

_ROUNDS = 60
_MOST = 20_000
_GEOCODED_M = 0.5


@dataclass(frozen=True)
class PositionError:
    """The law of a source's coordinates: normal, partly three times as wide, partly anywhere.

    Parameters
    ----------
    sigma_m : float
        Standard error in x and in y.
    wide : float
        Share of coordinates with three times that error.
    outliers : float
        Share that is anywhere in the area.
    area_m2 : float
        Of the ground on which incidents and things are.
    anchors : int
        Incidents it was estimated from; 0 for the usual law. Laws are equal without regard to it.
    is_geocoded : bool
        Whether the source made its coordinates from the address: they then say nothing of it.

    Examples
    --------
    >>> law = PositionError(10.0, 0.0, 0.0, 1e6)
    >>> round(float(law.density(np.array([0.0]))[0] * 2 * np.pi * 100), 6)
    1.0
    """

    sigma_m: float
    wide: float
    outliers: float
    area_m2: float
    anchors: int = field(default=0, compare=False)
    is_geocoded: bool = False

    def near(self, distance_m: npt.ArrayLike, extent_m: npt.ArrayLike = 0.0) -> Floats:
        """Return the density per m² at a distance, of what is not anywhere.

        Parameters
        ----------
        distance_m : array_like of float
        extent_m : array_like of float
            Standard distance of incidents from the thing's own point, where it has an extent.
        """
        squared = np.square(np.asarray(distance_m, dtype=np.float64))
        extent_m = np.asarray(extent_m, dtype=np.float64)
        total = np.zeros(squared.shape)
        for share, scale in ((1.0 - self.wide, 1.0), (self.wide, _WIDE)):
            variance = (scale * self.sigma_m) ** 2 + extent_m**2
            total += share * np.exp(-squared / (2 * variance)) / (2 * np.pi * variance)
        return (1.0 - self.outliers) * total

    def density(self, distance_m: npt.ArrayLike, extent_m: npt.ArrayLike = 0.0) -> Floats:
        """Return the density per m² at a distance, outliers included."""
        return self.near(distance_m, extent_m) + self.outliers / self.area_m2

    def reach_m(self, share: float = 0.999, extent_m: float = 0.0) -> float:
        """Return the distance within which so much of what is not anywhere lies."""
        scale = _WIDE if self.wide > 1 - share else 1.0
        left = max(1 - share, 1e-12) / (self.wide if scale > 1 else 1.0)
        variance = (scale * self.sigma_m) ** 2 + extent_m**2
        return float(np.sqrt(-2 * variance * np.log(min(left, 1.0))))


def estimate_error(
    distance_m: npt.ArrayLike, area_m2: float, settings: EvidenceSettings, *, geocoded: bool = False
) -> PositionError:
    """Estimate the law of coordinates from their distances to places that are sure.

    The likelihood of a mixture of two normal laws and a uniform one is raised from the median
    distance on, which no small share of outliers moves (expectation maximisation).

    Parameters
    ----------
    distance_m : array_like of float
        Of coordinates from the place that the same incident otherwise surely names; NaN is left
        out.
    area_m2 : float
    settings : EvidenceSettings
    geocoded : bool
        Whether the sure places are addresses, from which coordinates can have been made.

    Returns
    -------
    PositionError
        The usual law where there are too few distances.

    References
    ----------
    Dempster, A. P., Laird, N. M., Rubin, D. B. (1977), Maximum likelihood from incomplete data
    via the EM algorithm, J. R. Stat. Soc. B 39, 1-38.

    Examples
    --------
    >>> draw = np.random.default_rng(1)
    >>> apart = np.hypot(*draw.normal(0, 9, (2, 5000)))
    >>> law = estimate_error(apart, 1e6, EvidenceSettings())
    >>> 8.8 < law.sigma_m < 9.2, law.outliers < 0.01
    (True, True)
    """
    known = np.asarray(distance_m, dtype=np.float64)
    known = np.sort(known[~np.isnan(known)])
    if len(known) < settings.min_anchors:
        return PositionError(settings.usual_error_m, 0.1, settings.usual_outliers, area_m2)
    made = geocoded and float(known[len(known) // 2]) < _GEOCODED_M
    every = known[np.linspace(0, len(known) - 1, min(len(known), _MOST)).astype(np.int64)]
    sigma = max(float(np.median(every)) / 1.1774, settings.min_error_m)
    wide, outliers = 0.1, settings.usual_outliers
    for _ in range(_ROUNDS):
        sigma, wide, outliers = _raised(every, sigma, wide, outliers, area_m2)
        sigma = max(sigma, settings.min_error_m)
    return PositionError(sigma, wide, outliers, area_m2, len(known), made)


def _raised(
    distance_m: Floats, sigma: float, wide: float, outliers: float, area_m2: float
) -> tuple[float, float, float]:
    """Return scale and shares that make the distances likelier."""
    squared = distance_m**2
    parts = np.stack(
        [
            (1 - outliers) * share * np.exp(-squared / (2 * v)) / (2 * np.pi * v)
            for share, v in ((1 - wide, sigma**2), (wide, (_WIDE * sigma) ** 2))
        ]
        + [np.full(len(squared), outliers / area_m2)]
    )
    parts /= parts.sum(axis=0)
    narrow, broad, lost = parts.sum(axis=1)
    variance = float((parts[0] * squared).sum() + (parts[1] * squared).sum() / _WIDE**2)
    count = len(squared)
    # One outlier in as many as there are is always possible.
    return (
        float(np.sqrt(variance / max(2 * (narrow + broad), 1e-9))),
        float((broad + 0.5) / (narrow + broad + 1)),
        float((lost + 0.5) / (count + 1)),
    )
