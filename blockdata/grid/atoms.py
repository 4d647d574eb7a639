"""Atoms: the smallest sets of buildings that people are counted over.

An atom is a set of whole buildings with at least `minimum` people. Every published figure of
people, in every layer, is a sum of whole atoms, each rounded once. So whatever two figures are
subtracted, the result is a combination of whole rounded atoms and tells of nothing smaller.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from blockdata.errors import ConfigError
from blockdata.grid._input import require_unique, whole_people

__all__ = ["atom_id", "draw_atoms"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Objects = npt.NDArray[np.object_]


def atom_id(buildings: Sequence[str]) -> str:
    """Name an atom by its buildings.

    Parameters
    ----------
    buildings : sequence of str
        Building ids, in any order.

    Returns
    -------
    str
        "atm" and 13 base32 characters of the SHA-256 of the sorted ids.

    Examples
    --------
    >>> atom_id(["bld2", "bld1"]) == atom_id(["bld1", "bld2"])
    True
    """
    digest = hashlib.sha256("\x1f".join(sorted(buildings)).encode()).digest()
    return "atm" + base64.b32encode(digest).decode().lower()[:13]


def draw_atoms(
    buildings: pd.DataFrame,
    minimum: int = 30,
    *,
    mint: Callable[[Sequence[str]], str] = atom_id,
) -> pd.DataFrame:
    """Group populated buildings into atoms of at least `minimum` people.

    1. The populated buildings of one overlay cell with at least `minimum` people are one atom.
    2. Inside a group, the smaller overlay cells are put together: to the first by name the
       nearest small one is added until `minimum` is reached, and so on while it can be reached.
    3. What is left over in a group joins, cell by cell, the nearest atom of that group.
    4. Groups with fewer than `minimum` people are put together like the cells in 2; what is left
       over of them joins, cell by cell, the nearest atom there is.

    Nearest is by the distance of people-weighted centroids, ties by name of the overlay cell.
    Cells without coordinates are infinitely far. If all buildings together have fewer than
    `minimum` people, there are no atoms.

    Parameters
    ----------
    buildings : DataFrame
        Columns building (str, unique), x, y (metres), people (whole number, not negative),
        overlay (text that names the cell of the overlay of all layers; null is outside all of
        them), group (the coarser cell whose borders are not crossed without need; may be null).
        Buildings with 0 or null people are in no atom.
    minimum : int
        People an atom has at least.
    mint : callable
        Gives an atom's id from its sorted building ids.

    Returns
    -------
    DataFrame
        Columns building, atom, sorted by building. Does not depend on the order of rows.

    Raises
    ------
    ConfigError
        If `minimum` is less than 1.
    AnalysisError
        If a building occurs twice, or people are negative or not whole.

    Examples
    --------
    >>> import pandas as pd
    >>> buildings = pd.DataFrame({"building": ["b1", "b2", "b3"], "x": [0.0, 10, 500], "y": 0.0,
    ...     "people": [20, 15, 40], "overlay": ["u1", "u2", "u3"], "group": "r1"})
    >>> draw_atoms(buildings).groupby("atom")["building"].agg(list).sort_values().to_list()
    [['b1', 'b2'], ['b3']]
    """
    if minimum < 1:
        raise ConfigError(f"minimum is {minimum}", where="atoms", allowed="1 or more")
    require_unique(buildings["building"], "buildings")
    people = whole_people(buildings["people"], "buildings")
    populated = _populated(buildings.assign(people=people))
    if populated["people"].sum() < minimum:
        return pd.DataFrame({"building": [], "atom": []}, dtype="str")
    unit = populated.groupby(["group", "overlay"], sort=True).ngroup()
    located = populated.groupby(unit)
    sums = located[["people", "weight", "weighted_x", "weighted_y"]].sum().to_numpy(dtype=float)
    group = located["group"].first().to_numpy(dtype=object)
    atom = _atoms_of_units(sums, group, minimum)[unit]
    drawn = populated[["building"]].assign(atom=atom)
    drawn["atom"] = drawn.groupby("atom")["building"].transform(lambda names: mint(names.to_list()))
    return drawn.astype("str")


def _populated(buildings: pd.DataFrame) -> pd.DataFrame:
    """Keep the buildings with people, in one fixed order, with the terms of their centroids."""
    # Sums of floats depend on their order in the last bits, hence the sorting.
    rows = buildings[buildings["people"] > 0].sort_values("building", ignore_index=True)
    there = rows["x"].notna() & rows["y"].notna()
    weight = rows["people"].where(there, 0)
    return rows.assign(
        group=rows["group"].astype(object).fillna("").astype("str"),
        overlay=rows["overlay"].astype(object).fillna("").astype("str"),
        weight=weight,
        weighted_x=(weight * rows["x"]).fillna(0),
        weighted_y=(weight * rows["y"]).fillna(0),
    )


def _atoms_of_units(sums: Floats, group: Objects, minimum: int) -> Integers:
    """Return the atom number of each overlay cell; cells come sorted by group and name.

    A row of `sums` is people, people with coordinates, and these times x and times y.
    """
    atom = np.full(len(sums), -1, dtype=np.int64)
    for name in pd.unique(group):
        members = np.flatnonzero(group == name)
        label = _grow(sums[members], minimum)
        label = _join_nearest(sums[members], label)
        atom[members] = np.where(label >= 0, label + atom.max() + 1, -1)
    adrift = np.flatnonzero(atom < 0)
    part = pd.factorize(group[adrift])[0]
    label = _grow(_sum_by(part, sums[adrift]), minimum)[part]
    atom[adrift] = np.where(label >= 0, label + atom.max() + 1, -1)
    return _join_nearest(sums, atom)


def _grow(sums: Floats, minimum: int) -> Integers:
    """Return the number of the atom each part is in, alone or with others; -1 if left over."""
    label = np.where(sums[:, 0] >= minimum, np.arange(len(sums)), -1)
    small = [int(part) for part in np.flatnonzero(label < 0)]
    while sums[small, 0].sum() >= minimum:
        grown = [small.pop(0)]
        while sums[grown, 0].sum() < minimum:
            distance_m = _distances(sums[small], sums[grown].sum(axis=0))
            grown.append(small.pop(int(distance_m.argmin())))
        label[grown] = min(grown)
    formed = label >= 0
    # Numbered by their first part, the atoms are in the order of names, which decides ties.
    label[formed] = np.unique(label[formed], return_inverse=True)[1]
    return label


def _join_nearest(sums: Floats, label: Integers) -> Integers:
    """Give every part left over the number of the nearest atom, where there is one."""
    joined = label.copy()
    if (label >= 0).any():
        atoms = _sum_by(label[label >= 0], sums[label >= 0])
        for part in np.flatnonzero(label < 0):
            joined[part] = _distances(atoms, sums[part]).argmin()
    return joined


def _sum_by(label: Integers, sums: Floats) -> Floats:
    total = np.zeros((label.max(initial=-1) + 1, sums.shape[1]))
    np.add.at(total, label, sums)
    return total


def _distances(sums: Floats, one: Floats) -> Floats:
    """Distances in metres between centroids; infinite where one has no coordinates."""
    weight = np.where(sums[:, 1:2] > 0, sums[:, 1:2], np.nan)
    apart = sums[:, 2:] / weight - one[2:] / (one[1] if one[1] > 0 else np.nan)
    return np.nan_to_num(np.hypot(apart[:, 0], apart[:, 1]), nan=np.inf)
