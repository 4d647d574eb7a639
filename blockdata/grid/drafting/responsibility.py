"""Responsibility grids from unit grids: contiguous, inside a community, evenly loaded."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from blockdata.errors import AnalysisError, ConfigError
from blockdata.grid.drafting.arrangement import Floats, Integers, Objects
from blockdata.grid.drafting.balancing import balanced, graph_of, shares
from blockdata.grid.drafting.bisecting import Graph
from blockdata.grid.numbering import reading_order

__all__ = [
    "ResponsibilityDraft",
    "codes_of_responsibility",
    "is_responsibility_code",
    "neighbours",
    "propose_responsibility",
]

_CODE = re.compile(r"(.{12})R(\d+)")
_BESIDE_M = 0.05
_SHORTEST_M = 2.0
"""Cells are neighbours if they run beside each other for this long."""


@dataclass(frozen=True)
class ResponsibilityDraft:
    """Proposed responsibility grids; `print` shows how evenly they are loaded.

    Parameters
    ----------
    grids : DataFrame
        code, name, community_code, units (how many), the loads, deviation_<load> (share of the
        mean over all grids; null where nothing is loaded), area_m2, geom, sorted by code.
    parent_code : Series of str
        Code of the responsibility grid of each unit grid, by the unit's code.
    loads : tuple of str
    """

    grids: pd.DataFrame
    parent_code: pd.Series
    loads: tuple[str, ...]

    def deviations(self) -> pd.DataFrame:
        """Return the largest and the mean absolute deviation of each load.

        Returns
        -------
        DataFrame
            load, mean_load, largest, mean.
        """
        off = [self.grids[f"deviation_{name}"].abs() for name in self.loads]
        return pd.DataFrame(
            {
                "load": list(self.loads),
                "mean_load": [float(self.grids[name].mean()) for name in self.loads],
                "largest": [float(one.max()) for one in off],
                "mean": [float(one.mean()) for one in off],
            }
        )

    def __str__(self) -> str:
        lines = [f"responsibility grids: {len(self.grids)} of {len(self.parent_code)} unit grids"]
        lines += [
            f"{row.load}: {row.mean_load:,.1f} on average; deviation {row.mean:.1%} on average, "
            f"{row.largest:.1%} at most"
            for row in self.deviations().itertuples()
        ]
        for row in self.grids.to_dict("records"):
            told = ", ".join(
                f"{name} {row[name]:,.0f} ({row[f'deviation_{name}']:+.1%})" for name in self.loads
            )
            lines.append(f"  {row['code']}: {row['units']} unit grids; {told}")
        return "\n".join(lines)


def propose_responsibility(
    units: pd.DataFrame,
    loads: pd.DataFrame,
    *,
    count: int | None = None,
    target_load: Mapping[str, float] | None = None,
    taken: Collection[str] = (),
    seed: int = 0,
) -> ResponsibilityDraft:
    """Propose responsibility grids.

    Grids are shared out among communities by load (Webster's divisors, at least one each), and
    inside each community unit grids are joined so that every grid is in one piece and carries
    about as much of each load as the others.

    Parameters
    ----------
    units : DataFrame
        code, community_code, geom (sharing borders); name of a community is taken from unit names
        as `propose_units` writes them, if there is a column name.
    loads : DataFrame
        code (of units), and one column per load: people (sums of published figures of atoms),
        incidents, ... Units without a row carry nothing; a load that nobody carries is left out.
    count : int, optional
        Grids in all.
    target_load : mapping of str to float, optional
        What one grid should carry, by load; the load that asks for the most grids decides.
        One of count and target_load is given.
    taken : collection of str
        Codes that are not given again.
    seed : int

    Returns
    -------
    ResponsibilityDraft

    Raises
    ------
    ConfigError
        If not exactly one of count and target_load is given, or one is not positive.
    AnalysisError
        If a load is negative or no number, or a unit repeats.

    Examples
    --------
    >>> import pandas as pd, shapely
    >>> units = pd.DataFrame({"code": ["u1", "u2", "u3"], "community_code": "990102001001",
    ...     "geom": [shapely.box(x, 0, x + 100, 100) for x in (0, 100, 200)]})
    >>> loads = pd.DataFrame({"code": ["u1", "u2", "u3"], "people": [100, 60, 50]})
    >>> draft = propose_responsibility(units, loads, count=2)
    >>> draft.parent_code.to_list()
    ['990102001001R001', '990102001001R002', '990102001001R002']
    """
    table = units.sort_values("code", ignore_index=True)
    names, load = _loads(table["code"], loads)
    sets = _sets(load, names, count, target_load, len(table))
    label = _labels(table, load, sets, seed)
    return _draft(table, (names, load), label, taken)


def _loads(code: pd.Series, loads: pd.DataFrame) -> tuple[tuple[str, ...], Floats]:
    if code.duplicated().any() or loads["code"].duplicated().any():
        raise AnalysisError("a unit grid stands twice", where="draft of responsibility grids")
    table = loads.set_index("code").reindex(code).fillna(0).astype("float64")
    if (table < 0).any(axis=None) or not np.isfinite(table.to_numpy()).all():
        raise AnalysisError(
            "a load is negative or no number", where="draft of responsibility grids"
        )
    carried = table.loc[:, table.sum() > 0]
    return tuple(map(str, carried.columns)), carried.to_numpy()


def _sets(
    load: Floats,
    names: tuple[str, ...],
    count: int | None,
    target_load: Mapping[str, float] | None,
    units: int,
) -> int:
    """Return how many grids are to be drawn."""
    if (count is None) == (target_load is None):
        raise ConfigError(
            "give exactly one of count and target_load", where="draft of responsibility grids"
        )
    if count is not None:
        wanted = count
    else:
        target = dict(target_load or {})
        if not all(v > 0 for v in target.values()):
            raise ConfigError("a target load is not positive", where="target_load", allowed="> 0")
        total = dict(zip(names, load.sum(axis=0), strict=True))
        wanted = max((int(np.rint(total.get(k, 0) / v)) for k, v in target.items()), default=1)
    if wanted < 1 and count is not None:
        raise ConfigError("count is not positive", where="count", allowed="1 or more")
    return min(max(wanted, 1), units)


def neighbours(shapes: Objects) -> pd.DataFrame:
    """Return the pairs of polygons that run beside each other, and for how long.

    Parameters
    ----------
    shapes : ndarray of polygons

    Returns
    -------
    DataFrame
        left, right (left < right), length_m, sorted.
    """
    left, right = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=_BESIDE_M)
    pair = left < right
    left, right = left[pair], right[pair]
    wide = shapely.buffer(shapely.boundary(shapes), _BESIDE_M, quad_segs=1)
    length = shapely.length(shapely.intersection(shapely.boundary(shapes[left]), wide[right]))
    table = pd.DataFrame({"left": left, "right": right, "length_m": length.round(3)})
    table = table[table["length_m"] >= _SHORTEST_M]
    return table.sort_values(["left", "right"], ignore_index=True)


def _labels(units: pd.DataFrame, load: Floats, sets: int, seed: int) -> Integers:
    """Return the number of the grid of each unit."""
    shapes = units["geom"].to_numpy(dtype=object)
    names, community = np.unique(units["community_code"].astype(str), return_inverse=True)
    pairs = neighbours(shapes)
    inside = community[pairs["left"]] == community[pairs["right"]]
    side_m = float(np.sqrt(shapely.area(shapes).sum() / sets))
    relative = load * sets / load.sum(axis=0) if load.size else np.ones((len(units), 1))
    whole = graph_of(relative, pairs[inside], side_m)
    room = np.bincount(community, minlength=len(names)).astype(np.int64)
    parts = whole.parts()
    least = pd.Series(parts).groupby(community).nunique().to_numpy(dtype=np.int64)
    weight = np.zeros(len(names))
    np.add.at(weight, community, relative.mean(axis=1))
    given = shares(weight, max(sets, int(least.sum())), room, np.asarray(least, dtype=np.int64))
    label = np.zeros(len(units), dtype=np.int64)
    for number, begin in enumerate(np.cumsum(given) - given):
        rows = np.flatnonzero(community == number)
        own = _scaled(whole.of(rows), int(given[number]))
        label[rows] = begin + balanced(own, int(given[number]), seed=seed)
    return label


def _scaled(graph: Graph, count: int) -> Graph:
    """Return a graph whose loads have the mean 1 over its own sets."""
    total = graph.load.sum(axis=0)
    loaded = total > 0
    load = graph.load[:, loaded] * count / total[loaded]
    if not loaded.any():
        load = np.full((len(graph.load), 1), count / len(graph.load))
    return Graph(load, graph.left, graph.right, graph.length)


def _draft(
    units: pd.DataFrame,
    loads: tuple[tuple[str, ...], Floats],
    label: Integers,
    taken: Collection[str],
) -> ResponsibilityDraft:
    names, load = loads
    groups = units.groupby(label, sort=True)
    geom = np.array(
        [shapely.normalize(shapely.union_all(g.to_numpy(dtype=object))) for _, g in groups["geom"]],
        dtype=object,
    )
    grids = pd.DataFrame(
        {
            "community_code": groups["community_code"].first().to_numpy(dtype=object),
            "units": groups.size().to_numpy(),
        }
    )
    sums = np.zeros((len(grids), len(names)))
    np.add.at(sums, label, load)
    for number, name in enumerate(names):
        grids[name] = sums[:, number]
    for number, name in enumerate(names):
        grids[f"deviation_{name}"] = (sums[:, number] / sums[:, number].mean() - 1).round(6)
    grids = grids.assign(area_m2=shapely.area(geom).round(2), geom=geom)
    code = codes_of_responsibility(grids, taken)
    grids.insert(0, "code", code)
    grids.insert(1, "name", _names(units, groups, code))
    parent = pd.Series(code[label], index=pd.Index(units["code"], name="code"), name="parent_code")
    return ResponsibilityDraft(grids.sort_values("code", ignore_index=True), parent, names)


def is_responsibility_code(code: str) -> bool:
    """Whether a code is written as those of responsibility grids: a community's, R and a number.

    Examples
    --------
    >>> is_responsibility_code("990102001001R001"), is_responsibility_code("990102001001001")
    (True, False)
    """
    return _CODE.fullmatch(code) is not None


def codes_of_responsibility(grids: pd.DataFrame, taken: Collection[str]) -> Objects:
    """Return the community's code, R and a number of three digits, in reading order.

    With 16 characters they are never taken for unit grids. Numbers go on after the highest that a
    responsibility grid of the community has had, written R1 or R001.

    Parameters
    ----------
    grids : DataFrame
        community_code, geom.
    taken : collection of str

    Returns
    -------
    ndarray of str
    """
    last: dict[str, int] = {}
    for used in map(_CODE.fullmatch, taken):
        if used:
            last[used[1]] = max(last.get(used[1], 0), int(used[2]))
    code = np.empty(len(grids), dtype=object)
    for row in reading_order(grids["geom"]).tolist():
        community = str(grids["community_code"].iloc[row])
        last[community] = last.get(community, 0) + 1
        code[row] = f"{community}R{last[community]:03}"
    return code


def _names(units: pd.DataFrame, groups: object, code: Objects) -> Objects:
    names = np.full(len(code), None, dtype=object)
    if "name" not in units:
        return names
    first = groups["name"].first()  # type: ignore[index]
    for row, (name, own) in enumerate(zip(first, code, strict=True)):
        if isinstance(name, str) and name.endswith(_UNIT):
            names[row] = f"{name[: -len(_UNIT) - 3]}{own[12:]}责任网格"
    return names


_UNIT = "单元网格"
