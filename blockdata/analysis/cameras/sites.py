"""The best new sites, and the cameras of others that would add most to the own ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from blockdata.analysis.cameras.rules import SightRules
from blockdata.analysis.cameras.scene import Scene
from blockdata.analysis.cameras.siting import Chosen, choose_most, points_to_gain
from blockdata.analysis.cameras.standing import stands_of
from blockdata.errors import AnalysisError

__all__ = ["Ranked", "best_shared", "best_sites", "with_looks"]

_LOOKS = {
    "geom": None,
    "mount": "dome",
    "height_m": None,
    "azimuth_deg": None,
    "direction_type": None,
    "field_angle_deg": None,
    "view_distance_m": None,
}
"""What a candidate is taken for where it does not say."""


@dataclass(frozen=True)
class Ranked:
    """What was chosen, in order.

    Parameters
    ----------
    frame : DataFrame
        rank (from 1), row (of the candidate), gain_m2 (that it adds to all before it), total_m2.
    guarantee : float
        Share of the best possible choice that greedy choice reaches whatever the candidates.
    at_least : float
        Share that it reached here for certain.
    """

    frame: pd.DataFrame
    guarantee: float
    at_least: float


def with_looks(candidates: pd.DataFrame) -> pd.DataFrame:
    """Return candidate sites with every column that a camera has: domes, unless they say other.

    Parameters
    ----------
    candidates : DataFrame
        x, y, and any of the columns of cameras.

    Returns
    -------
    DataFrame

    Examples
    --------
    >>> with_looks(pd.DataFrame({"x": [1.0], "y": [2.0]}))["mount"].tolist()
    ['dome']
    """
    return candidates.assign(**{n: v for n, v in _LOOKS.items() if n not in candidates})


def best_sites(
    scene: Scene,
    candidates: pd.DataFrame,
    k: int,
    *,
    rules: SightRules,
    streets_only: bool,
    cells: npt.NDArray[np.bool_] | None = None,
) -> Ranked:
    """Choose the k sites that add most to what fixed cameras cover, greedily.

    Parameters
    ----------
    scene : Scene
        Cameras that are there, their surroundings and the ground.
    candidates : DataFrame
        x, y and looks; see `with_looks`.
    k : int
    rules : SightRules
    streets_only : bool
        Whether street space counts, or all land.
    cells : ndarray of bool, optional
        Which cells of the ground count; all if not given.

    Returns
    -------
    Ranked
    """
    present = _fixed(scene)
    stands = stands_of(with_looks(candidates), scene.obstacles, rules)
    asked = Scene(stands, scene.obstacles, scene.ground, scene.target_height_m)
    starts, points = points_to_gain(asked, present, streets_only=streets_only, cells=cells)
    return _ranked(starts, points, k, scene)


def best_shared(
    scene: Scene, is_own: npt.NDArray[np.bool_], k: int, *, streets_only: bool
) -> Ranked:
    """Choose the k cameras of others that add most to what the own fixed cameras cover.

    Parameters
    ----------
    scene : Scene
    is_own : ndarray of bool, shape (cameras,)
    k : int
    streets_only : bool

    Returns
    -------
    Ranked
        `row` is that of the camera; cameras on vehicles are not among them.

    Raises
    ------
    AnalysisError
        If there is no camera of others.
    """
    stays = (scene.stands.cameras["mount"] != "vehicle").to_numpy()
    others = stays & ~is_own
    if not others.any():
        raise AnalysisError(
            "there is no fixed camera of another owner", next_step="Load a source of shared ones."
        )
    starts, points = points_to_gain(
        _some(scene, others), _some(scene, stays & is_own), streets_only=streets_only
    )
    ranked = _ranked(starts, points, k, scene)
    rows = np.flatnonzero(others)[ranked.frame["row"].to_numpy()]
    return Ranked(ranked.frame.assign(row=rows), ranked.guarantee, ranked.at_least)


def _fixed(scene: Scene) -> Scene:
    return _some(scene, (scene.stands.cameras["mount"] != "vehicle").to_numpy())


def _some(scene: Scene, wanted: npt.NDArray[np.bool_]) -> Scene:
    return Scene(scene.stands.only(wanted), scene.obstacles, scene.ground, scene.target_height_m)


def _ranked(
    starts: npt.NDArray[np.int64], points: npt.NDArray[np.int32], k: int, scene: Scene
) -> Ranked:
    weights = np.ones(int(points.max(initial=-1)) + 1, dtype=np.int64)
    chosen: Chosen = choose_most(starts, points, weights, k)
    gain = chosen.gains * scene.ground.point_m2
    frame = pd.DataFrame(
        {
            "rank": np.arange(1, len(gain) + 1),
            "row": chosen.rows,
            "gain_m2": gain,
            "total_m2": np.cumsum(gain),
        }
    )
    return Ranked(frame, chosen.guarantee, chosen.at_least)
