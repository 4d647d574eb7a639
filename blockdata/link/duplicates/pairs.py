"""Pairs of reports of one occurrence, each with its probability and its reasons."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit

from blockdata.errors import AnalysisError
from blockdata.link.duplicates.candidates import candidate_pairs
from blockdata.link.duplicates.columns import ReportColumns, report_columns
from blockdata.link.duplicates.fingerprints import similarity
from blockdata.link.duplicates.model import DuplicateModel
from blockdata.link.duplicates.settings import DuplicateSettings
from blockdata.link.duplicates.terms import TERMS, levels_of, same_caller

__all__ = ["PAIR_COLUMNS", "duplicate_pairs", "explain_pair", "in_order", "judged"]

Integers = npt.NDArray[np.int64]
Levels = npt.NDArray[np.int8]

PAIR_COLUMNS = (
    *("first", "second", "probability", "log_odds", "gap_hours", "distance_m"),
    *("text_similarity", "caller", "reasons_zh", "reasons_en"),
)
_CALLERS = np.array(["different", "unknown", "same"], dtype=object)
_US_PER_HOUR = 3_600_000_000


def duplicate_pairs(
    reports: pd.DataFrame,
    settings: DuplicateSettings | None = None,
    model: DuplicateModel | None = None,
) -> pd.DataFrame:
    """List the pairs of reports that may speak of one occurrence.

    A pair is judged by its two reports alone, so other reports never change it; the order of the
    rows makes no difference. Whether a case was closed in between is not looked at.

    Parameters
    ----------
    reports : DataFrame
        See `columns.REPORT_COLUMNS`. Reports without a time are in no pair.
    settings : DuplicateSettings, optional
    model : DuplicateModel, optional
        Default: the weights that ship.

    Returns
    -------
    DataFrame
        One row per pair of at least `min_probability`, sorted by first and second:

        ================  ======================================================================
        first, second     ids; first is the earlier one, of equal times the lesser id
        probability       that both speak of one occurrence
        log_odds          the sum of the intercept and the weights of the terms
        gap_hours         between them
        distance_m        between their points; null without
        text_similarity   share of the shorter text that is in the longer one; null without
        caller            same, different, unknown
        reasons_zh, _en   the terms that count, the weightiest first
        ================  ======================================================================

    Raises
    ------
    AnalysisError
        If id or reported_at is no column, or ids are missing or repeat.

    Examples
    --------
    >>> reports = pd.DataFrame({"id": ["a", "b"], "caller": "c1", "building_id": "b1",
    ...     "site_id": "s1", "category": "noise", "x": 0.0, "y": 0.0,
    ...     "reported_at": pd.to_datetime(["2026-01-01 20:00", "2026-01-01 21:00"])})
    >>> pairs = duplicate_pairs(reports)
    >>> pairs[["first", "second", "caller"]].values.tolist()
    [['a', 'b', 'same']]
    """
    settings, model = settings or DuplicateSettings(), model or DuplicateModel()
    columns = report_columns(reports)
    found = [
        judged(columns, i, columns, j, settings, model)
        for i, j in candidate_pairs(columns, settings)
    ]
    return in_order(found)


def judged(
    one: ReportColumns,
    i: Integers,
    other: ReportColumns,
    j: Integers,
    settings: DuplicateSettings,
    model: DuplicateModel,
) -> pd.DataFrame:
    """Return the pairs of at least `min_probability`, not sorted; `i` holds the earlier ones."""
    levels = levels_of(one, i, other, j)
    log_odds = model.log_odds(levels)
    probability = expit(log_odds)
    kept = np.flatnonzero(probability >= settings.min_probability)
    i, j, levels = i[kept], j[kept], levels[:, kept]
    zh, en = _reasons(levels, model)
    across, along = one.x[i] - other.x[j], one.y[i] - other.y[j]
    alike = similarity((one.slots, one.text_size), i, (other.slots, other.text_size), j)
    return pd.DataFrame(
        {
            "first": pd.Series(one.id[i], dtype="str"),
            "second": pd.Series(other.id[j], dtype="str"),
            "probability": probability[kept],
            "log_odds": log_odds[kept],
            "gap_hours": np.abs(one.time_us[i] - other.time_us[j]) / _US_PER_HOUR,
            "distance_m": np.sqrt(across * across + along * along),
            "text_similarity": alike,
            "caller": pd.Series(_CALLERS[same_caller(one, i, other, j)], dtype="str"),
            "reasons_zh": pd.Series(zh, dtype="str"),
            "reasons_en": pd.Series(en, dtype="str"),
        }
    )


def in_order(found: list[pd.DataFrame]) -> pd.DataFrame:
    """Return tables of pairs as one, by first and second."""
    filled = [part for part in found if len(part)]
    if not filled:
        return _no_pairs()
    joined = pd.concat(filled, ignore_index=True)
    return joined.sort_values(["first", "second"], ignore_index=True)


def _no_pairs() -> pd.DataFrame:
    texts = {"first", "second", "caller", "reasons_zh", "reasons_en"}
    return pd.DataFrame(
        {n: pd.Series([], dtype="str" if n in texts else "float64") for n in PAIR_COLUMNS}
    )


def _reasons(
    levels: Levels, model: DuplicateModel
) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.object_]]:
    """Write the reasons in Chinese and English; equal levels have equal words."""
    kinds, place = np.unique(levels, axis=1, return_inverse=True)
    words = [_words(kind, model) for kind in kinds.T.tolist()]
    written = np.array(words, dtype=object).reshape(len(words), 2)[place.ravel()]
    return written[:, 0], written[:, 1]


def _words(kind: list[int], model: DuplicateModel) -> tuple[str, str]:
    weighed = [
        (-abs(model.weights[term.name][level]), number, term.levels[level])
        for number, (term, level) in enumerate(zip(TERMS, kind, strict=True))
        if term.levels[level].zh and model.weights[term.name][level] != 0
    ]
    said = [level for _, _, level in sorted(weighed, key=lambda reason: reason[:2])]
    return "；".join(level.zh for level in said), "; ".join(level.en for level in said)


def explain_pair(
    reports: pd.DataFrame, first: str, second: str, model: DuplicateModel | None = None
) -> pd.DataFrame:
    """Tell term by term how a pair is judged.

    Parameters
    ----------
    reports : DataFrame
        As for `duplicate_pairs`.
    first, second : str
        Ids of two of them, in any order.
    model : DuplicateModel, optional

    Returns
    -------
    DataFrame
        term, level, weight, zh, en: the intercept first, then every term. The weights add up to
        the log-odds of the pair.

    Raises
    ------
    AnalysisError
        If one of the two is not there, or has no time.

    Examples
    --------
    >>> reports = pd.DataFrame({"id": ["a", "b"], "caller": "c1",
    ...     "reported_at": pd.to_datetime(["2026-01-01", "2026-01-02"])})
    >>> told = explain_pair(reports, "b", "a")
    >>> told.loc[told["term"] == "caller", "en"].item()
    'the same caller'
    """
    model = model or DuplicateModel()
    columns = report_columns(reports[reports["id"].isin([first, second])])
    if len(columns) != 2:
        raise AnalysisError(
            "one of the two reports is not there or has no time",
            where="explain_pair",
            allowed="two different ids among the reports",
        )
    levels = levels_of(columns, np.array([0]), columns, np.array([1]))[:, 0].tolist()
    rows = [("intercept", "", model.intercept, "可比较的两件案件", "two reports that are compared")]
    for term, place in zip(TERMS, levels, strict=True):
        level = term.levels[place]
        rows.append((term.name, level.name, model.weights[term.name][place], level.zh, level.en))
    return pd.DataFrame(rows, columns=["term", "level", "weight", "zh", "en"])
