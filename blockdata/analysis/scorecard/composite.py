"""One score of a unit from several definitions, by weights that the city sets."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from blockdata.analysis.checks import require_columns
from blockdata.analysis.indicators.counting import WHOLE
from blockdata.analysis.scorecard.card import CardSettings
from blockdata.analysis.scorecard.definitions import definitions
from blockdata.analysis.scorecard.ranks import draw_rates, rank_spans, without_ranks
from blockdata.errors import AnalysisError, ConfigError

__all__ = ["SCORE_COLUMNS", "composite_scores"]

Floats = npt.NDArray[np.float64]

SCORE_COLUMNS = {
    "unit_kind": "str",
    "unit": "str",
    "month": "datetime64[us]",
    "score": "float64",
    "low": "float64",
    "high": "float64",
    "weight_used": "float64",
    "missing": "str",
    "rank": "Int64",
    "rank_low": "Int64",
    "rank_high": "Int64",
    "ranked": "int64",
    "reason": "str",
}


def composite_scores(
    card: pd.DataFrame,
    weights: Mapping[str, float],
    settings: CardSettings | None = None,
    *,
    min_weight_used: float = 0.75,
) -> pd.DataFrame:
    """Add up the shares of each unit and month by weights.

    Parameters
    ----------
    card : DataFrame
        As from `scorecard`.
    weights : mapping of definition id to float
        Above 0; of shares alone. They need not add up to 1.
    settings : CardSettings, optional
        `level`, `draws` and `seed` count.
    min_weight_used : float, default 0.75
        A unit that lacks more (a zero or small denominator, an unknown count) has no rank.

    Returns
    -------
    DataFrame, columns `SCORE_COLUMNS`, by unit_kind, unit and month
        score: the weighted mean, from 0 to 100, of 100 * share, or 100 * (1 - share) where low is
        better, over the definitions that the unit has a value of, small denominators left out.
        weight_used is the share of the weights that these are, missing names the others. low to
        high and rank_low to rank_high come from the same draws of all shares, independently of
        each other. The reason is "too_few_definitions" or "one_unit", and then there is no rank.

    Raises
    ------
    ConfigError
        If there is no weight, one is not above 0, or is of an unknown definition or of no share.
    AnalysisError
        If the card lacks a definition.

    Examples
    --------
    >>> card = pd.DataFrame({"unit_kind": "department", "unit": ["A", "B"],
    ...     "month": pd.Timestamp("2026-10-01"), "definition": "on_time_due",
    ...     "numerator": [90.0, 120.0], "denominator": [100.0, 200.0], "reason": None})
    >>> composite_scores(card, {"on_time_due": 2})[["unit", "score", "rank"]].values.tolist()
    [['A', 90.0, 1], ['B', 60.0, 2]]
    """
    settings = settings or CardSettings()
    _check(card, weights)
    rows = card[card["definition"].isin(list(weights)) & (card["unit_kind"] != WHOLE)]
    blocks = [
        _one(kind, month, group, weights, settings, min_weight_used)
        for (kind, month), group in rows.groupby(["unit_kind", "month"], sort=True)
    ]
    if not blocks:
        return pd.DataFrame({c: pd.Series(dtype=d) for c, d in SCORE_COLUMNS.items()})
    scores: pd.DataFrame = pd.concat(blocks, ignore_index=True)[list(SCORE_COLUMNS)]
    order = ["unit_kind", "unit", "month"]
    return scores.sort_values(order, ignore_index=True).astype(SCORE_COLUMNS)


def _check(card: pd.DataFrame, weights: Mapping[str, float]) -> None:
    where = "composite_scores"
    require_columns(card, ["unit_kind", "unit", "month", "definition"], f"{where} card")
    known = definitions()
    if not weights or any(w <= 0 for w in weights.values()) or set(weights) - set(known):
        raise ConfigError(
            "weights do not fit", where=where, allowed=f"above 0, of {', '.join(known)}"
        )
    if others := [d for d in weights if known[d].kind != "share"]:
        raise ConfigError(
            f"{', '.join(others)} is no share and has no score", where=where, allowed="shares"
        )
    if lacking := sorted(set(weights) - set(card["definition"])):
        raise AnalysisError(f"the card has no {', '.join(lacking)}", where=where)


def _one(
    kind: object,
    month: object,
    group: pd.DataFrame,
    weights: Mapping[str, float],
    settings: CardSettings,
    min_weight_used: float,
) -> pd.DataFrame:
    units = sorted(group["unit"].unique())
    row = pd.Index(units).get_indexer(pd.Index(group["unit"]))
    of, above, below = (group[c].to_numpy() for c in ("definition", "numerator", "denominator"))
    known = ~group["reason"].isin(["small_denominator", "not_kept"]).to_numpy() & (below > 0)
    total, used = np.zeros(len(units)), np.zeros(len(units))
    drawn = np.zeros((settings.draws, len(units)))
    missing: list[list[str]] = [[] for _ in units]
    for number, (name, weight) in enumerate(sorted(weights.items())):
        own = np.flatnonzero(known & (of == name))
        own = own[np.argsort(row[own], kind="stable")]
        x, n, at = above[own], below[own], row[own]
        high = definitions()[name].better == "high"
        rates = draw_rates(x, n, "share", draws=settings.draws, seed=settings.seed + number)
        share = x / n
        total[at] += weight * (share if high else 1 - share)
        drawn[:, at] += weight * (rates if high else 1 - rates)
        used[at] += weight
        for unit in np.setdiff1d(np.arange(len(units)), at).tolist():
            missing[unit].append(name)
    frame = pd.DataFrame({"unit_kind": kind, "unit": units, "month": month})
    frame = frame.assign(
        weight_used=used / sum(weights.values()),
        missing=pd.Series([", ".join(m) or None for m in missing], dtype="str"),
    )
    return _ranked(frame, total, used, drawn, settings, min_weight_used)


def _ranked(
    frame: pd.DataFrame,
    total: Floats,
    used: Floats,
    drawn: Floats,
    settings: CardSettings,
    min_weight_used: float,
) -> pd.DataFrame:
    some = used > 0
    score, low, high = (np.full(len(used), np.nan) for _ in range(3))
    score[some] = 100 * total[some] / used[some]
    mixed = 100 * drawn[:, some] / used[some]
    tail = (1 - settings.level) / 2
    if some.any():
        low[some], high[some] = np.quantile(mixed, [tail, 1 - tail], axis=0)
    enough = frame["weight_used"].to_numpy(dtype=np.float64) >= min_weight_used
    reason = pd.Series("too_few_definitions", index=frame.index, dtype="str").mask(enough)
    frame = without_ranks(frame.assign(score=score, low=low, high=high, reason=reason))
    at = np.flatnonzero(enough)
    if len(at) == 1:
        frame.loc[at, "reason"] = "one_unit"
    elif len(at) > 1:
        best, worst = rank_spans(100 * drawn[:, at] / used[at], better="high", level=settings.level)
        rank = frame.loc[at, "score"].rank(method="min", ascending=False).to_numpy(dtype=np.int64)
        frame.loc[at, "rank"] = rank
        frame.loc[at, "rank_low"] = np.minimum(best, rank)
        frame.loc[at, "rank_high"] = np.maximum(worst, rank)
        frame.loc[at, "ranked"] = len(at)
    return frame
