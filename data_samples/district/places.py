"""The district as frames: towns, communities, grids, streets, blocks and their uses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from data_samples.district.cells import Cells, gather, united
from data_samples.district.names import Names, pairs, with_ending
from data_samples.district.network import WIDTHS_M, Ints, weave
from data_samples.district.outline import Land, draw_land
from data_samples.district.sizes import Plan
from data_samples.district.streams import Streams

USES = ("estate", "lanes", "village", "towers", "shops", "works", "school", "green")
_USE_SHARES = {
    "centre": (0.36, 0.22, 0.0, 0.14, 0.2, 0.0, 0.04, 0.04),
    "middle": (0.62, 0.06, 0.04, 0.1, 0.09, 0.03, 0.04, 0.02),
    "edge": (0.44, 0.0, 0.26, 0.04, 0.05, 0.15, 0.03, 0.03),
}
SITE_USES = ("factory", "campus", "park", "mall")
_FENCE_M = 4.0
_FENCED_SHARE = 0.3
"""A site with less of its block behind the fence has none: its streets are too near."""
_NAMED_BLOCKS = frozenset({"estate", "towers", "village", "school", *SITE_USES})


@dataclass(frozen=True)
class Places:
    """Where everything is.

    Parameters
    ----------
    district, district_code : str
    land : Land
    towns, communities : DataFrame
        `code`, `name`, `geometry`; communities also `town` (row of `towns`).
    grids : DataFrame
        `layer`, `code`, `name`, `parent`, `community` (row), `geometry`; rows of one layer follow
        one another in the order of their codes.
    blocks : DataFrame
        `geometry`, `open` (without streets, banks and the railway), `use`, `name`, `community`,
        `unit` (row of `grids`), `town`.
    streets : DataFrame
        `code`, `name`, `street_class`, `width_m`, `geometry` (MultiLineString).
    edges : DataFrame
        `geometry`, `street` (row, -1 for none), `left`, `right` (blocks), `length`.
    """

    district: str
    district_code: str
    land: Land
    towns: pd.DataFrame
    communities: pd.DataFrame
    grids: pd.DataFrame
    blocks: pd.DataFrame
    streets: pd.DataFrame
    edges: pd.DataFrame


def lay_out(plan: Plan, names: Names, streams: Streams, south_west: tuple[float, float]) -> Places:
    """Draw a district and name all its parts.

    Parameters
    ----------
    plan : Plan
    names : Names
    streams : Streams
    south_west : tuple of float
        Corner of the district's tile, metres.

    Returns
    -------
    Places
    """
    land = draw_land(plan, streams.of("land"), south_west)
    cells = gather(plan, weave(plan, land, streams.of("streets")), streams.of("cells"))
    rng = streams.of("names")
    code = names.district_code(streams.district)
    towns = _towns(cells, names, code, rng)
    communities = _communities(cells, towns, names, rng)
    streets, edges = _streets(cells, names, code, rng)
    streets["width_m"] = (streets["width_m"] * _street_scale(plan)).round(1)
    blocks = _blocks(cells, communities, names, rng)
    blocks["open"] = _open_land(cells.blocks, edges, streets, land)
    grids = _grids(cells, communities, blocks, code)
    units = grids[grids["layer"] == "unit"]
    blocks["unit"] = _row_of(units, "number").reindex(cells.unit).to_numpy()
    district = names.district(streams.district)
    return Places(district, code, land, towns, communities, grids, blocks, streets, edges)


def _street_scale(plan: Plan) -> float:
    """Return how wide streets are beside the usual: narrower where blocks are small."""
    return float(np.clip(np.sqrt(plan.unit_m2) / 200, 0.6, 1.0))


def _row_of(frame: pd.DataFrame, column: str) -> pd.Series:  # type: ignore[type-arg]
    return pd.Series(frame.index, index=frame[column])


def _middles(shapes: npt.NDArray[np.object_]) -> npt.NDArray[np.float64]:
    return np.asarray(shapely.get_coordinates(shapely.centroid(shapes)))


def reading_order(middles: npt.NDArray[np.float64], step: float) -> Ints:
    """Return the order from north to south and, in a band of `step` metres, from west to east.

    Examples
    --------
    >>> reading_order(np.array([[9.0, 100], [1, 99], [5, 10]]), 20).tolist()
    [1, 0, 2]
    """
    band = np.floor((middles[:, 1].max() - middles[:, 1]) / step)
    return np.lexsort([middles[:, 0], band])


def _towns(cells: Cells, names: Names, code: str, rng: np.random.Generator) -> pd.DataFrame:
    numbers = np.unique(cells.network.town)
    shapes = united(cells.blocks, cells.network.town)
    words = with_ending(pairs(names.town_first, names.town_second, rng), names.town_ending, rng)
    frame = pd.DataFrame({"number": numbers, "geometry": shapes})
    frame = frame.iloc[reading_order(_middles(shapes), 1500)].reset_index(drop=True)
    frame["code"] = [f"{code}{n:03}" for n in range(1, len(frame) + 1)]
    frame["name"] = [next(words) for _ in range(len(frame))]
    return frame


def _communities(
    cells: Cells, towns: pd.DataFrame, names: Names, rng: np.random.Generator
) -> pd.DataFrame:
    shapes = united(cells.blocks, cells.community)
    town = pd.Series(cells.network.town).groupby(cells.community).agg(lambda t: t.mode()[0])
    words = with_ending(
        pairs(names.community_first, names.community_second, rng), names.community_ending, rng
    )
    frame = pd.DataFrame({"number": np.unique(cells.community), "geometry": shapes})
    frame["town"] = _row_of(towns, "number").reindex(town).to_numpy()
    frame = frame.iloc[reading_order(_middles(shapes), 600)].sort_values("town", kind="stable")
    frame = frame.reset_index(drop=True)
    order = frame.groupby("town").cumcount() + 1
    frame["code"] = towns["code"].reindex(frame["town"]).to_numpy() + order.map("{:03}".format)
    frame["name"] = [next(words) for _ in range(len(frame))]
    return frame


def _streets(
    cells: Cells, names: Names, code: str, rng: np.random.Generator
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the streets, one for each line that was drawn, and the edges with their street."""
    edges = cells.network.edges
    driven = edges[edges["street_class"] != ""]
    # The long borders of towns are many streets: a new one begins in each direction.
    sector = _sector(driven)
    keys = driven["line"].astype(str) + driven["street_class"] + sector
    groups = driven.groupby(keys.to_numpy(), sort=True)
    frame = pd.DataFrame({"street_class": groups["street_class"].first()})
    frame["geometry"] = [shapely.MultiLineString(list(g)) for _, g in groups["geometry"]]
    frame["width_m"] = frame["street_class"].map(WIDTHS_M)
    frame["name"] = _street_names(frame["street_class"].tolist(), names, rng)
    frame["code"] = [f"{code}L{n:04}" for n in range(1, len(frame) + 1)]
    row = pd.Series(range(len(frame)), index=frame.index)
    result = edges[["geometry", "left", "right", "length"]].copy()
    result["street"] = -1
    result.loc[driven.index, "street"] = row.reindex(keys.to_numpy()).to_numpy()
    return frame.reset_index(drop=True), result


