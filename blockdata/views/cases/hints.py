"""Why an answer about cases has no rows, and what would fill it."""

from __future__ import annotations

from types import MappingProxyType

__all__ = ["WHY_EMPTY"]

_NO_LIMIT_ZH = (
    "没有时限，或没有临期、超期的案件。时限来自事项清单（matter）：类别须对应到事项代码"
    "（[categories.来源]），立案时间见 [responsibility] clock_starts。"
)
_NO_LIMIT_EN = (
    "There is no limit, or none is soon due. Limits come from a catalogue of matters (kind "
    "matter): map categories to its codes ([categories.SOURCE]); the clock starts as "
    "[responsibility] clock_starts says."
)
_NO_UNIT_ZH = (
    "不知道责任单位。请载入责任清单（responsibility）和事项清单（matter），"
    "并把类别对应到事项代码（[categories.来源]）。"
)
_NO_UNIT_EN = (
    "No unit is known. Load responsibilities and a catalogue of matters, and map categories to "
    "its codes ([categories.SOURCE])."
)
_NO_CHAIN_ZH = (
    "没有串并链。在配置 [chains] families 中写明哪些类别出于同一原因；min_cases 是最少件数。"
)
_NO_CHAIN_EN = (
    "There is no chain. Tell in [chains] families which categories one cause brings; min_cases "
    "is the least number of cases."
)
_NO_DUPLICATE_EN = "Nothing was reported twice. [duplicates] in the configuration sets the limits."
_NO_OWNERLESS_EN = "No matter is without an owner, or no responsibilities are loaded."

WHY_EMPTY = MappingProxyType(
    {
        "link": ("没有符合条件的关联。", "No link is like that."),
        "contradiction": ("没有互相矛盾的线索。", "No evidence contradicts itself."),
        "category": ("没有这样的类别。", "There is no such category."),
        "suggestion": ("所有类别都已对应到代码。", "Every category is mapped to a class."),
        "duplicate": ("没有重复上报。判重的界限见配置 [duplicates]。", _NO_DUPLICATE_EN),
        "repeat": ("没有在办案件可能是同一件事。", "No open case may be the same occurrence."),
        "chain": (_NO_CHAIN_ZH, _NO_CHAIN_EN),
        "episode": ("没有符合条件的问题。", "No episode is like that."),
        "revision": (
            "没有因迟到的事实而修订过问题。",
            "No late fact has changed the history of episodes.",
        ),
        "limit": (_NO_LIMIT_ZH, _NO_LIMIT_EN),
        "unit": (_NO_UNIT_ZH, _NO_UNIT_EN),
        "ownerless": ("没有无主事项，或没有载入责任清单（responsibility）。", _NO_OWNERLESS_EN),
        "dispute": (
            "没有争议事项或争议边界，或没有载入责任清单（responsibility）。",
            "Nothing is in dispute, or no responsibilities are loaded.",
        ),
    }
)
"""In Chinese and English, by answer."""
