"""Points that nobody measured: what a source fills in where it does not know."""

from __future__ import annotations

import pandas as pd

__all__ = ["filled_points"]

_SAME = 0.9
"""Share of a place's cases at its most frequent point from which all are taken to be there."""
_CATEGORIES = 3
"""Fewer are one occurrence that was told again, or a camera that watches for one thing."""
_ENOUGH_PLACES = 20
"""So many places with as many categories must tell whether their source measures."""
_SELDOM = 0.05
"""Share of them whose cases are at one point, up to which it does."""


def filled_points(incidents: pd.DataFrame, *, min_incidents: int = 5) -> pd.DataFrame:
    """Find the places whose points were filled in, though their source measures elsewhere.

    Whoever reports with a phone is never twice at the same decimetre. Where the cases of a place
    all have one point, and those of nearly no other place of the source do, somebody wrote that
    point without being there. It is a witness beside others, no proof: a device that stands still
    gives one point too.

    Parameters
    ----------
    incidents : DataFrame
        Columns source, place, category and point (int: equal for cases at one measured point;
        negative where nothing was measured). Rows with a null or without a point are left out.
    min_incidents : int
        A place of a source with fewer measured cases is not looked at.

    Returns
    -------
    DataFrame
        source, place, incidents (measured ones) of places with at least three categories, sorted
        by source and place. Empty for a source where more than a twentieth of such places have
        one point (it looks addresses up), or that has fewer than 20 such places.

    Examples
    --------
    >>> import pandas as pd
    >>> measured = pd.DataFrame({"place": [f"p{i // 3}" for i in range(60)], "point": range(60)})
    >>> hall = pd.DataFrame({"place": ["town hall"] * 6, "point": 99})
    >>> cases = pd.concat([measured, hall], ignore_index=True).assign(source="app")
    >>> cases["category"] = ["noise", "rubbish", "parking"] * 22
    >>> filled_points(cases)["place"].tolist()
    ['town hall']
    """
    by = ["source", "place"]
    known = incidents[incidents["point"] >= 0].dropna(subset=[*by, "category"])
    points = known.groupby([*by, "point"], sort=True).size()
    told = pd.DataFrame(points.groupby(by).agg(incidents="sum", most="max"))
    told["categories"] = known.groupby(by)["category"].nunique()
    told["is_one"] = told["most"] >= _SAME * told["incidents"]
    told = told[told["categories"] >= _CATEGORIES]
    places = told.groupby("source")["is_one"].agg(["size", "mean"])
    measure = places.index[(places["size"] >= _ENOUGH_PLACES) & (places["mean"] <= _SELDOM)]
    suspect = told["is_one"] & (told["incidents"] >= min_incidents)
    suspect &= told.index.isin(measure, level="source")
    return pd.DataFrame(told.loc[suspect, ["incidents"]].reset_index())
