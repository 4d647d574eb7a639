"""Drafts of grids as users hold them: proposed, sent to QGIS, checked, delivered."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from blockdata.config import Config
from blockdata.engines import drafting_feeds as feeds
from blockdata.errors import AnalysisError, ConfigError
from blockdata.grid import drafting
from blockdata.kernels import cells_of_points
from blockdata.store.session import Session

__all__ = [
    "check_draft",
    "deliver_draft",
    "draft_responsibility",
    "draft_units",
    "write_draft",
]

Integers = npt.NDArray[np.int64]


def draft_units(
    session: Session,
    config: Config,
    day: dt.date,
    target_area_m2: float | None = None,
    community: str | None = None,
) -> gpd.GeoDataFrame:
    """Propose unit grids from what the base knows on a day; the figures are printed by `attrs`.

    See `blockdata.grid.drafting.propose_units` for the rules. Sites that stay whole are the grids
    of the layer that the configuration names (`drafting.sites_layer`).

    Parameters
    ----------
    session : Session
    config : Config
    day : date
        What stands on it counts.
    target_area_m2 : float, optional
        Default: the configuration's.
    community : str, optional
        Code or name of the community to draft; default: all.

    Returns
    -------
    GeoDataFrame
        code, name, community_code, use, site, area_m2, geometry; `attrs["summary"]` tells areas
        against the target and how many buildings are cut. No code was ever used before.

    Raises
    ------
    AnalysisError
        If no community has a polygon, or there is none of this code or name.
    """
    ground = _ground(session, config, day, community)
    target = config.drafting.target_area_m2 if target_area_m2 is None else target_area_m2
    settings = drafting.DraftSettings(
        target_area_m2=target, cross_main=config.drafting.cross_main_roads
    )
    units = drafting.propose_units(ground, settings, taken=feeds.unit_codes(session))
    found = _shaped(units, config)
    told = drafting.summary_of_units(units, target, ground.buildings, ground.components)
    found.attrs["summary"] = str(told)
    return found


def draft_responsibility(
    session: Session,
    config: Config,
    day: dt.date,
    count: int | None = None,
    load: drafting.Load = "people and incidents",
    units: gpd.GeoDataFrame | None = None,
) -> gpd.GeoDataFrame:
    """Propose responsibility grids from unit grids: contiguous and evenly loaded.

    People are the published figures of atoms, each whole atom counted in the unit grid that has
    most of its buildings; incidents those of the days before that the configuration names
    (`drafting.incident_days`).

    Parameters
    ----------
    session : Session
    config : Config
    day : date
    count : int, optional
        Grids in all; default: as many as stand on the day where the unit grids are.
    load : "people and incidents", "people" or "incidents"
    units : GeoDataFrame, optional
        As from `draft_units`; default: the unit grids that stand on the day.

    Returns
    -------
    GeoDataFrame
        code, name, community_code, units (how many), unit_codes (by ";"), the loads, deviation_*
        (share of the mean), area_m2, geometry; `attrs["summary"]` tells the deviations.

    Raises
    ------
    AnalysisError
        If there are no unit grids, or the base knows no figures of people although they are asked
        for alone, or count is missing and no responsibility grid stands on the day.
    """
    cells = _unit_cells(session, config, day) if units is None else _plain(units)
    if cells.empty:
        raise AnalysisError(
            "there are no unit grids", where="draft", next_step="Draft or load unit grids first."
        )
    loads = _loads(session, config, day, cells, load)
    wanted = _standing(session, day, cells) if count is None else count
    if wanted < 1:
        raise AnalysisError(
            "no responsibility grid stands on this day", where="draft", next_step="Give count."
        )
    draft = drafting.propose_responsibility(
        cells, loads, count=wanted, taken=feeds.responsibility_codes(session)
    )
    codes = draft.parent_code.index.to_series().groupby(draft.parent_code.to_numpy())
    listed = codes.agg(lambda own: ";".join(sorted(own)))
    grids = draft.grids.assign(unit_codes=listed.reindex(draft.grids["code"]).to_numpy())
    found = _shaped(grids, config)
    found.attrs["summary"] = str(draft)
    return found


def write_draft(
    session: Session,
    config: Config,
    day: dt.date,
    path: Path | str,
    units: gpd.GeoDataFrame,
    responsibility: gpd.GeoDataFrame | None = None,
    *,
    findings: gpd.GeoDataFrame | None = None,
) -> None:
    """Write a draft as a GeoPackage to edit in QGIS, with what the base knows behind it.

    Parameters
    ----------
    session : Session
    config : Config
    day : date
    path : path
        Is not to exist yet.
    units, responsibility : GeoDataFrame
        As from `draft_units` and `draft_responsibility`.
    findings : GeoDataFrame, optional
        Faults to be shown, as from the checks of layers.
    """
    ground = _ground(session, config, day, None)
    cells = _plain(units)
    if responsibility is not None:
        cells = cells.assign(parent_code=cells["code"].map(_parents(responsibility)))
    drafting.write_draft(
        path,
        cells,
        None if responsibility is None else _plain(responsibility),
        crs=config.city.crs,
        communities=_drafted(ground.communities, cells),
        streets=_where(ground.streets, cells),
        buildings=_where(ground.buildings, cells),
        findings=None if findings is None else _plain(findings),
    )


def check_draft(
    session: Session, config: Config, path: Path | str
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Check a draft that came back from QGIS, and say what became of it.

    Parameters
    ----------
    session : Session
        Its grids' codes, retired ones included, are not given again.
    config : Config
    path : path
        The file that `write_draft` wrote.

    Returns
    -------
    tuple of GeoDataFrame
        Units, responsibility grids and problems: see `blockdata.grid.drafting.read_draft`.
    """
    taken = [*feeds.unit_codes(session), *feeds.responsibility_codes(session)]
    found = drafting.read_draft(path, taken=taken)
    units, responsibility, problems = (_shaped(rows, config) for rows in found)
    return units, responsibility, problems


