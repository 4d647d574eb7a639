"""Where the cases of the month lie: by area, by area and category, and on maps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from blockdata.analysis.monthly import hide_small
from blockdata.engines import lookups, monthly_feeds, report_feeds
from blockdata.report.map import CellMap, draw_cells
from blockdata.report.monthly.asking import BESIDES, Ask
from blockdata.report.monthly.columns import NAMED
from blockdata.report.monthly.counts import compared_table
from blockdata.report.monthly.tables import Table

__all__ = ["Areas", "areas", "rate_map"]

_CATEGORIES = 8
"""So many categories have a column of their own; the others stand in one."""

_HIGHEST = 0.95
"""Rates above those of so many cells share the darkest class with them."""

_NOWHERE = ("未落到", "in no ")


@dataclass(frozen=True)
class Areas:
    """The tables by area.

    Parameters
    ----------
    tables : list of Table
    withheld : list of str
        Layers whose table by category cannot be published.
    """

    tables: list[Table]
    withheld: list[str]


def areas(ask: Ask) -> Areas:
    """Return the tables of each layer: compared, and by category."""
    tables: list[Table] = []
    withheld: list[str] = []
    if not ask.layers:
        return Areas(tables, withheld)
    rows = monthly_feeds.cases_by_area(ask.session, ask.compared, ask.layers)
    rows = rows.rename(columns={"span": "month"}).assign(month=pd.to_datetime(rows["span"]))
    people = lookups.profile_rows(ask.session).set_index("cell")["people"]
    named = _with_names(ask, rows)
    for layer in ask.layers:
        own = named[named["layer"] == layer]
        if own["cell"].isna().all():
            continue
        tables.append(_by_area(ask, own, layer, people))
        crossed = _crossed(ask, own, layer)
        if crossed is None:
            withheld.append(layer)
        else:
            tables.append(crossed)
    return Areas(tables, withheld)


def _with_names(ask: Ask, rows: pd.DataFrame) -> pd.DataFrame:
    known = report_feeds.place_names(ask.session, sorted(set(rows["cell"].dropna())))
    known = known.set_index("id")
    names = known["name"].fillna(known["code"])
    # Two cells may have one name: then the code tells them apart.
    twice = names.duplicated(keep=False)
    names = names.where(~twice, names + " " + known["code"].fillna(""))
    nowhere = rows["layer"].map(lambda layer: _nowhere(ask, layer))
    name = rows["cell"].map(names).astype("str").fillna(rows["cell"]).fillna(nowhere)
    return rows.assign(name=name)


def _nowhere(ask: Ask, layer: str) -> str:
    zh, en = _NOWHERE
    return ask.words.t(zh + ask.words.layer(layer), en + ask.words.layer(layer))


def _by_area(ask: Ask, rows: pd.DataFrame, layer: str, people: pd.Series) -> Table:
    label = ask.words.layer(layer)
    title = ask.words.t(f"按{label}", f"By {label}")
    table = compared_table(ask, rows, f"area_{layer}", title)
    cells = rows.dropna(subset="cell").drop_duplicates("name").set_index("name")["cell"]
    counts = table.frame["name"].map(cells).map(people)
    if counts.notna().any():
        reports = pd.to_numeric(table.frame["reports"])
        frame = table.frame.assign(
            people=counts, per_1000=1000 * reports / counts.where(counts > 0)
        )
        return Table(table.name, table.title, frame, table.notes, sums=1)
    return table


def _crossed(ask: Ask, rows: pd.DataFrame, layer: str) -> Table | None:
    """Return reports by area and category, small counts hidden; None if that cannot be done."""
    own = rows[rows["month"] == ask.periods.month]
    most = own.groupby("category")["reports"].sum()
    most = most.sort_index().sort_values(ascending=False, kind="stable")
    kept = list(most.index[:_CATEGORIES])
    column = (NAMED + own["category"]).where(own["category"].isin(kept), "other")
    counts = own.assign(column=column).pivot_table(
        index="name", columns="column", values="reports", aggfunc="sum", fill_value=0
    )
    ordered = [*(NAMED + c for c in kept), *(["other"] if "other" in counts else [])]
    counts = counts.reindex(columns=ordered).astype("int64").sort_index()
    nowhere = _nowhere(ask, layer)
    order = counts.sum(axis=1).sort_values(ascending=False, kind="stable").index
    counts = counts.loc[[*order.drop(nowhere, errors="ignore"), *order.intersection([nowhere])]]
    frame = counts.astype(object)
    if ask.publish:
        hidden = hide_small(counts, ask.small, counts.index == nowhere)
        if hidden.withheld:
            return None
        frame = frame.mask(hidden.small, f"<{ask.small}").mask(hidden.besides, BESIDES)
    frame["total"] = counts.sum(axis=1)
    sums = [*counts.sum().tolist(), int(counts.to_numpy().sum())]
    frame.loc[ask.words.t("合计", "Total")] = sums
    frame = frame.rename_axis(index="name", columns=None).reset_index()
    label = ask.words.layer(layer)
    title = ask.words.t(f"各{label}各类别的上报件数", f"Reports by {label} and category")
    return Table(f"cross_{layer}", title, frame, sums=1)


def rate_map(ask: Ask, layer: str, rows: pd.DataFrame) -> tuple[CellMap, str] | None:
    """Return a map of reports per 1,000 people of a layer, else per square kilometre.

    Parameters
    ----------
    ask : Ask
    layer : str
    rows : DataFrame
        cell, reports.

    Returns
    -------
    tuple of CellMap and str, or None
        The map and what its colours tell; None without polygons or cases. When it is published,
        cells with few reports have no colour.
    """
    cells = report_feeds.layer_cells(ask.session, layer, ask.day)
    reports = rows.set_index("cell")["reports"].reindex(cells["cell"], fill_value=0)
    profile = lookups.profile_rows(ask.session).set_index("cell")["people"].reindex(cells["cell"])
    label = ask.words.t("每千人上报件数", "reports per 1,000 people")
    base = profile / 1000
    if profile.isna().all():
        areas_m2 = [np.nan if g is None else g.area for g in cells["geom"]]
        base = pd.Series(areas_m2, index=cells["cell"]) / 1e6
        label = ask.words.t("每平方公里上报件数", "reports per square kilometre")
    told = reports[(reports > 0) & (base > 0)]
    if ask.publish:
        told = told[told >= ask.small]
    rates = (told / base.reindex(told.index)).astype("float64")
    names = dict(zip(cells["cell"], cells["name"].fillna(cells["code"]), strict=True))
    titles = {cell: str(names[cell]) for cell in cells["cell"]}
    if not ask.publish:
        titles = {
            cell: ask.words.t(f"{name}：{reports[cell]} 件", f"{name}: {reports[cell]}")
            for cell, name in titles.items()
        }
    # A few cells with hardly anybody in them would leave one colour to all others.
    highest = float(rates.quantile(_HIGHEST))
    shades = {str(cell): float(rate) for cell, rate in rates.clip(upper=highest).items()}
    drawn = draw_cells(cells, cells.head(0), shades, titles, {})
    return None if drawn is None or rates.empty else (drawn, label)
