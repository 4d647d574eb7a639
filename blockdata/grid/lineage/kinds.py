"""What a change of a cell is called: split, merge, border move, recoding, new, ended."""

from __future__ import annotations

import pandas as pd

__all__ = ["CHANGES", "kinds_of_change"]

CHANGES = {
    "recode": ("同形换码", "the same shape under another code"),
    "split": ("拆分", "one cell became several"),
    "merge": ("合并", "several cells became one"),
    "border": ("边界调整", "cells that both go on moved their border"),
    "redraw": ("重划", "cells were drawn anew over one another"),
    "new": ("新增", "a cell on land that none had"),
    "ended": ("撤销", "land that no cell has any more"),
}
"""Kinds of change in Chinese and English."""


def kinds_of_change(rows: pd.DataFrame) -> pd.DataFrame:
    """Name the change of each pair of an old and a new cell, and leave out what did not change.

    In this order: `recode`, all of one is all of the other and their ids or codes differ; `split`,
    an old cell became several that lie wholly inside it; `merge`, several old cells lie wholly
    inside the new one; `border`, both cells stand before and after, or one grew or shrank on land
    of no other; `redraw`, everything else that shares land.

    Parameters
    ----------
    rows : DataFrame
        Columns old, old_code, new, new_code, share_area, share_of_new; slivers left out, so that
        a share of 1 says "wholly".

    Returns
    -------
    DataFrame
        With the column change first. A cell of which nothing changed has no row.
    """
    old, new = rows["old"], rows["new"]
    both = old.notna() & new.notna()
    whole_old, whole_new = rows["share_area"].eq(1.0), rows["share_of_new"].eq(1.0)
    same_id = both & (old == new)
    same_code = rows["old_code"].fillna("") == rows["new_code"].fillna("")
    inside_old = _all_of(whole_new | ~both, old) & (_number_of(both, old) > 1)
    inside_new = _all_of(whole_old | ~both, new) & (_number_of(both, new) > 1)
    goes_on = old.isin(set(new.dropna())) & new.isin(set(old.dropna()))
    stays = both & whole_old & whole_new
    change = pd.Series("redraw", index=rows.index, dtype="str").mask(goes_on, "border")
    change = change.mask(both & inside_new, "merge").mask(both & inside_old, "split")
    change = change.mask(stays, "recode")
    change = change.mask(new.isna(), "ended").mask(old.isna(), "new")
    partly_new = old.isna() & rows["share_of_new"].lt(1.0)
    unchanged = stays & same_id & same_code
    kept = rows.assign(change=change)[~unchanged & ~partly_new]
    return kept[["change", *rows.columns]].reset_index(drop=True)


def _all_of(flags: pd.Series, cell: pd.Series) -> pd.Series:
    return flags.groupby(cell.fillna("")).transform("all")


def _number_of(flags: pd.Series, cell: pd.Series) -> pd.Series:
    return flags.groupby(cell.fillna("")).transform("sum")