def deliver_draft(
    session: Session,
    config: Config,
    begins_on: dt.date,
    path: Path | str,
    units: gpd.GeoDataFrame,
    responsibility: gpd.GeoDataFrame | None = None,
) -> pd.DataFrame:
    """Write an accepted draft as the next full delivery of the source of grids.

    Parameters
    ----------
    session : Session
    config : Config
    begins_on : date
        First day of the new grids; those that they replace end on it, so that the next run
        records what became of them.
    path : path
        Of the GeoPackage; is not to exist yet.
    units, responsibility : GeoDataFrame
        As from `check_draft`, `draft_units` and `draft_responsibility`. Without responsibility
        grids those that stand stay.

    Returns
    -------
    DataFrame
        The rows written: all grids of the base, ended ones included.

    Raises
    ------
    AnalysisError
        If a cell has no code, or one that another grid of its layer has had.
    StoreError
        If the file exists or cannot be written.
    """
    cells = _plain(units)
    above = cells.iloc[:0] if responsibility is None else _plain(responsibility)
    if responsibility is not None and "unit_codes" in responsibility:
        cells = cells.assign(parent_code=cells["code"].map(_parents(responsibility)))
    rows = drafting.grid_delivery(feeds.grid_rows(session), cells, above, begins_on)
    drafting.write_delivery(path, rows, config.city.crs)
    return rows


def _ground(
    session: Session, config: Config, day: dt.date, community: str | None
) -> drafting.Ground:
    level = config.grid.area_levels[-1] if config.grid.area_levels else "community"
    communities = feeds.communities_on(session, level, day)
    if community is not None:
        named = (communities["code"] == community) | (communities["name"] == community)
        if not named.any():
            raise AnalysisError("no community has this code or name", where="draft")
        communities = communities[named].reset_index(drop=True)
    layer = config.drafting.sites_layer
    sites = None if layer is None else feeds.grids_on(session, layer, day)
    things = {
        "streets": feeds.streets_on(session, day),
        "land_water": feeds.land_water_on(session, day),
        "buildings": feeds.shapes_on(session, "building", ("id",), day),
        "components": feeds.shapes_on(session, "component", ("id",), day),
        "sites": sites,
    }
    near = {name: _where(rows, communities) for name, rows in things.items()}
    return drafting.Ground(communities, **near)


def _where(frame: pd.DataFrame | None, cells: pd.DataFrame) -> pd.DataFrame | None:
    """Return the rows that meet the ground of cells."""
    if frame is None or frame.empty:
        return frame
    ground = cells["geom"].to_numpy(dtype=object)
    found = shapely.STRtree(frame["geom"].to_numpy(dtype=object)).query(ground, "intersects")
    return frame.iloc[np.unique(found[1])].reset_index(drop=True)


