"""Which places a grid's list has."""

from __future__ import annotations

import numpy as np
import pandas as pd

from blockdata.analysis.checks import require_columns
from blockdata.analysis.tasks.rules import TaskRules

__all__ = ["choose_stops"]

_KEYS = ["stop_kind", "stop"]


def choose_stops(scored: pd.DataFrame, rules: TaskRules) -> pd.DataFrame:
    """Take the places with the highest scores of each grid.

    Parameters
    ----------
    scored : DataFrame
        stop_kind, stop (distinct together), grid (null: not in any, left out), score, overdue,
        open. A kind that begins with "cell:" is a cell.
    rules : TaskRules

    Returns
    -------
    DataFrame
        The rows taken, sorted by grid and priority, with priority (from 1 in each grid). Ties of
        the score go by overdue cases, open problems, kind and id. Of cells the first
        `cells_per_grid` are taken; places below them move up.

    Examples
    --------
    >>> scored = pd.DataFrame({"stop_kind": ["cell:unit", "cell:unit", "building"],
    ...     "stop": ["c1", "c2", "b1"], "grid": "g", "score": [9.0, 8.0, 1.0],
    ...     "overdue": 0, "open": 1})
    >>> choose_stops(scored, TaskRules(cells_per_grid=1))[["stop", "priority"]].values.tolist()
    [['c1', 1], ['b1', 2]]
    """
    require_columns(scored, [*_KEYS, "score", "overdue", "open"], "choose_stops scored")
    ordered = scored.dropna(subset=["grid"]).sort_values(
        ["grid", "score", "overdue", "open", *_KEYS],
        ascending=[True, False, False, False, True, True],
        ignore_index=True,
    )
    is_cell = ordered["stop_kind"].astype("str").str.startswith("cell:").to_numpy(dtype=bool)
    cells = pd.Series(is_cell).groupby(ordered["grid"]).cumsum().to_numpy()
    kept = ordered[~is_cell | (cells <= rules.cells_per_grid)].reset_index(drop=True)
    priority = kept.groupby("grid").cumcount() + 1
    kept = kept.assign(priority=priority.astype(np.int64))
    return kept[kept["priority"] <= rules.stops_per_grid].reset_index(drop=True)
