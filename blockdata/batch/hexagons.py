"""Drawing the layer of H3 cells that a configuration asks for."""

from __future__ import annotations

import pandas as pd
import shapely

from blockdata.config import Config
from blockdata.crs import DEGREES, projection
from blockdata.engines import feeds
from blockdata.grid import hexagon_layer, hexagons_around
from blockdata.store import derived
from blockdata.store.ids import mint
from blockdata.store.session import Session


def draw_hexagons(session: Session, config: Config, points: pd.DataFrame) -> None:
    """Make grid rows of the H3 cells around all records; none where none are asked for.

    Parameters
    ----------
    session : Session
    config : Config
    points : DataFrame
        Columns x and y, in the base's CRS.
    """
    resolution = config.grid.h3_resolution
    if resolution is None or points.empty:
        made = pd.DataFrame({name: pd.Series(dtype="str") for name in ("id", "layer")})
    else:
        made = _drawn(config.city.crs, points, resolution)
    derived.replace_provisional(session, "grid", made, feeds.PROVISIONAL)


def _drawn(crs: str, points: pd.DataFrame, resolution: int) -> pd.DataFrame:
    places = points[["x", "y"]].drop_duplicates().to_numpy(dtype=float)
    to_degrees = projection(crs, DEGREES, "city.crs")
    from_degrees = projection(DEGREES, crs, "city.crs")
    degrees = places if to_degrees is None else to_degrees(places)
    found = hexagons_around(degrees[:, 0], degrees[:, 1], resolution)
    geoms = found["geom"].to_numpy(dtype=object)
    if from_degrees is not None:
        geoms = shapely.transform(geoms, from_degrees)
    middle = shapely.centroid(geoms)
    layer = hexagon_layer(resolution)
    return pd.DataFrame(
        {
            "id": [mint("grd", "grid", feeds.PROVISIONAL, layer, code) for code in found["code"]],
            "source_id": found["code"],
            "layer": layer,
            "code": found["code"],
            "geom": shapely.to_wkb(geoms, byte_order=1, flavor="iso"),
            "x": shapely.get_x(middle),
            "y": shapely.get_y(middle),
        }
    )
