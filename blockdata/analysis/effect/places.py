"""Which places an intervention reached."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely

from blockdata.analysis.checks import looks_like_degrees, require_columns
from blockdata.errors import AnalysisError
from blockdata.link.order import is_in

__all__ = ["places_reached"]


def places_reached(
    interventions: pd.DataFrame, places: pd.DataFrame, *, within_m: float = 30.0
) -> pd.DataFrame:
    """List the places inside an intervention's area, or near its point or line.

    Parameters
    ----------
    interventions : DataFrame with intervention (str), geom (shapely geometry in metres or None)
        Optional: place (the one that it names itself).
    places : DataFrame with place (str), x, y (metres, null where not known)
    within_m : float, default 30
        How near a place is to a point or a line; an area reaches what it covers alone.

    Returns
    -------
    DataFrame
        intervention, place, distance_m (0 inside and for a place that is named); sorted, each pair
        once.

    Raises
    ------
    AnalysisError
        If a column is missing, `within_m` is negative or coordinates are degrees.

    Examples
    --------
    >>> works = pd.DataFrame({"intervention": ["w"], "geom": [shapely.Point(0, 0)]})
    >>> places = pd.DataFrame({"place": ["a", "b"], "x": [20.0, 90.0], "y": 0.0})
    >>> places_reached(works, places)[["place", "distance_m"]].values.tolist()
    [['a', 20.0]]
    """
    require_columns(interventions, ["intervention"], "places_reached interventions")
    require_columns(places, ["place"], "places_reached places")
    if within_m < 0 or not {"x", "y"} <= set(places.columns):
        raise AnalysisError(
            "no coordinates, or a negative distance", where="places_reached", allowed="x, y, >= 0"
        )
    known = places[places["x"].notna() & places["y"].notna()].reset_index(drop=True)
    xy = known[["x", "y"]].to_numpy(dtype=np.float64)
    if looks_like_degrees(xy):
        raise AnalysisError("x and y look like degrees", where="places_reached", allowed="metres")
    drawn = interventions[interventions["geom"].notna()].reset_index(drop=True)
    shapes = drawn["geom"].to_numpy(dtype=object)
    reach_m = np.where(shapely.get_dimensions(shapes) == 2, 0.0, within_m)
    points = shapely.points(xy)
    work, place = shapely.STRtree(points).query(shapes, predicate="dwithin", distance=reach_m)
    found = pd.DataFrame(
        {
            "intervention": drawn["intervention"].to_numpy(dtype=object)[work],
            "place": known["place"].to_numpy(dtype=object)[place],
            "distance_m": shapely.distance(shapes[work], points[place]),
        }
    )
    if "place" in interventions.columns:
        named = interventions[is_in(interventions["place"], places["place"])]
        named = named[["intervention", "place"]].assign(distance_m=0.0)
        found = pd.concat([found, named], ignore_index=True)
    order = ["intervention", "place", "distance_m"]
    once = found.sort_values(order).drop_duplicates(["intervention", "place"])
    return once.astype({"intervention": "str", "place": "str"}).reset_index(drop=True)
