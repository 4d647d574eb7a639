"""Vector files: GeoPackage and GeoJSON.

Both are read by their own published layout, not by a spatial driver: measured with GDAL
3.12, its drivers turn a broken geometry or bytes that are no text into null, and leave out
list elements that are no features, without a word. Here each costs its row and says so, and
no other format can hide behind the name.
"""

from __future__ import annotations

from blockdata_loaders.reader.geojson import read_geojson
from blockdata_loaders.reader.geopackage import read_geopackage

__all__ = ["read_geojson", "read_geopackage"]
