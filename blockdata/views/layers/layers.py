"""`base.layers`: the layers of cells of a base, and all that is done with them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import geopandas as gpd
import pandas as pd

from blockdata.config import Config
from blockdata.engines import feeds
from blockdata.report.words import Words
from blockdata.store.decisions import Decision
from blockdata.store.session import Session
from blockdata.views.layers import checks as _checks
from blockdata.views.layers import counts as _counts
from blockdata.views.layers import drafting as _drafting
from blockdata.views.layers import lineage as _lineage
from blockdata.views.layers import rasters as _rasters
from blockdata.views.layers import transfer as _transfer
from blockdata.views.layers.told import told_by

if TYPE_CHECKING:
    from blockdata.grid.drafting import Load
    from blockdata.grid.rasters import RasterSettings
    from blockdata.grid.transfer import By
    from blockdata.views.layers.rasters import RasterOnBuildings


class Layers:
    """The layers of cells of a base; made by `base.layers`.

    Printing it lists them. Cells are those that stand on the last day that is known, where a
    method does not ask for another day.

    Parameters
    ----------
    session : Session
    config : Config
    as_of : date
        End of what is known, exclusive.
    words : Words
    take : callable
        Writes a decision down; see `Base.take`.
    today : callable
        Returns the present day, for decisions.
    """

    def __init__(
        self,
        session: Session,
        config: Config,
        as_of: dt.date,
        words: Words,
        *,
        take: Callable[[Sequence[Decision]], Path],
        today: Callable[[], dt.date],
    ) -> None:
        self._session = session
        self._config = config
        self._as_of = as_of
        self._words = words
        self._take = take
        self._today = today

    @property
    def day(self) -> dt.date:
        """The last day that is known."""
        return self._as_of - dt.timedelta(days=1)

    def summary(self) -> pd.DataFrame:
        """Return layer, name, cells: the layers and how many cells of each stand."""
        grid = self._config.grid
        names = feeds.cell_names(self._session, grid.all_layers, grid.area_levels, self.day)
        counted = names.groupby("layer", sort=True).size().rename("cells").reset_index()
        counted.insert(1, "name", [self._words.layer(layer) for layer in counted["layer"]])
        return counted

    def __repr__(self) -> str:
        return str(self.summary().to_string(index=False))

    def _repr_html_(self) -> str:
        return str(self.summary().to_html(index=False))

    @told_by(_checks.check)
    def check(
        self, layers: Sequence[str] | None = None, cells: gpd.GeoDataFrame | None = None
    ) -> gpd.GeoDataFrame:
        """Return the faults of layers, or of a draft."""
        return _checks.check(self._session, self._config, self.day, layers, cells)

    @told_by(_checks.repairs)
    def repairs(
        self, layers: Sequence[str] | None = None, cells: gpd.GeoDataFrame | None = None
    ) -> gpd.GeoDataFrame:
        """Return proposals to repair faults."""
        return _checks.repairs(self._session, self._config, self.day, layers, cells)

    def accept_repair(self, proposal: str, *, note: str | None = None) -> Path:
        """Accept a proposal of the last run; the next run mends the fault as proposed.

        Parameters
        ----------
        proposal : str
            Its id in the table `layer_repair` (`base.layer_repair.df()`).
        note : str, optional

        Returns
        -------
        Path
            The file of the decisions. They hold as long as the cells' source brings the
            geometries that the proposal was made of.

        Raises
        ------
        DecisionError
            If there is no such proposal, or a cell does not stand as it was looked at.
        """
        decisions = _checks.accept_repair(
            self._session, self._config, proposal, self._today(), note=note
        )
        return self._take(decisions)

    @told_by(_lineage.lineage)
    def lineage(self, cell_or_code: str | None = None) -> pd.DataFrame:
        """Return what became of cells."""
        return _lineage.lineage(self._session, self._config, cell_or_code)

    @told_by(_lineage.compare_stated_lineage)
    def compare_lineage(self, stated: pd.DataFrame) -> pd.DataFrame:
        """Hold what a source says became of cells against what their shapes say."""
        return _lineage.compare_stated_lineage(self._session, stated)

    @told_by(_lineage.successors_of_cell)
    def successors(
        self, cell_or_code: str, since: dt.date | None = None, *, by: str = "building"
    ) -> pd.DataFrame:
        """Return the cells that now have what a cell had, with shares."""
        return _lineage.successors_of_cell(
            self._session, self._config, self._as_of, cell_or_code, since, by
        )

    @told_by(_counts.counts)
    def counts(
        self,
        kind: str = "incident",
        grid: str = "unit",
        *,
        since: dt.date | None = None,
        until: dt.date | None = None,
        on: dt.date | None = None,
        category: str | None = None,
        by: str = "building",
    ) -> gpd.GeoDataFrame:
        """Count records of any window on the cells of any day."""
        return _counts.counts(
            *(self._session, self._config, self._as_of, kind, grid),
            since=since,
            until=until,
            on=on,
            category=category,
            by=by,
        )

    @told_by(_drafting.draft_units)
    def draft_units(
        self, *, target_area_m2: float | None = None, community: str | None = None
    ) -> gpd.GeoDataFrame:
        """Propose unit grids."""
        return _drafting.draft_units(
            self._session, self._config, self.day, target_area_m2, community
        )

    @told_by(_drafting.draft_responsibility)
    def draft_responsibility(
        self,
        *,
        count: int | None = None,
        load: Load = "people and incidents",
        units: gpd.GeoDataFrame | None = None,
    ) -> gpd.GeoDataFrame:
        """Propose responsibility grids of unit grids, evenly loaded."""
        return _drafting.draft_responsibility(
            self._session, self._config, self.day, count, load, units
        )

    @told_by(_drafting.write_draft)
    def write_draft(
        self,
        path: Path | str,
        units: gpd.GeoDataFrame,
        responsibility: gpd.GeoDataFrame | None = None,
        *,
        findings: gpd.GeoDataFrame | None = None,
    ) -> None:
        """Write a draft as a GeoPackage to edit in QGIS."""
        _drafting.write_draft(
            *(self._session, self._config, self.day, path, units, responsibility),
            findings=findings,
        )

    @told_by(_drafting.check_draft)
    def check_draft(
        self, path: Path | str
    ) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, gpd.GeoDataFrame]:
        """Check a draft that came back from QGIS: units, responsibility grids, problems."""
        return _drafting.check_draft(self._session, self._config, path)

    @told_by(_drafting.deliver_draft)
    def deliver_draft(
        self,
        begins_on: dt.date,
        path: Path | str,
        units: gpd.GeoDataFrame,
        responsibility: gpd.GeoDataFrame | None = None,
    ) -> pd.DataFrame:
        """Write an accepted draft as the next delivery of the source of grids."""
        return _drafting.deliver_draft(
            self._session, self._config, begins_on, path, units, responsibility
        )

    @told_by(_transfer.hexagons)
    def hexagons(self, resolution: int) -> gpd.GeoDataFrame:
        """Return the H3 cells of a resolution over the district."""
        return _transfer.hexagons(self._session, self._config, resolution, self.day)

    @told_by(_transfer.transfer)
    def transfer(
        self,
        values: pd.DataFrame | pd.Series,
        source: str | gpd.GeoDataFrame = "unit",
        target: str | gpd.GeoDataFrame = "h3_9",
        *,
        by: By = "area",
        kind: Literal["total", "mean"] = "total",
    ) -> gpd.GeoDataFrame:
        """Bring values by cell from one layer onto another."""
        return _transfer.transfer(
            self._session, self._config, self.day, values, source, target, by=by, kind=kind
        )

    @told_by(_rasters.people_from_raster)
    def people_from_raster(
        self,
        path: str | Path | None = None,
        grid: str = "unit",
        settings: RasterSettings | None = None,
    ) -> gpd.GeoDataFrame:
        """Return the people of each cell from a population raster."""
        return _rasters.people_from_raster(
            self._session, self._config, self.day, path, grid, settings
        )

    @told_by(_rasters.compare_raster)
    def compare_raster(
        self,
        path: str | Path | None = None,
        grid: str = "unit",
        settings: RasterSettings | None = None,
    ) -> gpd.GeoDataFrame:
        """Return where a population raster and the register's published figures disagree."""
        return _rasters.compare_raster(self._session, self._config, self.day, path, grid, settings)

    @told_by(_rasters.raster_on_buildings)
    def raster_on_buildings(
        self,
        path: str | Path | None = None,
        grid: str | None = None,
        settings: RasterSettings | None = None,
    ) -> RasterOnBuildings:
        """Put the people of a raster onto buildings by floor area."""
        return _rasters.raster_on_buildings(
            self._session, self._config, self.day, path, grid, settings
        )
