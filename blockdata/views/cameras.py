"""What cameras cover, as users hold it: cells, fields of view, blind spots, best sites."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from blockdata.analysis.cameras import (
    ALL_OWNERS,
    MOST_COVERED,
    Scene,
    SightRules,
    Survey,
    best_shared,
    best_sites,
    blind_cells,
    survey,
    with_shares,
)
from blockdata.batch.cameras import rules_of, scene_of
from blockdata.config import Cameras, Config
from blockdata.engines import camera_feeds, feeds
from blockdata.errors import AnalysisError, GeometryNeededError
from blockdata.kernels.sight import fields_of_view
from blockdata.kernels.sight_shapes import field_polygons
from blockdata.report.map import draw_cells
from blockdata.report.words import Words, percent
from blockdata.store.session import Session
from blockdata.views.camera_sites import Of, Sites, candidate_sites, chosen_sites
from blockdata.views.drawing import Drawing

__all__ = ["Coverage", "Sites", "coverage"]

_MOST_LISTED = 20


@dataclass(frozen=True, repr=False)
class CoverageMap(Drawing):
    """A map of shares of land covered, as inline SVG."""

    def _legend(self) -> str:
        steps = ", ".join(f"{step}%" for step in self.cells.steps)
        return self.words.t(
            f"颜色越深，摄像头看得到的地面比例越高（分级界限：{steps}）",
            f"The darker, the larger the share of land that cameras see (classes end at {steps})",
        )


@dataclass(frozen=True, repr=False)
class Coverage:
    """What cameras cover of the cells of a layer.

    Parameters
    ----------
    grid : str
        The layer.
    cells : DataFrame
        id, code, name, geom of the cells that stand on the day.
    found : Survey
        Per camera, cell and combination of owners.
    scene : Scene
    settings : Cameras
        Section of the configuration, with the lattice that was used.
    session : Session
    words : Words
    crs : str
    """

    grid: str
    cells: pd.DataFrame
    found: Survey
    scene: Scene
    settings: Cameras
    session: Session
    words: Words
    crs: str

    @cached_property
    def frame(self) -> gpd.GeoDataFrame:
        """Per cell, by all owners together: areas in square metres, shares, geometry."""
        rows = self.found.cells[self.found.cells["owner_group"] == ALL_OWNERS]
        named = self.cells.rename(columns={"id": "cell", "geom": "geometry"})
        whole = named[["cell", "code", "name", "geometry"]].merge(with_shares(rows), on="cell")
        return gpd.GeoDataFrame(
            whole.drop(columns=["layer", "owner_group"]), geometry="geometry", crs=self.crs
        )

    @property
    def by_owner(self) -> pd.DataFrame:
        """Per cell and group of owners, "all" among them: areas and shares."""
        return with_shares(self.found.cells)

    @property
    def together(self) -> pd.DataFrame:
        """Land and street space by the combination of owners that see it; empty: nobody."""
        return self.found.together.drop(columns="layer")

    @cached_property
    def summary(self) -> pd.DataFrame:
        """One row per group of owners, all together first: cameras, areas, shares."""
        sums = self.found.cells.groupby("owner_group", sort=True).sum(numeric_only=True)
        cameras = self.found.cameras
        count = cameras.groupby("owner_group").size()
        moving = cameras[cameras["mount"] == "vehicle"].groupby("owner_group").size()
        count[ALL_OWNERS], moving[ALL_OWNERS] = count.sum(), moving.sum()
        rows = with_shares(sums.reset_index())
        label = [self.words.owner_group(str(name)) for name in rows["owner_group"]]
        rows.insert(1, "label", label)
        rows.insert(2, "cameras", rows["owner_group"].map(count).fillna(0).astype(int))
        rows.insert(3, "moving_cameras", rows["owner_group"].map(moving).fillna(0).astype(int))
        rows = rows[(rows["cameras"] > 0) | (rows["owner_group"] == ALL_OWNERS)]
        order = rows["owner_group"].ne(ALL_OWNERS).sort_values(kind="stable").index
        return rows.loc[order].reset_index(drop=True)

    @cached_property
    def cameras(self) -> gpd.GeoDataFrame:
        """Per camera: what was taken for it, what it sees and is worth; its field as a polygon.

        Of a camera on a vehicle the field is what it sees from all positions of its route.
        """
        views, target = self.scene.stands.views, self.scene.target_height_m
        _, fields = fields_of_view(views, self.scene.obstacles, target)
        shapes = pd.Series(list(field_polygons(views, fields)), dtype=object)
        fields_of = shapes.groupby(self.scene.stands.camera).agg(
            lambda own: own.iloc[0] if len(own) == 1 else shapely.union_all(own.tolist())
        )
        rows = self.found.cameras
        polygons = fields_of.reindex(range(len(rows)), fill_value=shapely.Polygon())
        return gpd.GeoDataFrame(
            rows.drop(columns="geom"), geometry=polygons.to_numpy(), crs=self.crs
        )

    def blind_spots(
        self, hot: pd.DataFrame | None = None, most_covered: float = MOST_COVERED
    ) -> gpd.GeoDataFrame:
        """Return the hot cells of which fixed cameras cover little.

        Parameters
        ----------
        hot : DataFrame, optional
            cell and excess, and `hot` if cells that are not hot are among them: the frame of
            `blockdata.hotspots`. If not given, what the nightly run found in this layer.
        most_covered : float, default 0.1
            Share of its land up to which a cell is blind.

        Returns
        -------
        GeoDataFrame
            Rows of `frame` with `excess`, the greatest first.

        Raises
        ------
        AnalysisError
            If `hot` has no cell or no excess.
        """
        known = camera_feeds.hot_cells(self.session) if hot is None else hot
        if missing := {"cell", "excess"} - set(known.columns):
            raise AnalysisError(
                f"there is no column {min(missing)!r}", where="hot", allowed="cell, excess"
            )
        if "hot" in known:
            known = known[known["hot"].astype(bool)]
        rows = pd.DataFrame(self.frame.drop(columns="geometry"))
        blind = blind_cells(rows, pd.DataFrame(known)[["cell", "excess"]], most_covered)
        shapes = self.frame.set_index("cell")["geometry"].reindex(blind["cell"])
        return gpd.GeoDataFrame(blind, geometry=shapes.to_numpy(), crs=self.crs)

    def best_sites(
        self,
        k: int = 10,
        candidates: str | float | pd.DataFrame = 30.0,
        of: Of = "street",
        cells: Sequence[str] | None = None,
    ) -> Sites:
        """Choose the k sites for new cameras that add most to what fixed cameras cover.

        Parameters
        ----------
        k : int, default 10
        candidates : str, float or DataFrame
            Name or class code of components that a camera can be put on (路灯); metres between
            points along streets (the default: every 30); or a frame with x and y, or a geometry of
            points, and where wanted mount, height_m, azimuth_deg, field_angle_deg and
            view_distance_m. A candidate is a dome as configured if it does not say.
        of : "street" or "land"
            What is to be covered.
        cells : sequence of str, optional
            Cells that count, such as blind spots; all if not given.

        Returns
        -------
        Sites

        Raises
        ------
        AnalysisError
            If there is no candidate, or k is below 1.
        """
        sites = candidate_sites(self.session, candidates)
        counts = None if cells is None else self.scene.ground.cells["id"].isin(cells).to_numpy()
        ranked = best_sites(
            self.scene, sites, k, rules=self._rules, streets_only=of == "street", cells=counts
        )
        return chosen_sites(ranked, sites, of, self.words, self.crs)

    def best_shared(self, k: int = 10, of: Of = "land") -> Sites:
        """Choose the k cameras of other owners that add most to the own fixed ones.

        Parameters
        ----------
        k : int, default 10
        of : "street" or "land"

        Returns
        -------
        Sites

        Raises
        ------
        AnalysisError
            If there is no fixed camera of another owner.
        """
        known = self.found.cameras
        is_own = (known["owner_group"] == self.settings.own).to_numpy()
        ranked = best_shared(self.scene, is_own, k, streets_only=of == "street")
        return chosen_sites(ranked, known, of, self.words, self.crs)

    def explain(self) -> str:
        """Return in words what is covered, by whom, and what was assumed."""
        words, all_ = self.words, self.summary.iloc[0]
        area = {str(n): round(float(v)) for n, v in all_.items() if str(n).endswith("_m2")}
        shares = [
            percent(area[part], area[of])
            for part, of in (
                ("covered_m2", "land_m2"),
                ("covered_twice_m2", "land_m2"),
                ("street_covered_m2", "street_m2"),
                ("moving_only_m2", "land_m2"),
            )
        ]
        layer, count = words.layer(self.grid), len(self.found.cameras)
        lines = [
            words.t(
                f"{layer}：{count} 台摄像头看得到地面的 {shares[0]}，两台以上 {shares[1]}；"
                f"街道空间的 {shares[2]}；另有 {shares[3]} 的地面只有车载摄像头经过时看得到。",
                f"{layer}: {count} cameras see {shares[0]} of the land, {shares[1]} twice or more, "
                f"and {shares[2]} of street space; cameras on vehicles alone see another "
                f"{shares[3]} of the land when they pass.",
            ),
            *self._by_whom(area),
            *self._assumed(),
        ]
        return "\n".join(lines)

    def map(self) -> Drawing:
        """Return a map of the shares of land covered, as SVG that needs no network.

        Raises
        ------
        GeometryNeededError
            If no cell has a polygon.
        """
        share = self.frame.set_index("cell")["covered_share"]
        titles = {
            str(cell): f"{self._named(str(cell))}: {value:.0%}"
            for cell, value in share.dropna().items()
        }
        seen = {str(cell): 100 * float(value) for cell, value in share.items() if value > 0}
        cells = pd.DataFrame(
            {"cell": self.frame["cell"], "geom": np.asarray(self.frame["geometry"], dtype=object)}
        )
        drawn = draw_cells(cells, feeds.streets(self.session), seen, titles, {})
        if drawn is None:
            raise GeometryNeededError(
                "no cell has a polygon", next_step="Load cells with polygons."
            )
        return CoverageMap(drawn, self.words)

    def _repr_html_(self) -> str:
        lines = "<br>".join(self.explain().split("\n"))
        return f"<p>{lines}</p>{self.summary.to_html(max_rows=_MOST_LISTED)}"

    def __repr__(self) -> str:
        return f"{self.explain()}\n\n{self.summary!r}"

    @property
    def _rules(self) -> SightRules:
        return rules_of(self.settings)

    def _named(self, cell: str) -> str:
        row = self.frame.loc[self.frame["cell"] == cell].iloc[0]
        return cell if pd.isna(row["name"]) else str(row["name"])

    def _by_whom(self, area: dict[str, int]) -> list[str]:
        rows = self.summary.iloc[1:]
        covered = [percent(round(c), area["land_m2"]) for c in rows["covered_m2"].tolist()]
        named = zip(rows["label"], rows["cameras"], covered, strict=True)
        return [
            self.words.t(f"  {name}（{count} 台）：{share}", f"  {name} ({count} cameras): {share}")
            for name, count, share in named
        ]

    def _assumed(self) -> list[str]:
        rules, known = self.settings, self.found.cameras
        unknown = int(((known["direction"] == "unknown") & (known["positions"] > 0)).sum())
        away = int((known["positions"] == 0).sum())
        t = self.words.t
        lines = [
            t(
                f"视线被建筑遮挡的不算；目标高 {rules.target_height_m:g} 米；来源没有的取"
                f"高 {rules.height_m:g} 米、可视 {rules.range_m:g} 米、视场角 "
                f"{rules.field_angle_deg:g}°；按 {rules.lattice_m:g} 米点阵计数。",
                "What buildings hide is not counted; a target stands "
                f"{rules.target_height_m:g} m high; where the source is silent a camera hangs at "
                f"{rules.height_m:g} m and sees {rules.range_m:g} m and "
                f"{rules.field_angle_deg:g}°; counted on a lattice of {rules.lattice_m:g} m.",
            )
        ]
        if unknown:
            lines.append(
                t(
                    f"{unknown} 台朝向未知，按四周都能看到计算，是上限。",
                    f"The direction of {unknown} is unknown: as if they saw all around, an upper "
                    "bound.",
                )
            )
        if away:
            lines.append(
                t(
                    f"{away} 台没有位置或在建筑内部，不计覆盖。",
                    f"{away} stand nowhere or indoors and cover nothing.",
                )
            )
        return lines


def coverage(
    session: Session,
    config: Config,
    day: dt.date,
    grid: str = "unit",
    owners: Sequence[str] | None = None,
    lattice_m: float | None = None,
) -> Coverage:
    """Compute what cameras cover of the cells of a layer.

    Parameters
    ----------
    session : Session
    config : Config
        Its section `cameras` tells what is assumed and whose cameras are the own ones.
    day : date
        What stands on this day: cells, cameras, buildings, streets.
    grid : str, default "unit"
        A layer of grids, or a level of areas.
    owners : sequence of str, optional
        Groups of owners whose cameras count ("city_management", "police", "traffic", "other", or
        those of the configuration); all if not given.
    lattice_m : float, optional
        Distance between the points that are counted; as configured if not given.

    Returns
    -------
    Coverage

    Raises
    ------
    AnalysisError
        If there is no such group of owners, or no camera.
    GeometryNeededError
        If no cell of the layer has a polygon on that day.
    """
    cells = feeds.cells_standing(session, config.grid.all_layers, config.grid.area_levels, day)
    cells = cells[cells["layer"] == grid].reset_index(drop=True)
    if cells.empty:
        raise GeometryNeededError(
            f"no cell of {grid!r} has a polygon on {day}", next_step="Load cells with polygons."
        )
    settings = config.cameras
    if lattice_m is not None:
        settings = Cameras.model_validate(settings.model_dump() | {"lattice_m": lattice_m})
    scene, groups = scene_of(session, settings, cells, day)
    scene, groups = _of_owners(scene, groups, owners)
    found = survey(scene, groups.tolist(), settings.own)
    words = Words(config.city.lang, session.catalogue)
    return Coverage(grid, cells, found, scene, settings, session, words, config.city.crs)


def _of_owners(
    scene: Scene, groups: pd.Series[str], owners: Sequence[str] | None
) -> tuple[Scene, pd.Series[str]]:
    """Keep the cameras of some owners only."""
    known = sorted(groups.unique())
    if not known:
        raise AnalysisError("there is no camera", next_step="Load a source of cameras.")
    if owners is None:
        return scene, groups
    if unknown := sorted(set(owners) - set(known)):
        raise AnalysisError(
            f"no camera belongs to {unknown[0]!r}", where="owners", allowed=", ".join(known)
        )
    wanted = groups.isin(list(owners)).to_numpy()
    kept = replace(scene, stands=scene.stands.only(wanted))
    return kept, groups[wanted].reset_index(drop=True)
