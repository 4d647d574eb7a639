"""The ranking by raw counts beside the ranking by excess."""

from __future__ import annotations

import pandas as pd

from blockdata.analysis.checks import require_columns

__all__ = ["overlap", "side_by_side"]


def side_by_side(raw: pd.DataFrame, excess: pd.DataFrame, top: int) -> pd.DataFrame:
    """Put two rankings beside each other.

    Parameters
    ----------
    raw, excess : DataFrame
        place, and other columns; in the order of their ranks.
    top : int
        How many of each.

    Returns
    -------
    DataFrame
        rank (1 to the longer of both, at most `top`), the columns of both with "raw_" and
        "excess_" before them; and raw_also, excess_also: whether the place is among the top of
        the other ranking too (null without a place).

    Raises
    ------
    AnalysisError
        If a column is lacking.

    Examples
    --------
    >>> raw = pd.DataFrame({"place": ["station", "square"], "reports": [90, 40]})
    >>> excess = pd.DataFrame({"place": ["square"], "excess": [12.5]})
    >>> side_by_side(raw, excess, 10)[["rank", "raw_place", "raw_also", "excess_place"]
    ...     ].values.tolist()
    [[1, 'station', False, 'square'], [2, 'square', True, None]]
    """
    for name, frame in (("raw", raw), ("excess", excess)):
        require_columns(frame, ["place"], f"side_by_side {name}")
    left, right = (f.head(top).reset_index(drop=True) for f in (raw, excess))
    left = left.assign(also=left["place"].isin(right["place"])).add_prefix("raw_")
    right = right.assign(also=right["place"].isin(left["raw_place"])).add_prefix("excess_")
    both = pd.concat([left.astype(object), right.astype(object)], axis=1)
    both = both.where(both.notna(), None)
    both.insert(0, "rank", range(1, len(both) + 1))
    return both


def overlap(both: pd.DataFrame) -> int:
    """Return how many different places are in both rankings.

    Parameters
    ----------
    both : DataFrame
        As from `side_by_side`.
    """
    return len(set(both["raw_place"].dropna()) & set(both["excess_place"].dropna()))