def _sector(edges: pd.DataFrame) -> pd.Series:  # type: ignore[type-arg]
    """Return a letter of the side on which an edge of a main road lies, nothing for others."""
    middle = _middles(edges["geometry"].to_numpy())
    centre = middle.mean(axis=0)
    side = np.floor(np.arctan2(*(middle - centre).T[::-1]) / (np.pi / 4)).astype(int)
    return pd.Series(np.where(edges["street_class"] == "主干路", side.astype(str), ""), edges.index)


def _street_names(classes: list[str], names: Names, rng: np.random.Generator) -> list[str]:
    words = pairs(names.road_first, names.road_second, rng)
    roads, lanes = (
        with_ending(words, names.road_ending, rng),
        with_ending(words, names.lane_ending, rng),
    )
    given = [next(lanes if c == "巷" else roads) for c in classes]
    places = [n for n, c in enumerate(classes) if c == "支路"]
    traps = names.road_traps[: max(1, len(places) // 12)]
    for place, trap in zip(rng.permutation(places)[: len(traps)], traps, strict=False):
        given[int(place)] = trap
    return given


def _blocks(
    cells: Cells, communities: pd.DataFrame, names: Names, rng: np.random.Generator
) -> pd.DataFrame:
    frame = pd.DataFrame({"geometry": cells.blocks, "town": cells.network.town})
    frame["community"] = _row_of(communities, "number").reindex(cells.community).to_numpy()
    frame["site"] = cells.site
    frame["use"] = _uses(cells, rng)
    frame["name"] = list(_block_names(frame["use"], names, rng))
    return frame


def _uses(cells: Cells, rng: np.random.Generator) -> npt.NDArray[np.object_]:
    """Draw what every block is used for: old lanes in the middle, villages and works outside."""
    middle = _middles(cells.blocks)
    far = np.hypot(*(middle - middle.mean(axis=0)).T)
    far = far / far.max() + rng.normal(0, 0.08, len(far))
    ring = np.select([far < 0.3, far < 0.68], ["centre", "middle"], "edge")
    use = cells.network.use.copy()
    land = np.flatnonzero((use == "land") & (cells.site < 0))
    for name, shares in _USE_SHARES.items():
        rows = land[ring[land] == name]
        counts = np.floor(np.cumsum(shares) * len(rows) + 0.5).astype(int)
        drawn = np.repeat(np.array(USES, dtype=object), np.diff([0, *counts]))
        use[rows] = rng.permutation(np.resize(drawn, len(rows)))
    sites = np.flatnonzero(cells.site >= 0)
    use[sites] = np.resize(np.array(SITE_USES, dtype=object), len(sites))
    return use


def _open_land(
    shapes: npt.NDArray[np.object_], edges: pd.DataFrame, streets: pd.DataFrame, land: Land
) -> npt.NDArray[np.object_]:
    """Return the blocks without the streets around them, the river and the railway."""
    driven = edges[edges["street"] >= 0]
    half = streets["width_m"].to_numpy()[driven["street"]] / 2
    roads = shapely.buffer(driven["geometry"].to_numpy(), half, quad_segs=2)
    roads = np.append(roads, [land.river, land.rail.buffer(4) if land.rail else land.rail])
    block, road = shapely.STRtree(roads).query(shapes, predicate="intersects")
    cover = pd.Series(roads[road]).groupby(block).agg(lambda g: shapely.union_all(g.to_numpy()))
    result = shapes.copy()
    rows = cover.index.to_numpy()
    result[rows] = shapely.difference(shapes[rows], cover.to_numpy())
    return result


def _block_names(uses: pd.Series, names: Names, rng: np.random.Generator) -> Iterator[str]:  # type: ignore[type-arg]
    words = pairs(names.estate_first, names.estate_second, rng)
    endings = {
        "estate": names.estate_ending,
        "towers": names.mall_ending,
        "village": names.village_ending,
        "school": names.school_ending,
        "factory": names.factory_ending,
        "campus": names.campus_ending,
        "park": names.park_ending,
        "mall": names.mall_ending,
    }
    for use in uses:
        own = endings.get(use)
        yield next(words) + own[int(rng.integers(len(own)))] if own else ""


def _grids(
    cells: Cells, communities: pd.DataFrame, blocks: pd.DataFrame, code: str
) -> pd.DataFrame:
    units = _layer(cells, cells.unit, communities)
    step = float(np.sqrt(np.median(shapely.area(units["geometry"].to_numpy()))))
    units = _numbered(units, communities, step, "{:03}", "单元网格")
    responsible = _numbered(
        _layer(cells, cells.responsibility, communities), communities, step, "R{}", "责任网格"
    )
    of_unit = pd.Series(cells.responsibility).groupby(cells.unit).first()
    parent = responsible.set_index("number")["code"].reindex(of_unit.reindex(units["number"]))
    units["parent"] = parent.to_numpy()
    responsible["parent"] = communities["code"].reindex(responsible["community"]).to_numpy()
    extended = _extended(blocks, code)
    layers = {"responsibility": responsible, "unit": units, "extended": extended}
    parts = [frame.assign(layer=layer) for layer, frame in layers.items()]
    return pd.concat(parts, ignore_index=True)


def _layer(cells: Cells, label: Ints, communities: pd.DataFrame) -> pd.DataFrame:
    frame = pd.DataFrame({"number": np.unique(label), "geometry": united(cells.blocks, label)})
    community = pd.Series(cells.community).groupby(label).first()
    frame["community"] = _row_of(communities, "number").reindex(community).to_numpy()
    return frame


def _numbered(
    frame: pd.DataFrame, communities: pd.DataFrame, step: float, form: str, word: str
) -> pd.DataFrame:
    """Number the grids of every community from north to south and from west to east."""
    order = reading_order(_middles(frame["geometry"].to_numpy()), step)
    frame = frame.iloc[order].sort_values("community", kind="stable").reset_index(drop=True)
    serial = (frame.groupby("community").cumcount() + 1).map(form.format)
    own = communities.reindex(frame["community"]).reset_index(drop=True)
    frame["code"] = own["code"] + serial
    frame["name"] = own["name"] + serial + word
    return frame


def _extended(blocks: pd.DataFrame, code: str) -> pd.DataFrame:
    """Lay a grid over the fenced land of every large site."""
    sites = blocks[blocks["site"] >= 0]
    land = shapely.buffer(sites["open"].to_numpy(), -_FENCE_M, join_style="mitre")
    blocks_m2 = shapely.area(sites["geometry"].to_numpy())
    land = np.where(
        shapely.area(land) < _FENCED_SHARE * blocks_m2, sites["geometry"].to_numpy(), land
    )
    whole = shapely.get_parts(shapely.set_precision(land, 0.01), return_index=True)
    parts = pd.DataFrame({"shape": whole[0], "row": whole[1]})
    parts["area"] = shapely.area(parts["shape"].to_numpy())
    best = parts.sort_values("area").drop_duplicates("row", keep="last").sort_values("row")
    frame = sites.iloc[best["row"].to_numpy()][["name", "community"]].reset_index(drop=True)
    frame["geometry"] = shapely.normalize(best["shape"].to_numpy())
    frame["code"] = [f"{code}E{n:03}" for n in range(1, len(frame) + 1)]
    frame["parent"] = ""
    return frame
