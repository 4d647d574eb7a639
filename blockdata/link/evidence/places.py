"""Where incidents are: measured, at an address, or at a described place; each with its error."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from blockdata.link.evidence.known import Known
from blockdata.link.evidence.model import EvidenceModel, measured
from blockdata.link.evidence.position_error import PositionError
from blockdata.link.evidence.settings import EvidenceSettings

__all__ = [
    "PLACES",
    "Given",
    "Sources",
    "Where",
    "crowding_of_cases",
    "flags_of",
    "share_of_cases",
    "sources_of",
    "where_measured",
]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

PLACES = ("nowhere", "coordinates", "address", "description")
NOWHERE, COORDINATES, ADDRESS, DESCRIPTION = range(len(PLACES))


class Sources(NamedTuple):
    """The sources of some incidents: a number for each incident, and names and laws by number."""

    number: Integers
    names: tuple[str, ...]
    to_address: tuple[PositionError, ...]
    to_thing: tuple[PositionError, ...]

    def near(
        self, to: str, row: Integers, distance_m: Floats, extent_m: npt.ArrayLike = 0.0
    ) -> Floats:
        """Return the density at distances of incidents from a thing or an address."""
        laws = self.to_address if to == "address" else self.to_thing
        result, extent = np.zeros(len(row)), np.broadcast_to(extent_m, len(row))
        of = self.number[row]
        for number, law in enumerate(laws):
            own = of == number
            result[own] = law.near(distance_m[own], extent[own])
        return result

    def values(self, to: str, name: str) -> Floats:
        """Return a number of each incident's law, by its name."""
        laws = self.to_address if to == "address" else self.to_thing
        of = np.array([getattr(law, name) for law in laws] or [0.0], dtype=np.float64)
        return of[self.number]


class Where(NamedTuple):
    """The one place that each incident is taken to be at, and of what that was made.

    `sigma_m` is its standard error, `outliers` the share of such places that are elsewhere, `made`
    an index into `PLACES`.
    """

    x: Floats
    y: Floats
    sigma_m: Floats
    outliers: Floats
    made: Integers


class Given(NamedTuple):
    """All that evidence is weighed from: incidents in the order of their ids, and what is known."""

    incidents: pd.DataFrame
    known: Known
    sources: Sources
    model: EvidenceModel
    settings: EvidenceSettings


def share_of_cases(given: Given, kind: str) -> Floats:
    """Return the share of cases like each incident that are about a known thing of a kind."""
    return _by_case(given, lambda source, name: given.model.share(source, name, kind))


def crowding_of_cases(given: Given, kind: str) -> Floats:
    """Return how much denser things of a kind stand where cases like each incident are."""
    crowding = given.model.crowding
    return _by_case(given, lambda source, name: crowding.get((source, name, kind), 1.0))


def _by_case(given: Given, value: Callable[[str, str], float]) -> Floats:
    """Return a number of each incident by its source and category."""
    categories = given.incidents["category"].astype("category")
    names = [str(name) for name in categories.cat.categories]
    sources = given.sources.names
    table = np.zeros((max(len(sources), 1), len(names) + 1))  # the last is without a category
    for place, source in enumerate(sources):
        table[place, :-1] = [value(source, name) for name in names]
    return np.asarray(table[given.sources.number, categories.cat.codes.to_numpy()])


def sources_of(
    incidents: pd.DataFrame, model: EvidenceModel, settings: EvidenceSettings
) -> Sources:
    """Return each incident's source as a number, with the laws of the sources' coordinates."""
    # Incidents without a source are of one that nothing is known of.
    source = incidents["source"].astype("str").fillna("")
    names = sorted(source.unique())
    of = source.map({name: place for place, name in enumerate(names)}).to_numpy(dtype=np.int64)
    laws = [
        tuple(model.error(name, kind, settings) for name in names)
        for kind in ("address", "component")
    ]
    return Sources(of, tuple(names), laws[0], laws[1])


def flags_of(incidents: pd.DataFrame, name: str) -> Flags:
    """Return a column of flags, all false where there is none.

    Examples
    --------
    >>> flags_of(pd.DataFrame({"a": [1]}), "at_default").tolist()
    [False]
    """
    if name in incidents:
        return np.asarray(incidents[name].to_numpy(dtype=bool))
    return np.zeros(len(incidents), dtype=bool)


def where_measured(incidents: pd.DataFrame, sources: Sources) -> Where:
    """Return the measured places alone, with the coordinates' own error.

    How far an incident is from the thing or address that it is about comes on top.

    Parameters
    ----------
    incidents : DataFrame
    sources : Sources
    """
    there = measured(incidents)
    x, y = (np.where(there, incidents[c].to_numpy(dtype=np.float64), np.nan) for c in ("x", "y"))
    return Where(
        x,
        y,
        sources.values("component", "sigma_m"),
        sources.values("component", "outliers"),
        np.where(there, COORDINATES, NOWHERE),
    )
