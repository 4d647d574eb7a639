"""Chosen sites for cameras, as users hold them, and what they may choose from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from blockdata.analysis.cameras import Ranked, points_along
from blockdata.engines import camera_feeds
from blockdata.errors import AnalysisError
from blockdata.report.words import Words
from blockdata.store.session import Session

__all__ = ["Of", "Sites", "candidate_sites", "chosen_sites"]

Of = Literal["street", "land"]
"""What is to be covered: street space, or all land."""


@dataclass(frozen=True, repr=False)
class Sites:
    """Chosen sites or cameras, the one that adds most first.

    Parameters
    ----------
    frame : GeoDataFrame
        rank, id, name, gain_m2 (what each adds to those before it), total_m2, geometry; of cameras
        also owner_group.
    guarantee : float
        Share of the best possible choice that greedy choice reaches whatever the candidates:
        1 - (1 - 1/k)^k, above 63 %.
    at_least : float
        Share of the best possible choice among these candidates that is reached for certain, as
        the gains that were left show.
    of : "street" or "land"
    words : Words
    """

    frame: gpd.GeoDataFrame
    guarantee: float
    at_least: float
    of: Of
    words: Words

    def explain(self) -> str:
        """Return in words what was chosen and how good it is for certain."""
        total = float(self.frame["total_m2"].iloc[-1]) if len(self.frame) else 0.0
        zh, en = ("街道空间", "street space") if self.of == "street" else ("地面", "land")
        return self.words.t(
            f"按每次增加最多的顺序选出 {len(self.frame)} 处，共新增{zh} {total:,.0f} 平方米；"
            f"不少于这些候选中最优方案的 {self.at_least:.1%}"
            f"（贪心法在任何情形下的下限是 {self.guarantee:.1%}）。",
            f"{len(self.frame)} chosen, each adding most to those before it: {total:,.0f} m² of "
            f"{en} in all, at least {self.at_least:.1%} of the best choice among these candidates "
            f"(greedy choice reaches {self.guarantee:.1%} whatever they are).",
        )

    def _repr_html_(self) -> str:
        return f"<p>{self.explain()}</p>{self.frame.drop(columns='geometry').to_html()}"

    def __repr__(self) -> str:
        return f"{self.explain()}\n\n{self.frame.drop(columns='geometry')!r}"


def candidate_sites(session: Session, candidates: str | float | pd.DataFrame) -> pd.DataFrame:
    """Return the sites from which new ones are chosen.

    Parameters
    ----------
    session : Session
    candidates : str, float or DataFrame
        A class of components, metres along streets, or points.

    Returns
    -------
    DataFrame
        x, y, and what else is known.

    Raises
    ------
    AnalysisError
        If there is none.
    """
    if isinstance(candidates, str):
        sites = camera_feeds.components_of_class(session, candidates)
    elif isinstance(candidates, pd.DataFrame):
        sites = _with_points(candidates)
    else:
        lines = camera_feeds.streets(session)["geom"].to_numpy(dtype=object)
        sites = _at(points_along(lines, candidates))
    if sites.empty:
        raise AnalysisError(
            "there is no candidate site",
            where="best_sites",
            allowed="a class of components, metres along streets, or a frame of points",
        )
    return sites.reset_index(drop=True)


def chosen_sites(ranked: Ranked, candidates: pd.DataFrame, of: Of, words: Words, crs: str) -> Sites:
    """Name what was chosen.

    Parameters
    ----------
    ranked : Ranked
    candidates : DataFrame
        x, y, and id, name, owner_group where known.
    of : "street" or "land"
    words : Words
    crs : str

    Returns
    -------
    Sites
    """
    rows = candidates.iloc[ranked.frame["row"].to_numpy()].reset_index(drop=True)
    kept = [c for c in ("id", "name", "owner_group") if c in rows]
    frame = ranked.frame
    named = pd.concat([frame[["rank"]], rows[kept], frame[["gain_m2", "total_m2"]]], axis=1)
    points = gpd.points_from_xy(rows["x"], rows["y"])
    whole = gpd.GeoDataFrame(named, geometry=points, crs=crs)
    return Sites(whole, ranked.guarantee, ranked.at_least, of, words)


def _with_points(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame of candidates with x and y, of its points where it has no such columns."""
    if {"x", "y"} <= set(frame.columns):
        return pd.DataFrame(frame).drop(columns="geometry", errors="ignore")
    if "geometry" not in frame:
        raise AnalysisError("candidates have neither x and y nor a geometry", where="best_sites")
    points = _at(np.asarray(frame["geometry"], dtype=object))
    rest = pd.DataFrame(frame.drop(columns="geometry")).reset_index(drop=True)
    return rest.assign(x=points["x"], y=points["y"])


def _at(points: npt.NDArray[np.object_]) -> pd.DataFrame:
    return pd.DataFrame({"x": shapely.get_x(points), "y": shapely.get_y(points)})
