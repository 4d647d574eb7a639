"""What gathers lately over several cells: the night's clusters."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pandas as pd

from blockdata.engines import pattern_feeds, report_feeds
from blockdata.report.hot import cell_labels
from blockdata.report.map import CellMap, draw_cells
from blockdata.report.patterns.rising_words import cluster_sentence, how_rare
from blockdata.report.settings import Settings
from blockdata.report.words import Words, q_value, tenth
from blockdata.store.session import Session

__all__ = ["ClusterLine", "ClusterSection", "cluster_section"]

_LISTED = 20
_NAMED = 12


@dataclass(frozen=True)
class ClusterLine:
    """One cluster."""

    number: int
    name: str
    category: str
    since: str
    cells: str
    count: int
    expected: str
    ratio: str
    rare: str
    q: str
    sentence: str


@dataclass(frozen=True)
class ClusterSection:
    """Clusters of the night.

    Parameters
    ----------
    layer : str
        What the cells are called.
    radius_m, days : int
        The largest circle and the longest stretch that were looked at.
    alpha : float
    scanned : int
        Categories.
    lines : list of ClusterLine
        The first 20, the least like chance first.
    more : int
    map : CellMap or None
        None where nothing gathers or no cell has a polygon.
    unscanned : list of tuple of str
        Reason, and the categories with it.
    """

    layer: str
    radius_m: int
    days: int
    alpha: float
    scanned: int
    lines: list[ClusterLine]
    more: int
    map: CellMap | None
    unscanned: list[tuple[str, str]]


def cluster_section(
    session: Session, settings: Settings, words: Words, as_of: dt.date
) -> ClusterSection | None:
    """Return the section; None where nothing was scanned.

    Parameters
    ----------
    session : Session
    settings : Settings
    words : Words
    as_of : date
    """
    rows = pattern_feeds.cluster_rows(session)
    if rows.empty:
        return None
    layer = str(rows["layer"].iloc[0])
    cells = report_feeds.layer_cells(session, layer, as_of - dt.timedelta(days=1))
    names = cell_labels(cells)
    members = pattern_feeds.cluster_cells(session)
    inside = members.groupby(["category", "rank"])["cell"].agg(list)
    found = rows[rows["alarm"]].reset_index(drop=True)
    told = [
        (row, [names.get(cell, cell) for cell in inside[(row["category"], row["rank"])]])
        for row in found.head(_LISTED).to_dict("records")
    ]
    lines = [
        ClusterLine(
            number=number,
            name=within[0],
            category=str(row["category"]),
            since=str(pd.Timestamp(row["first_day"]).date()),
            cells=_listed(within, words),
            count=int(row["count"]),
            expected=tenth(row["expected"]),
            ratio=tenth(row["ratio"]),
            rare=how_rare(float(row["recurrence_days"]), words),
            q=q_value(row["q"]),
            sentence=cluster_sentence(row, within[0], words.layer(layer), words),
        )
        for number, (row, within) in enumerate(told, start=1)
    ]
    unscanned = rows.dropna(subset="reason").groupby("reason", sort=True)["category"]
    return ClusterSection(
        layer=words.layer(layer),
        radius_m=round(settings.scan.radius_m),
        days=settings.scan.days,
        alpha=settings.scan.alpha,
        scanned=rows.loc[rows["rank"].notna(), "category"].nunique(),
        lines=lines,
        more=len(found) - len(lines),
        map=_map(cells, found.merge(members, on=["category", "rank"]), lines, names),
        unscanned=[
            (words.untested(str(reason)), words.t("、", ", ").join(sorted(own)))
            for reason, own in unscanned
        ],
    )


def _listed(names: list[str], words: Words) -> str:
    more = len(names) - _NAMED
    rest = words.t(f" 等 {len(names)} 个", f" and {more} more") if more > 0 else ""
    return words.t("、", ", ").join(names[:_NAMED]) + rest


def _map(
    cells: pd.DataFrame, inside: pd.DataFrame, lines: list[ClusterLine], names: dict[str, str]
) -> CellMap | None:
    if inside.empty:
        return None
    numbers: dict[str, str] = {}
    titles = dict(names)
    # A cluster's cells have its colour; its number stands in the middle one.
    order = inside[["category", "rank"]].drop_duplicates()
    for line, key in zip(lines, order.itertuples(index=False), strict=False):
        own = inside[(inside["category"] == key.category) & (inside["rank"] == key.rank)]
        for cell in own["cell"]:
            titles[cell] = f"{titles.get(cell, cell)}: {line.number} {line.category}"
        centre = str(own["cell"].iloc[0])
        numbers[centre] = (
            f"{numbers[centre]}, {line.number}" if centre in numbers else str(line.number)
        )
    sums = inside.groupby("cell")["excess"].sum()
    excess = {str(cell): float(more) for cell, more in sums.items()}
    # The page has the streets on its first map.
    return draw_cells(cells, cells.head(0)[["geom"]], excess, titles, numbers)
