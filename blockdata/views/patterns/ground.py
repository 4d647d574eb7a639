"""What incidents are counted by: cells of a layer, H3, streets, their pieces, places, own areas."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from blockdata.analysis.street_segments import cut_at_crossings
from blockdata.config import Config
from blockdata.engines import case_lookups, feeds
from blockdata.errors import AnalysisError, GeometryNeededError
from blockdata.kernels.cells import CellIndex
from blockdata.kernels.nearest import FeatureIndex
from blockdata.report.words import Words
from blockdata.store.session import Session
from blockdata.views.layers.shapes import layer_cells, own_cells

__all__ = ["PLACE", "Ground", "ground_of", "named", "with_names"]

STREET, SEGMENT, PLACE, OWN = "street", "segment", "place", "own"
_LINES = (STREET, SEGMENT)
_H3 = re.compile(r"h3[:_](\d+)")
_CELL = ["cell", "code", "name", "geom"]


@dataclass(frozen=True)
class Ground:
    """What incidents are counted by.

    Parameters
    ----------
    by : str
        A layer, a level of areas, "h3_N", "street", "segment", "place", or "own".
    cells : DataFrame or None
        cell, code, name, geom (in the base's CRS; None where not known), sorted by cell; None by
        place, where only the incidents tell which there are.
    target_kind : str or None
        Kind of the links that tell the cells of incidents; None where their points do.
    within_m : float
        Largest distance of a point from its street.
    """

    by: str
    cells: pd.DataFrame | None
    target_kind: str | None
    within_m: float

    @property
    def by_points(self) -> bool:
        """Whether points tell the cell, and not what a run linked."""
        return self.target_kind is None and self.by != PLACE

    @property
    def along_streets(self) -> bool:
        """Whether the cells are lines."""
        return self.by in _LINES

    def locate(self, x: npt.ArrayLike, y: npt.ArrayLike) -> pd.Series[str]:
        """Return the cell of each point, null where it is in none.

        On a border the cell that stands first counts, as in every layer of the base.
        """
        if self.cells is None:
            raise AnalysisError("a place is known by its incidents", where="Ground.locate")
        geoms = self.cells["geom"].to_numpy(dtype=object)
        xs, ys = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
        if self.along_streets:
            at, _ = FeatureIndex(geoms).nearest(xs, ys, self.within_m)
        else:
            at = CellIndex(geoms).locate(xs, ys)
        names = self.cells["cell"].astype("str").array
        return pd.Series(names.take(at, allow_fill=True), dtype="str")

    def word(self, words: Words) -> str:
        """Return what is counted by, as readers call it."""
        own = {
            STREET: ("街巷", "streets"),
            SEGMENT: ("路段", "street segments"),
            PLACE: ("地点", "places"),
            OWN: ("自定区域", "areas of your own"),
        }
        return words.t(*own[self.by]) if self.by in own else words.layer(self.by)


def ground_of(
    session: Session,
    config: Config,
    day: dt.date,
    by: str | gpd.GeoDataFrame,
    within_m: float = 50.0,
) -> Ground:
    """Find what incidents are to be counted by.

    Raises
    ------
    AnalysisError
        If there is no such layer, or the distance is no distance.
    GeometryNeededError
        If points or streets are needed and the base has none.
    """
    if not (np.isfinite(within_m) and within_m > 0):
        raise AnalysisError(f"within_m is {within_m}", where="patterns", allowed="metres above 0")
    if not isinstance(by, str):
        cells = own_cells(by, config.city.crs)[_CELL].astype({"cell": "str"})
        return Ground(OWN, _distinct(cells), None, within_m)
    if by == PLACE:
        return Ground(PLACE, None, None, within_m)
    if by in _LINES:
        return Ground(by, _lines(session, by), None, within_m)
    grid = config.grid
    drawn = _H3.fullmatch(by)
    layer = f"h3_{int(drawn[1])}" if drawn else by
    if layer in (*grid.all_layers, *grid.area_levels):
        return Ground(layer, _of_layer(session, config, day, layer), f"cell:{layer}", within_m)
    if drawn:
        return Ground(layer, layer_cells(session, config, day, layer), None, within_m)
    raise AnalysisError(
        f"incidents cannot be counted by {by!r}",
        where="patterns by",
        allowed=", ".join(
            (*grid.all_layers, *grid.area_levels, "h3:0 to h3:15", STREET, SEGMENT, PLACE)
        ),
    )


def _distinct(cells: pd.DataFrame) -> pd.DataFrame:
    if cells["cell"].duplicated().any():
        raise AnalysisError(
            "an area's name stands twice", where="patterns by", allowed="one row per area"
        )
    return cells.sort_values("cell", ignore_index=True)


def _of_layer(session: Session, config: Config, day: dt.date, layer: str) -> pd.DataFrame:
    """Return the cells of a layer that stand, those without a polygon included."""
    known = feeds.cell_names(session, (layer,), (layer,), day).drop_duplicates("cell")
    if known.empty:
        raise AnalysisError(
            f"no cell of layer {layer!r} stands on {day}",
            where="patterns by",
            next_step="Load the layer, or count by an H3 layer or by place.",
        )
    shapes = feeds.cells_standing(session, (layer,), (layer,), day).drop_duplicates("id")
    geoms = shapes.set_index("id")["geom"].reindex(known["cell"]).astype("object")
    shaped = geoms.where(geoms.notna(), None).to_numpy(dtype=object)
    return known.assign(geom=shaped)[_CELL].sort_values("cell", ignore_index=True)


def _lines(session: Session, by: str) -> pd.DataFrame:
    streets = feeds.streets(session)
    if streets.empty:
        raise GeometryNeededError(
            "the base has no streets with lines", next_step="Load a source of streets."
        )
    if by == STREET:
        cells = streets.rename(columns={"id": "cell"}).assign(code=None)
        return cells[_CELL].sort_values("cell", ignore_index=True)
    pieces = cut_at_crossings(streets["geom"].to_numpy(dtype=object))
    own = streets.iloc[pieces["street"]].reset_index(drop=True)
    number = pieces["number"].astype("str")
    cells = pd.DataFrame({"cell": own["id"] + "/" + number, "code": None, "name": own["name"]})
    return cells.assign(geom=pieces["geom"]).sort_values("cell", ignore_index=True)


def with_names(
    session: Session, ground: Ground, table: pd.DataFrame, key: str = "place"
) -> pd.DataFrame:
    """Put code and name of each cell or place beside it.

    Parameters
    ----------
    session : Session
    ground : Ground
    table : DataFrame
        With a column of cells.
    key : str
        Its name.
    """
    known = named(session, ground, table[key].drop_duplicates().tolist()).set_index("cell")
    at = known.index.get_indexer(pd.Index(table[key]))
    beside = {c: known[c].array.take(at, allow_fill=True) for c in ("code", "name")}
    columns = list(table.columns)
    cut = columns.index(key) + 1
    return table.assign(**beside)[[*columns[:cut], "code", "name", *columns[cut:]]]


def named(session: Session, ground: Ground, cells: Sequence[str]) -> pd.DataFrame:
    """Return cell, code, name of some cells or places, in their order."""
    if ground.cells is not None:
        known = ground.cells.set_index("cell").reindex(list(cells))
        table = known[["code", "name"]].astype("str").reset_index()
        return table.rename(columns={table.columns[0]: "cell"})
    names = case_lookups.names_of(session, cells)
    told = pd.Series([names.get(cell) for cell in cells], dtype="str")
    cell = pd.Series(list(cells), dtype="str")
    return pd.DataFrame(
        {"cell": cell, "code": pd.Series(None, index=cell.index, dtype="str"), "name": told}
    )
