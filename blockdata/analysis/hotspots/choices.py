"""The choices of a search for hot spots, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd

from blockdata.analysis.exposure import EXPOSURE_WORDS, Exposure
from blockdata.analysis.hotspots.model import Choice, Layer, Rules
from blockdata.analysis.hotspots.scale import RISK, WANTED_POWER, Scale

__all__ = [
    "counted_words",
    "exposure_words",
    "layer_words",
    "stability_words",
    "testing_words",
    "window_words",
]


def counted_words(tested: pd.DataFrame, rules: Rules) -> Choice:
    """Say what is counted, and how many there are in the longest window."""
    days = max(rules.windows_days)
    recent = int((tested["age_days"] <= days).sum())
    return Choice(
        "counted",
        "episodes",
        "计数单位：问题（同一地点同类案件的一次发生，重复反映只计一次）；"
        f"近 {days} 天 {recent:,} 起",
        "counted: problems (one occurrence at one place, however often reported); "
        f"{recent:,} in the last {_days(days)}",
    )


def layer_words(layer: Layer, layers: Sequence[Layer], scale: Scale) -> Choice:
    """Say which layer was chosen among which, and why."""
    labels = {part.name: part.label for part in layers}
    power = {layer: f"{value:.0%}" for layer, value in scale.power.dropna().items()}
    zh = "，".join(f"{labels[str(layer)][0]} {value}" for layer, value in power.items())
    en = ", ".join(f"{labels[str(layer)][1]} {value}" for layer, value in power.items())
    rule_zh = f"按窗口之前的数据，{RISK:g} 倍于应有数目的地点能被发现的机会"
    rule_en = f"chance of finding a place with {RISK:g} times its due, judged by earlier data"
    reasons = {
        "no_past": (
            "没有更早的数据可供选择，取最细的一层",
            "no earlier data to choose by: the finest",
        ),
        "finest_with_power": (
            f"{rule_zh}：{zh}；取达到 {WANTED_POWER:.0%} 的最细一层",
            f"{rule_en}: {en}; the finest with {WANTED_POWER:.0%}",
        ),
        "most_power": (
            f"{rule_zh}：{zh}；都不到 {WANTED_POWER:.0%}，取机会最大的一层",
            f"{rule_en}: {en}; none reaches {WANTED_POWER:.0%}: the greatest",
        ),
    }
    why = reasons[scale.reason]
    return Choice(
        "layer",
        layer.name,
        f"网格层：{layer.label[0]}（{why[0]}）",
        f"layer: {layer.label[1]} ({why[1]})",
    )


def window_words(rules: Rules) -> Choice:
    """Say which windows are tested."""
    days = ", ".join(map(str, sorted(set(rules.windows_days))))
    return Choice(
        "windows",
        days,
        f"时间窗：近 {days} 天（按设置；各窗口都计入同一组检验）",
        f"windows: the last {_days(days)} (as set; all count in one family of tests)",
    )


def exposure_words(exposure: Exposure, rules: Rules) -> tuple[str, str]:
    """Say in Chinese and English what counts are measured against, and why not another."""
    zh, en = EXPOSURE_WORDS.get(exposure.name, (exposure.name, exposure.name))
    if rules.exposure is not None:
        return f"基数：{zh}（按设置）", f"exposure: {en} (as set)"
    skipped = [(EXPOSURE_WORDS[name], reason) for name, reason in exposure.skipped.items()]
    why_zh = "；".join(f"未用{words[0]}：{reason.zh}" for words, reason in skipped)
    why_en = "; ".join(f"not {words[1]}: {reason.en}" for words, reason in skipped)
    return (
        f"基数：{zh}（{why_zh or '首选且可用'}）",
        f"exposure: {en} ({why_en or 'the first choice, and usable'})",
    )


def testing_words(result: pd.DataFrame, rules: Rules) -> Iterator[Choice]:
    """Say how it was tested, in how many tests, and what was found."""
    tested = result[result["reason"].isna()]
    spread = tested.drop_duplicates(["window_days", "category"])["dispersion"]
    clumped = int((spread > 0).sum())
    yield Choice(
        "method",
        "negative_binomial",
        "检验：以基数为条件的负二项检验，离散程度由数据估计"
        f"（{len(spread)} 组中 {clumped} 组比随机更集中）；邻近格子的 Gi* 只作描述",
        "test: negative binomial, conditional on exposure, spread estimated from the data "
        f"({clumped} of {len(spread)} are more clumped than chance); Gi* only describes",
    )
    rule = {"bh": "Benjamini-Hochberg", "by": "Benjamini-Yekutieli"}[rules.correction]
    hot = int(result["hot"].sum())
    yield Choice(
        "family",
        rules.correction,
        f"同一组检验 {len(tested):,} 次（时间窗 × 类别 × 格子），{rule}，"
        f"错误发现率不超过 {rules.alpha:.0%}：{hot} 处热点",
        f"one family of {len(tested):,} tests (windows x categories x cells), {rule}, false "
        f"discovery rate at most {rules.alpha:.0%}: {hot} hot spots",
    )


def stability_words(result: pd.DataFrame) -> Iterator[Choice]:
    """Say how many of the hot spots are steady."""
    hot = result[result["hot"]]
    if hot.empty:
        return
    steady = int((hot["stability"] == 1).sum())
    yield Choice(
        "stability",
        "",
        f"稳定性：时间窗、格子大小增减一成，界限严一成，{len(hot)} 处中 {steady} 处不变",
        "stability: under a tenth more or less of window and cell size and a tenth stricter "
        f"level {steady} of {len(hot)} stay",
    )


def _days(days: int | str) -> str:
    return "day" if str(days) == "1" else f"{days} days"
