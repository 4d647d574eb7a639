"""The places of a scan: their names, where they are, and the clusters told by their names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from blockdata.analysis.checks import looks_like_degrees, require_columns, require_numbers
from blockdata.analysis.scan.circles import Circles, Coordinates
from blockdata.analysis.scan.result import apart_from_each_other, best_first, tied_with
from blockdata.errors import AnalysisError

__all__ = ["Places", "clusters_of", "places_of", "refuse"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


class Places(NamedTuple):
    """Names and coordinates of places; see `places_of`."""

    names: pd.Index[str]
    xy: Floats
    coordinates: Coordinates


def refuse(wrong: dict[str, bool], where: str) -> None:
    """Raise an error with the first thing that is wrong.

    Parameters
    ----------
    wrong : dict of str to bool
        What could be wrong, and whether it is.
    where : str
        Name of the calling function.

    Raises
    ------
    AnalysisError

    Examples
    --------
    >>> refuse({"a place repeats": False}, "demo")
    """
    for what, is_so in wrong.items():
        if is_so:
            raise AnalysisError(what, where=where)


def places_of(frame: pd.DataFrame, where: str) -> Places:
    """Take names and coordinates of places from a frame.

    Parameters
    ----------
    frame : DataFrame
        Columns place (str, unique) and x, y (metres, projected), or lon, lat (degrees) for
        great-circle distances.
    where : str
        Name of the calling function.

    Returns
    -------
    Places

    Raises
    ------
    AnalysisError
        If a column is missing, a place repeats, or coordinates are not finite, look like degrees
        where metres are asked for, or are no degrees where degrees are.

    Examples
    --------
    >>> frame = pd.DataFrame({"place": ["a"], "lon": [120.4], "lat": [36.1]})
    >>> places_of(frame, "demo").coordinates
    'geographic'
    """
    require_columns(frame, [], where)
    on_sphere = {"lon", "lat"} <= set(frame.columns) and not {"x", "y"} & set(frame.columns)
    coordinates: Coordinates = "geographic" if on_sphere else "projected"
    columns = ["lon", "lat"] if on_sphere else ["x", "y"]
    if not {"place", *columns} <= set(frame.columns):
        require_columns(frame, ["place", "x", "y"], where)
    xy = require_numbers(frame[columns], where)
    wrong = {
        "a place repeats": frame["place"].duplicated().any(),
        "a number is missing or not finite": not np.isfinite(xy).all(),
        "coordinates look like degrees": not on_sphere and looks_like_degrees(xy),
        "coordinates are no degrees": on_sphere and bool((np.abs(xy) > (360, 90)).any()),
    }
    refuse({what: bool(is_so) for what, is_so in wrong.items()}, where)
    return Places(pd.Index(frame["place"]), xy, coordinates)


def clusters_of(
    places: Places, circles: Circles, llr: Floats, stop: Integers
) -> tuple[Integers, pd.DataFrame]:
    """Return the best circle of each centre, best first, without those that overlap a better one.

    Parameters
    ----------
    places : Places
    circles : Circles
    llr : ndarray of float64, shape (n,)
        Of each centre's best window; 0 where it has none.
    stop : ndarray of int64, shape (n,)
        Where that window's members end.

    Returns
    -------
    centre : ndarray of int64
        Of each cluster.
    frame : DataFrame
        Columns rank, centre, radius_m, places, members (their numbers), llr, tied.
    """
    order = best_first(llr, stop - circles.first[:-1])
    inside = [circles.inside(int(c), int(stop[c])).astype(np.int64) for c in order]
    chosen = apart_from_each_other(inside)
    kept = order[chosen]
    names = places.names.to_numpy(dtype=object)
    members = [inside[number] for number in chosen]
    tied = [names[order[others]].tolist() for others in tied_with(llr[order], inside, chosen)]
    frame = pd.DataFrame(
        {
            "rank": np.arange(1, len(kept) + 1),
            "centre": pd.Series(names[kept], dtype="str"),
            "radius_m": circles.radius_m[stop[kept] - 1],
            "places": _objects([names[own].tolist() for own in members]),
            "members": _objects(members),
            "llr": llr[kept],
            "tied": _objects(tied),
        }
    )
    return kept, frame


def _objects(values: Sequence[Any]) -> pd.Series[Any]:
    return pd.Series(list(values), dtype=object)
