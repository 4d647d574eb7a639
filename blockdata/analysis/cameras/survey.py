"""What cameras cover: of each cell and layer, by whom, and what each camera is worth."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from blockdata.analysis.cameras.scene import Scene, Sightings, view_areas_m2
from blockdata.analysis.cameras.tally import (
    CAMERA_SUMS,
    CELL_SUMS,
    tally_cameras,
    tally_cells,
    who_sees,
)
from blockdata.errors import AnalysisError

__all__ = ["ALL_OWNERS", "Survey", "survey"]

Integers = npt.NDArray[np.int64]

ALL_OWNERS = "all"
"""Stands for all groups of owners together."""


@dataclass(frozen=True)
class Survey:
    """What cameras cover.

    Parameters
    ----------
    cameras : DataFrame
        One row per camera, as in the stands, with `area_m2` (ground it sees; of one on a vehicle,
        at any time on its route), `time_share` (share of its route during which a place that it
        sees is in view, on average; 1 for others), `land_m2` and `street_m2` (of the ground: land,
        street space), `only_m2`, `only_street_m2` (lost without it: no other fixed camera sees
        it), `only_of_owner_m2` (no other fixed one of its group does) and `added_m2` (land that no
        fixed camera of the own group sees; 0 for own ones).
    cells : DataFrame
        One row per layer, cell and group of owners, "all" among them: `layer`, `cell`,
        `owner_group`, `land_m2`, `street_m2` (of the cell), then of land and, with `street_`, of
        street space: `covered_m2` and `covered_twice_m2` (by one or more, two or more fixed
        cameras), `moving_m2` (by a camera on a vehicle at some time), `moving_only_m2` (by no
        fixed one of the group).
    together : DataFrame
        One row per layer and combination of groups that fixed cameras cover it by: `layer`,
        `owner_groups` (joined by "+", empty for none), `land_m2`, `street_m2`.
    """

    cameras: pd.DataFrame
    cells: pd.DataFrame
    together: pd.DataFrame


def survey(scene: Scene, groups: Sequence[str], own: str) -> Survey:
    """Find what cameras cover.

    Parameters
    ----------
    scene : Scene
    groups : sequence of str
        Group of each camera's owner.
    own : str
        The group to which others may add.

    Returns
    -------
    Survey
        Areas are counts of lattice points times the area of each, but for `area_m2` of fixed and
        dome cameras, which is exact.

    Raises
    ------
    AnalysisError
        If there is not one group for each camera.

    Examples
    --------
    >>> import shapely
    >>> from blockdata.analysis.cameras import ground_of, stands_of, SightRules
    >>> from blockdata.kernels.sight import Obstacles
    >>> rules, nothing = SightRules(lattice_m=0.5, target_height_m=0.0), Obstacles([], [])
    >>> cells = pd.DataFrame({"id": ["a"], "layer": ["unit"], "geom": [shapely.box(0, 0, 20, 20)]})
    >>> ground = ground_of(cells, buildings=np.array([]), water=np.array([]),
    ...     streets=pd.DataFrame({"geom": [], "width_m": []}), step_m=0.5, street_width_m=10.0)
    >>> cameras = pd.DataFrame({"x": [0.0], "y": [0.0], "geom": [None], "mount": ["dome"],
    ...     "height_m": [6.0], "azimuth_deg": [None], "direction_type": [None],
    ...     "field_angle_deg": [None], "view_distance_m": [10.0]})
    >>> scene = Scene(stands_of(cameras, nothing, rules), nothing, ground, 0.0)
    >>> survey(scene, ["police"], "police").cells[["owner_group", "land_m2", "covered_m2"]]
      owner_group  land_m2  covered_m2
    0         all    400.0        79.0
    1      police    400.0        79.0
    """
    cameras = scene.stands.cameras
    if len(groups) != len(cameras):
        raise AnalysisError(f"there are {len(groups)} groups for {len(cameras)} cameras")
    names = sorted({*groups, own})
    group = np.searchsorted(names, np.asarray(groups, dtype=object)).astype(np.int64)
    counted = _Counted(scene, group, names.index(own), len(names))
    scene.each_tile(counted.add, cells_too=True)
    return Survey(
        _camera_frame(scene, counted.cameras, groups),
        _cell_frame(scene, counted, names),
        _together_frame(scene, counted.together, names),
    )


class _Counted:
    """Sums of whole numbers over tiles, so that their order never matters."""

    def __init__(self, scene: Scene, group: Integers, own: int, groups: int) -> None:
        ground = scene.ground
        self._group, self._own, self._groups = group, own, groups
        self._rides = (scene.stands.cameras["mount"] == "vehicle").to_numpy(dtype=np.bool_)
        self._lock = threading.Lock()
        self.cameras = np.zeros((len(group), len(CAMERA_SUMS)), dtype=np.int64)
        self.extent = np.zeros((len(ground.cells), 2), dtype=np.int64)
        self.cells = np.zeros((len(ground.cells), groups + 1, len(CELL_SUMS)), dtype=np.int64)
        self.together = np.zeros((len(ground.layers), 1 << groups, 2), dtype=np.int64)

    def add(self, seen: Sightings) -> None:
        """Add what is seen of a tile."""
        group, rides = self._group[seen.cameras], self._rides[seen.cameras]
        who = who_sees(seen.starts, seen.points, group, rides, self._groups, seen.tile.size)
        land = (seen.painted.land, seen.painted.street)
        sums = np.zeros((len(group), len(CAMERA_SUMS)), dtype=np.int64)
        tally_cameras(seen.starts, seen.points, who, land, (group, rides, self._own), sums)
        with self._lock:
            self.cameras[seen.cameras] += sums
            tally_cells(seen.painted.cells, who, land, self.extent, self.cells, self.together)


def _camera_frame(scene: Scene, sums: Integers, groups: Sequence[str]) -> pd.DataFrame:
    known, point_m2 = scene.stands.cameras, scene.ground.point_m2
    counted = {
        f"{name}_m2": sums[:, place] * point_m2
        for place, name in enumerate(CAMERA_SUMS)
        if name != "ground"
    }
    views = view_areas_m2(scene)
    row, positions = scene.stands.camera, known["positions"].to_numpy()
    # Views of one camera follow one another, and bincount adds them in that order.
    in_all = np.bincount(row, weights=views, minlength=len(known))
    rides = (known["mount"] == "vehicle").to_numpy()
    area = np.where(rides, sums[:, 0] * point_m2, in_all)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(rides, np.minimum(in_all / (positions * area), 1.0), 1.0)
    share = np.where(area > 0, share, 0.0)
    return known.assign(
        owner_group=np.asarray(groups, dtype=object), area_m2=area, time_share=share, **counted
    )


def _cell_frame(scene: Scene, counted: _Counted, names: list[str]) -> pd.DataFrame:
    cells, point_m2 = scene.ground.cells, scene.ground.point_m2
    owners = [*names, ALL_OWNERS]
    order = np.argsort(owners)
    frame = pd.DataFrame(
        {
            "layer": np.repeat(cells["layer"].to_numpy(dtype=object), len(owners)),
            "cell": np.repeat(cells["id"].to_numpy(dtype=object), len(owners)),
            "owner_group": np.tile(np.array(owners, dtype=object)[order], len(cells)),
            "land_m2": np.repeat(counted.extent[:, 0] * point_m2, len(owners)),
            "street_m2": np.repeat(counted.extent[:, 1] * point_m2, len(owners)),
        }
    )
    sums = counted.cells[:, order].reshape(-1, len(CELL_SUMS))
    return frame.assign(**{f"{n}_m2": sums[:, i] * point_m2 for i, n in enumerate(CELL_SUMS)})


def _together_frame(scene: Scene, sums: Integers, names: list[str]) -> pd.DataFrame:
    layers, bits = scene.ground.layers, sums.shape[1]
    labels = ["+".join(n for i, n in enumerate(names) if mask >> i & 1) for mask in range(bits)]
    frame = pd.DataFrame(
        {
            "layer": np.repeat(np.array(layers, dtype=object), bits),
            "owner_groups": np.tile(np.array(labels, dtype=object), len(layers)),
            "land_m2": sums[:, :, 0].ravel() * scene.ground.point_m2,
            "street_m2": sums[:, :, 1].ravel() * scene.ground.point_m2,
        }
    )
    seen = frame[frame["land_m2"] > 0].sort_values(["layer", "owner_groups"])
    return seen.reset_index(drop=True)
