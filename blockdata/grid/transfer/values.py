"""Values of one layer's cells on another layer's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from blockdata.errors import AnalysisError

__all__ = ["Transferred", "transfer"]

Floats = npt.NDArray[np.float64]


class Transferred(NamedTuple):
    """Values on another layer.

    `cells`: columns target, value, known_share. `remainder`: of totals, what of each source cell
    lies in no target, indexed by source; of means, null.
    """

    cells: pd.DataFrame
    remainder: pd.Series


def transfer(
    values: pd.Series,
    weights: pd.DataFrame,
    *,
    kind: Literal["total", "mean"] = "total",
    targets: Sequence[object] | pd.Index | None = None,
) -> Transferred:
    """Bring values from the cells of one layer onto those of another.

    Parameters
    ----------
    values : Series of numbers indexed by source cell
        Null is unknown.
    weights : DataFrame
        Columns source, target, share, weight, as from `overlap_weights`.
    kind : {"total", "mean"}
        Totals (people, cases) are split by the shares: what the targets hold and the remainder
        add up to the values. Means (rates, heights) become means weighted by what is shared.
    targets : sequence, optional
        All target cells, in the order wanted; those of the weights, in their order, if left out.

    Returns
    -------
    Transferred
        A target's value is null where it meets no source with a known value; of a total, where a
        source it meets is unknown, the value is that of the known ones. known_share is the share
        of what the target shares with sources whose value is known (null if it meets none).

    Raises
    ------
    AnalysisError
        If an index repeats a source cell, the kind is unknown, or a value is infinite.

    Examples
    --------
    >>> weights = pd.DataFrame({"source": ["a", "a", "b"], "target": ["x", "y", "y"],
    ...                         "share": [0.25, 0.75, 0.5], "weight": [10.0, 30, 30]})
    >>> values = pd.Series({"a": 8.0, "b": 10.0})
    >>> found = transfer(values, weights)
    >>> found.cells["value"].to_list(), found.remainder.to_list()
    ([2.0, 11.0], [0.0, 5.0])
    >>> transfer(values, weights, kind="mean").cells["value"].to_list()
    [8.0, 9.0]
    """
    if kind not in {"total", "mean"}:
        raise AnalysisError(f"unknown kind {kind!r}", where="kind", allowed="total or mean")
    if values.index.has_duplicates:
        raise AnalysisError("a source cell has two values", where="values")
    numbers = values.astype("float64")
    if np.isinf(numbers.to_numpy()).any():
        raise AnalysisError("a value is infinite", where="values", allowed="finite numbers, null")
    names = pd.Index(pd.unique(weights["target"]) if targets is None else targets)
    held = weights[weights["target"].isin(names)]
    value = np.asarray(numbers.reindex(held["source"]), dtype=np.float64)
    at = names.get_indexer(pd.Index(held["target"]))
    cells = _mixed(value, held, at, len(names), kind)
    return Transferred(pd.DataFrame({"target": names, **cells}), _remainder(numbers, held, kind))


def _mixed(
    value: Floats, held: pd.DataFrame, at: npt.NDArray[np.intp], count: int, kind: str
) -> dict[str, Floats]:
    known = np.isfinite(value)
    weight = held["weight"].to_numpy(dtype=float)
    by = held["share"].to_numpy(dtype=float) if kind == "total" else weight
    whole = np.bincount(at, weights=weight, minlength=count)
    met = np.bincount(at[known], weights=weight[known], minlength=count)
    total = np.bincount(at[known], weights=(by * value)[known], minlength=count)
    with np.errstate(invalid="ignore", divide="ignore"):
        found = np.where(met > 0, total if kind == "total" else total / met, np.nan)
        return {"value": found, "known_share": np.where(whole > 0, met / whole, np.nan)}


def _remainder(numbers: pd.Series, held: pd.DataFrame, kind: str) -> pd.Series:
    if kind == "mean":
        return pd.Series(np.nan, numbers.index)
    placed = held.groupby("source", sort=False)["share"].sum().reindex(numbers.index).fillna(0.0)
    left = (1 - placed).where(placed < 1 - _WHOLE, 0.0)
    return numbers * left


_WHOLE = 1e-12
