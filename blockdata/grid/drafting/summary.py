"""How near a draft comes to what it aims at, in figures to print."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from blockdata.grid.drafting.arrangement import Objects
from blockdata.grid.drafting.clearing import Cells, cut_lines, cut_shapes

__all__ = ["UnitSummary", "summary_of_units"]

_LINES = (shapely.GeometryType.LINESTRING.value, shapely.GeometryType.MULTILINESTRING.value)


@dataclass(frozen=True)
class UnitSummary:
    """Figures of a draft of unit grids; `print` shows them.

    Parameters
    ----------
    cells, land : int
        All cells, and those of ordinary land; the others stay whole whatever their area.
    target_area_m2 : float
    quantiles : dict
        Share of the target area at the quantiles 0.05, 0.25, 0.5, 0.75, 0.95 of the land cells.
    outside_factor_2 : int
        Land cells under half the target or over twice.
    cut_buildings, cut_by_communities : int
        Buildings in several cells of one community, and in cells of several communities.
    cut_components : int
        Components in several cells of one community: with an area, or more than half a metre of a
        line in each.
    """

    cells: int
    land: int
    target_area_m2: float
    quantiles: dict[float, float]
    outside_factor_2: int
    cut_buildings: int
    cut_by_communities: int
    cut_components: int

    def __str__(self) -> str:
        quantiles = ", ".join(f"{q:.0%} {v:.2f}" for q, v in self.quantiles.items())
        told = (
            f"unit grids: {self.cells}, of ordinary land {self.land}",
            f"area by target of {self.target_area_m2:,.0f} m2 at quantiles: {quantiles}",
            f"outside half to twice the target: {self.outside_factor_2}",
            f"buildings cut: {self.cut_buildings}, across communities: {self.cut_by_communities}",
            f"components cut: {self.cut_components}",
        )
        return "\n".join(told)


def summary_of_units(
    units: pd.DataFrame,
    target_area_m2: float,
    buildings: pd.DataFrame | None = None,
    components: pd.DataFrame | None = None,
) -> UnitSummary:
    """Measure a draft of unit grids.

    Parameters
    ----------
    units : DataFrame
        community_code, geom, and use where cells other than "land" are left out of the areas.
    target_area_m2 : float
    buildings, components : DataFrame, optional
        geom; points cannot be cut.

    Returns
    -------
    UnitSummary

    Examples
    --------
    >>> import pandas as pd, shapely
    >>> units = pd.DataFrame({"community_code": "c", "geom": [shapely.box(0, 0, 90, 100),
    ...     shapely.box(90, 0, 200, 100)]})
    >>> house = pd.DataFrame({"geom": [shapely.box(85, 10, 95, 20)]})
    >>> found = summary_of_units(units, 10_000, house)
    >>> found.quantiles[0.5], found.cut_buildings
    (1.0, 1)
    """
    geom = units["geom"].to_numpy(dtype=object)
    use = units["use"] if "use" in units else pd.Series("land", index=units.index)
    share = shapely.area(geom[(use == "land").to_numpy()]) / target_area_m2
    levels = (0.05, 0.25, 0.5, 0.75, 0.95)
    found = np.quantile(share, levels) if len(share) else np.full(len(levels), np.nan)
    community = pd.factorize(units["community_code"])[0]
    cells = Cells(geom, community.astype(np.int64), np.full(len(geom), -1, dtype=np.int64))
    within, across = cut_shapes(_areal(buildings), cells)
    parts, lines = _areal(components), _linear(components)
    return UnitSummary(
        cells=len(units),
        land=len(share),
        target_area_m2=float(target_area_m2),
        quantiles=dict(zip(levels, (float(v) for v in found.round(3)), strict=True)),
        outside_factor_2=int(((share < 0.5) | (share > 2)).sum()),
        cut_buildings=len(within),
        cut_by_communities=len(across),
        cut_components=len(cut_shapes(parts, cells)[0]) + len(cut_lines(lines, cells)),
    )


def _shapes(frame: pd.DataFrame | None) -> Objects:
    if frame is None:
        return np.empty(0, dtype=object)
    shapes = frame["geom"].to_numpy(dtype=object)
    return np.asarray(shapes[~shapely.is_missing(shapes)])


def _areal(frame: pd.DataFrame | None) -> Objects:
    shapes = _shapes(frame)
    return np.asarray(shapes[(shapely.area(shapes) > 0) & shapely.is_valid(shapes)])


def _linear(frame: pd.DataFrame | None) -> Objects:
    shapes = _shapes(frame)
    return np.asarray(shapes[np.isin(shapely.get_type_id(shapes), _LINES)])
