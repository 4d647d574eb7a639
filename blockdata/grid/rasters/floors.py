"""How much room people have in a building: floor area, of homes where the use is known."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import shapely

__all__ = ["HOME_WORDS", "STOREY_M", "floor_areas", "home_areas"]

STOREY_M = 3.0
"""Height of a storey where only a building's height is known."""

HOME_WORDS = (
    *("住", "公寓", "宿舍", "别墅", "民居", "家属", "平房", "民房"),
    *("resident", "dwelling", "apartment", "dormitory", "house"),
)
"""A use with one of these in it is one that people live in (商住混合 too)."""


def floor_areas(buildings: pd.DataFrame, *, storey_m: float = STOREY_M) -> pd.DataFrame:
    """Return the floor area of buildings, and what it was taken from.

    The first of these that is known: the footprint's area times the stated floors (0 floors are
    not known); the stated floor area; the footprint times the height over `storey_m`, rounded, at
    least 1; the footprint times the median of the floors that are known (1 where none are); the
    median of the floor areas found so far, for a building without a footprint (0 where none are).

    Parameters
    ----------
    buildings : DataFrame
        Columns building (str) and geom (shapely in metres: footprint, point or null); floors,
        height_m, floor_area_m2 where they are known.
    storey_m : float, default 3.0

    Returns
    -------
    DataFrame
        Columns building, footprint_m2 (null without a polygon), floor_area_m2, taken_from
        ("floors", "stated", "height", "median_floors", "median"), with the index given.

    Examples
    --------
    >>> buildings = pd.DataFrame({"building": ["b1", "b2"], "floors": [6, None],
    ...     "height_m": [None, 13.0], "geom": [shapely.box(0, 0, 10, 10)] * 2})
    >>> floor_areas(buildings)[["floor_area_m2", "taken_from"]].values.tolist()
    [[600.0, 'floors'], [400.0, 'height']]
    """
    footprint = pd.Series(shapely.area(buildings["geom"].to_numpy(dtype=object)), buildings.index)
    footprint = footprint.where(footprint > 0)
    floors = _known(buildings, "floors")
    storeys = (_known(buildings, "height_m") / storey_m).round().clip(lower=1)
    usual = floors.median() if floors.notna().any() else 1.0
    ways = {
        "floors": footprint * floors,
        "stated": _known(buildings, "floor_area_m2"),
        "height": footprint * storeys,
        "median_floors": footprint * usual,
    }
    area = pd.Series(np.nan, buildings.index)
    taken = pd.Series("median", buildings.index, dtype="str")
    for name, found in ways.items():
        taken = taken.mask(area.isna() & found.notna(), name)
        area = area.fillna(found)
    median = area.median() if area.notna().any() else 0.0
    return pd.DataFrame(
        {
            "building": buildings["building"].astype("str"),
            "footprint_m2": footprint,
            "floor_area_m2": area.fillna(median),
            "taken_from": taken,
        }
    )


def _known(buildings: pd.DataFrame, column: str) -> pd.Series:
    """Return a column's numbers above 0; null where there are none."""
    if column not in buildings:
        return pd.Series(np.nan, buildings.index)
    numbers = buildings[column].astype("float64")
    return numbers.where(numbers > 0)


def home_areas(
    buildings: pd.DataFrame,
    *,
    homes: Sequence[str] | None = HOME_WORDS,
    storey_m: float = STOREY_M,
) -> pd.Series:
    """Return the floor area of each building that people may live in.

    Parameters
    ----------
    buildings : DataFrame
        As for `floor_areas`, and use where it is known.
    homes : sequence of str, optional
        A building whose use is known and has none of these words in it holds nobody; None: all
        buildings count. A building of unknown use counts.
    storey_m : float, default 3.0

    Returns
    -------
    Series of float
        Square metres, with the index given.

    Examples
    --------
    >>> buildings = pd.DataFrame({"building": ["b1", "b2"], "floors": 2,
    ...     "use": ["商住混合", "工业"], "geom": [shapely.box(0, 0, 10, 10)] * 2})
    >>> home_areas(buildings).to_list()
    [200.0, 0.0]
    """
    area = floor_areas(buildings, storey_m=storey_m)["floor_area_m2"]
    if homes is None or "use" not in buildings:
        return area
    use = buildings["use"].astype("str").fillna("").str.casefold()
    lived_in = use.eq("") | pd.Series([any(w in u for w in homes) for u in use], use.index)
    return area.where(lived_in, 0.0)
