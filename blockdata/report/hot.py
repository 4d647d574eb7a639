"""Where do problems gather: the report's first question."""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from blockdata.engines import feeds, hot_feeds, report_feeds
from blockdata.engines.hot_feeds import KEY
from blockdata.report.hot_words import change_word, sentence, stands_there, unstable_words
from blockdata.report.map import CellMap, draw_cells
from blockdata.report.settings import Settings
from blockdata.report.words import Words, q_value, tenth
from blockdata.store.session import Session

__all__ = [
    "LISTED",
    "HotCell",
    "HotWindow",
    "TestedCategory",
    "choice_lines",
    "hot_windows",
    "most_places",
    "untested_counts",
]

LISTED = 50
"""How many lines a list of results has at most; how many more there are is said below it."""

_PLACES_TOLD = 3


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
    stands_there: str
    change: str
    unstable: str


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
    gone : list of str
        Cell and category of the hot spots of the snapshot before that are none any more.
    """

    window_days: int
    layer: str
    exposure: str
    cells: list[HotCell]
    more: int
    map: CellMap | None
    categories: list[TestedCategory]
    gone: list[str]


@dataclass(frozen=True)
class _Behind:
    """What is known of hot spots besides the test: by window, category and cell, or by cell."""

    changes: dict[tuple[Any, ...], str]
    standing: dict[str, dict[str, float]]
    places: dict[tuple[Any, ...], list[tuple[str, int]]]


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
    behind = _behind(session, found, words, day + dt.timedelta(days=1))
    streets = feeds.streets(session)
    windows = []
    for window_days in settings.hotspots.windows_days:
        rows = found[found["window_days"] == window_days]
        if not rows.empty:
            layer = str(rows["layer"].iloc[0])
            cells = report_feeds.layer_cells(session, layer, day)
            windows.append(_window(rows, cells, streets, behind, words))
    return windows


def choice_lines(session: Session, words: Words) -> list[str]:
    """Return how hot spots were looked for: each choice and why."""
    choices = session.read("hotspot_choice").to_pandas().sort_values("no")
    return [str(line) for line in choices[words.lang]]


def _behind(session: Session, found: pd.DataFrame, words: Words, as_of: dt.date) -> _Behind:
    changes = hot_feeds.changes_on(session, as_of)
    standing: dict[str, dict[str, float]] = {}
    hot = found.loc[found["hot"], "cell"].tolist()
    for cell, kind, count in hot_feeds.standing_in(session, hot).itertuples(index=False):
        standing.setdefault(str(cell), {})[str(kind)] = float(count)
    return _Behind(
        {_key(row): str(row["change"]) for row in changes.to_dict("records")},
        standing,
        most_places(hot_feeds.places_behind(session, session.read("hotspot_case").to_pandas())),
    )


def most_places(places: pd.DataFrame) -> dict[tuple[Any, ...], list[tuple[str, int]]]:
    """Return name and episodes of the places with most of each hot spot.

    Parameters
    ----------
    places : DataFrame
        As from `places_behind`.

    Returns
    -------
    dict of layer, window_days, category and cell to list of tuple of str and int
    """
    found: dict[tuple[Any, ...], list[tuple[str, int]]] = {}
    for row in places.groupby(KEY, sort=False).head(_PLACES_TOLD).to_dict("records"):
        found.setdefault(_key(row), []).append((str(row["name"]), int(row["episodes"])))
    return found


def _key(row: dict[Hashable, Any]) -> tuple[Any, ...]:
    return tuple(row[column] for column in KEY)


def _window(
    rows: pd.DataFrame,
    cells: pd.DataFrame,
    streets: pd.DataFrame,
    behind: _Behind,
    words: Words,
) -> HotWindow:
    names = cell_labels(cells)
    codes = dict(zip(cells["cell"], cells["code"], strict=True))
    hot = rows[rows["hot"]].sort_values(
        ["excess", "category", "cell"], ascending=[False, True, True]
    )
    exposure = words.exposure(str(rows["exposure_name"].iloc[0]))
    listed = [
        _hot_cell(number, row, (names, codes), behind, words)
        for number, row in enumerate(hot.head(LISTED).to_dict("records"), start=1)
    ]
    tested = (str(rows["layer"].iloc[0]), int(rows["window_days"].iloc[0]))
    gone = [key for key, change in behind.changes.items() if change == "gone" and key[:2] == tested]
    return HotWindow(
        window_days=tested[1],
        layer=words.layer(tested[0]),
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
        gone=[f"{names.get(cell, cell)} {category}" for _, _, category, cell in gone],
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
    known: tuple[dict[str, str], dict[str, str]],
    behind: _Behind,
    words: Words,
) -> HotCell:
    names, codes = known
    cell, key = str(row["cell"]), _key(row)
    name = names.get(cell, cell)
    return HotCell(
        number=number,
        cell=cell,
        name=name,
        code=str(codes.get(cell) or "—"),
        category=str(row["category"]),
        count=int(row["count"]),
        expected=tenth(row["expected"]),
        ratio=tenth(row["ratio"]),
        q=q_value(row["q"]),
        sentence=sentence(row, name, words),
        stands_there=stands_there(behind.standing.get(cell, {}), behind.places.get(key, []), words),
        change=change_word(behind.changes.get(key), words),
        unstable=unstable_words(row["unstable_under"], words),
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
