"""Default locations: where a source puts the cases that it cannot place."""

from __future__ import annotations

import numpy as np
import pandas as pd

from blockdata.link.filled_points import filled_points

__all__ = ["default_locations"]

_RANK = 10
"""Of the place that others are held against; so many default locations may a source have."""
_COLUMNS = ["source", "place", "incidents", "share", "overlap", "told_by"]


def default_locations(
    incidents: pd.DataFrame,
    *,
    min_incidents: int = 20,
    min_share: float = 0.0025,
    min_overlap: float = 0.9,
    min_ratio: float = 3.0,
    min_same_point: int = 5,
) -> pd.DataFrame:
    """Find places at which a source's cases are as mixed as the source itself.

    A place with a problem has its own problems. A place that stands for "we do not know where"
    (the call centre, the town hall, the middle of the map) has everybody's: its mix of
    categories is that of the whole source. Similarity is Morisita's index of overlap between
    the place's counts and those of the source's other cases; it is unbiased by the size of
    either sample, 1 for two samples of one mix and 0 for mixes without a common category.

    Everybody's problems are also those of a tower with many homes. So there must be a second
    witness: a source has many more cases there than at other places (`min_ratio`), or has points
    there that were filled in (`filled_points`). What is known of one source then holds for each
    other one whose cases there are as mixed as itself, or have such points.

    Parameters
    ----------
    incidents : DataFrame
        Columns source, place, category; rows without a category are left out, rows without a
        place count in their source's mix. The place is an address, or a coordinate, whichever is
        looked into. Optionally point (int), the measured point of each case, as in
        `filled_points`.
    min_incidents : int
        A place with fewer cases is not looked at, unless its points were filled in.
    min_share : float
        Nor one with a smaller share of its source's cases.
    min_overlap : float
        The least overlap that makes a place a default location.
    min_ratio : float
        How many times the cases of the tenth busiest place of its source, if it has as many, it
        has at least: a tower with many homes is one of several.
    min_same_point : int
        `min_incidents` of `filled_points`.

    Returns
    -------
    DataFrame
        source, place, incidents, share, overlap and told_by (`mix`: by cases and mix; `point`: by
        points that were filled in; `other_source`: by its mix, where another source is the second
        witness) of the default locations, sorted by source and place. Empty for a source with
        one category only: there nothing can be told.

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
    known = incidents.dropna(subset=["source", "category"])
    filled = filled_points(known, min_incidents=min_same_point) if "point" in known else None
    parts = [
        _of_source(
            group,
            max(min_incidents, min_share * len(group)),
            [] if filled is None else filled.loc[filled["source"] == source, "place"].tolist(),
        ).assign(source=source)
        for source, group in known.groupby("source", sort=True)
    ]
    parts = [part for part in parts if len(part)]
    if not parts:
        return pd.DataFrame({name: [] for name in _COLUMNS})
    looked_at = pd.concat(parts, ignore_index=True)
    mixed = looked_at["is_busy"] & (looked_at["overlap"] >= min_overlap)
    by_mix, filled_in = mixed & (looked_at["ratio"] >= min_ratio), looked_at["is_filled"]
    at_filled = mixed & looked_at["place"].isin(looked_at.loc[filled_in, "place"])
    certain = looked_at["place"].isin(looked_at.loc[by_mix | at_filled, "place"])
    told_by = np.select([by_mix, filled_in], ["mix", "point"], "other_source")
    found = looked_at.assign(told_by=told_by)[certain & (mixed | filled_in)]
    return found[_COLUMNS].reset_index(drop=True)


def _of_source(cases: pd.DataFrame, least: float, filled: list[str]) -> pd.DataFrame:
    """Return the places of a source that are busy or filled in, with what tells of them."""
    counted = cases["place"].value_counts()
    tenth = counted.iloc[_RANK - 1] if len(counted) >= _RANK else 0
    candidates = counted[(counted >= least) | counted.index.isin(filled)]
    categories = cases["category"].value_counts()
    if candidates.empty or len(categories) == 1:
        return pd.DataFrame()
    looked_at = cases[cases["place"].isin(candidates.index)]
    table = pd.crosstab(looked_at["place"], looked_at["category"])
    everything = categories.reindex(table.columns)
    # What stands outside the candidates' categories belongs to the source's mix too.
    elsewhere = categories.drop(table.columns).to_numpy()
    here = table.to_numpy(dtype=np.float64)
    others = np.hstack(
        [everything.to_numpy() - here, np.broadcast_to(elsewhere, (len(here), len(elsewhere)))]
    )
    here = np.hstack([here, np.zeros((len(here), len(elsewhere)))])
    size = here.sum(axis=1)
    with np.errstate(divide="ignore"):
        ratio = size / tenth
    return pd.DataFrame(
        {
            "place": table.index.astype("str"),
            "incidents": size.astype(np.int64),
            "share": size / len(cases),
            "overlap": morisita_overlap(here, others),
            "ratio": ratio,
            "is_busy": size >= least,
            "is_filled": table.index.isin(filled),
        }
    )


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
