"""Coordinate systems of China: from a delivery's into the base's, or an error that says why not."""

from blockdata.crs.fitting import Fit, fit_affine, fit_similarity
from blockdata.crs.gcj import (
    bd09_to_gcj02,
    bd09_to_wgs84,
    gcj02_to_bd09,
    gcj02_to_wgs84,
    wgs84_to_bd09,
    wgs84_to_gcj02,
)
from blockdata.crs.hint import crs_hint
from blockdata.crs.local import Affine, Helmert, LocalSystem, Similarity
from blockdata.crs.names import DEGREES
from blockdata.crs.projection import bounds_in, is_geographic, projection
from blockdata.crs.readings import Reading
from blockdata.crs.suspects import (
    Suspicion,
    suspect_by_control,
    suspect_by_outline,
    suspect_by_region,
)
from blockdata.crs.zones import Zone, zone_at, zone_of_easting

__all__ = [
    "DEGREES",
    "Affine",
    "Fit",
    "Helmert",
    "LocalSystem",
    "Reading",
    "Similarity",
    "Suspicion",
    "Zone",
    "bd09_to_gcj02",
    "bd09_to_wgs84",
    "bounds_in",
    "crs_hint",
    "fit_affine",
    "fit_similarity",
    "gcj02_to_bd09",
    "gcj02_to_wgs84",
    "is_geographic",
    "projection",
    "suspect_by_control",
    "suspect_by_outline",
    "suspect_by_region",
    "wgs84_to_bd09",
    "wgs84_to_gcj02",
    "zone_at",
    "zone_of_easting",
]
