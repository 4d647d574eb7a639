"""What speaks for one chronic place, as the page tells it: a drawing, and lines by title."""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable
from typing import Any

import pandas as pd

from blockdata.report.change_words import day_text
from blockdata.report.chronic_words import course_word
from blockdata.report.evidence import Asking, Evidence
from blockdata.report.evidence_words import closing_words, standing_words
from blockdata.report.timeline_drawing import draw_timeline
from blockdata.report.words import Words

__all__ = ["evidence_lines", "months_drawn"]

_TOLD = 5


def months_drawn(
    key: tuple[str, ...],
    row: dict[Hashable, Any],
    changes: pd.DataFrame,
    gathered: Evidence,
    asking: Asking,
    words: Words,
) -> str:
    """Draw the months of one problem, with what changed there, as SVG."""
    by_day: dict[dt.date, list[str]] = {}
    dated = changes[changes["on"].notna()]
    for on, text in zip(dated["on"], dated[words.lang], strict=True):
        by_day.setdefault(dt.date.fromisoformat(day_text(on)), []).append(str(text))
    began = row["began_on"] if isinstance(row["began_on"], dt.date) else None
    return draw_timeline(gathered.months_of(*key), asking.as_of, began, by_day, words)


def evidence_lines(own: dict[str, pd.DataFrame], words: Words) -> list[tuple[str, list[str]]]:
    """Return what speaks for a place, in lines by title; what is not known is left out."""
    closings = [closing_words(row, words) for row in own["closings"].to_dict("records")]
    inside = [
        words.t(f"{row['name']} {row['episodes']} 次", f"{row['name']} {row['episodes']}")
        for row in own["whereabouts"].head(_TOLD).to_dict("records")
    ]
    told = [
        (words.t("办结", "Closings"), closings),
        (words.t("此处有", "What stands there"), standing_words(own["standing"], words)),
        (
            words.t("主要在", "Mostly at"),
            [words.t("、", ", ").join(inside)] if inside else [],
        ),
        (words.t("有什么变化", "What changed"), _changes(own["changes"], words)),
        (
            words.t("相似而好转的地方", "Similar places that got better"),
            [_similar(row, words) for row in own["similar"].to_dict("records")],
        ),
    ]
    return [(title, lines) for title, lines in told if lines]


def _changes(changes: pd.DataFrame, words: Words) -> list[str]:
    """Return the changes nearest to the beginning of the problem, in the order of time."""
    days = changes["days"].astype("Float64").abs().fillna(float("inf"))
    nearest = changes.loc[days.sort_values(kind="stable").index[:_TOLD]].sort_index()
    lines = [str(text) for text in nearest[words.lang]]
    left_out = len(changes) - len(lines)
    if left_out:
        lines.append(
            words.t(f"另有 {left_out} 项离问题开始更远", f"{left_out} more, further from it")
        )
    return lines


def _similar(row: dict[Hashable, Any], words: Words) -> str:
    name = row["similar"] if pd.isna(row["name"]) else row["name"]
    course = course_word(row["course"], words)
    calm = 0 if pd.isna(row["calm_months"]) else int(row["calm_months"])
    works = str(row[f"works_{words.lang}"])
    return words.t(
        f"{name}：{course}，平静已 {calm} 个月。{works}",
        f"{name}: {course}, calm for {calm} months. {works}",
    ).strip()
