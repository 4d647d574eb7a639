"""What is said where the units do not add up to the whole."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

from blockdata.report.scores.words import amount, month_words, unit_kind_words
from blockdata.report.words import Words

__all__ = ["total_sentence"]


def total_sentence(row: Mapping[Hashable, Any], words: Words) -> str:
    """Say by how much units and whole differ, and what that is.

    Parameters
    ----------
    row : mapping
        Of the table `score_total`: unit_kind, month, zh, en, units, whole, difference.
    words : Words

    Examples
    --------
    >>> from datetime import date
    >>> from blockdata.records import Catalogue
    >>> row = {"unit_kind": "department", "month": date(2026, 10, 1), "zh": "结案数",
    ...        "en": "Cases closed", "units": 684.0, "whole": 816.0, "difference": 132.0}
    >>> total_sentence(row, Words("zh", Catalogue()))
    '2026年10月结案数：各部门合计 684，全区 816，相差 132，是没有写明部门的'
    """
    kind = unit_kind_words(str(row["unit_kind"]), words)
    units, whole, apart = (amount(row[c]) for c in ("units", "whole", "difference"))
    missing = row["difference"] > 0
    if row["unit_kind"] == "department":
        why = ("是没有写明部门的", "name no department")
    else:
        why = (f"不在任何{kind}里", f"lie in no {kind}")
    if not missing:
        why = ("有的计了不止一次", "count more than once")
    month = month_words(row["month"], words)
    return words.t(
        f"{month}{row['zh']}：各{kind}合计 {units}，全区 {whole}，相差 {apart}，{why[0]}",
        f"{month} {row['en']}: each {kind} together {units}, all {whole}; {apart} {why[1]}",
    )
