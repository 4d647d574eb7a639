"""How many reports repeat what was reported before, and what was reported most often."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from blockdata.engines import case_report_feeds
from blockdata.report.cases.window import Window
from blockdata.report.cases.words import CaseWords
from blockdata.report.words import metres, percent, share, tenth, whole
from blockdata.store.session import Session

__all__ = ["DuplicateSection", "duplicate_section", "duplicates_of"]

_LISTED = 10
_REPEATS = ("same_caller", "several_callers", "unknown_caller")


@dataclass(frozen=True)
class RepeatLine:
    """Reports of a time: how many were the first of an occurrence, and who repeated the others."""

    when: str
    reports: str
    occurrences: str
    repeats: str
    same_caller: str
    several_callers: str
    unknown_caller: str


@dataclass(frozen=True)
class Group:
    """One occurrence that was reported several times."""

    incident: str
    category: str
    first_reported: str
    reports: str
    calling: str
    span_hours: str
    diameter: str
    probability: str
    reasons: str


@dataclass(frozen=True)
class DuplicateSection:
    """Repeated reports.

    Parameters
    ----------
    window_days : int
    lines : list of RepeatLine
        Of the window, and of all time.
    groups : list of Group
        The largest of the window.
    """

    window_days: int
    lines: list[RepeatLine]
    groups: list[Group]


def duplicate_section(
    session: Session, words: CaseWords, window: Window
) -> DuplicateSection | None:
    """Return what was reported more than once; None where nothing was.

    Parameters
    ----------
    session : Session
    words : CaseWords
    window : Window
    """
    if not session.count("occurrence"):
        return None
    return duplicates_of(
        case_report_feeds.repeat_counts(session, window.since),
        case_report_feeds.repeat_counts(session),
        case_report_feeds.largest_occurrences(session, window.since, _LISTED),
        words,
        window,
    )


def duplicates_of(
    recent: pd.DataFrame,
    ever: pd.DataFrame,
    groups: pd.DataFrame,
    words: CaseWords,
    window: Window,
) -> DuplicateSection:
    """Put the section together.

    Parameters
    ----------
    recent, ever : DataFrame
        As from `case_report_feeds.repeat_counts`: of the window, and of all time.
    groups : DataFrame
        As from `case_report_feeds.largest_occurrences`.
    words : CaseWords
    window : Window
    """
    days = window.days
    return DuplicateSection(
        window_days=days,
        lines=[
            _line(words.t(f"过去{days}天", f"Past {days} days"), recent),
            _line(words.t("全部", "All time"), ever),
        ],
        groups=[_group(row, words, window) for row in groups.to_dict("records")],
    )


def _line(when: str, counts: pd.DataFrame) -> RepeatLine:
    row = {str(name): int(value) for name, value in counts.iloc[0].items()}
    repeats = sum(row[name] for name in _REPEATS)
    return RepeatLine(
        when=when,
        reports=whole(row["reports"]),
        occurrences=whole(row["reports"] - repeats),
        repeats=percent(repeats, row["reports"]),
        **{name: whole(row[name]) for name in _REPEATS},
    )


def _group(row: dict[Hashable, Any], words: CaseWords, window: Window) -> Group:
    reasons = words.t("reasons_zh", "reasons_en")
    return Group(
        incident=str(row["occurrence"]),
        category=str(row["label"]),
        first_reported=words.moment(row["first_reported"], window.time_zone),
        reports=whole(row["reports"]),
        calling=words.calling(row["calling"]),
        span_hours=tenth(row["span_hours"]),
        diameter=metres(row["diameter_m"]),
        probability=share(row["probability"]),
        reasons=str(row[reasons]) if isinstance(row[reasons], str) else "—",
    )
