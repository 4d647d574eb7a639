"""How densely incidents lie, on the plane and along streets, and their clusters of points."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, Unpack

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from blockdata.analysis.clusters import dbscan_clusters, hdbscan_clusters
from blockdata.analysis.density import bandwidth_by_rule, plane_density
from blockdata.analysis.density.boundary import points_inside, rim_of
from blockdata.analysis.density.streets import street_density
from blockdata.config import Config
from blockdata.engines import cube_feeds, feeds
from blockdata.engines.district import district_outline
from blockdata.errors import AnalysisError, GeometryNeededError
from blockdata.kernels.nearest import FeatureIndex
from blockdata.report.words import Words, metres
from blockdata.store.session import Session
from blockdata.views.patterns.account import account_of, lines_of
from blockdata.views.patterns.asked import Asked, Options, asked_of
from blockdata.views.patterns.measured import Measured, Shaded, quarters, shaded

__all__ = ["Density", "PointClusters", "density", "point_clusters"]

Bools = npt.NDArray[np.bool_]
Along = Literal["plane", "streets"]
Method = Literal["dbscan", "hdbscan"]

_CELLS_ACROSS = 5
_MOST_PIECES = 2_000_000
"""Cells across a bandwidth, where the width of a cell is not given."""


@dataclass(frozen=True, repr=False)
class Density(Measured):
    """Densities by small cells or pieces of street."""

    def map(self, category: str | None = None) -> Shaded:
        """Return a map in four shades with equally many cells each, as SVG without network.

        Parameters
        ----------
        category : str, optional
            Says nothing: a density is of what was asked for.

        Raises
        ------
        GeometryNeededError
            If there is no cell.
        """
        values = self.frame[self.drawn].to_numpy(dtype=np.float64)
        bounds, geoms = quarters(values), np.asarray(self.frame["geometry"], dtype=object)
        # Cells of one shade are drawn as one shape: there may be a hundred thousand of them.
        shade = np.where(values > 0, 1 + np.searchsorted(bounds, values, side="left"), 0)
        rows = [
            (str(n), values[shade == n].mean(), _as_one(geoms[shade == n]))
            for n in np.unique(shade).tolist()
        ]
        table = pd.DataFrame(rows, columns=["place", self.drawn, "geometry"])
        return shaded(
            *(table, "place", self.drawn, self.legend, self.streets, self.words), bounds=bounds
        )


def _as_one(geoms: npt.NDArray[np.object_]) -> shapely.Geometry:
    """Return cells, or pieces of street, as one shape."""
    if (shapely.get_dimensions(geoms) == 1).all():
        return shapely.line_merge(shapely.multilinestrings(geoms))
    return shapely.union_all(geoms)


@dataclass(frozen=True, repr=False)
class PointClusters(Measured):
    """Clusters of incidents.

    Parameters
    ----------
    points : DataFrame
        category, day, x, y, place, cluster (-1: in none), and core (dbscan) or membership
        (hdbscan), one row per incident.
    """

    points: pd.DataFrame


def density(
    session: Session,
    config: Config,
    as_of: dt.date,
    words: Words,
    category: str | None = None,
    bandwidth_m: float | None = None,
    *,
    along: Along = "plane",
    cell_m: float | None = None,
    **options: Unpack[Options],
) -> Density:
    """Estimate how densely incidents lie.

    Parameters
    ----------
    session : Session
    config : Config
    as_of : date
        End of what is known, exclusive.
    words : Words
    category : str, optional
        The label by which cases count; default: all.
    bandwidth_m : float, optional
        Radius of the quartic kernel in metres; default: by Silverman's rule with a robust spread.
    along : {"plane", "streets"}, default "plane"
        On the plane, corrected at the district's border (Diggle); or along streets, parted in
        equal shares at crossings, of incidents within `within_m` of a street.
    cell_m : float, optional
        Width of a cell, or longest piece of street, in metres; default: a fifth of the bandwidth.
    of, start, end, sources, channels, within_m
        As in `cube`. All points count, those of descriptions (crossings) too.

    Returns
    -------
    Density
        `.frame` has place, area_m2, density_per_km2 and geometry (squares); or place, street,
        name, from_m, to_m, events, density_per_km and geometry (lines). Densities are numbers in
        the period. `.explain()` and `.map()`.

    Raises
    ------
    AnalysisError
        As in `cube`, and if a setting is out of bounds, or there are no two spots to choose a
        bandwidth by.
    GeometryNeededError
        If streets are needed and the base has none.
    """
    if along not in ("plane", "streets"):
        raise AnalysisError(f"along is {along!r}", where="density", allowed="plane, streets")
    asked = asked_of(session, config, as_of, _with_category(options, category))
    events, lost = _points(asked)
    streets = feeds.streets(session)
    if along == "streets" and streets.empty:
        raise GeometryNeededError(
            "the base has no streets with lines", next_step="Load a source of streets."
        )
    outline = district_outline(session) if along == "plane" else None
    if outline is not None:
        rim = rim_of(outline, "density")
        inside = points_inside(rim, events["x"].to_numpy(), events["y"].to_numpy())
        events, lost = _left_out(events, lost, ~inside, "outside")
    elif along == "streets":
        _, apart_m = FeatureIndex(streets["geom"].to_numpy(dtype=object)).nearest(
            events["x"], events["y"], asked.within_m
        )
        events, lost = _left_out(events, lost, np.isnan(apart_m), "too far")
    radius_m = bandwidth_by_rule(events) if bandwidth_m is None else bandwidth_m
    width_m = radius_m / _CELLS_ACROSS if cell_m is None else cell_m
    if along == "plane":
        found = plane_density(events, bandwidth_m=radius_m, cell_m=width_m, area=outline)
        table = _squares(found, width_m)
        drawn, legend = "density_per_km2", words.t("每平方公里数量", "number per km²")
    else:
        _require_pieces(streets, width_m)
        found = street_density(
            events,
            streets["geom"].to_numpy(dtype=object),
            bandwidth_m=radius_m,
            lixel_m=width_m,
            snap_m=asked.within_m,
        )
        table = _pieces(found, streets)
        drawn, legend = (
            "density_per_km",
            words.t("每公里街巷数量", "number per kilometre of street"),
        )
    frame = gpd.GeoDataFrame(table, geometry="geometry", crs=config.city.crs)
    text = "\n".join(_explained(asked, lost, words, (radius_m, width_m), along))
    return Density(frame, text, drawn, legend, streets, words)


def point_clusters(
    session: Session,
    config: Config,
    as_of: dt.date,
    words: Words,
    category: str | None = None,
    method: Method = "dbscan",
    *,
    eps_m: float = 50.0,
    min_points: int = 5,
    min_size: int = 10,
    **options: Unpack[Options],
) -> PointClusters:
    """Find where incidents lie closer together than elsewhere, without cells.

    Clusters say where incidents lie dense; they say nothing of chance or of what lives there.

    Parameters
    ----------
    session : Session
    config : Config
    as_of : date
        End of what is known, exclusive.
    words : Words
    category : str, optional
        The label by which cases count; default: all.
    method : {"dbscan", "hdbscan"}, default "dbscan"
        DBSCAN: places with at least `min_points` incidents within `eps_m`, and what is near them.
        HDBSCAN: clusters of `min_size` incidents or more, of any density.
    eps_m : float, default 50
        Metres; DBSCAN only.
    min_points : int, default 5
    min_size : int, default 10
        HDBSCAN only.
    of, start, end, sources, channels
        As in `cube`. All points count, those of descriptions (crossings) too.

    Returns
    -------
    PointClusters
        `.frame` has cluster, size (incidents), places (distinct ones), x, y (centre), radius_m,
        area_m2 (of the hull), what the method adds, and geometry (the hull); the largest first.
        `.points` tells the cluster of each incident. `.explain()` and `.map()`.

    Raises
    ------
    AnalysisError
        As in `cube`, and if the method is unknown or a setting is out of bounds.
    """
    if method not in ("dbscan", "hdbscan"):
        raise AnalysisError(f"method is {method!r}", where="clusters", allowed="dbscan, hdbscan")
    asked = asked_of(session, config, as_of, _with_category(options, category))
    events, lost = _points(asked)
    if method == "dbscan":
        found = dbscan_clusters(events, eps_m=eps_m, min_points=min_points)
        how = words.t(
            f"DBSCAN：{eps_m:g} 米内至少 {min_points} 个",
            f"DBSCAN: at least {min_points} within {eps_m:g} m",
        )
    else:
        found = hdbscan_clusters(events, min_size=min_size, min_points=min_points)
        how = words.t(
            f"HDBSCAN：每群至少 {min_size} 个", f"HDBSCAN: clusters of {min_size} or more"
        )
    points = events[["category", "day", "x", "y", "place"]].join(found.points)
    clusters = found.clusters.rename(columns={"geom": "geometry"})
    clusters = clusters.sort_values(["size", "cluster"], ascending=[False, True], ignore_index=True)
    clusters["cluster"] = clusters["cluster"].astype("str")
    columns = [c for c in clusters if c != "geometry"]
    frame = gpd.GeoDataFrame(
        clusters[columns], geometry=clusters["geometry"].to_numpy(), crs=config.city.crs
    )
    alone = int((found.points["cluster"] < 0).sum())
    told = words.t(
        f"{len(frame)} 个聚集区，另有 {alone} 个不在任何聚集区内（{how}）",
        f"{len(frame)} clusters; {alone} are in none ({how})",
    )
    account = lines_of(account_of(asked, words, lost), words)
    text = "\n".join([told, *(f"  {line}" for line in account)])
    legend = words.t("聚集区内数量", "number in the cluster")
    named = frame.assign(place=frame["cluster"])
    return PointClusters(
        *(named.drop(columns="cluster"), text, "size", legend, feeds.streets(session), words),
        points=points,
    )


def _with_category(options: Options, category: str | None) -> Options:
    if category is None:
        return options
    return {**options, "categories": category}


def _points(asked: Asked) -> tuple[pd.DataFrame, pd.Series[str]]:
    """Return the events that have a point, with their local day, and the fate of all."""
    events = cube_feeds.events(asked.session, asked.span, asked.of, asked.chosen, None)
    pointless = events["x"].isna().to_numpy()
    lost = np.select([events["at_default"].to_numpy(dtype=bool), pointless], [0, 1], 2)
    codes = pd.Series(["default location", "no place", None], dtype="str").array
    fate = pd.Series(codes.take(lost), index=events.index)
    days = asked.config.city.local_days(events["at"])
    return events.assign(day=days)[fate.isna()].astype({"x": float, "y": float}), fate


def _left_out(
    events: pd.DataFrame, lost: pd.Series[str], out: Bools, code: str
) -> tuple[pd.DataFrame, pd.Series[str]]:
    fate = lost.copy()
    fate.loc[events.index[out]] = code
    return events[~out], fate


def _require_pieces(streets: pd.DataFrame, width_m: float) -> None:
    """Refuse pieces so short that all streets would fall into more than can be held."""
    length_m = float(shapely.length(streets["geom"].to_numpy(dtype=object)).sum())
    if width_m > 0 and length_m / width_m > _MOST_PIECES:
        raise AnalysisError(
            f"the streets would fall into over {_MOST_PIECES // 1_000_000} million pieces",
            where="density",
            next_step="Make cell_m larger.",
        )


def _squares(found: pd.DataFrame, width_m: float) -> pd.DataFrame:
    x, y, half = found["x"].to_numpy(), found["y"].to_numpy(), width_m / 2
    place = pd.Series(np.round(x).astype(np.int64), dtype="str")
    place = place + "," + pd.Series(np.round(y).astype(np.int64), dtype="str")
    boxes = shapely.box(x - half, y - half, x + half, y + half)
    return found.drop(columns=["x", "y"]).assign(place=place, geometry=boxes)[
        ["place", "area_m2", "density_per_km2", "geometry"]
    ]


def _pieces(found: pd.DataFrame, streets: pd.DataFrame) -> pd.DataFrame:
    own = streets.iloc[found["line"]].reset_index(drop=True)
    start = found["from_m"].round().astype("int64").astype("str")
    table = found.assign(street=own["id"], name=own["name"], place=own["id"] + "/" + start)
    table = table.rename(columns={"geom": "geometry"})
    order = ["place", "street", "name", "from_m", "to_m", "events", "density_per_km", "geometry"]
    return table[order]


def _explained(
    asked: Asked, lost: pd.Series[str], words: Words, sizes: tuple[float, float], along: Along
) -> Iterator[str]:
    radius, width = (metres(size) for size in sizes)
    ways = {
        "plane": (
            "平面核密度，区界处已校正",
            "Kernel density on the plane, corrected at the border",
        ),
        "streets": ("沿街核密度，路口处均分", "Kernel density along streets, parted at crossings"),
    }
    yield words.t(
        f"{ways[along][0]}；半径 {radius} 米，格距 {width} 米",
        f"{ways[along][1]}; radius {radius} m, cells of {width} m",
    )
    first, last = asked.start.date(), asked.end.date()
    yield words.t(f"{first} 至 {last}（不含当日）", f"From {first} to {last} (exclusive)")
    for line in lines_of(account_of(asked, words, lost), words):
        yield f"  {line}"
