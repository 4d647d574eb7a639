"""Whether figures add up: units to the whole, ours to the source's own, a share to its counts."""

from __future__ import annotations

import numpy as np
import pandas as pd

from blockdata.analysis.checks import require_columns, require_distinct
from blockdata.analysis.indicators.counting import WHOLE, MeasureTable
from blockdata.errors import AnalysisError

__all__ = ["compare_totals", "parts_and_whole", "share_agrees"]


def parts_and_whole(table: MeasureTable, measures: tuple[str, ...]) -> pd.DataFrame:
    """Hold the sum of all units of a kind against the whole base.

    Parameters
    ----------
    table : MeasureTable
        With the whole base among its cells.
    measures : tuple of str
        Counts of it.

    Returns
    -------
    DataFrame
        unit_kind, month, measure, units (their sum), whole, difference (whole less units),
        adds_up; sorted. A positive difference is cases of no unit, a negative one is cases of
        several. Months of which either is not known are left out.

    Raises
    ------
    AnalysisError
        If the whole base or a measure is lacking.

    Examples
    --------
    >>> cells = pd.DataFrame({"layer": [WHOLE, "department"], "cell": [WHOLE, "A"]})
    >>> table = MeasureTable(cells, pd.DatetimeIndex(["2026-10-01"]),
    ...                      {"reports": np.array([[12.0], [10.0]])})
    >>> parts_and_whole(table, ("reports",))[["units", "whole", "difference"]].values.tolist()
    [[10.0, 12.0, 2.0]]
    """
    layer = table.cells["layer"].to_numpy(dtype=object)
    lacking = [m for m in measures if m not in table.values]
    if lacking or not (layer == WHOLE).any():
        raise AnalysisError(
            f"lacking: {', '.join(lacking) or 'the whole base'}", where="parts_and_whole"
        )
    rows = []
    for kind in sorted(set(layer) - {WHOLE}):
        for measure in measures:
            values = table.values[measure]
            units, whole = values[layer == kind].sum(axis=0), values[layer == WHOLE][0]
            rows.append(
                pd.DataFrame(
                    {
                        "unit_kind": kind,
                        "month": table.months,
                        "measure": measure,
                        "units": units,
                        "whole": whole,
                    }
                )
            )
    columns = ["unit_kind", "month", "measure", "units", "whole"]
    told = pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(columns=columns)
    told = told.dropna(subset=["units", "whole"]).reset_index(drop=True)
    told = told.assign(difference=told["whole"] - told["units"])
    return told.assign(adds_up=told["difference"] == 0)


def compare_totals(counted: pd.DataFrame, stated: pd.DataFrame) -> pd.DataFrame:
    """Hold what was counted against the totals that a source states itself.

    Parameters
    ----------
    counted, stated : DataFrame
        subject (what the total is of: a month, a class, a department), total; subjects distinct.

    Returns
    -------
    DataFrame
        subject, counted, stated, difference (counted less stated), agrees, zh, en (a sentence
        where they do not agree), sorted by subject. A subject that one side lacks does not agree.

    Raises
    ------
    AnalysisError
        If a column is lacking or a subject stands twice.

    Examples
    --------
    >>> told = compare_totals(pd.DataFrame({"subject": ["2016"], "total": [16948]}),
    ...                       pd.DataFrame({"subject": ["2016"], "total": [16950]}))
    >>> told["zh"][0]
    '2016：来源自报 16950，按记录计 16948，相差 -2，不一致'
    """
    for name, frame in (("counted", counted), ("stated", stated)):
        require_columns(frame, ["subject", "total"], f"compare_totals {name}")
        require_distinct(frame, ["subject"], f"compare_totals {name}")
    both = counted.rename(columns={"total": "counted"}).merge(
        stated.rename(columns={"total": "stated"}), on="subject", how="outer", sort=True
    )[["subject", "counted", "stated"]]
    difference = both["counted"] - both["stated"]
    agrees = difference == 0
    texts = [
        (None, None) if agree else _sentence(s, c, t, d)
        for s, c, t, d, agree in zip(
            both["subject"], both["counted"], both["stated"], difference, agrees, strict=True
        )
    ]
    return both.assign(
        difference=difference,
        agrees=agrees,
        zh=pd.Series([zh for zh, _ in texts], dtype="str"),
        en=pd.Series([en for _, en in texts], dtype="str"),
    )


def _sentence(subject: object, counted: float, stated: float, difference: float) -> tuple[str, str]:
    if pd.isna(stated):
        return (
            f"{subject}：来源没有自报，按记录计 {counted:.15g}",
            f"{subject}: the source states no total, the records give {counted:.15g}",
        )
    if pd.isna(counted):
        return (
            f"{subject}：来源自报 {stated:.15g}，没有记录可核",
            f"{subject}: the source states {stated:.15g}, there are no records of it",
        )
    zh = f"{subject}：来源自报 {stated:.15g}，按记录计 {counted:.15g}"
    zh = f"{zh}，相差 {difference:.15g}，不一致"
    en = f"{subject}: the source states {stated:.15g}, the records give {counted:.15g}"
    return zh, f"{en}: {difference:+.15g}, they do not agree"


def share_agrees(
    percent: float, denominator: int, *, numerator: int | None = None, decimals: int = 2
) -> bool:
    """Tell whether a stated percentage can come from stated counts by rounding.

    Parameters
    ----------
    percent : float
        As published, rounded to `decimals`.
    denominator : int
        Above 0.
    numerator : int, optional
        Where it is stated too; without it any whole number up to the denominator will do.
    decimals : int

    Returns
    -------
    bool
        Halves may have been rounded either way.

    Raises
    ------
    AnalysisError
        If the denominator is not above 0.

    Examples
    --------
    >>> share_agrees(99.99, 16950), share_agrees(99.5, 7, decimals=1)
    (True, False)
    >>> share_agrees(94.8, 1000, numerator=940, decimals=1)
    False
    """
    if denominator <= 0:
        raise AnalysisError("no denominator", where="share_agrees", allowed="above 0")
    half = 0.5 * 10.0**-decimals * (1 + 1e-9)
    if numerator is not None:
        return abs(100 * numerator / denominator - percent) <= half
    least = np.ceil((percent - half) * denominator / 100)
    return bool(least <= (percent + half) * denominator / 100 and 0 <= least <= denominator)
