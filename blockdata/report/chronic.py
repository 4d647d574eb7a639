"""Which places never get better: the report's second question."""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import pandas as pd
from markupsafe import Markup

from blockdata.analysis.lasting import COURSES, STEP_DAYS
from blockdata.engines import report_feeds
from blockdata.engines.evidence_feeds import KEY
from blockdata.report.chronic_evidence import evidence_lines, months_drawn
from blockdata.report.chronic_words import (
    chronic_sentences,
    course_rule,
    course_word,
    group_of,
    group_word,
    interval_text,
    model_words,
    place_called,
)
from blockdata.report.evidence import Asking, Evidence, gather
from blockdata.report.hot import TestedCategory, untested_counts
from blockdata.report.settings import Settings
from blockdata.report.words import Words, q_value, tenth
from blockdata.store.session import Session

__all__ = ["ChronicList", "ChronicPlace", "ChronicSection", "chronic_section"]

_LISTED = (20, 10, 10, 10)
"""How many lines each group of places has at most, spots first."""

_RESOLVED_TOLD = 12


@dataclass(frozen=True)
class ChronicPlace:
    """One line of the list: a place and a category, and what speaks for it.

    Parameters
    ----------
    number : int
    place_kind, name, code, where, category : str
    course, rule : str
        Empty where there is none.
    episodes : int
    expected, excess, interval, q : str
    sentence : str
    drawing : Markup
        Its months as SVG.
    evidence : list of tuple of str and list of str
        Title and lines.
    """

    number: int
    place_kind: str
    name: str
    code: str
    where: str
    category: str
    course: str
    rule: str
    episodes: int
    expected: str
    excess: str
    interval: str
    q: str
    sentence: str
    drawing: Markup
    evidence: list[tuple[str, list[str]]]


@dataclass(frozen=True)
class ChronicList:
    """Places of a like size: spots, buildings, entities, or areas and cells."""

    title: str
    wide: bool
    places: list[ChronicPlace]
    more: int


@dataclass(frozen=True)
class ChronicSection:
    """The places that never get better.

    Parameters
    ----------
    measure : str
        "chronic"; "recurring" where no closing time is known; "" where there is no episode.
    window_days : int
    exposures : list of str
        What each kind of place is measured by.
    models : list of str
        How expected numbers were found.
    lists : list of ChronicList
        What is bad still; those that have any line, spots first.
    resolved : list of str
        What was found and has been resolved since.
    resolved_more : int
    courses : list of tuple of str
        Word and rule of each course that occurs.
    categories : list of TestedCategory
    why_none : list of str
        Where nothing was found: what was not tested, and why.
    """

    measure: str
    window_days: int
    exposures: list[str]
    models: list[str]
    lists: list[ChronicList]
    resolved: list[str]
    resolved_more: int
    courses: list[tuple[str, str]]
    categories: list[TestedCategory]
    why_none: list[str]


def chronic_section(
    session: Session, settings: Settings, words: Words, as_of: dt.date
) -> ChronicSection:
    """Return the list of chronic or recurring problems, with what speaks for each.

    Parameters
    ----------
    session : Session
    settings : Settings
    words : Words
    as_of : date
        Nothing at or after its midnight has happened yet.

    Returns
    -------
    ChronicSection
    """
    rows = session.read("chronic").to_pandas()
    if rows.empty:
        return ChronicSection("", 0, [], [], [], [], 0, [], [], [])
    asking = Asking(as_of, settings.city, settings.chronic, settings.episodes)
    found = rows[rows["status"].notna()]
    calm = found["course"].fillna("") == "resolved"
    bad = _ranked(found[~calm])
    gathered = gather(session, _shown(bad), asking, words)
    cells = report_feeds.cells_over(session, gathered.problems["place"].tolist())
    measure = str(rows["measure"].iloc[0])
    days = int(settings.chronic.window_days)
    resolved = _resolved(session, _ranked(found[calm]), words)
    occurring = [c for c in COURSES if (found["course"] == c).any()]
    return ChronicSection(
        measure=measure,
        window_days=days - days % STEP_DAYS if measure == "chronic" else days,
        exposures=_exposures(rows, words),
        models=[model_words(m, words) for m in sorted(rows["model"].dropna().unique())],
        lists=_lists(bad, gathered, cells, asking, words),
        resolved=resolved[:_RESOLVED_TOLD],
        resolved_more=max(len(resolved) - _RESOLVED_TOLD, 0),
        courses=[(course_word(c, words), course_rule(c, words)) for c in occurring],
        categories=_categories(rows, words),
        why_none=[] if len(found) else _why_none(rows, words),
    )