def _drafted(communities: pd.DataFrame, cells: pd.DataFrame) -> pd.DataFrame:
    """Return the communities that a draft is of; the others would be one gap each."""
    return communities[communities["code"].isin(cells["community_code"])].reset_index(drop=True)


def _unit_cells(session: Session, config: Config, day: dt.date) -> pd.DataFrame:
    """Return the unit grids of a day with the community that each lies in."""
    cells = feeds.grids_on(session, "unit", day).drop(columns="parent_code")
    communities = _ground(session, config, day, None).communities
    x, y = shapely.get_coordinates(shapely.point_on_surface(cells["geom"].to_numpy(object))).T
    held = cells_of_points(x, y, communities["geom"].to_numpy(dtype=object))
    known = held >= 0
    code = communities["code"].to_numpy(dtype=object)[held[known]]
    return cells[known].assign(community_code=code).reset_index(drop=True)


def _standing(session: Session, day: dt.date, units: pd.DataFrame) -> int:
    now = feeds.grids_on(session, "responsibility", day)
    x, y = shapely.get_coordinates(shapely.point_on_surface(now["geom"].to_numpy(object))).T
    return int((cells_of_points(x, y, units["geom"].to_numpy(dtype=object)) >= 0).sum())


def _loads(
    session: Session, config: Config, day: dt.date, units: pd.DataFrame, load: drafting.Load
) -> pd.DataFrame:
    """Return code and what each unit grid carries."""
    wanted = load.split(" and ")
    if not set(wanted) <= {"people", "incidents"}:
        raise ConfigError(
            "there is no such load", where="load", allowed="people, incidents, people and incidents"
        )
    columns: dict[str, object] = {"code": units["code"].to_numpy(dtype=object)}
    if "people" in wanted:
        columns["people"] = _people(session, units)
    if "incidents" in wanted:
        columns["incidents"] = _incidents(session, config, day, units)
    table = pd.DataFrame(columns)
    if wanted == ["people"] and not table["people"].any():
        raise AnalysisError(
            "the base has no figures of people",
            where="draft",
            next_step="Balance by incidents, or load people and let the run settle their figures.",
        )
    return table


def _people(session: Session, units: pd.DataFrame) -> Integers:
    """Return the people of each unit: whole atoms, each where most of its buildings are."""
    atoms = feeds.atoms_placed(session)
    held = _cells_at(atoms, units)
    inside = atoms.assign(unit=held)[held >= 0]
    votes = inside.groupby(["atom", "people", "unit"]).size().rename("buildings").reset_index()
    votes = votes.sort_values(["atom", "buildings", "unit"], ascending=[True, False, True])
    home = votes.drop_duplicates("atom")
    return np.bincount(home["unit"], home["people"], minlength=len(units)).astype(np.int64)


def _incidents(session: Session, config: Config, day: dt.date, units: pd.DataFrame) -> Integers:
    end = config.city.midnight_utc(day)
    begin = end - dt.timedelta(days=config.drafting.incident_days)
    held = _cells_at(feeds.incidents_placed(session, begin, end), units)
    return np.bincount(held[held >= 0], minlength=len(units)).astype(np.int64)


def _cells_at(points: pd.DataFrame, units: pd.DataFrame) -> Integers:
    x, y = (points[c].to_numpy(dtype=np.float64) for c in ("x", "y"))
    return np.asarray(cells_of_points(x, y, units["geom"].to_numpy(dtype=object)), dtype=np.int64)


def _parents(responsibility: gpd.GeoDataFrame) -> dict[str, str]:
    pairs = zip(responsibility["unit_codes"], responsibility["code"], strict=True)
    return {unit: code for units, code in pairs for unit in units.split(";")}


def _plain(frame: gpd.GeoDataFrame) -> pd.DataFrame:
    shapes = np.asarray(frame.geometry, dtype=object)
    return pd.DataFrame(frame.drop(columns=frame.geometry.name)).assign(geom=shapes)


def _shaped(frame: pd.DataFrame, config: Config) -> gpd.GeoDataFrame:
    shapes = frame["geom"].to_numpy(dtype=object)
    return gpd.GeoDataFrame(frame.drop(columns="geom"), geometry=shapes, crs=config.city.crs)
