"""Whether bad places stand near each other more than places like them do."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_array
from scipy.spatial import cKDTree

from blockdata.analysis.checks import looks_like_degrees, require_columns, require_distinct
from blockdata.errors import AnalysisError

__all__ = ["Neighbours", "neighbour_test"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Neighbours:
    """Bad places that are near other bad places.

    Parameters
    ----------
    pairs : int
        Pairs of bad places within the radius.
    expected : float
        Their mean over the permutations.
    p : float
        (1 + permutations with as many or more) by (1 + permutations); NaN with a reason.
    reason : str or None
        "too_few_places" where fewer than two places are bad, "none_or_all_bad", or
        "no_other_like" where no two places are near each other.
    places : DataFrame
        place, near (bad neighbours), expected (by the share of bad ones of each neighbour's
        stratum) of each bad place that has any; most first.

    Examples
    --------
    >>> Neighbours(0, 0.0, 1.0, None, pd.DataFrame()).pairs
    0
    """

    pairs: int
    expected: float
    p: float
    reason: str | None
    places: pd.DataFrame


def neighbour_test(
    places: pd.DataFrame, *, radius_m: float = 50.0, permutations: int = 999, seed: int = 0
) -> Neighbours:
    """Count pairs of bad places within a radius, against bad ones dealt out anew.

    Parameters
    ----------
    places : DataFrame
        place (str, distinct), x, y (metres; places without them take no part), bad (bool).
        Optional: stratum, within which bad ones are dealt out (kind of place, category, district).
    radius_m : float
    permutations, seed : int

    Returns
    -------
    Neighbours

    Raises
    ------
    AnalysisError
        If a column is missing, a place stands twice, coordinates are degrees or a setting is out
        of range.

    References
    ----------
    Moran, P. A. P. (1948). The interpretation of statistical maps. Journal of the Royal
    Statistical Society B 10, 243-251 (black-black joins), with random labelling.

    Examples
    --------
    >>> line = pd.DataFrame({"place": [f"p{i:02}" for i in range(60)], "x": np.arange(60) * 40.0,
    ...                      "y": 0.0, "bad": [True] * 6 + [False] * 54})
    >>> found = neighbour_test(line)
    >>> found.pairs, found.p < 0.01
    (5, True)
    """
    require_columns(places, ["place", "bad"], "neighbour_test places")
    require_distinct(places, ["place"], "neighbour_test places")
    if not {"x", "y"} <= set(places.columns) or radius_m <= 0 or permutations < 1:
        raise AnalysisError(
            "no coordinates, or a setting out of range",
            where="neighbour_test",
            allowed="x, y, radius_m above 0, 1 permutation or more",
        )
    known = places.dropna(subset=["x", "y"]).sort_values("place", ignore_index=True)
    xy = known[["x", "y"]].to_numpy(dtype=np.float64)
    if looks_like_degrees(xy):
        raise AnalysisError("x and y look like degrees", where="neighbour_test", allowed="metres")
    bad = known["bad"].to_numpy(dtype=np.bool_)
    pairs = np.zeros((0, 2), dtype=np.int64)
    if len(xy):
        pairs = cKDTree(xy).query_pairs(radius_m, output_type="ndarray").astype(np.int64)
    group = np.zeros(len(known), dtype=np.int64)
    if "stratum" in known.columns:
        group = known["stratum"].astype("str").factorize(use_na_sentinel=False)[0].astype(np.int64)
    reason = _reason(bad, pairs)
    if reason:
        return Neighbours(0, np.nan, np.nan, reason, _near(known, bad, group, pairs[:0]))
    observed = int((bad[pairs[:, 0]] & bad[pairs[:, 1]]).sum())
    drawn = _dealt(bad, group, pairs, permutations, seed)
    p = (1 + int((drawn >= observed).sum())) / (1 + permutations)
    told = _near(known, bad, group, pairs)
    return Neighbours(observed, float(drawn.mean()), float(p), None, told)


def _reason(bad: npt.NDArray[np.bool_], pairs: Integers) -> str | None:
    if bad.sum() < 2:
        return "too_few_places"
    if bad.all():
        return "none_or_all_bad"
    return None if len(pairs) else "no_other_like"


def _dealt(
    bad: npt.NDArray[np.bool_], group: Integers, pairs: Integers, permutations: int, seed: int
) -> Integers:
    """Return the pairs of bad ones after dealing them out anew within each stratum."""
    random = np.random.default_rng(seed)
    one, other = np.concatenate([pairs, pairs[:, ::-1]]).T
    near = csr_array((np.ones(len(one), dtype=np.int32), (one, other)), shape=(len(bad), len(bad)))
    members = [np.flatnonzero(group == g) for g in np.unique(group[bad])]
    wanted = [int(bad[own].sum()) for own in members]
    counts = []
    for begin in range(0, permutations, _AT_ONCE):
        turns = min(_AT_ONCE, permutations - begin)
        drawn = [
            np.concatenate(
                [
                    own[random.choice(len(own), size, replace=False, shuffle=False)]
                    for own, size in zip(members, wanted, strict=True)
                ]
            )
            for _ in range(turns)
        ]
        # One column a permutation; only the bad ones of each are looked at.
        at = (np.concatenate(drawn), np.repeat(np.arange(turns), len(drawn[0])))
        mixed = csr_array((np.ones(len(at[0]), dtype=np.int32), at), shape=(len(bad), turns))
        counts.append(np.asarray((near @ mixed).multiply(mixed).sum(axis=0)).ravel() // 2)
    return np.concatenate(counts).astype(np.int64)


_AT_ONCE = 100


def _near(
    known: pd.DataFrame, bad: npt.NDArray[np.bool_], group: Integers, pairs: Integers
) -> pd.DataFrame:
    size = len(bad)
    share = np.bincount(group, bad, minlength=1) / np.maximum(np.bincount(group, minlength=1), 1)
    one, other = np.concatenate([pairs, pairs[:, ::-1]]).T if len(pairs) else (pairs[:, 0],) * 2
    near = np.bincount(one, bad[other], minlength=size)
    expected = np.bincount(one, share[group[other]], minlength=size)
    told = pd.DataFrame(
        {
            "place": known["place"].astype("str"),
            "near": near.astype(np.int64),
            "expected": expected.astype(np.float64),
        }
    )[bad & (near > 0)]
    return told.sort_values(["near", "place"], ascending=[False, True], ignore_index=True)
