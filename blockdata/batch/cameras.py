"""The step that says what cameras cover; it stands on things, not on events."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import pandas as pd

from blockdata.analysis.cameras import (
    INDUSTRIES,
    OWNER_WORDS,
    Scene,
    SightRules,
    building_heights,
    ground_of,
    owner_groups,
    stands_of,
    survey,
)
from blockdata.batch.findings import Finding
from blockdata.batch.steps import Context
from blockdata.config import Cameras
from blockdata.engines import camera_feeds, feeds
from blockdata.kernels.sight import Obstacles
from blockdata.store import derived
from blockdata.store.session import Session

_TABLES = ("camera_coverage", "cell_coverage")


def find_coverage(session: Session, context: Context) -> None:
    """Compute what each camera sees, and what is covered of every cell, by whom.

    Cells are those that stand on the last known day; cells that the base draws itself are left
    out, for they follow the incidents.
    """
    if not feeds.has_rows(session, "camera"):
        for table in _TABLES:
            derived.clear_result(session, table)
        return
    grid = context.config.grid
    cells = feeds.cells_standing(session, grid.layers, grid.area_levels, context.last_day)
    settings = context.config.cameras
    scene, groups = scene_of(session, settings, cells)
    found = survey(scene, groups.tolist(), settings.own)
    cameras = found.cameras.rename(columns={"id": "camera"})
    derived.write_result(session, "camera_coverage", cameras)
    derived.write_result(session, "cell_coverage", found.cells)
    for code, (rows, zh, en) in _remarks(cameras).items():
        if rows:
            text = (zh.format(rows=rows), en.format(rows=rows))
            context.tell(Finding("camera_sight", code, *text, rows, warns=False))


def scene_of(
    session: Session, settings: Cameras, cells: pd.DataFrame, day: dt.date | None = None
) -> tuple[Scene, pd.Series[str]]:
    """Put the cameras of a base over its ground.

    Parameters
    ----------
    session : Session
    settings : Cameras
        Section of the configuration.
    cells : DataFrame
        id, layer, geom.
    day : date, optional
        What stands on a day; otherwise what has no end.

    Returns
    -------
    scene : Scene
    groups : Series of str
        Group of each camera's owner.
    """
    rules = rules_of(settings)
    cameras, buildings = camera_feeds.cameras(session, day), camera_feeds.buildings(session, day)
    shapes = buildings["geom"].to_numpy(dtype=object)
    obstacles = Obstacles(shapes, building_heights(buildings, rules.floor_height_m))
    ground = ground_of(
        cells[["id", "layer", "geom"]],
        buildings=shapes,
        water=camera_feeds.water(session, day)["geom"].to_numpy(dtype=object),
        streets=camera_feeds.streets(session, day),
        step_m=rules.lattice_m,
        street_width_m=rules.street_width_m,
    )
    stands = stands_of(cameras, obstacles, rules)
    groups = owner_groups(cameras["code"], cameras["owner_name"], *_owner_tables(settings))
    return Scene(stands, obstacles, ground, rules.target_height_m), groups


def rules_of(settings: Cameras) -> SightRules:
    """Return what is assumed of cameras, by the configuration."""
    return SightRules(**{name: getattr(settings, name) for name in SightRules.__dataclass_fields__})


def _owner_tables(
    settings: Cameras,
) -> tuple[Mapping[str, tuple[str, ...]], Mapping[str, str]]:
    words = OWNER_WORDS if settings.owner_words is None else settings.owner_words
    codes = INDUSTRIES if settings.owner_industries is None else settings.owner_industries
    return words, codes


def _remarks(cameras: pd.DataFrame) -> dict[str, tuple[int, str, str]]:
    """Return what a reader of the figures must know, with how many cameras it concerns."""
    seeing = ~cameras["place"].isin(["indoors", "nowhere"])
    return {
        "unknown_direction": (
            int(((cameras["direction"] == "unknown") & seeing).sum()),
            "{rows} 台摄像头朝向未知，按四周都能看到计算，是上限",
            "the direction of {rows} cameras is unknown; as if they saw all around, an upper bound",
        ),
        "indoors": (
            int((cameras["place"] == "indoors").sum()),
            "{rows} 台摄像头的坐标在建筑内部，按看不到室外计算",
            "{rows} cameras stand deep inside a building and count as seeing nothing outside",
        ),
        "nowhere": (
            int((cameras["place"] == "nowhere").sum()),
            "{rows} 台摄像头没有位置，未计入覆盖",
            "{rows} cameras stand nowhere and cover nothing",
        ),
    }
