"""Which places never get better: the report's second question."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from blockdata.engines import report_feeds
from blockdata.report.hot import LISTED, TestedCategory, untested_counts
from blockdata.report.settings import Settings
from blockdata.report.words import Words, percent, q_value, tenth
from blockdata.store.session import Session

__all__ = ["ChronicList", "ChronicPlace", "ChronicSection", "chronic_section"]

_POINTS = ("component", "address", "crossing")
"""Kinds of place that are one spot in the street."""


@dataclass(frozen=True)
class ChronicPlace:
    """One line of the list: a place and a category."""

    number: int
    place_kind: str
    name: str
    code: str
    address: str
    category: str
    episodes: int
    closings: int
    recurrences: int
    active_months: int
    share: str
    share_elsewhere: str
    expected: str
    q: str
    sentence: str


@dataclass(frozen=True)
class ChronicList:
    """Places of a like size: single points, or whole areas and cells.

    A problem whose source names no more than a community counts there, where others of its
    kind soon follow; such a line says less than one about a manhole cover, and stands apart.
    """

    points: bool
    places: list[ChronicPlace]
    more: int


@dataclass(frozen=True)
class ChronicSection:
    """The list of places that never get better.

    Parameters
    ----------
    measure : str
        "chronic"; "recurring" where no closing time is known; "" where there is no episode.
    exposure : str
        What recurring problems are measured against.
    lists : list of ChronicList
        Those that have any line: points first, then whole areas and cells.
    categories : list of TestedCategory
    """

    measure: str
    exposure: str
    lists: list[ChronicList]
    categories: list[TestedCategory]


def chronic_section(session: Session, settings: Settings, words: Words) -> ChronicSection:
    """Return the list of chronic or recurring problems.

    Parameters
    ----------
    session : Session
    settings : Settings
    words : Words

    Returns
    -------
    ChronicSection
    """
    rows = session.read("chronic").to_pandas()
    if rows.empty:
        return ChronicSection("", "", [], [])
    found = rows[rows["status"].notna()].sort_values(
        ["excess", "category", "place"], ascending=[False, True, True]
    )
    names = report_feeds.place_names(session, sorted(set(found["place"]))).set_index("id")
    exposures = rows["exposure_name"].dropna()
    measure = str(rows["measure"].iloc[0])
    pointed = found["place_kind"].isin(_POINTS)
    lists = [
        _list(part, points, names, settings, words)
        for points, part in ((True, found[pointed]), (False, found[~pointed]))
        if len(part)
    ]
    return ChronicSection(
        measure=measure,
        exposure=words.exposure(str(exposures.iloc[0])) if len(exposures) else "",
        lists=lists,
        categories=_categories(rows, measure, words),
    )


def _list(
    found: pd.DataFrame, points: bool, names: pd.DataFrame, settings: Settings, words: Words
) -> ChronicList:
    lines = [
        _place(number, row, names, settings, words)
        for number, row in enumerate(found.head(LISTED).to_dict("records"), start=1)
    ]
    return ChronicList(points, lines, len(found) - len(lines))


def _place(
    number: int,
    row: dict[Hashable, Any],
    names: pd.DataFrame,
    settings: Settings,
    words: Words,
) -> ChronicPlace:
    place = str(row["place"])
    known = names.loc[place].dropna().to_dict() if place in names.index else {}
    closings, recurrences = _count(row["closings"]), _count(row["recurrences"])
    line = ChronicPlace(
        number=number,
        place_kind=words.place_kind(str(row["place_kind"])),
        name=str(known.get("name", known.get("code", place))),
        code=str(known.get("code", "")),
        address=str(known.get("address", "")),
        category=str(row["category"]),
        episodes=_count(row["episodes"]),
        closings=closings,
        recurrences=recurrences,
        active_months=_count(row["active_months"]),
        share=percent(recurrences, closings),
        share_elsewhere=_share(row["share_elsewhere"]),
        expected=tenth(row["expected"]),
        q=q_value(row["q"]),
        sentence="",
    )
    return _with_sentence(line, str(row["measure"]), settings, words)


def _with_sentence(
    line: ChronicPlace, measure: str, settings: Settings, words: Words
) -> ChronicPlace:
    chronic = settings.chronic
    if measure == "chronic":
        return replace(
            line,
            sentence=words.t(
                f"过去{chronic.window_days}天，{line.name}的{line.category}"
                f"办结 {line.closings} 次，"
                f"其中 {line.recurrences} 次在{chronic.recur_days}天内又出现；"
                f"按其他地方的比例应为 {line.expected} 次。",
                f"In the past {chronic.window_days} days {line.category} was closed "
                f"{line.closings} times at {line.name} and came back {line.recurrences} times "
                f"within {chronic.recur_days} days; by the share elsewhere it should have been "
                f"{line.expected}.",
            ),
        )
    return replace(
        line,
        sentence=words.t(
            f"过去{chronic.window_days}天，{line.name}的{line.category}出现 {line.episodes} 次，"
            f"分布在 {line.active_months} 个月（每月按30天）；应为 {line.expected} 次。",
            f"In the past {chronic.window_days} days {line.category} came up {line.episodes} "
            f"times at {line.name}, in {line.active_months} months of 30 days; it should have "
            f"been {line.expected}.",
        ),
    )


def _count(value: float) -> int:
    return 0 if pd.isna(value) else int(value)


def _share(value: float) -> str:
    return "—" if pd.isna(value) else f"{100 * value:.1f}%"


def _categories(rows: pd.DataFrame, measure: str, words: Words) -> list[TestedCategory]:
    total = "closings" if measure == "chronic" else "episodes"
    return [
        TestedCategory(
            category=str(category),
            total=int(group[total].sum()),
            tested=int(group["reason"].isna().sum()),
            found=int(group["status"].notna().sum()),
            untested=untested_counts(group["reason"], words),
        )
        for category, group in rows.groupby("category", sort=True)
    ]
