"""Vector files that are read by their own published layout, not by a spatial driver.

Measured with GDAL 3.12, its drivers turn a broken geometry, a number or a day that cannot be
read, and bytes that are no text into null, and leave out list elements that are no features,
without a word. So GeoPackage, GeoJSON, Shapefile, KML and DXF are read here: each of these
costs its row and says so, and no other format can hide behind the name. What GDAL alone reads
is in `blockdata_loaders.reader.gdal`, and what it notices is heard there; a value that it
nulls without noticing (a day that does not exist, in a geodatabase) cannot be told from none.
"""

from __future__ import annotations

from blockdata_loaders.reader.geojson import read_geojson
from blockdata_loaders.reader.geopackage import read_geopackage

__all__ = ["read_geojson", "read_geopackage"]
