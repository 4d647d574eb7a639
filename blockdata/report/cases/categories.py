"""Which classes the sources' categories stand for, and which stand for none yet."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from blockdata.report.cases.words import CaseWords
from blockdata.report.words import percent, whole
from blockdata.store.session import Session

__all__ = ["CategorySection", "categories_of", "category_section"]

_LISTED = 20
_WAYS = (
    ("table", ("按对照表或人工决定", "By the table of categories or a decision")),
    ("name", ("按名称相同", "By an equal name")),
    ("nothing", ("对照表写明不对应任何代码", "Said by the table to be of no class")),
    ("unmapped", ("没有对应", "Not mapped")),
)


@dataclass(frozen=True)
class WayLine:
    """How many categories and cases were mapped in one way."""

    way: str
    categories: str
    cases: str
    share: str


@dataclass(frozen=True)
class Mapped:
    """A category and the class that it stands for."""

    source: str
    category: str
    name: str
    code: str
    cases: str


@dataclass(frozen=True)
class Unmapped:
    """A category without a class, and the classes that are most like it."""

    source: str
    category: str
    cases: str
    candidates: list[str]


@dataclass(frozen=True)
class CategorySection:
    """Categories by how they were mapped.

    Parameters
    ----------
    ways : list of WayLine
        Those that occur.
    unmapped : list of Unmapped
        The most frequent first.
    more : int
        Unmapped ones that are not listed.
    mapped : list of Mapped
        The most frequent first.
    """

    ways: list[WayLine]
    unmapped: list[Unmapped]
    more: int
    mapped: list[Mapped]


def category_section(session: Session, words: CaseWords) -> CategorySection | None:
    """Return the categories of the sources; None where there are none.

    Parameters
    ----------
    session : Session
    words : CaseWords

    Returns
    -------
    CategorySection or None
    """
    categories = session.read("category").to_pandas()
    if categories.empty:
        return None
    return categories_of(categories, session.read("category_suggestion").to_pandas(), words)


def categories_of(
    categories: pd.DataFrame, suggestions: pd.DataFrame, words: CaseWords
) -> CategorySection:
    """Put the section together.

    Parameters
    ----------
    categories : DataFrame
        The table category.
    suggestions : DataFrame
        The table category_suggestion.
    words : CaseWords
    """
    order = ["incidents", "category", "source"]
    rows = categories.sort_values(order, ascending=[False, True, True])
    way = _ways_of(rows)
    lacking = rows[way == "unmapped"]
    candidates = _candidates(suggestions)
    listed = [_unmapped(row, candidates) for row in lacking.head(_LISTED).to_dict("records")]
    return CategorySection(
        ways=_way_lines(rows, way, words),
        unmapped=listed,
        more=len(lacking) - len(listed),
        mapped=[_mapped(row) for row in rows[rows["code"].notna()].to_dict("records")],
    )


def _ways_of(rows: pd.DataFrame) -> pd.Series:
    """Tell of each category how it was mapped, by the keys of `_WAYS`."""
    way = rows["method"].fillna("name").mask(rows["code"].isna(), "unmapped")
    return way.mask(rows["code"].isna() & (rows["method"] == "table"), "nothing")


def _way_lines(rows: pd.DataFrame, way: pd.Series, words: CaseWords) -> list[WayLine]:
    total = int(rows["incidents"].sum())
    lines = []
    for key, pair in _WAYS:
        own = rows[way == key]
        if len(own):
            cases = int(own["incidents"].sum())
            lines.append(
                WayLine(words.t(*pair), whole(len(own)), whole(cases), percent(cases, total))
            )
    return lines


def _candidates(suggestions: pd.DataFrame) -> dict[tuple[str, str], list[str]]:
    """Return the names and codes of the nearest classes, by source and category."""
    found: dict[tuple[str, str], list[str]] = {}
    known = suggestions[suggestions["code"].notna()].sort_values("rank", kind="stable")
    for row in known.to_dict("records"):
        text = f"{row['name']} {row['code']}"
        own = found.setdefault((str(row["source"]), str(row["category"])), [])
        if text not in own:
            own.append(text)
    return found


def _unmapped(row: dict[Hashable, Any], candidates: dict[tuple[str, str], list[str]]) -> Unmapped:
    key = (str(row["source"]), str(row["category"]))
    return Unmapped(_text(row["source"]), key[1], whole(row["incidents"]), candidates.get(key, []))


def _mapped(row: dict[Hashable, Any]) -> Mapped:
    return Mapped(
        source=_text(row["source"]),
        category=str(row["category"]),
        name=_text(row["name"]),
        code=f"{row['scheme']} {row['code']}",
        cases=whole(row["incidents"]),
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else "—"
