"""Coordinate systems of China: from a delivery's into the base's, or an error that says why not."""

from blockdata.crs.hint import crs_hint
from blockdata.crs.projection import DEGREES, bounds_in, is_geographic, projection

__all__ = ["DEGREES", "bounds_in", "crs_hint", "is_geographic", "projection"]
