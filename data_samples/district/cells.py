"""Communities and grids: sets of blocks, one inside another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from data_samples.district.network import Ints, Network, joined, relabelled
from data_samples.district.sizes import Plan

_BARRIERS = frozenset({"主干路", ""})
"""Classes of edges over which no site reaches: wide roads and the railway."""

_SITE_BLOCKS = (0.35, 0.4, 0.25)
"""Shares of sites of one, two and three blocks."""


@dataclass(frozen=True)
class Cells:
    """Blocks and the sets that they make.

    Parameters
    ----------
    network : Network
        Its faces are the blocks.
    site : ndarray of int
        Number of the large site that a block is, else -1.
    community, unit, responsibility : ndarray of int
        Number of the set that each block belongs to.
    """

    network: Network
    site: Ints
    community: Ints
    unit: Ints
    responsibility: Ints

    @property
    def blocks(self) -> npt.NDArray[np.object_]:
        """The polygons of the blocks."""
        return self.network.faces


def gather(plan: Plan, network: Network, rng: np.random.Generator) -> Cells:
    """Make communities, sites, unit grids and responsibility grids of blocks.

    Parameters
    ----------
    plan : Plan
    network : Network
    rng : numpy Generator

    Returns
    -------
    Cells
        With exactly as many of each as the plan says.
    """
    community = _communities(plan, network)
    label = _sites(plan, network, community, rng)
    names = np.unique(label)
    blocks = relabelled(network, label)
    community = community[names]
    sizes = pd.Series(label).value_counts().reindex(names).to_numpy()
    site = _largest_sites(plan, blocks, sizes, rng)
    unit = _units(plan, blocks, community, site)
    responsibility = _halves(plan, blocks, community, unit)
    return Cells(blocks, site, community, unit, responsibility)


def _communities(plan: Plan, network: Network) -> Ints:
    """Part every town into communities of about one area, each in one piece."""
    area = shapely.area(network.faces) * (network.use == "land")
    towns = np.unique(network.town)
    share = np.array([area[network.town == t].sum() for t in towns])
    counts = apportioned(plan.communities, share)
    label = np.full(len(area), -1)
    begin = 0
    for town, count in zip(towns, counts, strict=True):
        rows = np.flatnonzero((network.town == town) & (network.use == "land"))
        label[rows] = begin + bisected(network.faces[rows], int(count))
        begin += int(count)
    return in_one_piece(label, network.edges)


def apportioned(total: int, share: npt.NDArray[np.float64]) -> Ints:
    """Share a whole number out, at least one to each, by largest remainders.

    Examples
    --------
    >>> apportioned(5, np.array([1.0, 3.0])).tolist()
    [1, 4]
    """
    exact = share / share.sum() * total
    counts = np.maximum(np.floor(exact), 1).astype(int)
    while counts.sum() != total:
        step = 1 if counts.sum() < total else -1
        gap = np.where((counts + step) >= 1, step * (exact - counts), -np.inf)
        counts[int(np.argmax(gap))] += step
    return counts


def bisected(shapes: npt.NDArray[np.object_], count: int) -> Ints:
    """Part polygons into sets of about one area by halving across the long way.

    Parameters
    ----------
    shapes : ndarray of Polygon
    count : int

    Returns
    -------
    ndarray of int
        Number of the set of each polygon.
    """
    label = np.zeros(len(shapes), dtype=int)
    if count <= 1 or len(shapes) <= 1:
        return label
    middle = shapely.get_coordinates(shapely.centroid(shapes))
    area = shapely.area(shapes)
    spread = middle - np.average(middle, axis=0, weights=area)
    _, axes = np.linalg.eigh(np.atleast_2d(np.cov(spread.T)))
    order = np.argsort(spread @ axes[:, 1], kind="stable")
    half = count // 2
    begin = int(np.searchsorted(np.cumsum(area[order]), half / count * area.sum()))
    begin = min(max(begin, half), len(shapes) - (count - half))
    first, second = order[:begin], order[begin:]
    label[first] = bisected(shapes[first], half)
    label[second] = half + bisected(shapes[second], count - half)
    return label


def in_one_piece(label: Ints, edges: pd.DataFrame) -> Ints:
    """Give faces that are cut off from the rest of their set to a set beside them.

    Parameters
    ----------
    label : ndarray of int
        Set of each face, -1 for none yet.
    edges : DataFrame
        `left`, `right`, `length`.

    Returns
    -------
    ndarray of int
        No set is empty that was not before, and every face that has a neighbour has a set.
    """
    label = label.copy()
    inner = edges[(edges["left"] >= 0) & (edges["right"] >= 0)]
    left, right = inner["left"].to_numpy(), inner["right"].to_numpy()
    length = inner["length"].to_numpy()
    for _ in range(20):
        same = label[left] == label[right]
        graph = coo_array((same[same], (left[same], right[same])), shape=(len(label),) * 2)
        piece = connected_components(graph, directed=False)[1]
        largest = pd.Series(piece).groupby(label).agg(lambda p: p.mode()[0])
        lost = (label < 0) | (piece != largest.reindex(label).to_numpy())
        if not lost.any():
            break
        label = _adopted(label, lost, left, right, length)
    return label


def _adopted(
    label: Ints,
    lost: npt.NDArray[np.bool_],
    left: Ints,
    right: Ints,
    length: npt.NDArray[np.float64],
) -> Ints:
    ends = np.concatenate([left, right]), np.concatenate([right, left])
    fits = lost[ends[0]] & ~lost[ends[1]]
    pairs = pd.DataFrame(
        {"face": ends[0][fits], "to": label[ends[1][fits]], "length": np.tile(length, 2)[fits]}
    )
    best = pairs.groupby(["face", "to"])["length"].sum().reset_index()
    best = best.sort_values(["face", "length", "to"]).drop_duplicates("face", keep="last")
    result = label.copy()
    result[best["face"].to_numpy()] = best["to"].to_numpy()
    return result


def _sites(plan: Plan, network: Network, community: Ints, rng: np.random.Generator) -> Ints:
    """Join neighbouring blocks of one community to large sites."""
    label = np.arange(len(community))
    near = _neighbours(network, community)
    wanted = rng.choice([1, 2, 3], size=plan.extended, p=_SITE_BLOCKS)
    spare = len(label) - plan.units
    taken: set[int] = set()
    for seed in rng.permutation(np.flatnonzero(network.use == "land")):
        if not len(wanted):
            break
        size = min(int(wanted[0]), 1 + spare)
        members = _grown(int(seed), size, near, taken)
        if len(members) == size:
            label[members] = members[0]
            taken.update(members, *(near.get(m, []) for m in members))
            spare -= size - 1
            wanted = wanted[1:]
    return label


def _neighbours(network: Network, community: Ints) -> dict[int, list[int]]:
    edges = network.edges
    left, right = edges["left"].to_numpy(), edges["right"].to_numpy()
    both = (left >= 0) & (right >= 0) & ~edges["street_class"].isin(_BARRIERS).to_numpy()
    land = network.use == "land"
    both &= (community[left] == community[right]) & land[left] & land[right]
    found: dict[int, list[int]] = {}
    for a, b in zip(left[both].tolist(), right[both].tolist(), strict=True):
        found.setdefault(a, []).append(b)
        found.setdefault(b, []).append(a)
    return found


def _grown(seed: int, size: int, near: dict[int, list[int]], taken: set[int]) -> list[int]:
    members = [seed]
    if seed in taken:
        return []
    for member in members:
        for other in near.get(member, []):
            if len(members) < size and other not in taken and other not in members:
                members.append(other)
    return members


def _largest_sites(plan: Plan, blocks: Network, sizes: Ints, rng: np.random.Generator) -> Ints:
    """Number the sites: the joined blocks, then as many more blocks as there are to be."""
    rank = sizes + rng.uniform(0, 0.5, len(sizes)) - 10 * (blocks.use != "land")
    chosen = np.argsort(-rank, kind="stable")[: plan.extended]
    site = np.full(len(sizes), -1)
    site[np.sort(chosen)] = np.arange(plan.extended)
    return site


def _units(plan: Plan, blocks: Network, community: Ints, site: Ints) -> Ints:
    """Join the smallest blocks of a community to unit grids until there are as many as planned."""
    label = np.arange(len(community))
    area = shapely.area(blocks.faces)
    near = _adjacent(blocks, community, site)
    sums = dict(enumerate(area.tolist()))
    members = {n: [n] for n in sums}
    while len(sums) > plan.units:
        own = min((n for n in sums if near[n]), key=lambda n: sums[n])
        other = min(near[own], key=lambda n: (sums[n], n))
        sums[other] += sums.pop(own)
        members[other] += members.pop(own)
        near[other] = (near[other] | near.pop(own)) - {own, other}
        for n in near[other]:
            near[n] = (near[n] - {own}) | {other}
    for unit, faces in members.items():
        label[faces] = unit
    return np.unique(label, return_inverse=True)[1]


def _adjacent(blocks: Network, community: Ints, site: Ints) -> dict[int, set[int]]:
    """Return the neighbours of every block that may be in one unit grid with it."""
    left, right = blocks.edges["left"].to_numpy(), blocks.edges["right"].to_numpy()
    both = (left >= 0) & (right >= 0) & (community[left] == community[right])
    both &= (site[left] < 0) & (site[right] < 0) & (blocks.use[left] == blocks.use[right])
    near: dict[int, set[int]] = {n: set() for n in range(len(community))}
    for a, b in zip(left[both].tolist(), right[both].tolist(), strict=True):
        near[a].add(b)
        near[b].add(a)
    return near


def _halves(plan: Plan, blocks: Network, community: Ints, unit: Ints) -> Ints:
    """Part the communities of most unit grids in two responsibility grids."""
    communities = np.unique(community)
    sizes = np.array([len(np.unique(unit[community == c])) for c in communities])
    more = plan.responsibility - len(communities)
    parted = set(communities[np.argsort(-sizes, kind="stable")[:more]].tolist())
    result, begin = np.empty(len(community), dtype=int), 0
    for own in communities.tolist():
        rows = np.flatnonzero(community == own)
        count = 2 if own in parted else 1
        names, number = np.unique(unit[rows], return_inverse=True)
        shapes = np.array(
            [joined(blocks.faces[rows[number == n]]) for n in range(len(names))], dtype=object
        )
        result[rows] = begin + _bisected_in_one_piece(shapes, count)[number]
        begin += count
    return result


def _bisected_in_one_piece(shapes: npt.NDArray[np.object_], count: int) -> Ints:
    label = bisected(shapes, count)
    if count == 1:
        return label
    left, right = shapely.STRtree(shapes).query(shapes, predicate="touches")
    pairs = pd.DataFrame({"left": left, "right": right})
    pairs["length"] = shapely.length(shapely.intersection(shapes[left], shapes[right]))
    return in_one_piece(label, pairs[pairs["length"] > 1].reset_index(drop=True))


def united(shapes: npt.NDArray[np.object_], label: Ints) -> npt.NDArray[np.object_]:
    """Return the polygon of every set of blocks, in the order of the sets' numbers."""
    groups = pd.Series(np.arange(len(label))).groupby(label)
    return np.array(list(_united(shapes, groups)), dtype=object)


def _united(shapes: npt.NDArray[np.object_], groups: object) -> Iterator[shapely.Geometry]:
    for _, rows in groups:  # type: ignore[attr-defined]
        own = shapes[rows.to_numpy()]
        yield own[0] if len(own) == 1 else shapely.normalize(shapely.union_all(own))
