"""Telling which rows of a file had a geometry that was repaired on loading."""

from __future__ import annotations

import numpy as np

from blockdata.records.repair import REPAIRS
from blockdata.store.batch import Doubt, LoadRequest
from blockdata_loaders.rows import Rows

__all__ = ["repair_doubts"]

_MOST_NAMED = 5


def repair_doubts(request: LoadRequest, rows: Rows) -> tuple[Doubt, ...]:
    """Return one line per kind of repair, with the numbers of the first rows.

    Parameters
    ----------
    request : LoadRequest
    rows : Rows

    Returns
    -------
    tuple of Doubt
        Code "geometry_repaired"; nothing where no geometry was touched.
    """
    given = rows.geometries
    if given is None:
        return ()
    numbers = np.asarray(rows.numbers)
    told = []
    for repair, (zh, en) in REPAIRS.items():
        at = numbers[given.repairs == repair].tolist()
        if at:
            more = ", ..." if len(at) > _MOST_NAMED else ""
            named = ", ".join(map(str, at[:_MOST_NAMED])) + more
            told.append(_doubt(request, f"{zh}：第 {named} 行", f"{en}: rows {named}", len(at)))
    return tuple(told)


def _doubt(request: LoadRequest, zh: str, en: str, count: int) -> Doubt:
    file = "" if request.path is None else request.path.name
    return Doubt(
        "geometry_repaired",
        f"文件 {file}：{count} 行的几何按规则修复，{zh}",
        f"file {file}: geometry of {count} rows was repaired by rule, {en}",
    )
