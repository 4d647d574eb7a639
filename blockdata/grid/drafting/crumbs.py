"""Faces that are no blocks: strips between carriageways, islands, slivers along borders."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from blockdata.grid.drafting.arrangement import Bools, Floats, Integers
from blockdata.grid.drafting.blocks import BARRED_SHARE
from blockdata.grid.drafting.settings import MAIN

__all__ = ["absorbed"]

_NEARLY = 0.8
"""Borders this long beside the longest are as good: then the more north-western side counts."""


def absorbed(
    borders: pd.DataFrame,
    crumb: Bools,
    kind: npt.NDArray[np.generic],
    community: Integers,
    middle: Floats,
    area_m2: Floats,
) -> Integers:
    """Give every crumb to a neighbour in its community.

    The neighbour is of its own kind and over a minor border if there is one, else over any border;
    of several the one with the longest border.

    Parameters
    ----------
    borders : DataFrame
        left, right (faces), rank, length_m.
    crumb : ndarray of bool, shape (n,)
    kind : ndarray, shape (n,)
        Land, or what stays whole.
    community : ndarray of int64, shape (n,)
    middle : ndarray of float64, shape (n, 2)
    area_m2 : ndarray of float64, shape (n,)

    Returns
    -------
    ndarray of int64, shape (n,)
        The face that each is a part of; a crumb without a neighbour stays itself.
    """
    table = borders[community[borders["left"]] == community[borders["right"]]]
    turned = table.rename(columns={"left": "right", "right": "left"})
    both = pd.concat([table, turned])
    both = both.assign(main=both["length_m"].where(both["rank"] >= MAIN, 0.0))
    pairs = both.groupby(["left", "right"])[["length_m", "main"]].sum().reset_index()
    near = dict(iter(pairs[crumb[pairs["left"]]].groupby("left")))
    parent = np.arange(len(crumb))
    for face in np.flatnonzero(crumb)[np.argsort(area_m2[crumb], kind="stable")].tolist():
        rows = near.get(face)
        if rows is None:
            continue
        parent[face] = face
        home = np.array([_home(parent, int(n)) for n in rows["right"]])
        fits = home != face
        if fits.any():
            parent[face] = _best_home(rows[fits], home[fits], kind, face, middle)
    return np.array([_home(parent, f) for f in range(len(parent))], dtype=np.int64)


def _best_home(
    rows: pd.DataFrame, home: Integers, kind: npt.NDArray[np.generic], face: int, middle: Floats
) -> int:
    length, main = rows["length_m"].to_numpy(), rows["main"].to_numpy()
    is_minor = main <= BARRED_SHARE * length
    is_kind = kind[home] == kind[face]
    grade = np.where(is_kind & is_minor, 0, np.where(is_minor, 1, 2))
    best = grade == grade.min()
    home, length = home[best], length[best]
    long = length >= _NEARLY * length.max()
    home = home[long]
    step = middle[home] - middle[face]
    return int(home[np.lexsort([home, (step[:, 0] - step[:, 1]).round(3)])[0]])


def _home(parent: Integers, face: int) -> int:
    while parent[face] != face:
        face = int(parent[face])
    return face
