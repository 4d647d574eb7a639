"""In which cells an incident lies, as surely as its place is known; and the cells sources name."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from blockdata.kernels import CellIndex
from blockdata.link.evidence.known import Known
from blockdata.link.evidence.places import NOWHERE, Where
from blockdata.link.evidence.settings import EvidenceSettings
from blockdata.link.evidence.weighing import Choice, Posterior, best_two, posterior
from blockdata.link.order import positions

__all__ = ["CellAnswers", "Spots", "weigh_cells"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

BY_PLACE, STATED, OTHER_STATED = 1, 2, 4
"""Signs of the evidence: the place, the source's statement, and a statement of another cell."""

_RINGS = ((0.0, 1, 0.2), (0.4, 8, 0.4), (0.8, 8, 0.4))
"""Points that stand for a normal law: share of the law inside, points on the ring, their weight."""


class CellAnswers(NamedTuple):
    """Cells of one layer.

    `cells` are their ids by number; `sign` and `distance_m` stand beside the rows of `found`.
    `stated` is the number of the cell that the source names, -1 for none, and `off_m` how far the
    place lies outside it (0 inside, NaN where either is missing).
    """

    layer: str
    cells: pd.Series
    found: Posterior
    choice: Choice
    sign: Integers
    distance_m: Floats
    stated: Integers
    off_m: Floats


class Spots(NamedTuple):
    """Buildings that incidents without an address may be about: where these stand, how probably.

    One row an incident and building.
    """

    incident: Integers
    x: Floats
    y: Floats
    probability: Floats


def weigh_cells(
    layer: str,
    where: Where,
    spots: Spots,
    known: Known,
    stated: pd.Series,
    settings: EvidenceSettings,
) -> CellAnswers:
    """Weigh where an incident is against the cell that its source names.

    Parameters
    ----------
    layer : str
    where : Where
    spots : Spots
        An incident about a building lies where that stands, not beyond the street.
    known : Known
        A cell of the layer may have no polygon: it can be named, and nothing lies in it.
    stated : Series of str
        The cell that each incident's source names; null for none.
    settings : EvidenceSettings

    Returns
    -------
    CellAnswers
    """
    own, index = known.cells_of_layer(layer)
    geom = own["geom"].to_numpy(dtype=object)
    named = positions(stated, own["cell"])
    pairs = _lying(index, where, spots, max(len(own), 1))
    lost = np.where(where.made == NOWHERE, 1.0, where.outliers)
    # A cell that is only named holds its share of what is lost.
    extra = np.flatnonzero(named >= 0)
    incident = np.r_[pairs[0], extra]
    target = np.r_[pairs[1], named[extra]]
    inside = np.r_[pairs[2] * (1 - lost[pairs[0]]), lost[extra] / max(len(own), 1)]
    said = named[incident]
    agree = np.where(said == target, 1 - settings.cell_error, settings.cell_error)
    weight = inside * np.where(said < 0, 1.0, agree)
    outside = 1 - np.bincount(pairs[0], pairs[2], len(lost))
    none = np.where(named < 0, lost + (1 - lost) * outside, settings.cell_error * outside)
    alone = (where.made == NOWHERE) & (named >= 0)
    weight = np.where(alone[incident], 1 - settings.cell_error, weight)
    none = np.where(alone, settings.cell_error, none)
    with np.errstate(divide="ignore"):
        found = posterior(incident, target, np.log(weight), np.log(np.maximum(none, 1e-300)))
    rows, of = found.incident, found.target
    sign = np.where(named[rows] == of, STATED, 0).astype(np.int64)
    sign = sign | np.where((named[rows] >= 0) & (named[rows] != of), OTHER_STATED, 0)
    sign = sign | np.where(where.made[rows] != NOWHERE, BY_PLACE, 0)
    apart = np.where(where.made[rows] != NOWHERE, 0.0, np.nan)
    off_m = _off(index, geom, where, named)
    return CellAnswers(layer, own["cell"], found, best_two(found), sign, apart, named, off_m)


def _lying(
    index: CellIndex, where: Where, spots: Spots, count: int
) -> tuple[Integers, Integers, Floats]:
    """Return incident, cell and the share of the incident's law of error that lies in the cell."""
    rows = np.flatnonzero(where.made != NOWHERE)
    rest = 1 - np.bincount(spots.incident, spots.probability, len(where.made))[rows].astype(
        np.float64
    )
    middle = index.locate(where.x[rows], where.y[rows])
    one, share = np.ones(len(rows), dtype=bool), np.zeros(len(rows))
    parts = [_pairs(spots.incident, index.locate(spots.x, spots.y), spots.probability, count)]
    for inside, points, weight in _RINGS:
        radius = where.sigma_m[rows] * np.sqrt(-2 * np.log1p(-inside))
        for turn in np.arange(points) * 2 * np.pi / points:
            x = where.x[rows] + radius * np.cos(turn)
            y = where.y[rows] + radius * np.sin(turn)
            cell = index.locate(x, y) if points > 1 else middle
            same = cell == middle
            share += same * (weight / points)
            one &= same
            parts.append(_pairs(rows[~same], cell[~same], (rest * weight / points)[~same], count))
    parts.append(_pairs(rows, middle, rest * np.where(one, 1.0, share), count))
    keys, shares = (np.concatenate(column) for column in zip(*parts, strict=True))
    key, number = np.unique(keys, return_inverse=True)
    total = np.bincount(number, shares, len(key)).astype(np.float64)
    return key // count, key % count, total


def _pairs(
    incident: Integers, cell: Integers, share: Floats, count: int
) -> tuple[Integers, Floats]:
    """Return incident and cell as one number, of those that lie in one."""
    there = cell >= 0
    return incident[there] * count + cell[there], share[there]


def _off(index: CellIndex, geom: npt.NDArray[np.object_], where: Where, named: Integers) -> Floats:
    """Return how far each place lies outside the cell that its source names."""
    off_m = np.full(len(named), np.nan)
    asked = np.flatnonzero((named >= 0) & (where.made != NOWHERE))
    inside = index.locate(where.x[asked], where.y[asked]) == named[asked]
    off_m[asked[inside]] = 0.0
    rest = asked[~inside]
    points = shapely.points(where.x[rest], where.y[rest])
    off_m[rest] = shapely.distance(points, geom[named[rest]])
    return off_m
