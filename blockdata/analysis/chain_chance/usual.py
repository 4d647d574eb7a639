"""How many cases of a category a place brings on a usual day: its own past, and places like it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from blockdata.analysis.dispersion import negative_binomial_dispersion
from blockdata.analysis.tails import FloatArray

__all__ = ["UsualRates"]

_MOST_ALIKE = 20.0
"""Shape of the gamma law of rates among places at most: none is taken to be just like others."""


class UsualRates:
    """Rates of cases by place and category, drawn towards those of places of the same sort.

    Within a sort and a category the rates of places follow a gamma law; its mean is the rate of
    all of them together, its shape the maximum-likelihood one of the negative binomial.

    Parameters
    ----------
    watched : DataFrame
        place, category: a row per case.
    places : DataFrame
        place, sort, size: all places, also those without a case; those that are not listed are of
        a sort of their own with size 1.
    days : float
        Time of observation, > 0.

    Examples
    --------
    >>> watched = pd.DataFrame({"place": ["a"] * 3 + ["b"], "category": "noise"})
    >>> places = pd.DataFrame({"place": list("abcd"), "sort": "home", "size": 1.0})
    >>> rates = UsualRates(watched, places, days=100.0)
    >>> asked = pd.DataFrame({"place": ["a", "c"], "category": "noise", "own": 0, "seen": 0,
    ...                       "span_days": 0.0, "since_days": 0.0})
    >>> rates.per_day(asked).round(4).tolist()
    [0.0201, 0.0059]
    """

    def __init__(self, watched: pd.DataFrame, places: pd.DataFrame, days: float) -> None:
        self._days = days
        seen = pd.DataFrame({"place": np.sort(watched["place"].unique())})
        listed = places[["place", "sort", "size"]].drop_duplicates("place")
        all_places = seen.merge(listed, on="place", how="outer").sort_values("place")
        filled = all_places.assign(
            sort=all_places["sort"].astype("str").fillna(""),
            size=all_places["size"].astype("float64").fillna(1.0),
        )
        self._places = filled.set_index("place")
        counted = watched.groupby(["place", "category"]).size().rename("count").reset_index()
        counted["sort"] = self._places["sort"].reindex(counted["place"]).to_numpy()
        self._counts = counted
        self._laws: dict[tuple[str, str], tuple[float, float]] = {}

    def per_day(self, asked: pd.DataFrame) -> FloatArray:
        """Return the expected rates, the chain in question left out.

        Parameters
        ----------
        asked : DataFrame
            place, category, own (the chain's cases of the category there), span_days (its time,
            which does not count as usual), seen and since_days (of the chain's own cases those
            that are counted all the same, and their time).

        Returns
        -------
        ndarray of float
            Cases per day.
        """
        named = asked[["place", "category"]]
        count = named.merge(self._counts, on=["place", "category"], how="left")["count"]
        sort = self._places["sort"].reindex(named["place"]).to_numpy(dtype=object)
        size = self._places["size"].reindex(named["place"]).to_numpy(dtype=np.float64)
        own = asked["own"].to_numpy(dtype=np.float64)
        pairs = zip(sort.tolist(), named["category"].tolist(), strict=True)
        laws = np.array([self._law(*pair) for pair in pairs], dtype=np.float64).reshape(-1, 2)
        # Half a case more, so that what was never seen elsewhere is not impossible.
        sizes = self._places.groupby("sort")["size"].sum().reindex(sort).to_numpy()
        mean = size * (laws[:, 0] - own + 0.5) / (sizes * self._days)
        shape = laws[:, 1]
        others = count.fillna(0).to_numpy() - own + asked["seen"].to_numpy()
        observed = self._days - asked["span_days"].to_numpy() + asked["since_days"].to_numpy()
        return np.asarray((others + shape) / (np.maximum(observed, 0.0) + shape / mean))

    def _law(self, sort: str, category: str) -> tuple[float, float]:
        """Return the cases of a category at all places of a sort, and the shape of their law."""
        if (sort, category) not in self._laws:
            own = self._counts[
                (self._counts["sort"] == sort) & (self._counts["category"] == category)
            ]
            total = int(own["count"].sum())
            self._laws[sort, category] = (float(total), self._shape(sort, own))
        return self._laws[sort, category]

    def _shape(self, sort: str, own: pd.DataFrame) -> float:
        places = self._places[self._places["sort"] == sort]
        total = own["count"].sum()
        if total == 0:
            return 1.0
        count = own.set_index("place")["count"].reindex(places.index).fillna(0)
        size = places["size"].to_numpy(dtype=np.float64)
        alpha = negative_binomial_dispersion(count.astype("int64"), total * size / size.sum())
        return min(1.0 / max(alpha, 1.0 / _MOST_ALIKE), _MOST_ALIKE)
