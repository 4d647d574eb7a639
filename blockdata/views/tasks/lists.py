"""A list of tasks: its rows, what they stand on, and a map of a route."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import geopandas as gpd
import pandas as pd
import shapely

from blockdata.errors import AnalysisError, GeometryNeededError
from blockdata.report.route_map import draw_route
from blockdata.report.task_words import printed
from blockdata.report.words import Words

__all__ = ["PatrolList", "RouteMap", "TaskList", "grid_named"]

_MOST_LISTED = 30


@dataclass(frozen=True, repr=False)
class TaskList:
    """A list of tasks.

    Parameters
    ----------
    frame : DataFrame or GeoDataFrame
        One row per task.
    table : str
        "patrol", "upkeep" or "outcomes".
    text : str
        What `explain` returns.
    words : Words
    """

    frame: pd.DataFrame
    table: str
    text: str
    words: Words

    def __len__(self) -> int:
        return len(self.frame)

    def explain(self) -> str:
        """Return in words what the list stands on."""
        return self.text

    def printed(self) -> pd.DataFrame:
        """Return the rows as they are printed: labels for names, words for codes."""
        return printed(self.frame, self.table, self.words)

    def gdf(self) -> gpd.GeoDataFrame:
        """Return the rows with their points.

        Raises
        ------
        GeometryNeededError
            If this is no list of places.
        """
        if not isinstance(self.frame, gpd.GeoDataFrame):
            raise GeometryNeededError("these rows have no points", next_step="Use .frame.")
        return self.frame

    def _repr_html_(self) -> str:
        return str(self.printed().to_html(max_rows=_MOST_LISTED, index=False))

    def __repr__(self) -> str:
        return f"{self.text}\n\n{self.printed().head(_MOST_LISTED).to_string(index=False)}"


@dataclass(frozen=True, repr=False)
class PatrolList(TaskList):
    """Patrol lists of one or all grids.

    Parameters
    ----------
    routes : GeoDataFrame
        One row per grid: the table patrol_route, its line straight from stop to stop.
    areas : DataFrame
        cell, geom: the grids.
    streets : sequence of shapely geometries
    """

    routes: gpd.GeoDataFrame
    areas: pd.DataFrame
    streets: Sequence[shapely.Geometry] = field(default=())

    def map(self, grid: str | None = None) -> RouteMap:
        """Draw the route of a grid, as SVG that needs no network.

        Parameters
        ----------
        grid : str, optional
            Id, code or name; default the first that has a list.

        Raises
        ------
        GeometryNeededError
            If there is no list.
        AnalysisError
            If no grid with a list is called so.
        """
        if self.routes.empty:
            raise GeometryNeededError("there is no route to draw")
        named = self.routes["grid"].iloc[0] if grid is None else grid_named(self.routes, grid)
        route = self.routes[self.routes["grid"] == named].iloc[0]
        stops = self.frame[self.frame["grid"] == named]
        areas = self.areas.loc[self.areas["cell"] == named, "geom"].tolist()
        label = self.words.t(
            f"{route['grid_name']}：巡查路线，{route['stops']} 站，{route['length_m']:,.0f} 米",
            f"{route['grid_name']}: patrol route, {route['stops']} stops, "
            f"{route['length_m']:,.0f} m",
        )
        titles = stops["name"].fillna("") + ": " + stops[f"why_{self.words.lang}"]
        svg = draw_route(
            stops.assign(title=titles),
            (route["start_x"], route["start_y"]),
            areas[0] if areas else None,
            self.streets,
            label,
        )
        return RouteMap(svg, label)


@dataclass(frozen=True, repr=False)
class RouteMap:
    """A route as inline SVG; a notebook shows it, `str()` gives its text."""

    svg: str
    label: str

    def __str__(self) -> str:
        return self.svg

    def __repr__(self) -> str:
        return self.label

    def _repr_html_(self) -> str:
        return self.svg


def grid_named(rows: pd.DataFrame, grid: str) -> str:
    """Return the id of a grid that has rows, by id, code or name.

    Parameters
    ----------
    rows : DataFrame
        grid, grid_code, grid_name.
    grid : str

    Raises
    ------
    AnalysisError
        If none is called so, or several are.

    Examples
    --------
    >>> rows = pd.DataFrame({"grid": ["g1"], "grid_code": ["01"], "grid_name": ["North"]})
    >>> grid_named(rows, "North")
    'g1'
    """
    known = rows[["grid", "grid_code", "grid_name"]].drop_duplicates().dropna(subset=["grid"])
    found = known[(known == grid).any(axis=1)]["grid"].tolist()
    if len(found) != 1:
        listed = known["grid_code"].fillna(known["grid"]).tolist()
        more = f" and {len(listed) - _MOST_LISTED} more" if len(listed) > _MOST_LISTED else ""
        raise AnalysisError(
            "no grid with tasks is called so" if not found else "several grids are called so",
            where="tasks grid",
            allowed=", ".join(map(str, listed[:_MOST_LISTED])) + more or "none has tasks",
        )
    return str(found[0])
