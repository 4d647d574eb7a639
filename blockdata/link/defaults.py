"""Default locations: where a source puts the cases that it cannot place."""

from __future__ import annotations

import numpy as np
import pandas as pd

__all__ = ["default_locations"]

_RANK = 10
"""Of the place that others are held against; so many default locations may a source have."""
_COLUMNS = ["source", "place", "incidents", "share", "overlap"]


def default_locations(
    incidents: pd.DataFrame,
    *,
    min_incidents: int = 20,
    min_share: float = 0.0025,
    min_overlap: float = 0.9,
    min_ratio: float = 3.0,
) -> pd.DataFrame:
    """Find places at which a source's cases are as mixed as the source itself.

    A place with a problem has its own problems. A place that stands for "we do not know where"
    (the call centre, the town hall, the middle of the map) has everybody's: its mix of
    categories is that of the whole source. Similarity is Morisita's index of overlap between
    the place's counts and those of the source's other cases; it is unbiased by the size of
    either sample, 1 for two samples of one mix and 0 for mixes without a common category.

    Parameters
    ----------
    incidents : DataFrame
        Columns source, place, category; rows without a category are left out, rows without a
        place count in their source's mix. The place is an address, or a coordinate, whichever is
        looked into.
    min_incidents : int
        A place with fewer cases is not looked at.
    min_share : float
        Nor one with a smaller share of its source's cases.
    min_overlap : float
        The least overlap that makes a place a default location.
    min_ratio : float
        How many times the cases of the tenth busiest place of its source, if it has as many, it
        has at least: a tower with many homes has everybody's problems too, and is one of several.

    Returns
    -------
    DataFrame
        source, place, incidents, share, overlap of the default locations, sorted by source and
        place. Empty for a source with one category only: there nothing can be told.

    References
    ----------
    Morisita, M. (1959), Measuring of interspecific association and similarity between
    communities, Mem. Fac. Sci. Kyushu Univ. Ser. E 3, 65-80.

    Examples
    --------
    >>> import pandas as pd
    >>> mixed = ["noise", "rubbish", "parking"] * 10
    >>> frame = pd.DataFrame({"source": "hotline", "category": mixed * 2 + ["noise"] * 30,
    ...                       "place": ["town hall"] * 30 + [f"p{i}" for i in range(30)]
    ...                                + ["bar"] * 30})
    >>> default_locations(frame, min_overlap=0.75)["place"].tolist()
    ['town hall']
    """
    known = incidents[["source", "place", "category"]].dropna(subset=["source", "category"])
    found = [
        _of_source(
            group,
            _enough(
                group["place"].value_counts(), max(min_incidents, min_share * len(group)), min_ratio
            ),
            min_overlap,
        ).assign(source=source)
        for source, group in known.groupby("source", sort=True)
    ]
    found = [part for part in found if len(part)]
    if not found:
        return pd.DataFrame({name: [] for name in _COLUMNS})
    return pd.concat(found, ignore_index=True)[_COLUMNS]


def _enough(counted: pd.Series, least: float, min_ratio: float) -> pd.Series:
    """Return the places that have enough cases, in all and against the tenth busiest one."""
    tenth = counted.iloc[_RANK - 1] if len(counted) >= _RANK else 0
    return counted[counted >= max(least, min_ratio * tenth)]


def _of_source(cases: pd.DataFrame, enough: pd.Series, min_overlap: float) -> pd.DataFrame:
    categories = cases["category"].value_counts()
    if enough.empty or len(categories) == 1:
        return pd.DataFrame()
    looked_at = cases[cases["place"].isin(enough.index)]
    table = pd.crosstab(looked_at["place"], looked_at["category"])
    everything = categories.reindex(table.columns)
    # What stands outside the candidates' categories belongs to the source's mix too.
    elsewhere = categories.drop(table.columns).to_numpy()
    here = table.to_numpy(dtype=np.float64)
    others = np.hstack(
        [everything.to_numpy() - here, np.broadcast_to(elsewhere, (len(here), len(elsewhere)))]
    )
    here = np.hstack([here, np.zeros((len(here), len(elsewhere)))])
    found = pd.DataFrame(
        {
            "place": table.index.astype("str"),
            "incidents": here.sum(axis=1).astype(np.int64),
            "share": here.sum(axis=1) / len(cases),
            "overlap": morisita_overlap(here, others),
        }
    )
    return found[found["overlap"] >= min_overlap]


def morisita_overlap(
    one: np.ndarray[tuple[int, int], np.dtype[np.float64]],
    other: np.ndarray[tuple[int, int], np.dtype[np.float64]],
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return Morisita's index of overlap, row by row.

    Parameters
    ----------
    one, other : ndarray, shape (n, categories)
        Counts of two samples.

    Returns
    -------
    ndarray, shape (n,)
        Null where a sample has fewer than two cases, or none of a category twice in either.

    Examples
    --------
    >>> morisita_overlap(np.array([[4.0, 4.0]]), np.array([[40.0, 40.0]])).round(2).tolist()
    [1.08]
    """
    size, other_size = one.sum(axis=1), other.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        twice = (one * (one - 1)).sum(axis=1) / (size * (size - 1))
        other_twice = (other * (other - 1)).sum(axis=1) / (other_size * (other_size - 1))
        shared = (one * other).sum(axis=1) / (size * other_size)
        overlap: np.ndarray[tuple[int], np.dtype[np.float64]] = 2 * shared / (twice + other_twice)
    return overlap
