"""Repeat by cause: owners, keepers and batches with more bad places than chance gives them."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from blockdata.analysis.causes.chance import hypergeometric_sum_law, upper_tail
from blockdata.analysis.checks import require_columns, require_distinct, require_share
from blockdata.analysis.fdr import bh_qvalues, by_qvalues
from blockdata.errors import AnalysisError

__all__ = ["CAUSE_COLUMNS", "cause_test", "judged_causes"]

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


def cause_test(
    places: pd.DataFrame,
    *,
    members: pd.DataFrame | None = None,
    alpha: float = 0.05,
    min_places: int = 2,
) -> pd.DataFrame:
    """Test whether the places of one cause are bad more often than places like them.

    A cause is whatever several places share: their owner, the property company, the keeper, or
    of components the batch (class, maker and year in one text).

    Parameters
    ----------
    places : DataFrame
        place (str, distinct), bad (bool: chronic, say). Optional: stratum (what places are
        compared within: the kind of place, the category, the cell; without it all are compared
        with all), cause (str, null for places without one, which count as the others).
    members : DataFrame, optional
        place, cause: where a place may have several causes (the companies that stand there).
        Without it the column `cause` is taken. Pairs of other places are left out.
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
        and others, or "too_few_to_tell" where p could not be alpha or less even if all its places
        were bad; then there is no p. The family is every tested cause.

    Raises
    ------
    AnalysisError
        If a column or value is missing, a place stands twice, or a setting is out of range.

    Notes
    -----
    That bad places gather in one part of the city is chance for an owner whose places do too:
    take the cell into the stratum to leave it out. What p could be at best depends on how many
    places and bad ones there are, not on where these fall, so that leaving the hopeless out of the
    family costs nothing (Tarone).

    References
    ----------
    The sum of independent hypergeometric counts over strata is the exact conditional test that
    Mantel and Haenszel (1959) approximate. Tarone, R. E. (1990). A modified Bonferroni method for
    discrete data. Biometrics 46, 515-522. Benjamini and Hochberg (1995), as in `bh_qvalues`.

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
    if min_places < 2 or (members is None and "cause" not in places.columns):
        raise AnalysisError("no column cause, or min_places below 2", where="cause_test")
    stratum = places["stratum"] if "stratum" in places.columns else "all"
    rows = pd.DataFrame(
        {
            "place": places["place"].astype("str"),
            "bad": places["bad"].astype("bool").astype("int64"),
            "stratum": pd.Series(stratum, index=places.index).astype("str").fillna(""),
        }
    )
    pairs = (places if members is None else members)[["place", "cause"]].astype("str")
    pairs = pairs.dropna().drop_duplicates()
    whole = rows.groupby("stratum")["bad"].agg(all_places="size", all_bad="sum")
    own = rows.merge(pairs, on="place").groupby(["cause", "stratum"])["bad"]
    table = own.agg(places="size", bad="sum").reset_index().join(whole, on="stratum")
    found = _counted(table)
    if found.empty:
        return pd.DataFrame({c: pd.Series(dtype=d) for c, d in CAUSE_COLUMNS.items()})
    found["reason"] = _reasons(found, min_places)
    open_to_test = found.index[found["reason"].isna()]
    urns = dict(iter(table[table["cause"].isin(open_to_test)].groupby("cause", sort=True)))
    for cause in open_to_test:
        found.loc[cause, "p"] = _chance(urns[cause], int(found.loc[cause, "bad"]), alpha)
    hopeless = found["reason"].isna() & found["p"].isna()
    found = found.assign(reason=found["reason"].mask(hopeless, "too_few_to_tell"))
    judged = judged_causes(found.reset_index(), alpha=alpha)
    ordered = judged[list(CAUSE_COLUMNS)].sort_values(["rank", "cause"], ignore_index=True)
    told: pd.DataFrame = ordered.astype(CAUSE_COLUMNS)
    return told


def _counted(table: pd.DataFrame) -> pd.DataFrame:
    """Return the counts of each cause over its strata, by cause, not yet tested."""
    rows = table.assign(
        expected=table["places"] * table["all_bad"] / table["all_places"],
        all_own=table["places"] == table["all_places"],
        even=(table["all_bad"] == 0) | (table["all_bad"] == table["all_places"]),
    )
    found = rows.groupby("cause", sort=True).agg(
        places=("places", "sum"),
        bad=("bad", "sum"),
        expected=("expected", "sum"),
        all_own=("all_own", "all"),
        even=("even", "all"),
    )
    ratio = found["bad"] / found["expected"].where(found["expected"] > 0)
    return found.assign(excess=found["bad"] - found["expected"], ratio=ratio, p=np.nan)


def _reasons(found: pd.DataFrame, min_places: int) -> pd.Series:
    """Return why causes are not tested; the first that holds, null where none does."""
    reason = pd.Series(None, index=found.index, dtype="str")
    reason = reason.mask(found["even"], "none_or_all_bad")
    reason = reason.mask(found["all_own"], "no_other_like")
    return reason.mask(found["places"] < min_places, "too_few_places")


def _chance(urns: pd.DataFrame, bad: int, alpha: float) -> float:
    """Return the chance of so many bad ones or more; NaN if it could not be alpha at best."""
    law = hypergeometric_sum_law(
        *(urns[c].to_numpy(dtype=np.int64) for c in ("places", "all_bad", "all_places"))
    )
    hopeless = upper_tail(law, int(np.flatnonzero(law)[-1])) > alpha
    return np.nan if hopeless else upper_tail(law, bad)


def judged_causes(
    found: pd.DataFrame,
    *,
    alpha: float = 0.05,
    correction: Literal["bh", "by"] = "bh",
    within: tuple[str, ...] = (),
) -> pd.DataFrame:
    """Return causes with q, status and rank over all of them together.

    Parameters
    ----------
    found : DataFrame
        p (NaN where not tested), excess; rows of several `cause_test` may stand below each other,
        for the family is every cause that was tested in one night.
    alpha : float
        False discovery rate.
    correction : str
        "bh" (Benjamini-Hochberg) or "by" (Benjamini-Yekutieli, under any dependence: one lamp is
        its owner's, its keeper's and of a batch).
    within : tuple of str
        Columns within which ranks are given; default: over all.

    Returns
    -------
    DataFrame
        A copy with q, status ("shared_cause" or null) and rank (by excess, of what was tested).

    Examples
    --------
    >>> told = judged_causes(pd.DataFrame({"p": [0.001, 0.9, None], "excess": [5.0, 0.1, 2.0]}))
    >>> told["status"].isna().tolist(), told["rank"].tolist()
    ([False, True, True], [1, 2, <NA>])
    """
    p = found["p"].astype("float64")
    q = (bh_qvalues if correction == "bh" else by_qvalues)(p)
    tested = found["excess"].where(p.notna())
    grouped = tested.groupby([found[c] for c in within]) if within else tested
    rank = grouped.rank(method="min", ascending=False)
    return found.assign(
        q=q,
        status=pd.Series("shared_cause", index=found.index, dtype="str").where(q <= alpha),
        rank=rank.astype("Int64"),
    )
