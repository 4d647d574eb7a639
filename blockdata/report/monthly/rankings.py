"""The Top 10 by raw reports beside the ranking by excess, of places and of cells."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from blockdata.analysis.monthly import overlap, side_by_side
from blockdata.engines import hot_feeds, monthly_place_feeds, report_feeds
from blockdata.report.monthly.asking import BESIDES, Ask
from blockdata.report.monthly.naming import place_names
from blockdata.report.monthly.tables import Table

__all__ = ["Ranked", "map_layer", "top_cells", "top_places"]

_CELL = "cell"


@dataclass(frozen=True)
class Ranked:
    """Two rankings side by side, and how many places are in both.

    Parameters
    ----------
    table : Table
    both : int
    shown : int
        Lines of the ranking by reports.
    first_elsewhere : str
        The first place by reports of which no excess is proven; empty if of all.
    """

    table: Table
    both: int
    shown: int
    first_elsewhere: str


_COLUMNS = (
    *("rank", "raw_name", "raw_reports", "raw_episodes", "raw_also"),
    *("excess_name", "excess_category", "excess_count", "excess_value"),
)


def top_places(ask: Ask, spots: pd.DataFrame) -> Ranked | None:
    """Return the places with most reports beside those with most excess; None without reports.

    Parameters
    ----------
    ask : Ask
    spots : DataFrame
        As from `findings.distinct_spots`.
    """
    top = ask.config.monthly.top
    raw = monthly_place_feeds.places_by_reports(ask.session, ask.month, top)
    still = spots[spots["course"] != "resolved"]
    worst = still.head(top)
    worst = worst.assign(count=worst["episodes"], value=worst["excess_now"])
    listed = pd.concat([raw, worst])[["place_kind", "place", "site"]]
    named = place_names(ask, listed["place_kind"].tolist(), listed["place"].tolist())
    names = dict(zip(listed["site"], listed["place"].map(named), strict=True))
    raw, worst = (f.drop(columns="place").rename(columns={"site": "place"}) for f in (raw, worst))
    days = ask.config.chronic.window_days
    title = ask.words.t(
        "按件数的前列与按多出数的前列：地方", "Most reports beside most excess: places"
    )
    note = ask.words.t(
        f"右榜取自久治不愈的检验：截至 {ask.as_of}（不含）的过去 {days} 天，同一地方按类别分列。",
        f"The right side is of the test for chronic places, {days} days up to {ask.as_of} "
        "(excluded), each category by itself.",
    )
    table = Table("top_places", title, pd.DataFrame(), (note,))
    return _ranked(ask, raw, worst, names, table, set(still["site"]))


def map_layer(ask: Ask) -> str | None:
    """Return the layer of maps and of the ranking of cells; None if the base has no layer."""
    told = ask.config.monthly.map_layer
    if told is not None:
        return ask.known(told)[0]
    tested = hot_feeds.layer_tested(ask.session)
    if tested is not None:
        return tested
    grid = ask.config.grid
    return next(iter((*grid.area_levels, *grid.layers)), None)


def top_cells(ask: Ask, hot: pd.DataFrame, layer: str, rows: pd.DataFrame) -> Ranked | None:
    """Return the cells with most reports beside those with most excess; None without reports.

    Parameters
    ----------
    ask : Ask
    hot : DataFrame
        As from `hot_rows`.
    layer : str
    rows : DataFrame
        cell, reports, episodes.
    """
    top = ask.config.monthly.top
    raw = rows.sort_values(["reports", _CELL], ascending=[False, True]).head(top)
    raw = raw.rename(columns={_CELL: "place"})
    most = hot[(hot["layer"] == layer) & (hot["excess"] > 0)]
    most = most.head(top).rename(columns={_CELL: "place"})
    most = most.assign(value=most["excess"])
    known = report_feeds.place_names(ask.session, sorted({*raw["place"], *most["place"]}))
    label = known["name"].fillna(known["code"]).fillna(known["id"])
    names = dict(zip(known["id"], label, strict=True))
    title = ask.words.t(
        f"按件数的前列与按多出数的前列：{ask.words.layer(layer)}",
        f"Most reports beside most excess: {ask.words.layer(layer)}",
    )
    notes: tuple[str, ...] = ()
    if len(most):
        days = int(most["window_days"].iloc[0])
        notes = (
            ask.words.t(
                f"右榜取自热点检验：截至 {ask.as_of}（不含）的过去 {days} 天，按类别分列。",
                f"The right side is of the test for hot spots, {days} days up to {ask.as_of} "
                "(excluded), each category by itself.",
            ),
        )
    found = set(most.loc[most["hot"].astype(bool), "place"])
    return _ranked(ask, raw, most, names, Table("top_cells", title, pd.DataFrame(), notes), found)


def _ranked(
    ask: Ask,
    raw: pd.DataFrame,
    worst: pd.DataFrame,
    names: dict[str, str],
    table: Table,
    found: set[str],
) -> Ranked | None:
    """Put both rankings side by side; `found` are all places with a proven excess."""
    if raw.empty:
        return None
    both = side_by_side(
        raw[["place", "reports", "episodes"]],
        worst[["place", "category", "count", "value"]],
        ask.config.monthly.top,
    )
    yes, no = ask.words.t("是", "yes"), ask.words.t("否", "no")
    also = [None if v is None else yes if v else no for v in both["raw_also"]]
    told = both.assign(
        raw_name=both["raw_place"].map(names),
        excess_name=both["excess_place"].map(names),
        raw_also=pd.Series(also, index=both.index, dtype=object),
    )
    if ask.publish:
        few = told["excess_count"].map(lambda v: str(ask.few(v)).startswith("<"))
        told["excess_value"] = told["excess_value"].mask(few.astype(bool), BESIDES)
        for column in ("raw_reports", "raw_episodes", "excess_count"):
            told[column] = _few(ask, told[column])
    elsewhere = [str(place) for place in raw["place"] if place not in found]
    first = names.get(elsewhere[0], "") if elsewhere else ""
    frame = told[list(_COLUMNS)]
    return Ranked(
        Table(table.name, table.title, frame, table.notes),
        overlap(both),
        int(both["raw_place"].notna().sum()),
        first,
    )


def _few(ask: Ask, counts: pd.Series) -> pd.Series:
    shown = [ask.few(v) for v in counts]
    return pd.Series(shown, index=counts.index, dtype=object)
