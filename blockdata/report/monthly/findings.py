"""Hot spots of the month and what became of them; chronic places that came, came back or went."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from blockdata.engines import hot_feeds, report_feeds
from blockdata.engines.monthly_place_feeds import THINGS
from blockdata.report.chronic_words import course_rule, course_word
from blockdata.report.hot_words import change_word
from blockdata.report.map import CellMap, draw_cells
from blockdata.report.monthly.asking import BESIDES, Ask
from blockdata.report.monthly.naming import place_names, sites_of
from blockdata.report.monthly.tables import Table

__all__ = ["Hot", "chronic_tables", "distinct_spots", "hot_spots", "now_resolved"]

_SHOWN = ("new", "relapsed", "resolved")
_CALM = 6
"""Months without a problem after which a place counts as resolved, by the rules of courses."""


@dataclass(frozen=True)
class Hot:
    """Hot spots up to the end of the month.

    Parameters
    ----------
    table : Table
    map : CellMap or None
    new, gone : int
        How many are new, and how many are hot no more, since the snapshot before; None where
        there was none.
    """

    table: Table
    map: CellMap | None
    new: int | None
    gone: int | None


def hot_spots(ask: Ask, rows: pd.DataFrame) -> Hot | None:
    """Return the hot spots; None where the snapshot's window does not speak of the month.

    Parameters
    ----------
    ask : Ask
    rows : DataFrame
        As from `hot_rows`.
    """
    if rows.empty or not ask.is_last:
        return None
    layer, days = str(rows["layer"].iloc[0]), int(rows["window_days"].iloc[0])
    hot = rows[rows["hot"].astype(bool)].reset_index(drop=True)
    cells = report_feeds.layer_cells(ask.session, layer, ask.day)
    known = cells.set_index("cell")
    names = known["name"].fillna(known["code"])
    changes = hot_feeds.changes_on(ask.session, ask.as_of)
    became = hot.merge(_of_window(changes, layer, days), on=["category", "cell"], how="left")
    frame = pd.DataFrame(
        {
            "rank": range(1, len(hot) + 1),
            "name": hot["cell"].map(names).fillna(hot["cell"]),
            "code": hot["cell"].map(known["code"]),
            "category": hot["category"],
            "count": hot["count"],
            "expected": hot["expected"],
            "excess": hot["excess"],
            "ratio": hot["ratio"],
            "became": [change_word(_text(code), ask.words) for code in became["change"]],
        }
    )
    told = _of_window(changes, layer, days)["change"].value_counts()
    title = ask.words.t(
        f"热点{ask.words.layer(layer)}（截至 {ask.as_of}（不含）的过去 {days} 天）",
        f"Hot spots, {ask.words.layer(layer)}, {days} days up to {ask.as_of} (excluded)",
    )
    return Hot(
        Table("hot", title, _few(ask, frame)),
        _map(ask, hot, cells, names),
        None if changes.empty else int(told.get("new", 0)),
        None if changes.empty else int(told.get("gone", 0)),
    )


def _of_window(changes: pd.DataFrame, layer: str, days: int) -> pd.DataFrame:
    columns = ["category", "cell", "change"]
    if changes.empty:
        return pd.DataFrame({c: pd.Series(dtype="str") for c in columns})
    own = (changes["layer"] == layer) & (changes["window_days"] == days)
    return changes.loc[own, columns]


def _text(code: object) -> str | None:
    return code if isinstance(code, str) else None


def _few(ask: Ask, frame: pd.DataFrame) -> pd.DataFrame:
    """Hide small counts, and what they could be worked out from."""
    if not ask.publish:
        return frame
    small = (frame["count"] > 0) & (frame["count"] < ask.small)
    hidden = frame.astype(object)
    shown = [ask.few(v) for v in frame["count"]]
    return hidden.assign(
        count=pd.Series(shown, index=frame.index, dtype=object),
        excess=hidden["excess"].mask(small, BESIDES),
        ratio=hidden["ratio"].mask(small, BESIDES),
    )


def _map(ask: Ask, hot: pd.DataFrame, cells: pd.DataFrame, names: pd.Series) -> CellMap | None:
    numbers: dict[str, str] = {}
    for number, cell in enumerate(hot["cell"], start=1):
        numbers[cell] = numbers.get(cell, str(number))
    titles = {str(cell): str(name) for cell, name in names.items()}
    summed = hot.groupby("cell")["excess"].sum()
    excess = {str(cell): float(value) for cell, value in summed.items()}
    return draw_cells(cells, cells.head(0), excess, titles, numbers)


def distinct_spots(ask: Ask, rows: pd.DataFrame) -> pd.DataFrame:
    """Return the chronic places that are one spot, each site once per category, worst first.

    Parameters
    ----------
    ask : Ask
    rows : DataFrame
        As from `chronic_rows`. A building and an address in it may both be listed: the one with
        the larger excess stands for the site.

    Returns
    -------
    DataFrame
        The same columns, and site.
    """
    own = rows[rows["place_kind"].isin(THINGS)].sort_values(
        ["excess_now", "place", "category"], ascending=[False, True, True], na_position="last"
    )
    sites = own["place"].map(sites_of(ask, own["place"].tolist()))
    return own.assign(site=sites).drop_duplicates(["site", "category"], ignore_index=True)


def now_resolved(rows: pd.DataFrame) -> pd.Series:
    """Tell which places have become resolved within about a month."""
    flags: pd.Series = (rows["course"] == "resolved") & (rows["calm_months"] <= _CALM)
    return flags


def chronic_tables(ask: Ask, rows: pd.DataFrame, spots: pd.DataFrame) -> list[Table]:
    """Return how many chronic places there are of each course, and those that came or went.

    Parameters
    ----------
    ask : Ask
    rows : DataFrame
        As from `chronic_rows`.
    spots : DataFrame
        As from `distinct_spots`.
    """
    if rows.empty or not ask.is_last:
        return []
    words = ask.words
    counts = rows.groupby(["place_kind", "course"], sort=True).size().rename("places")
    summed = counts.reset_index()
    summary = pd.DataFrame(
        {
            "place_kind": [words.place_kind(k) for k in summed["place_kind"]],
            "course": [course_word(c, words) for c in summed["course"]],
            "places": summed["places"],
        }
    )
    rules = tuple(
        f"{course_word(c, words)}{words.t('：', ': ')}{course_rule(c, words)}"
        for c in sorted(summed["course"].unique(), key=str)
    )
    by_course = words.t("久治不愈的地方：各走势的处数", "Chronic places by course")
    return [Table("courses", by_course, summary, rules), _moved(ask, spots)]


def _moved(ask: Ask, rows: pd.DataFrame) -> Table:
    words = ask.words
    came = rows["course"].isin(["new", "relapsed"]) & (rows["in_month"] > 0)
    own = rows[came | now_resolved(rows)].copy()
    own["order"] = own["course"].map({c: n for n, c in enumerate(_SHOWN)})
    own = own.sort_values(
        ["order", "excess_now", "place", "category"], ascending=[True, False, True, True]
    )
    names = place_names(ask, own["place_kind"].tolist(), own["place"].tolist())
    frame = pd.DataFrame(
        {
            "course": [course_word(c, words) for c in own["course"]],
            "place_kind": [words.place_kind(k) for k in own["place_kind"]],
            "name": own["place"].map(names),
            "category": own["category"],
            "in_month": [ask.few(v) for v in own["in_month"]],
            "excess_now": own["excess_now"],
            "calm_months": own["calm_months"],
        }
    ).reset_index(drop=True)
    note = words.t(
        "“新出现”“复发”只列当月仍有问题的；“已解决”只列刚满六个月没有问题的。",
        "New and relapsed places are listed if they had a problem in the month, resolved ones if "
        "they have just been calm for six months.",
    )
    title = words.t("当月新出现、复发、已解决的久治不愈地方", "Chronic places: new, back, resolved")
    return Table("moved", title, frame, (note,))
