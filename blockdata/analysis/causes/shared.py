"""Repeat by cause: owners, keepers and batches with more bad places than chance gives them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import gammaln

from blockdata.analysis.checks import require_columns, require_distinct, require_share
from blockdata.analysis.fdr import bh_qvalues
from blockdata.errors import AnalysisError

__all__ = ["CAUSE_COLUMNS", "cause_test", "hypergeometric_sum_tail"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

CAUSE_COLUMNS = {
    "cause": "str",
    "places": "int64",
    "bad": "int64",
    "expected": "float64",
    "excess": "float64",
    "ratio": "float64",
    "p": "float64",
    "q": "float64",
    "status": "str",
    "rank": "Int64",
    "reason": "str",
}


def cause_test(places: pd.DataFrame, *, alpha: float = 0.05, min_places: int = 2) -> pd.DataFrame:
    """Test whether the places of one cause are bad more often than places like them.

    A cause is whatever several places share: their owner, the property company, the keeper, or
    of components the batch (class, maker and year in one text).

    Parameters
    ----------
    places : DataFrame
        place (str, distinct), cause (str, null for places without one, which count as the
        others), bad (bool: chronic, say). Optional: stratum (what places are compared within: the
        kind of place, the category, the cell; without it all are compared with all).
    alpha : float
        False discovery rate.
    min_places : int
        A cause with fewer places is not tested: one place has nothing to repeat.

    Returns
    -------
    DataFrame, columns `CAUSE_COLUMNS`, one row per cause, by rank, then cause
        expected: the bad places it would have if those of each stratum fell on its places by
        chance; p: the exact chance of as many or more; status "shared_cause" where q <= alpha;
        rank by excess. The reason is "too_few_places", or "no_other_like" where every place of
        its strata is its own, or "none_or_all_bad" where no stratum of it has both bad places
        and others; then there is no p. The family is every tested cause.

    Raises
    ------
    AnalysisError
        If a column or value is missing, a place stands twice, or a setting is out of range.

    Notes
    -----
    That bad places gather in one part of the city is chance for an owner whose places do too:
    take the cell into the stratum to leave it out.

    References
    ----------
    The sum of independent hypergeometric counts over strata is the exact conditional test that
    Mantel and Haenszel (1959) approximate. Benjamini and Hochberg (1995), as in `bh_qvalues`.

    Examples
    --------
    >>> places = pd.DataFrame({"place": [f"p{i:02}" for i in range(40)],
    ...     "cause": ["A"] * 10 + ["B"] * 30, "bad": [True] * 8 + [False] * 2 + [True] * 2
    ...     + [False] * 28})
    >>> found = cause_test(places)
    >>> found[["cause", "places", "bad", "expected", "status"]].values.tolist()[0]
    ['A', 10, 8, 2.5, 'shared_cause']
    """
    require_share(alpha, "cause_test alpha")
    require_columns(places, ["place", "bad"], "cause_test places")
    require_distinct(places, ["place"], "cause_test places")
    if "cause" not in places.columns or min_places < 2:
        raise AnalysisError("no column cause, or min_places below 2", where="cause_test")
    stratum = places["stratum"] if "stratum" in places.columns else "all"
    rows = pd.DataFrame(
        {
            "cause": places["cause"].astype("str"),
            "bad": places["bad"].astype("bool").astype("int64"),
            "stratum": pd.Series(stratum, index=places.index).astype("str").fillna(""),
        }
    )
    whole = rows.groupby("stratum")["bad"].agg(all_places="size", all_bad="sum")
    own = rows.dropna(subset=["cause"]).groupby(["cause", "stratum"])["bad"]
    table = own.agg(places="size", bad="sum").reset_index().join(whole, on="stratum")
    blocks = [_one(cause, part, min_places) for cause, part in table.groupby("cause", sort=True)]
    return _ranked(pd.DataFrame(blocks), alpha)


def _one(cause: object, part: pd.DataFrame, min_places: int) -> dict[str, object]:
    n, k, total, bad = (
        part[c].to_numpy(dtype=np.int64) for c in ("places", "bad", "all_places", "all_bad")
    )
    expected = float((n * bad / total).sum())
    told: dict[str, object] = {
        "cause": cause,
        "places": int(n.sum()),
        "bad": int(k.sum()),
        "expected": expected,
        "excess": int(k.sum()) - expected,
        "ratio": int(k.sum()) / expected if expected > 0 else np.nan,
        "p": np.nan,
        "reason": None,
    }
    if n.sum() < min_places:
        return told | {"reason": "too_few_places"}
    if (n == total).all():
        return told | {"reason": "no_other_like"}
    if ((bad == 0) | (bad == total)).all():
        return told | {"reason": "none_or_all_bad"}
    return told | {"p": hypergeometric_sum_tail(int(k.sum()), n, bad, total)}


def _ranked(found: pd.DataFrame, alpha: float) -> pd.DataFrame:
    if found.empty:
        return pd.DataFrame({c: pd.Series(dtype=d) for c, d in CAUSE_COLUMNS.items()})
    q = bh_qvalues(found["p"])
    rank = found["excess"].where(found["p"].notna()).rank(method="min", ascending=False)
    found = found.assign(
        q=q,
        status=pd.Series("shared_cause", index=found.index, dtype="str").where(q <= alpha),
        rank=rank.astype("Int64"),
    )
    ordered = found[list(CAUSE_COLUMNS)].sort_values(["rank", "cause"], ignore_index=True)
    told: pd.DataFrame = ordered.astype(CAUSE_COLUMNS)
    return told


def hypergeometric_sum_tail(
    at_least: int, drawn: Integers, bad: Integers, total: Integers
) -> float:
    """Chance that independent draws from several urns hold so many bad ones or more together.

    Parameters
    ----------
    at_least : int
    drawn, bad, total : ndarray of int64, shape (urns,)
        How many are drawn from each urn without putting back, and how many of its total are bad.

    Returns
    -------
    float

    Examples
    --------
    >>> round(hypergeometric_sum_tail(2, np.array([2]), np.array([2]), np.array([4])), 6)
    0.166667
    """
    law = np.ones(1)
    for n, k, size in zip(drawn.tolist(), bad.tolist(), total.tolist(), strict=True):
        law = np.convolve(law, _hypergeometric(n, k, size))
    # Small tails are summed from their small end, so that they keep their digits.
    return float(min(law[at_least:][::-1].sum(), 1.0)) if at_least < len(law) else 0.0


def _hypergeometric(drawn: int, bad: int, total: int) -> Floats:
    """Return the chances of 0 to `drawn` bad ones."""
    count = np.arange(drawn + 1)
    possible = (count <= bad) & (drawn - count <= total - bad)
    law = np.zeros(drawn + 1)
    c = count[possible]
    log = (
        _log_choose(bad, c)
        + _log_choose(total - bad, drawn - c)
        - _log_choose(total, np.asarray(drawn))
    )
    law[possible] = np.exp(log)
    return law


def _log_choose(of: int, some: Integers) -> Floats:
    return np.asarray(gammaln(of + 1) - gammaln(some + 1) - gammaln(of - some + 1))
