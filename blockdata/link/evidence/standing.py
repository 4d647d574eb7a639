"""At which of its places an incident stands: one of them, never between them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from blockdata.link.evidence.places import (
    ADDRESS,
    COORDINATES,
    DESCRIPTION,
    NOWHERE,
    Where,
    flags_of,
)
from blockdata.link.evidence.settings import EvidenceSettings
from blockdata.link.evidence.weighing import Choice

__all__ = ["REACH", "Told", "where_standing"]

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

REACH = 3.717
"""Within so many standard errors lie 999 of 1,000 points of a normal law in the plane."""

_ERROR_M = 1.0
"""Of an address's own point."""


class Told(NamedTuple):
    """The best address of the incidents that have one: how probable, and its point.

    `extent_m` has an entry for each incident.
    """

    choice: Choice
    probability: Floats
    spots: Floats
    extent_m: Floats


def where_standing(
    incidents: pd.DataFrame,
    here: Where,
    told: Told,
    which: tuple[Flags, Flags],
    settings: EvidenceSettings,
) -> Where:
    """Choose each incident's place.

    What contradicts itself is where that stands which is to be believed; else it is where it is
    known best: the address or the coordinates, whichever has the smaller error.

    Parameters
    ----------
    incidents : DataFrame
    here : Where
        As measured.
    told : Told
        By address.
    which : tuple of ndarray of bool
        Whether both contradict each other, and whether the address is to be believed then.
    settings : EvidenceSettings
    """
    doubt, stands = which
    x, y, sure = (np.full(len(incidents), np.nan) for _ in range(3))
    x[told.choice.incident], y[told.choice.incident] = told.spots.T
    sure[told.choice.incident] = told.probability
    has_address = ~np.isnan(x) & (sure >= settings.min_probability)
    extent = np.hypot(settings.address_extent_m, told.extent_m)
    better = np.where(doubt, stands, here.sigma_m >= extent)
    by_address = has_address & ((here.made != COORDINATES) | better)
    place = Where(
        np.where(by_address, x, here.x),
        np.where(by_address, y, here.y),
        np.where(by_address, np.maximum(told.extent_m, _ERROR_M), here.sigma_m),
        np.where(by_address, 1 - sure, here.outliers),
        np.where(by_address, ADDRESS, here.made),
    )
    return _with_described(incidents, place)


def _with_described(incidents: pd.DataFrame, place: Where) -> Where:
    """Put what has no place yet where its description leads; its radius holds nine in ten."""
    names = ["described_x", "described_y", "described_radius_m"]
    if not set(names) <= set(incidents):
        return place
    x, y, radius = (incidents[name].to_numpy(dtype=np.float64) for name in names)
    led = (place.made == NOWHERE) & ~np.isnan(x) & ~flags_of(incidents, "at_default")
    return Where(
        np.where(led, x, place.x),
        np.where(led, y, place.y),
        np.where(led, radius / np.sqrt(-2 * np.log(0.1)), place.sigma_m),
        np.where(led, 0.1, place.outliers),
        np.where(led, DESCRIPTION, place.made),
    )
