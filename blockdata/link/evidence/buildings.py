"""Which building an incident is about: that of its address, else the one it was measured at."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from blockdata.link.evidence.addresses import AddressAnswers
from blockdata.link.evidence.known import Known
from blockdata.link.evidence.places import COORDINATES, Given, share_of_cases
from blockdata.link.evidence.weighing import Choice, Posterior, best_two, posterior
from blockdata.link.order import positions

__all__ = ["BuildingAnswers", "weigh_buildings"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

BY_ADDRESS, BY_PLACE, SHARED = 1, 2, 4
"""Signs of the evidence; SHARED: the address has several buildings."""


class BuildingAnswers(NamedTuple):
    """Buildings of incidents; `sign` and `distance_m` stand beside the rows of `found`."""

    found: Posterior
    choice: Choice
    sign: Integers
    distance_m: Floats


def weigh_buildings(given: Given, addresses: AddressAnswers) -> BuildingAnswers:
    """Find the buildings of addresses, and of measured places without an address.

    Where an address is known the coordinates have been weighed against it already, and are no
    second witness.

    Parameters
    ----------
    given : Given
    addresses : AddressAnswers

    Returns
    -------
    BuildingAnswers
    """
    count = len(given.incidents)
    by_address = _of_addresses(given.known, addresses)
    told = np.zeros(count, dtype=bool)
    told[addresses.found.incident] = True
    rows = np.flatnonzero(~told & (addresses.where.made == COORDINATES))
    by_place = _of_places(given, rows, addresses)
    incident, target, weight, sign, apart = (
        np.concatenate(pair) for pair in zip(by_address, by_place, strict=True)
    )
    none = np.zeros(count)
    none[addresses.found.incident] = np.log(
        np.maximum(1 - _named_mass(count, by_address)[addresses.found.incident], 1e-300)
    )
    none[rows] = np.log(
        1 - share_of_cases(given, "building")[rows] * (1 - addresses.where.outliers[rows])
    )
    with np.errstate(divide="ignore"):
        weight = np.log(weight)
    found = posterior(incident, target, weight, none)
    # Of one incident either the address or the place speaks, so that each pair stands once.
    order = np.lexsort((target, incident))
    return BuildingAnswers(found, best_two(found), sign[order], apart[order])


def _named_mass(count: int, named: tuple[Integers, Integers, Floats, Integers, Floats]) -> Floats:
    return np.bincount(named[0], named[2], count).astype(np.float64)


def _of_addresses(
    known: Known, addresses: AddressAnswers
) -> tuple[Integers, Integers, Floats, Integers, Floats]:
    """Share the probability of each address among its buildings."""
    pairs = known.buildings_of_address.dropna().drop_duplicates()
    address = positions(pairs["address_id"], known.addresses["id"])
    building = positions(pairs["building"], known.buildings["id"])
    kept = (address >= 0) & (building >= 0)
    address, building = address[kept], building[kept]
    order = np.lexsort((building, address))
    address, building = address[order], building[order]
    found = addresses.found
    begin = np.searchsorted(address, found.target, "left")
    size = np.searchsorted(address, found.target, "right") - begin
    of = np.repeat(np.arange(len(found.target)), size)
    step = np.arange(len(of)) - np.repeat(np.cumsum(size) - size, size)
    target = building[np.repeat(begin, size) + step]
    weight = found.probability[of] / size[of]
    sign = np.where(size[of] > 1, BY_ADDRESS | SHARED, BY_ADDRESS)
    incident = found.incident[of]
    # Two addresses of one incident may have one building.
    key = incident * (len(known.buildings) + 1) + target
    _, first, number = np.unique(key, return_index=True, return_inverse=True)
    total = np.bincount(number, weight, len(first)).astype(np.float64)
    return incident[first], target[first], total, sign[first], np.full(len(first), np.nan)


def _of_places(
    given: Given, rows: Integers, addresses: AddressAnswers
) -> tuple[Integers, Integers, Floats, Integers, Floats]:
    _, known, sources, _, settings = given
    where, parts = addresses.where, []
    things = known.houses()
    for number, law in enumerate(sources.to_address):
        own = rows[sources.number[rows] == number]
        near = things.near(where.x[own], where.y[own], law, settings)
        share = share_of_cases(given, "building")[own[near.row]]
        sign = np.full(len(near.row), BY_PLACE)
        parts.append((own[near.row], near.target, share * near.ratio, sign, near.distance_m))
    nothing = np.zeros(0, dtype=np.int64)
    parts.append((nothing, nothing, np.zeros(0), nothing, np.zeros(0)))
    row, target, weight, sign, apart = (np.concatenate(p) for p in zip(*parts, strict=True))
    return row, target, weight, sign, apart
