"""What became of every case that a source delivered for a month, added up."""

from __future__ import annotations

import pandas as pd

from blockdata.analysis.checks import require_columns

__all__ = ["BALANCE_COLUMNS", "TOTAL", "UNPLACED", "balance"]

TOTAL = "*"
"""The row of all sources."""

UNPLACED = ("default location", "uncertain place")
"""Reasons for which a case is in no episode that have a column of their own."""

BALANCE_COLUMNS = (
    *("source", "delivered", "void", "ignored", "withdrawn", "quarantined", "outside"),
    *("analysed", "default_location", "uncertain_place", "no_place", "in_episodes"),
    *("episodes", "repeats", "further", "difference", "adds_up"),
)

_FATES = ("void", "ignored", "withdrawn", "quarantined", "outside", "analysed")


def balance(delivered: pd.DataFrame, fates: pd.DataFrame) -> pd.DataFrame:
    """Add up what became of the cases of a month, by source.

    Parameters
    ----------
    delivered : DataFrame
        source, count: all cases of the month, counted without regard to what became of them.
    fates : DataFrame
        source, fate ("void", "ignored", "withdrawn", "quarantined", "outside" or "analysed"; any
        other is not accounted for), excluded_reason (of the analysed that are in no episode),
        in_episode, is_first (the report that an episode begins with), repeats (another report of
        the same occurrence), count.

    Returns
    -------
    DataFrame, columns `BALANCE_COLUMNS`
        delivered = void + ignored + withdrawn + quarantined + outside + analysed + difference;
        analysed = default_location + uncertain_place + no_place + in_episodes;
        in_episodes = episodes + repeats + further. By source, the row `TOTAL` last. adds_up is
        whether the difference is 0.

    Raises
    ------
    AnalysisError
        If a column is lacking.

    Examples
    --------
    >>> fates = pd.DataFrame({"source": "a", "fate": ["void", "analysed", "analysed"],
    ...     "excluded_reason": [None, None, "no place"], "in_episode": [False, True, False],
    ...     "is_first": [False, True, False], "repeats": False, "count": [2, 7, 1]})
    >>> told = balance(pd.DataFrame({"source": ["a"], "count": [11]}), fates)
    >>> told[["delivered", "void", "analysed", "episodes", "difference", "adds_up"]].values.tolist()
    [[11, 2, 8, 7, 1, False], [11, 2, 8, 7, 1, False]]
    """
    require_columns(delivered, ["source", "count"], "balance delivered")
    columns = ["source", "fate", "in_episode", "is_first", "repeats", "count"]
    require_columns(fates, columns, "balance fates")
    seen = fates["fate"] == "analysed"
    inside = seen & fates["in_episode"].astype(bool)
    first, repeat = fates["is_first"].astype(bool), fates["repeats"].astype(bool)
    lost = seen & ~inside
    chosen = {fate: fates["fate"] == fate for fate in _FATES}
    chosen |= {
        "default_location": lost & (fates["excluded_reason"] == UNPLACED[0]),
        "uncertain_place": lost & (fates["excluded_reason"] == UNPLACED[1]),
        "no_place": lost & ~fates["excluded_reason"].isin(UNPLACED),
        "in_episodes": inside,
        "episodes": inside & first,
        "repeats": inside & ~first & repeat,
        "further": inside & ~first & ~repeat,
    }
    total = delivered.groupby("source")["count"].sum().astype("int64")
    names = sorted({*total.index, *fates["source"]})
    told = pd.DataFrame({"delivered": total.reindex(names, fill_value=0)})
    for column, rows in chosen.items():
        counted = fates[rows].groupby("source")["count"].sum()
        told[column] = counted.reindex(names, fill_value=0).astype("int64")
    told = told.reset_index(names="source")
    whole = told.drop(columns="source").sum().to_frame().T.assign(source=TOTAL)
    told = pd.concat([told, whole], ignore_index=True)
    difference = told["delivered"] - told[list(_FATES)].sum(axis=1)
    told = told.assign(difference=difference, adds_up=difference == 0)
    return told[list(BALANCE_COLUMNS)]
