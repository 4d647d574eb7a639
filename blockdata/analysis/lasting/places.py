"""Episodes told of larger places, and places that were alike and got better."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from blockdata.analysis.checks import require_columns, require_distinct
from blockdata.errors import AnalysisError
from blockdata.link.order import positions

__all__ = ["SIMILAR_COLUMNS", "rolled_up", "similar_improved"]

SIMILAR_COLUMNS = {
    "place_kind": "str",
    "category": "str",
    "place": "str",
    "similar": "str",
    "nearness": "int64",
    "course": "str",
    "episodes": "int64",
    "calm_months": "Int64",
}
_BETTER = ("improving", "resolved")


def rolled_up(
    episodes: pd.DataFrame,
    ancestors: pd.DataFrame,
    *,
    place_kind: str,
    key: Literal["place", "episode"] = "place",
) -> pd.DataFrame:
    """Tell episodes of the larger place in which they were.

    Every status is computed from the episodes and from where they are now: after a grid is redrawn
    or an address matched again, the same episodes stand under the new place, and its history is
    theirs. Nothing is carried over from one night to the next.

    Parameters
    ----------
    episodes : DataFrame
        With place_kind, place, episode and further columns.
    ancestors : DataFrame
        `key` (str, distinct) and ancestor (str): the building of an address, the cell of an
        episode, the entity of a component.
    place_kind : str
        What kind of place the ancestors are.
    key : {"place", "episode"}
        Whether all episodes of a place go together (addresses of a building), or each on its own
        (reports on a street, which cells cut into pieces).

    Returns
    -------
    DataFrame
        The episodes that have an ancestor, in their order, with the ancestor as place. An episode
        without one is left out: count them beforehand.

    Raises
    ------
    AnalysisError
        If a column or value is missing or a key stands twice.

    Examples
    --------
    >>> episodes = pd.DataFrame({"episode": ["e1", "e2"], "place_kind": "address",
    ...                          "place": ["room 1", "room 2"]})
    >>> up = pd.DataFrame({"place": ["room 1", "room 2"], "ancestor": "house"})
    >>> rolled_up(episodes, up, place_kind="building")["place"].tolist()
    ['house', 'house']
    """
    require_columns(episodes, ["place_kind", "place", "episode"], "rolled_up episodes")
    require_columns(ancestors, [key, "ancestor"], "rolled_up ancestors")
    require_distinct(ancestors, [key], "rolled_up ancestors")
    row = positions(episodes[key], ancestors[key])
    moved = episodes[row >= 0].reset_index(drop=True)
    above = ancestors["ancestor"].astype("str").iloc[row[row >= 0]]
    return moved.assign(place=above.set_axis(moved.index), place_kind=place_kind)


def similar_improved(found: pd.DataFrame, *, per_place: int = 3) -> pd.DataFrame:
    """Find, for each place that is chronic still, the most similar ones that got better.

    Parameters
    ----------
    found : DataFrame
        As from `lasting_problems`.
    per_place : int, default 3
        How many at most.

    Returns
    -------
    DataFrame, sorted by place_kind, category, place and nearness
        Columns `SIMILAR_COLUMNS`. Similar is of the same kind and category and chronic, with the
        course improving or resolved; nearest in the logarithms of the expected count and of the
        count, ties by name; `nearness` 1 is the most similar. `course`, `episodes` and
        `calm_months` are those of the similar place. A place without any has no row.

    Raises
    ------
    AnalysisError
        If a column is missing or `per_place` is below 1.

    Examples
    --------
    >>> found = pd.DataFrame({"place_kind": "address", "category": "c", "place": ["a", "b", "c"],
    ...     "status": "chronic", "course": ["rising", "resolved", "resolved"],
    ...     "episodes": [9, 2, 8], "expected": 0.5, "calm_months": [0, 9, 7]})
    >>> similar_improved(found)[["place", "similar", "nearness"]].values.tolist()
    [['a', 'c', 1], ['a', 'b', 2]]
    """
    where = "similar_improved found"
    require_columns(found, ["place_kind", "category", "place", "episodes"], where)
    lacking = {"status", "course", "expected", "calm_months"} - set(found.columns)
    if lacking or per_place < 1:
        raise AnalysisError(
            f"lacks {', '.join(sorted(lacking)) or 'places to show'}",
            where=where,
            allowed="a frame from lasting_problems, per_place of 1 or more",
        )
    chronic = found[(found["status"] == "chronic") & (found["expected"] > 0)]
    better = chronic["course"].isin(_BETTER)
    blocks = [
        _nearest(rows[~better[rows.index]], rows[better[rows.index]], per_place)
        for _, rows in chronic.groupby(["place_kind", "category"], sort=True)
    ]
    table = pd.concat(blocks) if blocks else pd.DataFrame(columns=list(SIMILAR_COLUMNS))
    table = table[list(SIMILAR_COLUMNS)].astype(SIMILAR_COLUMNS)
    keys = ["place_kind", "category", "place", "nearness"]
    return table.sort_values(keys, ignore_index=True)


def _nearest(still: pd.DataFrame, better: pd.DataFrame, per_place: int) -> pd.DataFrame:
    ordered = better.sort_values("place")
    one, other = (
        np.log(rows[["expected", "episodes"]].to_numpy(dtype=np.float64))
        for rows in (still, ordered)
    )
    apart = np.abs(one[:, None, :] - other[None, :, :]).sum(axis=2)
    nearest = np.argsort(apart, axis=1, kind="stable")[:, :per_place]
    shown = ordered.iloc[nearest.ravel()].reset_index(drop=True)
    own = still.iloc[np.repeat(np.arange(len(still)), nearest.shape[1])].reset_index(drop=True)
    return own[["place_kind", "category", "place"]].assign(
        similar=shown["place"],
        nearness=np.tile(np.arange(1, nearest.shape[1] + 1), len(still)),
        course=shown["course"],
        episodes=shown["episodes"],
        calm_months=shown["calm_months"],
    )
