"""`base.tasks`: what to do tomorrow, and what the last lists brought."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from blockdata.config import Config
from blockdata.engines import case_lookups, feeds, task_feeds
from blockdata.report.task_words import SHEETS, outcome_lines, printed
from blockdata.report.words import Words
from blockdata.store.session import Session
from blockdata.views.tasks.files import write_files
from blockdata.views.tasks.lists import PatrolList, TaskList, grid_named
from blockdata.views.tasks.standing_on import explain_patrol, explain_upkeep

__all__ = ["Tasks"]


class Tasks:
    """The tasks of a base for its `as_of`, the day after the last that is known.

    Made by `base.tasks`; printing it tells how many there are.

    Parameters
    ----------
    session : Session
    config : Config
    as_of : date
        End of what is known, exclusive: the day of the tasks.
    words : Words
    """

    def __init__(self, session: Session, config: Config, as_of: dt.date, words: Words) -> None:
        self._session = session
        self._config = config
        self._as_of = as_of
        self._words = words

    def __repr__(self) -> str:
        return self.explain()

    def _repr_html_(self) -> str:
        return self.patrol()._repr_html_()

    def explain(self) -> str:
        """Return in words what the lists stand on, and how many tasks there are."""
        parts = (self.patrol().text, self.upkeep().text, self.outcomes().text)
        return "\n\n".join(part for part in parts if part)

    def patrol(self, grid: str | None = None) -> PatrolList:
        """List where to go tomorrow, grid by grid in the order of the way, and why.

        Parameters
        ----------
        grid : str, optional
            Id, code or name of a grid; default all.

        Returns
        -------
        PatrolList
            `.frame`: task_on, grid, no (order of the way), place_kind, place, name (a flat is told
            as its building), categories, x, y, priority (by score), score, expected (new problems
            within the horizon), open, idle, overdue, due_soon, reasons (codes), why_zh, why_en,
            leg_m, grid_code, grid_name, geometry. `.routes`, `.map(grid)`, `.explain()`,
            `.printed()`. Rules: `blockdata.analysis.tasks`.

        Raises
        ------
        AnalysisError
            If no grid with a list is called so, or an earlier version made the snapshot.
        """
        stops, routes = self._read("patrol_task"), self._read("patrol_route")
        if grid is not None:
            named = grid_named(routes, grid)
            stops, routes = (f[f["grid"] == named].reset_index(drop=True) for f in (stops, routes))
        layer, day = self._config.tasks.layer, self._as_of - dt.timedelta(days=1)
        points = gpd.GeoDataFrame(
            stops, geometry=shapely.points(stops["x"], stops["y"]), crs=self._config.city.crs
        )
        drawn = gpd.GeoDataFrame(routes, geometry=_lines(stops, routes), crs=self._config.city.crs)
        text = explain_patrol(stops, routes, self._config, self._words)
        return PatrolList(
            *(points, "patrol", text, self._words, drawn),
            areas=task_feeds.standing_grids(self._session, layer, day),
            streets=feeds.streets(self._session)["geom"].tolist(),
        )

    def upkeep(self, grid: str | None = None) -> TaskList:
        """List the records of registers that want a hand, the most pressing of each grid first.

        Entities, components and other things are named, never a person. A building is listed for
        its register of people where the published figure of its cell and a population raster
        disagree, and then every building there in which people may live: the list says nothing of
        how many live in any.

        Parameters
        ----------
        grid : str, optional
            Id, code or name of a grid; default all, and what lies in none.

        Returns
        -------
        TaskList
            `.frame`: task_on, grid, no, building, kind, id, name, x, y, reasons (codes), why_zh,
            why_en, grid_code, grid_name, geometry (null where the place is not known).

        Raises
        ------
        AnalysisError
            If no grid with a list is called so, or an earlier version made the snapshot.
        """
        rows = self._read("upkeep_task")
        if grid is not None:
            rows = rows[rows["grid"] == grid_named(rows, grid)].reset_index(drop=True)
        known = rows["x"].notna().to_numpy()
        points = np.full(len(rows), None, dtype=object)
        points[known] = shapely.points(rows.loc[known, "x"], rows.loc[known, "y"])
        placed = gpd.GeoDataFrame(rows, geometry=points, crs=self._config.city.crs)
        return TaskList(placed, "upkeep", explain_upkeep(rows, self._words), self._words)

    def outcomes(self) -> TaskList:
        """Tell what the lists of the snapshot before have brought, beside lists by raw count.

        Returns
        -------
        TaskList
            `.frame`: as_of, since, list ("patrol", "raw_count": as many cells and other places by
            the number of problems of 90 days), grid ("*" is all), stops, met (with a new problem),
            reported, closed, handled (stops with a report, a closing, a step handled or checked
            since), episodes (new at stops), grid_episodes (new in the grid), best_episodes (of the
            best list of as many), hit_rate, efficiency; empty after a first run.

        Raises
        ------
        AnalysisError
            If an earlier version made the snapshot.
        """
        rows = self._read("task_outcome")
        text = "\n".join(outcome_lines(rows, self._words))
        nothing = self._words.t("尚无上一份清单可供核对。", "There is no earlier list to measure.")
        return TaskList(rows, "outcomes", text or nothing, self._words)

    def write(self, folder: Path | str, grid: str | None = None) -> list[Path]:
        """Write all lists as files that offices and maps read.

        Parameters
        ----------
        folder : path
            Is made if it does not exist; files of an earlier writing are replaced.
        grid : str, optional
            Only this grid's tasks.

        Returns
        -------
        list of Path
            patrol.csv, routes.csv, upkeep.csv, outcomes.csv (in `[tasks] csv_encoding`),
            tasks.xlsx (a sheet each) and tasks.gpkg (layers stops, routes, upkeep). A text that a
            spreadsheet would take for a formula is written as text. The same base gives the same
            bytes, with the same versions of the libraries that write them.

        Raises
        ------
        AnalysisError
            If no grid with a list is called so, or an earlier version made the snapshot.
        """
        patrol, upkeep = self.patrol(grid), self.upkeep()
        if grid is not None:
            own = upkeep.frame["grid"].isin(patrol.routes["grid"])
            upkeep = TaskList(upkeep.frame[own], "upkeep", upkeep.text, self._words)
        frames = {
            "patrol": patrol.frame,
            "routes": patrol.routes,
            "upkeep": upkeep.frame,
            "outcomes": self.outcomes().frame,
        }
        sheets = {
            name: (self._words.t(*SHEETS[name]), printed(frame, name, self._words))
            for name, frame in frames.items()
        }
        layers = {"stops": patrol.gdf(), "routes": patrol.routes, "upkeep": upkeep.gdf()}
        return write_files(
            Path(folder), sheets, layers, self._as_of, self._config.tasks.csv_encoding
        )

    def _read(self, table: str) -> pd.DataFrame:
        case_lookups.require_table(self._session, table)
        return task_feeds.tasks_of(self._session, table)


def _lines(stops: pd.DataFrame, routes: pd.DataFrame) -> list[shapely.Geometry]:
    by_grid = {grid: own[["x", "y"]].to_numpy() for grid, own in stops.groupby("grid")}
    starts = routes[["start_x", "start_y"]].to_numpy()
    return [
        shapely.LineString(np.vstack([start, by_grid[grid]]))
        for grid, start in zip(routes["grid"], starts, strict=True)
    ]
