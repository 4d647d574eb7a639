"""What an effect says, in sentences."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from blockdata.analysis.effect.effect import Effect
from blockdata.analysis.reasons import describe_reason

__all__ = ["effect_words", "verdict_of"]


def effect_words(effect: Effect, level: float = 0.95) -> tuple[str, str]:
    """Tell an effect in Chinese and in English.

    Parameters
    ----------
    effect : Effect
        As from `intervention_effect`.
    level : float
        Confidence of its interval.

    Returns
    -------
    tuple of str
        Chinese, English. What before and after alone would have said stands beside what the
        comparison says; an interval that holds 1 is called undecided, never "no effect".

    Examples
    --------
    >>> import pandas as pd
    >>> none = Effect({"treated": 3, "followed": 3, "matched": 2, "controls": 6,
    ...                "reason": "too_few_matches"}, pd.DataFrame(), pd.DataFrame())
    >>> effect_words(none)[0]
    '实施措施的地点 3 处，前后观察期足够的 3 处，其中 2 处找到对照。找不到足够的相似地点作对照，\
不作结论。'
    """
    found = effect.summary
    head_zh = f"实施措施的地点 {found['treated']} 处，前后观察期足够的 {found['followed']} 处"
    head_en = (
        f"{found['treated']} places with the intervention, {found['followed']} of them observed "
        "for long enough"
    )
    if found["reason"] != "too_few_cases":
        head_zh += f"，其中 {found['matched']} 处找到对照"
        head_en += f", {found['matched']} of these matched"
    if found["reason"] is not None:
        why = describe_reason(str(found["reason"]))
        return f"{head_zh}。{why.zh}，不作结论。", f"{head_en}. No conclusion: {why.en}."
    ratio, low, high = (_percent(found[n]) for n in ("ratio", "low", "high"))
    naive = _percent(found["naive_ratio"])
    verdict_zh, verdict_en = _VERDICTS[verdict_of(found)]
    zh = (
        f"{head_zh}（对照 {found['controls']} 处，措施前的问题数、走势和规模相近）。"
        f"措施后实有 {found['post']:.0f} 起，若未实施预计 {found['expected']:.1f} 起，"
        f"为预计的 {ratio}（{_percent(level)} 区间 {low} 至 {high}）：{verdict_zh}。"
        f"只看前后为之前的 {naive}，其中包含了高发地点自然回落和整体变化。"
    )
    en = (
        f"{head_en}, with {found['controls']} places of like counts, trend and size before. "
        f"Afterwards there were {found['post']:.0f} problems where {found['expected']:.1f} were to "
        f"be expected without it: {ratio} of that ({_percent(level)} interval {low} to {high}): "
        f"{verdict_en}. Before and after alone say {naive}, which holds the return of bad places "
        "to their usual level and what changed everywhere."
    )
    return zh, en


def verdict_of(summary: Mapping[str, float | int | str | None]) -> str:
    """Return what the interval lets one say: "fewer", "more" or "undecided".

    Parameters
    ----------
    summary : mapping
        Of an `Effect` with an estimate.

    Examples
    --------
    >>> verdict_of({"low": 0.4, "high": 0.8}), verdict_of({"low": 0.7, "high": 1.3})
    ('fewer', 'undecided')
    """
    if float(str(summary["high"])) < 1:
        return "fewer"
    return "more" if float(str(summary["low"])) > 1 else "undecided"


_VERDICTS = MappingProxyType(
    {
        "fewer": ("问题确有减少", "there are fewer problems"),
        "more": ("问题反而增多", "there are more problems"),
        "undecided": (
            "尚不能断定有无作用",
            "whether it did anything cannot be told yet",
        ),
    }
)


def _percent(value: object) -> str:
    share = 100 * float(str(value))
    return f"{share:,.0f}%" if share <= _FAR else f">{_FAR:,}%"


_FAR = 1000
"""Percent above which an end of an interval says no more than that it is far."""
