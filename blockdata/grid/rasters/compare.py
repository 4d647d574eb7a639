"""A raster's people held against the register's, cell by cell."""

from __future__ import annotations

from types import MappingProxyType
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from blockdata.errors import AnalysisError

__all__ = ["DISAGREEMENTS", "Comparison", "compare_with_register"]

Floats = npt.NDArray[np.float64]

DISAGREEMENTS = MappingProxyType(
    {
        "raster_only": ("栅格有人而户籍登记为零", "people in the raster and none in the register"),
        "register_only": ("有登记人口而栅格无人", "people in the register and none in the raster"),
        "raster_more": ("栅格人口多于登记", "the raster has more"),
        "register_more": ("登记人口多于栅格", "the register has more"),
        "agrees": ("一致", "they agree within what is known of both"),
        "no_data": ("栅格在此无数据", "the raster has no data for most of the cell"),
    }
)
"""What may come of a comparison, in Chinese and English."""

_HALF = 0.5
_TRIMMED = 20
_FEWEST = 5


class Comparison(NamedTuple):
    """A comparison.

    `cells`: one row per cell, see `compare_with_register`; `ratio`: the overall ratio of the
    raster's people to the register's; None where one of them has nobody.
    """

    cells: pd.DataFrame
    ratio: float | None


def compare_with_register(
    raster: pd.DataFrame,
    register: pd.DataFrame,
    *,
    uncertainty: float = 0.5,
    least_people: int = 50,
    homes: pd.Series | None = None,
) -> Comparison:
    """Compare people from a raster with published figures, and rank where they disagree.

    A raster of another year, or one adjusted to other totals, is first brought to the register's
    total: the overall ratio is taken out, that of the totals without the twentieth of the cells
    (of five and more) that differ most from the median ratio.
    What is left of a difference is explained as far as rounding and shared atoms reach (the
    register's people lie between `low` and `high`), as the raster is uncertain (`uncertainty`
    times the greater of both, and the people in pixels on the border, as independent errors add
    up), and up to `least_people`.

    Parameters
    ----------
    raster : DataFrame
        Columns cell, people, data_share, border_people, as from `people_in_cells`.
    register : DataFrame
        Columns cell, register, shared, low, high, estimate, as from `register_bounds`; cells
        without a row have nobody.
    uncertainty : float, default 0.5
        Relative; WorldPop's pixels in towns are off by half and more, cells of many pixels less.
    least_people : int, default 50
        Smaller differences are never told.
    homes : Series of bool indexed by cell, optional
        Whether a cell has a building that people may live in.

    Returns
    -------
    Comparison
        Columns cell, raster (people as it has them), scaled (the overall ratio taken out),
        register (Int64), shared, data_share, ratio (raster over the estimate, null where that is
        0), scaled_ratio, low, high, difference (scaled less estimate), unexplained (people, with
        the sign of the difference; 0 where explained), disagreement (key of `DISAGREEMENTS`),
        has_homes (null where not known), rank (from 1, the largest unexplained first, ties by
        cell); sorted by rank. Where less than half of a cell has data nothing is compared.

    Raises
    ------
    AnalysisError
        If `uncertainty` is not between 0 and 1.

    Examples
    --------
    >>> raster = pd.DataFrame({"cell": ["u1", "u2"], "people": [200.0, 2200.0], "data_share": 1.0,
    ...                        "border_people": 0.0})
    >>> register = pd.DataFrame({"cell": ["u1", "u2"], "register": [1000, 1000], "shared": False,
    ...     "low": 990.0, "high": 1010.0, "estimate": 1000.0})
    >>> found = compare_with_register(raster, register)
    >>> found.ratio, found.cells[["cell", "disagreement"]].values.tolist()
    (1.2, [['u1', 'register_more'], ['u2', 'agrees']])
    """
    if not 0 <= uncertainty <= 1:
        raise AnalysisError(f"uncertainty is {uncertainty}", allowed="0 to 1")
    cells = raster.merge(register, on="cell", how="left").sort_values("cell", ignore_index=True)
    for name in ("register", "low", "high", "estimate"):
        cells[name] = cells[name].fillna(0)
    known = ((cells["data_share"] >= _HALF) & cells["people"].notna()).to_numpy(dtype=bool)
    people, estimate = cells["people"], cells["estimate"]
    ratio = _overall_ratio(
        people[known].to_numpy(dtype=float), estimate[known].to_numpy(dtype=float)
    )
    excess = _beyond(cells, uncertainty, ratio or 1.0)
    unexplained = np.where(known & (np.abs(excess) >= least_people), excess, 0.0)
    scaled = people / ratio if ratio else people
    compared = pd.DataFrame(
        {
            "cell": cells["cell"],
            "raster": people,
            "scaled": scaled.where(people.notna()),
            "register": cells["register"].astype("Int64"),
            "shared": cells["shared"].astype("boolean").fillna(False).astype(bool),
            "data_share": cells["data_share"],
            "ratio": people / estimate.where(estimate > 0),
            "scaled_ratio": scaled / estimate.where(estimate > 0),
            "low": cells["low"],
            "high": cells["high"],
            "difference": scaled - estimate,
            "unexplained": unexplained,
            "disagreement": _said(unexplained, cells, known),
        }
    )
    own = pd.Series(pd.NA, dtype="boolean") if homes is None else homes.astype("boolean")
    compared["has_homes"] = compared["cell"].map(own).astype("boolean")
    order = np.lexsort((compared["cell"].to_numpy(dtype=object), -np.abs(unexplained)))
    ranked = compared.iloc[order].reset_index(drop=True)
    return Comparison(ranked.assign(rank=np.arange(1, len(ranked) + 1)), ratio)