def _ranked(found: pd.DataFrame) -> pd.DataFrame:
    """Sort by group of kinds, then by the excess that is there now."""
    ordered = found.assign(
        group=[group_of(str(kind)) for kind in found["place_kind"]],
        now=found["excess_now"].fillna(found["excess"]).fillna(0.0),
    )
    return ordered.sort_values(
        ["group", "now", "place_kind", "category", "place"],
        ascending=[True, False, True, True, True],
        ignore_index=True,
    ).drop(columns="now")


def _shown(bad: pd.DataFrame) -> pd.DataFrame:
    parts = [bad[bad["group"] == group].head(most) for group, most in enumerate(_LISTED)]
    return pd.concat(parts, ignore_index=True)


def _lists(
    bad: pd.DataFrame, gathered: Evidence, cells: dict[str, str], asking: Asking, words: Words
) -> list[ChronicList]:
    lists = []
    for group in range(len(_LISTED)):
        rows = gathered.problems[gathered.problems["group"] == group].to_dict("records")
        if not rows:
            continue
        places = [
            _place(number, row, gathered, cells, asking, words)
            for number, row in enumerate(rows, start=1)
        ]
        more = int((bad["group"] == group).sum()) - len(places)
        lists.append(ChronicList(group_word(group, words), group == len(_LISTED) - 1, places, more))
    return lists


def _place(
    number: int,
    row: dict[Hashable, Any],
    gathered: Evidence,
    cells: dict[str, str],
    asking: Asking,
    words: Words,
) -> ChronicPlace:
    key = tuple(str(row[column]) for column in KEY)
    own = gathered.of(*key)
    days = (int(asking.chronic.window_days), int(asking.chronic.recur_days))
    course = row["course"]
    return ChronicPlace(
        number=number,
        place_kind=words.place_kind(key[0]),
        name=next((str(row[c]) for c in ("name", "code", "place") if not pd.isna(row[c])), ""),
        code="" if pd.isna(row["code"]) else str(row["code"]),
        where=str(row["address"]) if not pd.isna(row["address"]) else cells.get(key[1], ""),
        category=key[2],
        course="" if pd.isna(course) else course_word(course, words),
        rule=course_rule(course, words),
        episodes=int(row["episodes"]),
        expected=tenth(row["expected"]),
        excess=tenth(row["excess"]),
        interval=interval_text(row, words),
        q=q_value(row["q"]),
        sentence=chronic_sentences(row, place_called(row), days, words),
        # Drawn here, every text in it escaped.
        drawing=Markup(months_drawn(key, row, own["changes"], gathered, asking, words)),
        evidence=evidence_lines(own, words),
    )


def _resolved(session: Session, rows: pd.DataFrame, words: Words) -> list[str]:
    names = report_feeds.place_names(session, sorted(set(rows["place"]))).set_index("id")
    told = rows.join(names[["name", "code"]], on="place").to_dict("records")
    return [
        words.t(
            f"{place_called(row)} {row['category']}（{row['episodes']} 次）",
            f"{place_called(row)} {row['category']} ({row['episodes']})",
        )
        for row in told
    ]


def _exposures(rows: pd.DataFrame, words: Words) -> list[str]:
    named = rows[["place_kind", "exposure_name"]].dropna().drop_duplicates()
    by_name = named.groupby("exposure_name", sort=True)["place_kind"].agg(sorted)
    return [
        words.t(
            f"{'、'.join(words.place_kind(k) for k in kinds)}按{words.exposure(str(name))}",
            f"{', '.join(words.place_kind(k) for k in kinds)}: {words.exposure(str(name))}",
        )
        for name, kinds in by_name.items()
    ]


def _categories(rows: pd.DataFrame, words: Words) -> list[TestedCategory]:
    """Tell what became of each category; its problems are those of spots, each counted once."""
    spots = rows["place_kind"].map(lambda kind: group_of(str(kind)) == 0)
    return [
        TestedCategory(
            category=str(category),
            total=int(group.loc[spots[group.index], "episodes"].sum()),
            tested=int(group["reason"].isna().sum()),
            found=int(group["status"].notna().sum()),
            untested=untested_counts(group["reason"], words),
        )
        for category, group in rows.groupby("category", sort=True)
    ]


def _why_none(rows: pd.DataFrame, words: Words) -> list[str]:
    tested = int(rows["reason"].isna().sum())
    lines = [
        words.t(
            f"检验了 {tested} 处地方的问题，没有一处明显多于同类地方而又反复办结反复出现。"
            if tested
            else "没有一处地方的问题可以检验。",
            f"The problems of {tested} places were tested; none has clearly more than such places "
            "and comes back after closing."
            if tested
            else "The problems of no place could be tested.",
        )
    ]
    lines += [
        words.t(f"{count} 处未检验：{reason}", f"{count} not tested: {reason}")
        for reason, count in untested_counts(rows["reason"], words)
    ]
    return lines
