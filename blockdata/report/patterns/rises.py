"""Where is there lately more than before: the night's rises."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pandas as pd

from blockdata.engines import gathering_feeds, pattern_feeds, report_feeds
from blockdata.report.hot import TestedCategory, cell_labels, untested_counts
from blockdata.report.map import CellMap, draw_cells
from blockdata.report.patterns.rising_words import how_rare, rise_sentence
from blockdata.report.settings import Settings
from blockdata.report.words import Words, q_value, tenth
from blockdata.store.session import Session

__all__ = ["RiseLine", "RiseSection", "rise_section"]

_LISTED = 30


@dataclass(frozen=True)
class RiseLine:
    """One cell and category, by the window that is least like chance."""

    number: int
    name: str
    category: str
    window_days: int
    others: str
    count: int
    expected: str
    ratio: str
    rare: str
    q: str
    sentence: str


@dataclass(frozen=True)
class RiseSection:
    """Rises of the night.

    Parameters
    ----------
    layer, windows : str
        What the cells are called, and the windows in days.
    alpha : float
    tests : int
        Comparisons that were made.
    lines : list of RiseLine
        The first 30, by excess.
    more : int
    map : CellMap or None
        None where nothing rose or no cell has a polygon.
    categories : list of TestedCategory
        By the longest window.
    notes : list of str
        What was left out, and why.
    """

    layer: str
    windows: str
    alpha: float
    tests: int
    lines: list[RiseLine]
    more: int
    map: CellMap | None
    categories: list[TestedCategory]
    notes: list[str]


def rise_section(
    session: Session, settings: Settings, words: Words, as_of: dt.date
) -> RiseSection | None:
    """Return the section; None where nothing was compared.

    Parameters
    ----------
    session : Session
    settings : Settings
    words : Words
    as_of : date
    """
    by_category = pattern_feeds.rise_categories(session)
    told = gathering_feeds.findings_of(session, "rises")
    notes = [words.t(zh, en) for zh, en in zip(told["zh"], told["en"], strict=True)]
    if by_category.empty:
        return None
    layer = str(by_category["layer"].iloc[0])
    cells = report_feeds.layer_cells(session, layer, as_of - dt.timedelta(days=1))
    names = cell_labels(cells)
    alarms = pattern_feeds.rise_rows(session).query("alarm")
    strongest = alarms.sort_values(["p", "window_days"]).drop_duplicates(["category", "cell"])
    strongest = strongest.sort_values(
        ["excess", "category", "cell"], ascending=[False, True, True], ignore_index=True
    )
    windows = alarms.groupby(["category", "cell"])["window_days"].agg(set)
    lines = []
    for number, row in enumerate(strongest.head(_LISTED).to_dict("records"), start=1):
        name = names.get(str(row["cell"]), str(row["cell"]))
        others = sorted(windows[(row["category"], row["cell"])] - {row["window_days"]})
        lines.append(
            RiseLine(
                number=number,
                name=name,
                category=str(row["category"]),
                window_days=int(row["window_days"]),
                others=words.t("、", ", ").join(map(str, others)),
                count=int(row["count"]),
                expected=tenth(row["expected"]),
                ratio=tenth(row["ratio"]),
                rare=how_rare(float(row["recurrence_days"]), words),
                q=q_value(row["q"]),
                sentence=rise_sentence(row, name, words),
            )
        )
    return RiseSection(
        layer=words.layer(layer),
        windows=words.t("、", ", ").join(map(str, settings.rises.windows_days)),
        alpha=settings.rises.alpha,
        tests=int(by_category["tested"].sum()),
        lines=lines,
        more=len(strongest) - len(lines),
        map=_map(cells, strongest, lines, names, words),
        categories=_categories(by_category, words),
        notes=notes,
    )


def _map(
    cells: pd.DataFrame,
    strongest: pd.DataFrame,
    lines: list[RiseLine],
    names: dict[str, str],
    words: Words,
) -> CellMap | None:
    if strongest.empty:
        return None
    titles = dict(names)
    numbers: dict[str, str] = {}
    for line, cell in zip(lines, strongest["cell"], strict=False):
        more = words.t(
            f"{line.category} {line.count} 起，应为 {line.expected} 起",
            f"{line.category} {line.count}, expected {line.expected}",
        )
        titles[cell] = f"{titles.get(cell, cell)}{words.t('；', '; ')}{more}"
        numbers[cell] = f"{numbers[cell].rstrip('+')}+" if cell in numbers else str(line.number)
    sums = strongest.groupby("cell")["excess"].sum()
    excess = {str(cell): float(more) for cell, more in sums.items()}
    # The page has the streets on its first map.
    return draw_cells(cells, cells.head(0)[["geom"]], excess, titles, numbers)


def _categories(by_category: pd.DataFrame, words: Words) -> list[TestedCategory]:
    longest = by_category[by_category["window_days"] == by_category["window_days"].max()]
    found = by_category.groupby("category")["alarms"].sum()
    return [
        TestedCategory(
            category=str(row["category"]),
            total=int(row["count"]),
            tested=int(row["tested"]),
            found=int(found[row["category"]]),
            untested=untested_counts(pd.Series([row["reason"]], dtype="str"), words),
        )
        for row in longest.to_dict("records")
    ]