def _overall_ratio(people: Floats, estimate: Floats) -> float | None:
    """Return the ratio of the totals, without the cells that differ most from the median ratio."""
    there = np.flatnonzero(estimate > 0)
    if not len(there):
        return None
    ratio, weight = people[there] / estimate[there], estimate[there]
    order = np.argsort(ratio, kind="stable")
    reached = np.cumsum(weight[order])
    usual = ratio[order][np.searchsorted(reached, reached[-1] / 2)]
    apart = np.abs(people - usual * estimate)
    left_out = -(-len(people) // _TRIMMED) if len(people) >= _FEWEST else 0
    kept = np.argsort(apart, kind="stable")[: len(people) - left_out]
    total = estimate[np.sort(kept)].sum()
    return float(people[np.sort(kept)].sum() / total) or None if total > 0 else None


def _beyond(cells: pd.DataFrame, uncertainty: float, ratio: float) -> Floats:
    """Return by how many people the raster lies beyond what the register leaves open."""
    columns = ("people", "border_people", "low", "high")
    scaled, blur, low, high = (cells[name].to_numpy(dtype=float) for name in columns)
    scaled, blur = scaled / ratio, np.nan_to_num(blur) / ratio
    apart = np.where(scaled > high, scaled - high, np.where(scaled < low, scaled - low, 0.0))
    # Two errors that know nothing of each other.
    allowed = np.hypot(uncertainty * np.maximum(scaled, np.where(scaled < low, low, high)), blur)
    beyond: Floats = np.sign(apart) * np.maximum(np.abs(apart) - allowed, 0.0)
    return np.nan_to_num(beyond)


def _said(
    unexplained: Floats, cells: pd.DataFrame, known: npt.NDArray[np.bool_]
) -> npt.NDArray[np.object_]:
    nobody = cells["register"].to_numpy(dtype=float) == 0
    empty = cells["people"].fillna(0).to_numpy(dtype=float) < 1
    more = np.where(nobody, "raster_only", "raster_more")
    less = np.where(empty, "register_only", "register_more")
    found = np.where(unexplained > 0, more, np.where(unexplained < 0, less, "agrees"))
    return np.asarray(np.where(known, found, "no_data"), dtype=object)
