"""What incidents can be about, as frames that were checked and put in order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from blockdata.errors import AnalysisError
from blockdata.kernels import CellIndex
from blockdata.link.evidence.candidates import Things

__all__ = ["Known"]

Integers = npt.NDArray[np.int64]
T = TypeVar("T")

_COLUMNS = {
    "addresses": ["id", "code", "x", "y"],
    "components": ["id", "code", "class_name", "x", "y"],
    "cameras": ["id", "code", "class_name", "x", "y"],
    "buildings": ["id", "geom"],
    "buildings_of_address": ["address_id", "building"],
    "premises": ["id", "name", "address_id"],
    "entities": ["id", "name", "address_id"],
    "cells": ["layer", "cell", "geom"],
    "classes": ["category", "kind", "class_name"],
}
_TILE_M = 100.0


def _empty(name: str) -> pd.DataFrame:
    return pd.DataFrame({column: pd.Series(dtype=object) for column in _COLUMNS[name]})


@dataclass(frozen=True)
class Known:
    """What a base knows, in any order of rows; a frame that is left out is empty.

    Parameters
    ----------
    addresses : DataFrame
        id, code, x, y (metres; null where unknown).
    components, cameras : DataFrame
        id, code, class_name (as its code table calls it), x, y.
    buildings : DataFrame
        id, geom (shapely, metres).
    buildings_of_address : DataFrame
        address_id, building.
    premises, entities : DataFrame
        id, name, address_id.
    cells : DataFrame
        layer, cell, geom of the cells that stand.
    classes : DataFrame
        category, kind ("component" or "camera"), class_name: what a case of a category is about;
        see `blockdata.link.categories.classes_of_categories`.

    Raises
    ------
    AnalysisError
        If a frame lacks a column.

    Examples
    --------
    >>> len(Known().components)
    0
    """

    addresses: pd.DataFrame = field(default_factory=lambda: _empty("addresses"))
    components: pd.DataFrame = field(default_factory=lambda: _empty("components"))
    cameras: pd.DataFrame = field(default_factory=lambda: _empty("cameras"))
    buildings: pd.DataFrame = field(default_factory=lambda: _empty("buildings"))
    buildings_of_address: pd.DataFrame = field(
        default_factory=lambda: _empty("buildings_of_address")
    )
    premises: pd.DataFrame = field(default_factory=lambda: _empty("premises"))
    entities: pd.DataFrame = field(default_factory=lambda: _empty("entities"))
    cells: pd.DataFrame = field(default_factory=lambda: _empty("cells"))
    classes: pd.DataFrame = field(default_factory=lambda: _empty("classes"))
    _kept: dict[object, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for name, wanted in _COLUMNS.items():
            frame = getattr(self, name)
            if missing := [c for c in wanted if c not in frame]:
                raise AnalysisError(f"there is no column {missing[0]!r}", where=name)
            keys = [c for c in wanted if c != "geom"]
            ordered = frame[wanted].sort_values(keys, ignore_index=True)
            object.__setattr__(self, name, ordered)

    def things(self, kind: str) -> pd.DataFrame:
        """Return the components or the cameras."""
        return self.components if kind == "component" else self.cameras

    def houses(self) -> Things:
        """Return the buildings, ready to be asked which are near."""
        geometries = self.buildings["geom"].to_numpy(dtype=object)
        return self._once("houses", lambda: Things(geometries))

    def things_of_class(self, kind: str, names: frozenset[str]) -> tuple[Things, Integers]:
        """Return the components or cameras of some classes that stand somewhere.

        Parameters
        ----------
        kind : "component" or "camera"
        names : frozenset of str
            Names of classes.

        Returns
        -------
        Things
        ndarray of int64
            Rows of `things(kind)` that they are.
        """

        def make() -> tuple[Things, Integers]:
            things = self.things(kind)
            placed = things[["x", "y"]].notna().all(axis=1)
            own = things[things["class_name"].isin(names) & placed]
            points = shapely.points(own[["x", "y"]].to_numpy(dtype=np.float64))
            return Things(points), own.index.to_numpy(dtype=np.int64)

        return self._once((kind, names), make)

    def cells_of_layer(self, layer: str) -> tuple[pd.DataFrame, CellIndex]:
        """Return the cells of a layer, and which of them covers a point."""

        def make() -> tuple[pd.DataFrame, CellIndex]:
            own = self.cells[self.cells["layer"] == layer].reset_index(drop=True)
            return own, CellIndex(own["geom"].to_numpy(dtype=object))

        return self._once(("cells", layer), make)

    def _once(self, key: object, make: Callable[[], T]) -> T:
        """Make something the first time that it is asked for: incidents come in blocks."""
        if key not in self._kept:
            self._kept[key] = make()
        kept: T = self._kept[key]
        return kept

    def area_m2(self) -> float:
        """Return how much ground the known things stand on: in squares of a hundred metres."""
        points = [
            frame[["x", "y"]].to_numpy(dtype=np.float64)
            for frame in (self.addresses, self.components, self.cameras)
        ]
        return occupied_m2(np.concatenate(points))


def occupied_m2(points: npt.NDArray[np.float64]) -> float:
    """Return the area of the squares of 100 m in which points are; at least one.

    Examples
    --------
    >>> occupied_m2(np.array([[1.0, 1.0], [2.0, 2.0], [150.0, 1.0]]))
    20000.0
    """
    tiles = np.floor(points[~np.isnan(points).any(axis=1)] / _TILE_M).astype(np.int64)
    return float(max(len(np.unique(tiles, axis=0)), 1) * _TILE_M**2)
