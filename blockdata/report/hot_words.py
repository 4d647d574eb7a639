"""What is said of a hot spot, in sentences that a street office understands."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import pandas as pd

from blockdata.report.words import Words, tenth

__all__ = ["change_word", "sentence", "stands_there", "unstable_words"]

_CHANGES = MappingProxyType(
    {
        "new": ("新出现", "new"),
        "grown": ("比上次加重", "grown"),
        "same": ("与上次相当", "as before"),
        "shrunk": ("比上次减轻", "shrunk"),
        "gone": ("已消退", "gone"),
    }
)
_UNSTABLE = MappingProxyType(
    {
        "window_shorter": ("时间窗缩短一成", "a window a tenth shorter"),
        "window_longer": ("时间窗延长一成", "a window a tenth longer"),
        "cell_smaller": ("格子缩小一成", "a cell a tenth smaller"),
        "cell_larger": ("格子扩大一成", "a cell a tenth larger"),
        "threshold": ("界限严一成", "a level a tenth stricter"),
    }
)
_ONE = MappingProxyType(
    {
        "{} buildings": "{} building",
        "{} legal entities": "{} legal entity",
        "{} components": "{} component",
        "{} cameras": "{} camera",
        "{} hazards": "{} hazard",
        "{} emergency resources": "{} emergency resource",
        "{} shanty areas": "{} shanty area",
    }
)
_STANDS = MappingProxyType(
    {
        "people": ("人口约 {}", "about {} people"),
        "building": ("楼栋 {}", "{} buildings"),
        "legal_entity": ("法人 {}", "{} legal entities"),
        "premises": ("监管场所 {}", "{} regulated premises"),
        "component": ("部件 {}", "{} components"),
        "camera": ("监控 {}", "{} cameras"),
        "hazard": ("危险源 {}", "{} hazards"),
        "resource": ("应急资源 {}", "{} emergency resources"),
        "shanty": ("棚户区 {}", "{} shanty areas"),
    }
)


def sentence(row: Mapping[Hashable, Any], name: str, words: Words) -> str:
    """Say how many incidents a cell had and how many it should have had.

    Parameters
    ----------
    row : mapping
        window_days, category, count, expected, excess, ratio, exposure_name.
    name : str
        What the cell is called.
    words : Words

    Returns
    -------
    str

    Examples
    --------
    >>> from blockdata.records import Catalogue
    >>> row = {"window_days": 28, "category": "noise", "count": 9, "expected": 3.0,
    ...        "excess": 6.0, "ratio": 3.0, "exposure_name": "people"}
    >>> sentence(row, "grid 3", Words("en", Catalogue()))[:60]
    'In the past 28 days grid 3 had 9 × noise; by people it shoul'
    """
    days, category, count = row["window_days"], row["category"], int(row["count"])
    past = "day" if days == 1 else f"{days} days"
    exposure = words.exposure(str(row["exposure_name"]))
    expected, ratio, more = tenth(row["expected"]), tenth(row["ratio"]), tenth(row["excess"])
    return words.t(
        f"过去{days}天，{name}的{category} {count} 起，按{exposure}应为 {expected} 起，"
        f"多出 {more} 起，是应有的 {ratio} 倍。",
        f"In the past {past} {name} had {count} × {category}; by {exposure} it should "
        f"have had {expected}: {more} too many, {ratio} times as many.",
    )


def change_word(code: str | None, words: Words) -> str:
    """Return what became of a hot spot since the snapshot before; empty where nothing is known."""
    return words.t(*_CHANGES[code]) if code is not None and code in _CHANGES else ""


def unstable_words(codes: str | None, words: Words) -> str:
    """Return under which small changes a hot spot is none; empty where it always stays one.

    Examples
    --------
    >>> from blockdata.records import Catalogue
    >>> unstable_words("cell_smaller threshold", Words("zh", Catalogue()))
    '格子缩小一成、界限严一成'
    """
    if codes is None or pd.isna(codes) or not codes:
        return ""
    return words.t("、", ", ").join(words.t(*_UNSTABLE[code]) for code in str(codes).split())


def stands_there(
    counts: Mapping[str, float], places: Sequence[tuple[str, int]], words: Words
) -> str:
    """Say what stands in a cell, and which of its places have most of the incidents.

    Parameters
    ----------
    counts : mapping of str to float
        Kind, or "people", to how many; missing values and zeros are left out.
    places : sequence of tuple of str and int
        Names and incidents of the places with most.
    words : Words

    Examples
    --------
    >>> from blockdata.records import Catalogue
    >>> counts = {"building": 12, "camera": 0, "people": 1200}
    >>> stands_there(counts, [("海宁路12号", 5)], Words("zh", Catalogue()))
    '人口约 1,200，楼栋 12；最多：海宁路12号 5 起'
    """
    told = [
        words.t(*_one(pattern, counts[kind])).format(f"{int(counts[kind]):,}")
        for kind, pattern in _STANDS.items()
        if kind in counts and not pd.isna(counts[kind]) and counts[kind] > 0
    ]
    parts = [words.t("，", ", ").join(told)] if told else []
    if places:
        most = words.t("、", ", ").join(
            words.t(f"{name} {count} 起", f"{name} {count}") for name, count in places
        )
        parts.append(words.t(f"最多：{most}", f"most at {most}"))
    return words.t("；", "; ").join(parts)


def _one(pattern: tuple[str, str], count: float) -> tuple[str, str]:
    """Put the English of one thing in the singular."""
    zh, en = pattern
    return zh, _ONE.get(en, en) if int(count) == 1 else en
