"""What an effect says, in sentences."""

from __future__ import annotations

from blockdata.analysis.effect.effect import Effect
from blockdata.analysis.reasons import describe_reason

__all__ = ["effect_words"]


def effect_words(effect: Effect) -> tuple[str, str]:
    """Tell an effect in Chinese and in English.

    Parameters
    ----------
    effect : Effect
        As from `intervention_effect`.

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
    head_zh = (
        f"实施措施的地点 {found['treated']} 处，前后观察期足够的 {found['followed']} 处，"
        f"其中 {found['matched']} 处找到对照"
    )
    head_en = (
        f"Of {found['treated']} places with the intervention {found['followed']} were observed for "
        f"long enough, and {found['matched']} of these were matched"
    )
    if found["reason"] is not None:
        why = describe_reason(str(found["reason"]))
        return f"{head_zh}。{why.zh}，不作结论。", f"{head_en}. No conclusion: {why.en}."
    ratio, low, high = (_percent(found[n]) for n in ("ratio", "low", "high"))
    naive = _percent(found["naive_ratio"])
    verdict_zh, verdict_en = _verdict(float(str(found["low"])), float(str(found["high"])))
    zh = (
        f"{head_zh}（对照 {found['controls']} 处，措施前的案件数、走势和规模相近）。"
        f"措施后实有 {found['post']:.0f} 件，若未实施预计 {found['expected']:.1f} 件，"
        f"为预计的 {ratio}（95% 区间 {low} 至 {high}）：{verdict_zh}。"
        f"只看前后为之前的 {naive}，其中包含了高发地点自然回落和整体变化。"
    )
    en = (
        f"{head_en} with {found['controls']} places of like counts, trend and size before. "
        f"Afterwards there were {found['post']:.0f} cases where {found['expected']:.1f} were to be "
        f"expected without it: {ratio} of that (interval {low} to {high}): {verdict_en}. Before "
        f"and after alone say {naive}, which holds the return of bad places to their usual level "
        "and what changed everywhere."
    )
    return zh, en


def _percent(value: object) -> str:
    return f"{100 * float(str(value)):.0f}%"


def _verdict(low: float, high: float) -> tuple[str, str]:
    if high < 1:
        return "案件确有减少", "there are fewer cases"
    if low > 1:
        return "案件反而增多", "there are more cases"
    return "尚不能断定有无作用", "whether it did anything cannot be told yet"
