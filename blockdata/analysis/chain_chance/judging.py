"""How likely chance alone would have brought a chain."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from blockdata.analysis.chain_chance.usual import UsualRates
from blockdata.analysis.chain_chance.watching import (
    WATCHES,
    related_categories,
    watched_cases,
)
from blockdata.analysis.checks import require_columns, require_naive_times, require_share
from blockdata.analysis.fdr import bh_qvalues
from blockdata.analysis.hotspots import excess_rank
from blockdata.link.chains import ChainSettings

__all__ = ["CHANCE_COLUMNS", "chain_chance"]

CHANCE_COLUMNS = {
    "chain": "str",
    "evidence": "str",
    "usual_cases": "float64",
    "excess": "float64",
    "p": "float64",
    "q": "float64",
    "rank": "Int64",
}

_S_PER_DAY = 86_400
_PLACES = ("kind", "place", "sort", "size")


def chain_chance(
    members: pd.DataFrame,
    cases: pd.DataFrame,
    places: pd.DataFrame | None = None,
    settings: ChainSettings | None = None,
) -> pd.DataFrame:
    """Hold each chain against what the usual rates at its places would bring.

    From a chain's first case on one watches where it is: its entity, its component, its building
    or, where no building is known, its square of the plane. Each further case of the chain there
    is worth usual rate of its category x longest time the rule allows x number of categories that
    could follow: about the number of cases of so rare a kind that chance would have brought in
    that time. The product over the cases is a bound of the chance of the chain (see Notes).

    Parameters
    ----------
    members : DataFrame
        case, chain, as from `build_chains`.
    cases : DataFrame
        What `build_chains` was given: those in chains and all others.
    places : DataFrame, optional
        kind (of `WATCHES`), place, sort, size: places whose rates are alike are of one sort (the
        use of a building, the class of a component), and rates are in proportion to size (the
        components of a batch). Should list places without a case as well; of a kind that is not
        listed, those with a case are one sort.
    settings : ChainSettings, optional
        The same as for `build_chains`; `alpha` is the false discovery rate.

    Returns
    -------
    DataFrame
        `CHANCE_COLUMNS`, sorted by chain: evidence (the kind of place that tells most),
        usual_cases (related cases expected there between the first and the last), excess
        (further cases there, less usual_cases), p, q, rank (by excess; of the chains with
        q <= alpha, null of the others).

    Raises
    ------
    AnalysisError
        If a column is missing, times carry a zone, or `alpha` is no share.

    Notes
    -----
    Under the null, cases of a category come to a place at its usual rate, as of a Poisson law,
    independent of each other. The product of density of "the next case comes within the time
    allowed, whenever and of whichever category" over density under the null is then at most a
    martingale of mean 1 in the cases that come, so by Ville's inequality its inverse, at any
    moment that the data choose, is a p-value. The most favourable moment is taken; with several
    places watched, p is multiplied by their number. The bound is conservative: of 200 simulated
    districts without a cause none had a chain with q <= 0.2, two had one with q <= 0.5.
    The rate is that of `UsualRates`: the place's own outside the chain, drawn towards places of
    its sort, raised by each case of the category that the chain has had. So what fails again and
    again at an even pace is usual there: a chronic place, no chain.
    The family of q is every case that could begin a chain; one that never got another counts as
    p = 1.

    References
    ----------
    Ville, J. (1939). Etude critique de la notion de collectif. Gauthier-Villars.
    Benjamini and Hochberg (1995), as in `bh_qvalues`.

    Examples
    --------
    >>> from blockdata.link.chains import build_chains
    >>> day = pd.Timestamp("2026-01-01") + pd.to_timedelta([0, 20, 40, 60] + [0, 300] * 20, "D")
    >>> cases = pd.DataFrame({"reported_at": day, "id": [f"c{n:02}" for n in range(44)],
    ...     "category": ["fumes", "stalls", "noise", "rubbish"] + ["stalls", "noise"] * 20,
    ...     "building_id": ["shop"] * 4 + [f"b{n // 2}" for n in range(40)]})
    >>> shop = ChainSettings({"shop": ("fumes", "noise", "rubbish", "stalls")})
    >>> members = build_chains(cases, shop).members
    >>> found = chain_chance(members, cases, settings=shop)
    >>> found[["chain", "evidence", "rank"]].values.tolist()
    [['c00', 'building', 1]]
    """
    settings = settings or ChainSettings()
    require_share(settings.alpha, "chain_chance alpha")
    require_columns(cases, ["id", "reported_at", "category"], "chain_chance cases")
    times = require_naive_times(cases["reported_at"], "chain_chance cases reported_at")
    timed = cases.assign(reported_at=times)[times.notna()].reset_index(drop=True)
    if members.empty:
        return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in CHANCE_COLUMNS.items()})
    told, related = _told(members, timed), related_categories(timed, settings)
    known = places if places is not None else pd.DataFrame(columns=list(_PLACES))
    could_begin = {batch: np.zeros(len(timed), dtype=np.bool_) for batch in (False, True)}
    days, parts = _days_of(timed), []
    for watch in WATCHES.values():
        watched, follows = watched_cases(timed, related, watch, settings)
        could_begin[watch.is_batch][watched.index] = True
        rates = UsualRates(watched, known[known["kind"] == watch.kind], days)
        there = _cases_there(told[told["is_batch"] == watch.is_batch], watched, follows)
        if len(there):
            judged = _judged(there, rates, follows, settings.gap_days(watch.rule))
            parts.append(judged.assign(evidence=watch.kind))
    scored = _scored(told, pd.concat(parts, ignore_index=True))
    return _ranked(scored, _family(told, could_begin), settings.alpha)


def _days_of(cases: pd.DataFrame) -> float:
    seconds = (cases["reported_at"].max() - cases["reported_at"].min()).total_seconds()
    return max(float(seconds) / _S_PER_DAY, 1.0)


def _told(members: pd.DataFrame, cases: pd.DataFrame) -> pd.DataFrame:
    """Return the members in order of time, with the rows of their cases and of their chain's first.

    `days` counts from the first.
    """
    rows = cases[["id", "reported_at"]].assign(row=np.arange(len(cases)))
    told = members.merge(rows, left_on="case", right_on="id")
    told = told.sort_values(["chain", "reported_at", "case"], ignore_index=True)
    parts = told.groupby("chain")
    since = told["reported_at"] - parts["reported_at"].transform("first")
    return told.assign(
        head=parts["row"].transform("first"),
        is_batch=told["chain"].str.endswith(":batch"),
        days=since.dt.total_seconds() / _S_PER_DAY,
    )[["chain", "row", "head", "is_batch", "days"]]


def _cases_there(told: pd.DataFrame, watched: pd.DataFrame, follows: pd.DataFrame) -> pd.DataFrame:
    """Return the cases of each chain that are where its first one is and of a kind that follows."""
    here = told.join(watched, on="row", how="inner")
    here = here.join(watched.add_prefix("head_"), on="head", how="inner")
    pairs = pd.MultiIndex.from_frame(here[["head_category", "category"]])
    fits = (here["place"] == here["head_place"]) & pairs.isin(pd.MultiIndex.from_frame(follows))
    there = here[fits].sort_index().reset_index(drop=True)
    parts = there.groupby("chain")["days"]
    return there.assign(span_days=parts.transform("max"), gap_days=parts.diff().fillna(0.0))


def _judged(
    there: pd.DataFrame, rates: UsualRates, follows: pd.DataFrame, longest_days: float
) -> pd.DataFrame:
    """Return chain, further (cases after the first), usual_cases, log_p at one kind of place."""
    alike = there.groupby(["chain", "category"])
    counted = there.assign(
        own=alike["row"].transform("size"), seen=alike.cumcount(), since_days=there["days"]
    )
    kinds = there["head_kinds"].to_numpy(dtype=np.float64)
    log_chance = np.log(kinds * longest_days * rates.per_day(counted))
    # What comes later than the rule allows came through another place, and tells nothing here.
    late = (there["gap_days"] > longest_days).groupby(there["chain"]).cummax()
    tells = (there["row"] != there["head"]) & ~late
    factor = pd.Series(np.where(tells, log_chance, 0.0), index=there.index)
    parts = there.groupby("chain")
    judged = pd.DataFrame(
        {
            "further": parts.size() - 1,
            "usual_cases": _usual_cases(counted, rates, follows),
            "log_p": factor.groupby(there["chain"]).cumsum().groupby(there["chain"]).min(),
        }
    )
    return judged.rename_axis("chain").reset_index()


def _usual_cases(counted: pd.DataFrame, rates: UsualRates, follows: pd.DataFrame) -> pd.Series[Any]:
    """Return how many cases that follow usual days would bring between first and last."""
    first = counted.drop_duplicates("chain")[["chain", "place", "head_category", "span_days"]]
    asked = first.merge(
        follows.rename(columns={"category": "head_category", "other": "category"}),
        on="head_category",
    )
    own = counted.drop_duplicates(["chain", "category"])[["chain", "category", "own"]]
    asked = asked.merge(own, on=["chain", "category"], how="left").fillna({"own": 0})
    expected = rates.per_day(asked.assign(seen=0, since_days=0.0)) * asked["span_days"]
    summed: pd.Series[Any] = expected.groupby(asked["chain"]).sum()
    return summed


def _scored(told: pd.DataFrame, parts: pd.DataFrame) -> pd.DataFrame:
    """Return each chain at the kind of place that tells most, p times the number of kinds."""
    kinds = parts.groupby("chain").size()
    best = parts.sort_values(["chain", "log_p"], kind="stable").drop_duplicates("chain")
    best = best.set_index("chain").reindex(sorted(told["chain"].unique())).rename_axis("chain")
    p = np.minimum(np.exp(best["log_p"]) * kinds.reindex(best.index), 1.0)
    excess = best["further"] - best["usual_cases"]
    return best.assign(p=p, excess=excess).reset_index()


def _family(told: pd.DataFrame, could_begin: Mapping[bool, npt.NDArray[np.bool_]]) -> int:
    """Count the cases that began a chain or could have: watched, and not a later one of a chain."""
    size = 0
    for is_batch, flags in could_begin.items():
        own = told[told["is_batch"] == is_batch]
        begins = flags.copy()
        begins[own["row"]] = False
        size += int(begins.sum()) + own["chain"].nunique()
    return size


def _ranked(scored: pd.DataFrame, family: int, alpha: float) -> pd.DataFrame:
    q = bh_qvalues(scored["p"], family_size=family)
    ranked = scored.assign(q=q, rank=excess_rank(scored["excess"].where(q <= alpha)))
    return ranked[list(CHANCE_COLUMNS)].astype(CHANCE_COLUMNS)
