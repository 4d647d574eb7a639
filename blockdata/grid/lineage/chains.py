"""Following a cell over several redrawings, by its land or by what was recorded."""

from __future__ import annotations

import pandas as pd

__all__ = ["RULES", "compare_lineage", "compose", "moves_of"]

RULES = ("building", "people", "floor_area", "area")
"""By what a cell's records are shared out: buildings, published people, floor area, land."""

_PAIR = ["old", "new"]
_SHARES = {
    "building": "share_buildings",
    "people": "share_people",
    "floor_area": "share_floor_area",
    "area": "share_area",
}


def moves_of(lineage: pd.DataFrame, by: str = "building") -> pd.DataFrame:
    """Return the shares of one rule, by area where an old cell has nothing to go by.

    Parameters
    ----------
    lineage : DataFrame
        As from `with_shares`.
    by : str
        One of `RULES`.

    Returns
    -------
    DataFrame
        layer, changed_on, old, new (null where no cell has the land), share, rule (by what).
    """
    wanted = lineage[lineage["old"].notna()]
    share = wanted[_SHARES[by]].astype(float)
    return wanted[["layer", "changed_on", *_PAIR]].assign(
        share=share.fillna(wanted["share_area"]),
        rule=pd.Series(by, index=wanted.index, dtype="str").where(share.notna(), "area"),
    )


def compose(moves: pd.DataFrame, starts: pd.DataFrame, until: pd.Timestamp) -> pd.DataFrame:
    """Follow cells from a day on to another, over every change between.

    A cell's records are taken to lie in it as the rule says at each change, whatever earlier
    changes brought into it.

    Parameters
    ----------
    moves : DataFrame
        Columns changed_on, old, new, share: the shares of an old cell on a day sum to 1.
    starts : DataFrame
        Columns cell, since: the cell as it stands on that day.
    until : Timestamp
        The cells are those that stand on this day.

    Returns
    -------
    DataFrame
        Columns cell, since, new (null: no cell has it), share; sorted by cell, since, and new,
        largest share first, ties by id. The shares of a start sum to 1.

    Examples
    --------
    >>> moves = pd.DataFrame({"changed_on": pd.to_datetime(["2026-01-01"] * 2 + ["2026-02-01"]),
    ...     "old": ["a", "a", "c"], "new": ["b", "c", "d"], "share": [0.25, 0.75, 1.0]})
    >>> starts = pd.DataFrame({"cell": ["a"], "since": [pd.Timestamp("2025-01-01")]})
    >>> compose(moves, starts, pd.Timestamp("2026-03-01"))[["new", "share"]].values.tolist()
    [['d', 0.75], ['b', 0.25]]
    """
    key = ["cell", "since"]
    now = starts[key].drop_duplicates().assign(new=lambda rows: rows["cell"], share=1.0)
    for day, rows in moves[moves["changed_on"] <= until].groupby("changed_on", sort=True):
        waits = now["since"].ge(day) | ~now["new"].isin(rows["old"])
        steps = rows[["old", "new", "share"]].set_axis(["at", "goes", "part"], axis=1)
        moved = now[~waits].merge(steps, left_on="new", right_on="at")
        moved = moved.assign(new=moved["goes"], share=moved["share"] * moved["part"])
        now = pd.concat([now[waits], moved[[*key, "new", "share"]]], ignore_index=True)
        now = now.groupby([*key, "new"], dropna=False, sort=True)["share"].sum().reset_index()
    now = now[now["share"] > 0]
    order = [*key, "share", "new"]
    return now.sort_values(order, ascending=[True, True, False, True], ignore_index=True)


def compare_lineage(derived: pd.DataFrame, stated: pd.DataFrame) -> pd.DataFrame:
    """Hold what sources say of redrawn cells to what the cells themselves say.

    Parameters
    ----------
    derived : DataFrame
        Columns old_code, new_code, change, as from `derive_lineage`.
    stated : DataFrame
        Columns old_code, new_code and, where the source has it, change.

    Returns
    -------
    DataFrame
        Columns old_code, new_code, change_derived, change_stated, verdict: `agrees`, `other_kind`,
        `not_derived` (the cells share no land on any day of change) or `not_stated` (of a cell
        that the source speaks of). Sorted by codes.

    Examples
    --------
    >>> derived = pd.DataFrame({"old_code": ["1", "1"], "new_code": ["2", "3"], "change": "split"})
    >>> stated = pd.DataFrame({"old_code": ["1"], "new_code": ["2"], "change": ["merge"]})
    >>> compare_lineage(derived, stated)["verdict"].tolist()
    ['other_kind', 'not_stated']
    """
    pair = ["old_code", "new_code"]
    told = stated.reindex(columns=[*pair, "change"]).dropna(subset=pair).drop_duplicates(pair)
    own = derived[[*pair, "change"]].dropna(subset=pair).drop_duplicates(pair)
    spoken = own["old_code"].isin(told["old_code"]) | own["new_code"].isin(told["new_code"])
    both = own[spoken].merge(told, on=pair, how="outer", suffixes=("_derived", "_stated"))
    listed = pd.MultiIndex.from_frame(told[pair])
    is_told = pd.MultiIndex.from_frame(both[pair]).isin(listed)
    verdict = pd.Series("agrees", index=both.index, dtype="str")
    differs = both["change_stated"].notna() & (both["change_stated"] != both["change_derived"])
    verdict = verdict.mask(differs, "other_kind").mask(~is_told, "not_stated")
    verdict = verdict.mask(both["change_derived"].isna(), "not_derived")
    return both.assign(verdict=verdict).sort_values(pair, ignore_index=True)
