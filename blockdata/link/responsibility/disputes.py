"""Matters that nobody answers for, and those that two units do."""

from __future__ import annotations

import pandas as pd

from blockdata.link.order import is_in

__all__ = ["disputed_borders", "disputed_duties", "ownerless"]


def ownerless(cases: pd.DataFrame, ranked: pd.DataFrame) -> pd.DataFrame:
    """List the matters and grids that had cases for which no unit is known.

    Parameters
    ----------
    cases : DataFrame
        Columns id, scheme, code, category, grid; code and grid may be null.
    ranked : DataFrame
        As from `rank_units`. A unit that only is stationed nearest does not count as known.

    Returns
    -------
    DataFrame
        Columns category, scheme, code, grid, cases, sorted by cases (most first), then the rest.

    Examples
    --------
    >>> cases = pd.DataFrame({"id": ["i1", "i2"], "scheme": "S", "code": ["1", "2"],
    ...                       "category": ["a", "b"], "grid": "g1"})
    >>> ranked = pd.DataFrame({"id": ["i1"], "reason": ["duty"]})
    >>> ownerless(cases, ranked)[["category", "cases"]].values.tolist()
    [['b', 1]]
    """
    known = ranked.loc[ranked["reason"] != "nearest", "id"]
    nobody = cases[~is_in(cases["id"], known)]
    columns = ["category", "scheme", "code", "grid"]
    counted = nobody.groupby(columns, dropna=False).size().rename("cases").reset_index()
    falling = [False, *(True for _ in columns)]
    return counted.sort_values(["cases", *columns], ascending=falling, ignore_index=True)


def disputed_duties(duties: pd.DataFrame) -> pd.DataFrame:
    """List the matters for which two units are named in one grid.

    Parameters
    ----------
    duties : DataFrame
        Columns grid, scheme, code, department: the responsibilities in force.

    Returns
    -------
    DataFrame
        Columns grid, scheme, code, departments (sorted, joined by a comma), sorted.

    Examples
    --------
    >>> duties = pd.DataFrame({"grid": "g1", "scheme": "S", "code": "1",
    ...                        "department": ["D02", "D01"]})
    >>> disputed_duties(duties)["departments"].to_list()
    ['D01, D02']
    """
    keys = ["grid", "scheme", "code"]
    distinct = duties[[*keys, "department"]].drop_duplicates().sort_values("department")
    named = distinct.groupby(keys, dropna=False)["department"]
    told = named.agg(", ".join).rename("departments").reset_index()
    return told[named.size().to_numpy() > 1].sort_values(keys, ignore_index=True)


def disputed_borders(cases: pd.DataFrame, ranked: pd.DataFrame) -> pd.DataFrame:
    """List the borders along which cases lie that another unit answers for across them.

    Parameters
    ----------
    cases : DataFrame
        Columns id, grid, neighbour.
    ranked : DataFrame
        As from `rank_units`.

    Returns
    -------
    DataFrame
        Columns grid, neighbour (the lower code first), cases, departments (of both sides, joined
        by a comma), sorted by cases (most first) and codes.

    Examples
    --------
    >>> cases = pd.DataFrame({"id": ["i1"], "grid": ["g2"], "neighbour": ["g1"]})
    >>> ranked = pd.DataFrame({"id": ["i1", "i1"], "department": ["D01", "D02"],
    ...                        "reason": ["duty", "neighbour_duty"]})
    >>> disputed_borders(cases, ranked).values.tolist()
    [['g1', 'g2', 1, 'D01, D02']]
    """
    across = ranked.loc[ranked["reason"] == "neighbour_duty", "id"]
    near = cases[is_in(cases["id"], across)].dropna(subset=["grid", "neighbour"])
    sides = near[["grid", "neighbour"]]
    near = near.assign(grid=sides.min(axis=1), neighbour=sides.max(axis=1))
    named = ranked[ranked["reason"].isin(["duty", "neighbour_duty"])]
    named = named[is_in(named["id"], near["id"])]
    joined = near.merge(named[["id", "department"]], on="id")
    by_border = joined.sort_values("department").groupby(["grid", "neighbour"])
    told = pd.DataFrame(
        {
            "cases": by_border["id"].nunique(),
            "departments": by_border["department"].agg(lambda names: ", ".join(pd.unique(names))),
        }
    ).reset_index()
    order = ["cases", "grid", "neighbour"]
    return told.sort_values(order, ascending=[False, True, True], ignore_index=True)
