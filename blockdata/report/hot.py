"""Where do problems gather: the report's first question."""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from blockdata.engines import feeds, report_feeds
from blockdata.report.map import CellMap, draw_cells
from blockdata.report.settings import Settings
from blockdata.report.words import Words, q_value, tenth
from blockdata.store.session import Session

__all__ = ["LISTED", "HotCell", "HotWindow", "TestedCategory", "hot_windows", "untested_counts"]

LISTED = 50
"""How many lines a list of results has at most; how many more there are is said below it."""


@dataclass(frozen=True)
class HotCell:
    """One line of the list: a cell and a category."""

    number: int
    cell: str
    name: str
    code: str
    category: str
    count: int
    expected: str
    ratio: str
    q: str
    sentence: str


@dataclass(frozen=True)
class TestedCategory:
    """What became of one category: hot cells or chronic places, and what was not tested."""

    category: str
    total: int
    tested: int
    found: int
    untested: list[tuple[str, int]]


@dataclass(frozen=True)
class HotWindow:
    """The hot spots of one window.

    Parameters
    ----------
    window_days : int
    layer, exposure : str
        Labels of the tested layer, and of what counts are measured against.
    cells : list of HotCell
        The first `LISTED`, by excess.
    more : int
        How many are not listed.
    map : CellMap or None
        None where no cell has a polygon.
    categories : list of TestedCategory
    """

    window_days: int
    layer: str
    exposure: str
    cells: list[HotCell]
    more: int
    map: CellMap | None
    categories: list[TestedCategory]


def hot_windows(
    session: Session, settings: Settings, words: Words, day: dt.date
) -> list[HotWindow]:
    """Return the hot spots, window by window; windows in which nothing was tested are left out.

    Parameters
    ----------
    session : Session
    settings : Settings
    words : Words
    day : date
        The last day that is known; the map shows the cells that stand on it.

    Returns
    -------
    list of HotWindow
        In the order of the configuration.
    """
    found = session.read("hotspot").to_pandas()
    streets = feeds.streets(session)
    windows = []
    for window_days in settings.hotspots.windows_days:
        rows = found[found["window_days"] == window_days]
        if not rows.empty:
            layer = str(rows["layer"].iloc[0])
            cells = report_feeds.layer_cells(session, layer, day)
            windows.append(_window(rows, layer, cells, streets, words))
    return windows


def _window(
    rows: pd.DataFrame, layer: str, cells: pd.DataFrame, streets: pd.DataFrame, words: Words
) -> HotWindow:
    names = cell_labels(cells)
    codes = dict(zip(cells["cell"], cells["code"], strict=True))
    hot = rows[rows["hot"]].sort_values(
        ["excess", "category", "cell"], ascending=[False, True, True]
    )
    exposure = words.exposure(str(rows["exposure_name"].iloc[0]))
    listed = [
        _hot_cell(number, row, names, codes, exposure, words)
        for number, row in enumerate(hot.head(LISTED).to_dict("records"), start=1)
    ]
    return HotWindow(
        window_days=int(rows["window_days"].iloc[0]),
        layer=words.layer(layer),
        exposure=exposure,
        cells=listed,
        more=len(hot) - len(listed),
        map=draw_cells(
            cells,
            streets,
            {str(cell): float(sum_) for cell, sum_ in hot.groupby("cell")["excess"].sum().items()},
            _titles(rows, names, words),
            _numbers(listed),
        ),
        categories=_categories(rows, words),
    )


def cell_labels(cells: pd.DataFrame) -> dict[str, str]:
    """Return what each cell is called: its name, else its code, after the area it lies in.

    Parameters
    ----------
    cells : DataFrame
        Columns cell, code, name, area.

    Returns
    -------
    dict of cell to str

    Examples
    --------
    >>> cells = pd.DataFrame({"cell": ["g1", "g2"], "code": ["01", "02"],
    ...                       "name": ["望海社区第3网格", None], "area": ["望海社区", "望海社区"]})
    >>> cell_labels(cells)
    {'g1': '望海社区第3网格', 'g2': '望海社区 02'}
    """
    own = cells["name"].fillna(cells["code"]).fillna(cells["cell"])
    return {
        cell: name if pd.isna(area) or area in name else f"{area} {name}"
        for cell, name, area in zip(cells["cell"], own, cells["area"], strict=True)
    }


def _hot_cell(
    number: int,
    row: dict[Hashable, Any],
    names: dict[str, str],
    codes: dict[str, str],
    exposure: str,
    words: Words,
) -> HotCell:
    cell, category, days = str(row["cell"]), str(row["category"]), row["window_days"]
    name, count = names.get(cell, cell), int(row["count"])
    expected, ratio = tenth(row["expected"]), tenth(row["ratio"])
    more = tenth(row["excess"])
    return HotCell(
        number=number,
        cell=cell,
        name=name,
        code=str(codes.get(cell) or "—"),
        category=category,
        count=count,
        expected=expected,
        ratio=ratio,
        q=q_value(row["q"]),
        sentence=words.t(
            f"过去{days}天，{name}的{category} {count} 起，按{exposure}应为 {expected} 起，"
            f"多出 {more} 起，是应有的 {ratio} 倍。",
            f"In the past {days} days {name} had {count} × {category}; by {exposure} it should "
            f"have had {expected}: {more} too many, {ratio} times as many.",
        ),
    )


def _numbers(listed: list[HotCell]) -> dict[str, str]:
    """Return, per cell, its first number in the list, marked where it has more."""
    numbers: dict[str, str] = {}
    for line in listed:
        first = numbers.get(line.cell)
        numbers[line.cell] = f"{first.rstrip('+')}+" if first else str(line.number)
    return numbers


def _titles(rows: pd.DataFrame, names: dict[str, str], words: Words) -> dict[str, str]:
    """Return the tooltip of each cell."""
    total = rows.groupby("cell")["count"].sum().to_dict()
    hot = {
        cell: [_in_short(row, words) for row in group.to_dict("records")]
        for cell, group in rows[rows["hot"]].sort_values(["cell", "category"]).groupby("cell")
    }
    quiet = words.t("未见聚集", "not hot")
    return {
        cell: words.t(
            f"{name}：共 {total.get(cell, 0)} 起；{'；'.join(hot.get(cell, [quiet]))}",
            f"{name}: {total.get(cell, 0)} in all; {'; '.join(hot.get(cell, [quiet]))}",
        )
        for cell, name in names.items()
    }


def _in_short(row: dict[Hashable, Any], words: Words) -> str:
    expected = tenth(row["expected"])
    return words.t(
        f"{row['category']} {row['count']} 起，应为 {expected} 起",
        f"{row['category']} {row['count']}, expected {expected}",
    )


def _categories(rows: pd.DataFrame, words: Words) -> list[TestedCategory]:
    return [
        TestedCategory(
            category=str(category),
            total=int(group["count"].sum()),
            tested=int(group["reason"].isna().sum()),
            found=int(group["hot"].sum()),
            untested=untested_counts(group["reason"], words),
        )
        for category, group in rows.groupby("category", sort=True)
    ]


def untested_counts(reasons: pd.Series[str], words: Words) -> list[tuple[str, int]]:
    """Return in words why lines of a result were not tested, and how many for each reason.

    Parameters
    ----------
    reasons : Series of str
        A result's column `reason`; null where it was tested.
    words : Words

    Returns
    -------
    list of tuple of str and int
        Sorted by the reasons' codes.
    """
    counted = reasons.dropna().value_counts().sort_index()
    return [(words.untested(str(code)), int(count)) for code, count in counted.items()]
