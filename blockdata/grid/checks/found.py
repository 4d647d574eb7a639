"""The table of what is found, and the faults by name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

__all__ = ["COLUMNS", "FAULTS", "Geometries", "faults", "joined"]

Geometries = npt.NDArray[np.object_]

COLUMNS = ("finding", "layer", "cell", "code", "other", "measure", "unit", "geom")

FAULTS = MappingProxyType(
    {
        "invalid_geometry": ("几何无效", "invalid geometry"),
        "displaced": ("整层偏移", "layer lies displaced"),
        "overlap": ("网格重叠", "overlap"),
        "gap": ("上级范围未覆盖", "gap in the parent"),
        "not_nested": ("超出上级网格", "not nested in its parent"),
        "crosses_community": ("跨社区", "crosses a community's border"),
        "cuts_building": ("切割建筑物", "cuts a building"),
        "cuts_component": ("切割部件", "cuts a component"),
        "sliver": ("狭长碎片", "sliver"),
        "multi_part": ("由多块组成", "several parts"),
        "code_prefix": ("编码与所在社区不符", "code begins with another community"),
        "duplicate_code": ("编码重复", "code of several cells"),
        "area_far_from_norm": ("面积远离常规", "area far from the norm"),
        "stated_area": ("登记面积与图形不符", "stated area is not the geometry's"),
        "declared_count": ("数量与公布的不符", "count is not the declared one"),
    }
)
"""Every fault with its Chinese and English name."""


def faults(
    finding: str,
    layer: str,
    geom: Iterable[shapely.Geometry | None],
    measure: Sequence[float] | npt.NDArray[np.float64],
    unit: str,
    *,
    cell: Iterable[object] | None = None,
    code: Iterable[object] | None = None,
    other: Iterable[object] | None = None,
) -> pd.DataFrame:
    """Return faults of one kind as rows; ids that are not given are null.

    Parameters
    ----------
    finding : str
        A key of `FAULTS`.
    layer : str
    geom : iterable of shapely geometries, n of them
    measure : sequence of float, shape (n,)
    unit : str
    cell, code, other : iterable of str or None, optional

    Returns
    -------
    DataFrame
        Columns `COLUMNS`.

    Examples
    --------
    >>> faults("gap", "unit", [shapely.box(0, 0, 1, 1)], [1.0], "m2")["cell"].isna().tolist()
    [True]
    """
    if not len(measure):
        return _none()
    shapes = np.empty(len(measure), dtype=object)
    shapes[:] = list(geom)
    texts = {"finding": finding, "layer": layer, "unit": unit}
    columns: dict[str, object] = {
        name: pd.Series([text] * len(shapes), dtype="str") for name, text in texts.items()
    }
    for name, values in (("cell", cell), ("code", code), ("other", other)):
        given = [None] * len(shapes) if values is None else list(values)
        columns[name] = pd.Series(given, dtype="str")
    columns["measure"] = pd.Series(np.asarray(measure, dtype=np.float64))
    columns["geom"] = pd.Series(shapes, dtype=object)
    return pd.DataFrame(columns)[list(COLUMNS)]


@cache
def _none() -> pd.DataFrame:
    """Return no faults; most checks of most layers find none."""
    columns = {name: pd.Series(dtype="str") for name in COLUMNS}
    typed = {"measure": pd.Series(dtype="float64"), "geom": pd.Series(dtype=object)}
    return pd.DataFrame(columns | typed)


def joined(parts: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Return all faults as one table, sorted by layer, finding, cell, other, measure.

    Examples
    --------
    >>> list(joined([])) == list(COLUMNS)
    True
    """
    kept = [p for p in parts if len(p)]
    if not kept:
        return _none().copy()
    order = ["layer", "finding", "cell", "other", "measure"]
    return pd.concat(kept).sort_values(order, kind="stable", ignore_index=True)
