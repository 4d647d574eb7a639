"""Knox's table in words: which distances and days hold more pairs than chance brings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from blockdata.analysis.checks import require_columns, require_share
from blockdata.analysis.fdr import bh_qvalues
from blockdata.errors import AnalysisError

__all__ = ["raised_bands"]

_NEEDED = ["from_m", "to_m", "from_day", "to_day", "observed"]


def raised_bands(table: pd.DataFrame, *, alpha: float = 0.05) -> pd.DataFrame:
    """Tell which bands of a Knox table are raised, by how much, and how sure that is.

    Parameters
    ----------
    table : DataFrame
        As `knox` gives it. Its tested bands are one family.
    alpha : float
        Level up to which q (Benjamini-Hochberg) counts as raised. With R permutations p is at
        least 1 / (R + 1): of m bands of which one alone is raised, it is found only if
        m / (R + 1) is at most alpha.

    Returns
    -------
    DataFrame
        Row by row as the table: from_m, to_m, from_day, to_day, observed, expected, percent_more
        (null where nothing is expected), p, q, raised (False where not tested), zh, en (a sentence
        each), reason.

    Raises
    ------
    AnalysisError
        If a column is missing or `alpha` is no level.

    Examples
    --------
    >>> table = pd.DataFrame({"from_m": [0.0], "to_m": [100.0], "from_day": [0], "to_day": [7],
    ...                       "observed": [30], "expected": [20.0], "p": [0.001], "reason": [None]})
    >>> raised_bands(table)["en"][0]
    'Cases 0 to 100 m and 0 to 7 days apart: 50 % more pairs than chance (30, 20.0 expected).'
    """
    require_columns(table, _NEEDED, "raised_bands")
    if not {"expected", "p"} <= set(table.columns):
        raise AnalysisError("no column expected or p", where="raised_bands", allowed="as of knox")
    require_share(alpha, "raised_bands alpha")
    q = bh_qvalues(table["p"].to_numpy(np.float64))
    expected = table["expected"].astype(np.float64)
    more = 100 * (table["observed"] / expected.where(expected > 0) - 1)
    told = table[[*_NEEDED, "expected", "p"]].assign(
        percent_more=more, q=q, raised=(q <= alpha) & (table["observed"] > expected)
    )
    sentences = [_sentences(row) for row in told.to_dict("records")]
    columns = [*_NEEDED, "expected", "percent_more", "p", "q", "raised"]
    return told[columns].assign(
        zh=pd.Series([zh for zh, _ in sentences], index=told.index, dtype="str"),
        en=pd.Series([en for _, en in sentences], index=told.index, dtype="str"),
        reason=table["reason"],
    )


def _sentences(row: Mapping[Any, Any]) -> tuple[str, str]:
    days = f"{row['from_day']:.0f}到{row['to_day']:.0f}天"
    days_en = f"{row['from_day']:.0f} to {row['to_day']:.0f} days"
    zh = f"相距{row['from_m']:g}到{row['to_m']:g}米、相隔{days}的案件"
    en = f"Cases {row['from_m']:g} to {row['to_m']:g} m and {days_en} apart"
    if row["to_m"] == 0:
        zh, en = f"同一地点相隔{days}的案件", f"Cases at one place, {days_en} apart"
    pairs, expected, more = int(row["observed"]), row["expected"], row["percent_more"]
    if np.isnan(expected):
        return f"{zh}：{pairs}对。", f"{en}: {pairs} pairs."
    if not row["raised"] or np.isnan(more):
        judged, judged_en = ("多于", "") if row["raised"] else ("看不出多于", "not ")
        zh += f"：{pairs}对，随机情形约{expected:.1f}对，{judged}偶然。"
        return zh, f"{en}: {pairs} pairs, {expected:.1f} expected by chance; {judged_en}raised."
    return (
        f"{zh}：比随机情形多{more:.0f}%（{pairs}对，随机情形约{expected:.1f}对）。",
        f"{en}: {more:.0f} % more pairs than chance ({pairs}, {expected:.1f} expected).",
    )
