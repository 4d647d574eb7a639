"""What became of the cells that were sent: unchanged, moved, split, merged, new, deleted."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely

from blockdata.grid.drafting.arrangement import Objects

__all__ = ["CHANGES", "cells_left_out", "changes_of"]

CHANGES = ("unchanged", "moved_border", "split", "merged", "new")
"""What a cell that came back may be; a cell that was sent and is gone is told apart."""

_MOST = 0.5
_SAME_M = 0.02
"""A border that moved by less than this on average did not move."""


def _overlaps(sent: Objects, came: Objects) -> pd.DataFrame:
    """Return sent, came, of_sent, of_came: the share of either that both cover."""
    one, other = shapely.STRtree(came).query(sent, predicate="intersects")
    area = shapely.area(shapely.intersection(sent[one], came[other]))
    return pd.DataFrame(
        {
            "sent": one,
            "came": other,
            "of_sent": area / np.maximum(shapely.area(sent)[one], 1e-9),
            "of_came": area / np.maximum(shapely.area(came)[other], 1e-9),
        }
    )


def changes_of(sent: pd.DataFrame, came: pd.DataFrame) -> pd.DataFrame:
    """Tell what each cell that came back is, by its ground and not by its code.

    A cell is merged of those that lie in it by more than half; if there is one, and the rest of
    that one is no cell of its own, the border moved, unless nowhere by more than two centimetres
    on average. A cell that lies by more than half in one that was sent, beside others that do, is
    a part of it: split. What else there is is new.

    Parameters
    ----------
    sent, came : DataFrame
        code, geom (valid polygons).

    Returns
    -------
    DataFrame
        change (one of `CHANGES`), was (codes of the cells it comes from, by ";"), in the order and
        with the index of `came`.

    Examples
    --------
    >>> import pandas as pd, shapely
    >>> sent = pd.DataFrame({"code": ["a", "b"], "geom": [shapely.box(0, 0, 9, 9),
    ...     shapely.box(9, 0, 18, 9)]})
    >>> came = pd.DataFrame({"code": ["a"], "geom": [shapely.box(0, 0, 18, 9)]})
    >>> changes_of(sent, came).values.tolist()
    [['merged', 'a;b']]
    """
    before = sent["geom"].to_numpy(dtype=object)
    after = came["geom"].to_numpy(dtype=object)
    table = _overlaps(before, after)
    taken = table[table["of_sent"] > _MOST]
    parts = table[table["of_came"] > _MOST]
    taken_in = taken.groupby("came")["sent"].agg(list)
    part_of = parts.set_index("came")["sent"]
    many = parts["sent"].value_counts()
    codes = sent["code"].astype(object).to_numpy()
    rows = []
    for number in range(len(came)):
        inside = sorted(taken_in.get(number, []))
        home = part_of.get(number)
        if len(inside) > 1:
            rows.append(("merged", inside))
        elif home is not None and many[home] > 1:
            rows.append(("split", [home]))
        elif inside:
            same = _is_same(before[inside[0]], after[number])
            rows.append(("unchanged" if same else "moved_border", inside))
        else:
            rows.append(("new", []))
    told = [(change, ";".join(sorted(str(codes[n]) for n in source))) for change, source in rows]
    return pd.DataFrame(told, columns=["change", "was"], index=came.index, dtype="str")


def _is_same(one: shapely.Geometry, other: shapely.Geometry) -> bool:
    apart = shapely.area(shapely.symmetric_difference(one, other))
    return bool(apart <= _SAME_M * shapely.length(one))


def cells_left_out(sent: pd.DataFrame, came: pd.DataFrame) -> pd.DataFrame:
    """Return the cells that were sent and whose ground nothing took over by more than half.

    Parameters
    ----------
    sent, came : DataFrame
        code, geom.

    Returns
    -------
    DataFrame
        Rows of `sent`.
    """
    table = _overlaps(sent["geom"].to_numpy(dtype=object), came["geom"].to_numpy(dtype=object))
    covered = table.groupby("sent")["of_sent"].sum()
    kept = covered.reindex(range(len(sent)), fill_value=0.0).to_numpy() > _MOST
    return sent[~kept]
