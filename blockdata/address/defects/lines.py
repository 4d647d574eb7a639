"""The line of a road, of whatever pieces it was drawn."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from blockdata.address.tree.steps import element_tokens

__all__ = ["road_lines"]

_LOOP_SHARE = 0.25


def road_lines(streets: pd.DataFrame) -> dict[str, shapely.Geometry]:
    """Return the line of each road by its comparable name.

    Parameters
    ----------
    streets : DataFrame
        ``name`` and ``geometry`` (lines, in metres), a row or several for a road.

    Returns
    -------
    dict
        Pieces that do not meet are joined by straight lines, each to the nearest next one, from
        the tip farthest from the middle on. A road whose pieces lead back to where they began (two
        carriageways) has no line, and so has one without a name or a length.

    Examples
    --------
    >>> pieces = shapely.from_wkt(["LINESTRING (20 0, 30 0)", "LINESTRING (10 0, 0 0)"])
    >>> road_lines(pd.DataFrame({"name": ["甲路", "甲路"], "geometry": pieces}))["甲路"].length
    30.0
    """
    tokens, keys, _ = element_tokens("road", streets["name"])
    shapes = streets["geometry"].to_numpy(object)
    lines = {}
    for token, name in enumerate(keys):
        pieces = shapely.get_parts(shapes[tokens == token])
        pieces = pieces[shapely.get_type_id(pieces) == shapely.GeometryType.LINESTRING]
        merged = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(pieces)))
        merged = merged[shapely.length(merged) > 0]
        line = _chained(merged) if len(merged) > 1 else next(iter(merged), None)
        if line is not None:
            lines[name] = line
    return lines


def _chained(pieces: npt.NDArray[np.object_]) -> shapely.Geometry | None:
    left = [shapely.get_coordinates(piece) for piece in pieces]
    tips = np.array([[c[0], c[-1]] for c in left])
    place, tip = np.unravel_index(
        np.argmax(np.linalg.norm(tips - tips.mean(axis=(0, 1)), axis=2)), tips.shape[:2]
    )
    chain = [_from_tip(left.pop(int(place)), int(tip))]
    while left:
        tips = np.array([[c[0], c[-1]] for c in left])
        gaps = np.linalg.norm(tips - chain[-1][-1], axis=2)
        place, tip = np.unravel_index(np.argmin(gaps), gaps.shape)
        chain.append(_from_tip(left.pop(int(place)), int(tip)))
    line = shapely.linestrings(np.concatenate(chain))
    from_end_to_end = float(np.linalg.norm(chain[-1][-1] - chain[0][0]))
    return line if from_end_to_end > _LOOP_SHARE * line.length else None


def _from_tip(coordinates: npt.NDArray[np.float64], tip: int) -> npt.NDArray[np.float64]:
    return coordinates[::-1] if tip else coordinates
