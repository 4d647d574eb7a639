"""Which address an incident is about: by code and by text, weighed with where it was measured."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from blockdata.link.evidence.known import Known
from blockdata.link.evidence.model import extra_extent_m
from blockdata.link.evidence.places import Given, Sources, Where, flags_of, where_measured
from blockdata.link.evidence.settings import EvidenceSettings
from blockdata.link.evidence.standing import REACH, Told, where_standing
from blockdata.link.evidence.weighing import Choice, Posterior, best_two, posterior
from blockdata.link.evidence.witnesses import Named, agreed, log_odds
from blockdata.link.order import positions

__all__ = ["BY_CODE", "BY_TEXT", "AddressAnswers", "weigh_addresses"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

BY_TEXT, BY_CODE, AGREES, APART = 1, 2, 4, 8
"""Signs of the evidence: of text, of code; coordinates agree, are too far."""


class AddressAnswers(NamedTuple):
    """Addresses of incidents.

    `found` and `choice` are the probabilities; `sign` and `distance_m` stand beside the rows of
    `found`; `where` is the place each incident is taken to be at. The last four have an entry for
    each incident: whether address and coordinates contradict each other, how probable that is,
    how far apart they are at most where both are right, and whether the address is what stands.
    """

    found: Posterior
    choice: Choice
    sign: Integers
    distance_m: Floats
    where: Where
    contradicted: Floats
    allowed_m: Floats
    address_stands: Flags


def weigh_addresses(given: Given, by_names: Sequence[Named] = ()) -> AddressAnswers:
    """Weigh what is said of the address against where the incident was measured.

    Parameters
    ----------
    given : Given
    by_names : sequence of Named
        Addresses of what texts call by name.

    Returns
    -------
    AddressAnswers
    """
    incidents, known, sources, _, settings = given
    named = _named(incidents, known, by_names, settings)
    there = known.addresses[["x", "y"]].to_numpy(dtype=np.float64)
    spots = there[named.target] if len(there) else np.zeros((0, 2))
    here = where_measured(incidents, sources)
    apart = np.hypot(here.x[named.incident] - spots[:, 0], here.y[named.incident] - spots[:, 1])
    extent_m = extra_extent_m(incidents, settings)
    independent = np.array([not law.is_geocoded for law in sources.to_address] or [True])
    counts = ~np.isnan(apart) & independent[sources.number[named.incident]]
    likely = _likelihoods(named.incident, apart, extent_m, sources, settings)
    near, lost, wrong = (
        np.where(counts, value, of_no_weight)
        for value, of_no_weight in zip(likely, (1.0, 0.0, 1.0), strict=True)
    )
    weight = named.log_odds + np.log(near + lost) - np.log(wrong)
    found = posterior(named.incident, named.target, weight, np.zeros(len(incidents)))
    reach = np.array([law.reach_m() for law in sources.to_address] or [0.0])[sources.number]
    allowed = np.hypot(reach, REACH * extent_m)
    agrees = apart <= allowed[named.incident]
    sign = named.sign | np.where(counts, np.where(agrees, AGREES, APART), 0)
    choice = best_two(found)
    best, odds = choice.row, np.exp(named.log_odds[choice.row])
    share_lost = sources.values("address", "outliers")[choice.incident]
    believed = _believed(odds, (near[best], lost[best], wrong[best]), share_lost)
    contradicted, coordinates = (_of_all(len(incidents), choice, column) for column in believed)
    contradicted *= _of_all(len(incidents), choice, counts[best] & ~agrees[best])
    stands = _of_all(len(incidents), choice, found.probability[best]) >= coordinates
    doubt = contradicted >= settings.contradiction
    stands = _trusted(stands, sources, settings)
    told = Told(choice, found.probability[best], spots[best], extent_m)
    return AddressAnswers(
        found,
        choice,
        sign,
        apart,
        where_standing(incidents, here, told, (doubt, stands), settings),
        np.where(doubt, contradicted, 0.0),
        allowed,
        stands,
    )


def _believed(
    odds: Floats, likely: tuple[Floats, Floats, Floats], share_lost: Floats
) -> tuple[Floats, Floats]:
    """Return how probable it is that address and coordinates are not both right, and the latter."""
    near, lost, wrong = likely
    total = odds * (near + lost) + wrong
    return 1 - odds * near / total, (odds * near + (1 - share_lost) * wrong) / total


def _named(
    incidents: pd.DataFrame, known: Known, by_names: Sequence[Named], settings: EvidenceSettings
) -> Named:
    """Return the addresses that texts, codes and names lead to, with their odds."""
    ids, parts = known.addresses["id"], []
    not_default = ~flags_of(incidents, "at_default")
    for column, score in (("address_id", "match_score"), ("runner_up", "runner_up_score")):
        if column in incidents and score in incidents:
            place = positions(incidents[column], ids)
            said = incidents[score].fillna(settings.unscored).to_numpy(dtype=np.float64)
            row = np.flatnonzero((place >= 0) & (said > 0) & not_default)
            sign = np.full(len(row), BY_TEXT)
            parts.append(Named(row, place[row], log_odds(said[row]), sign))
    if "address_code" in incidents:
        code = known.addresses["code"]
        alone = known.addresses[~code.duplicated(keep=False) & code.notna()]
        place = positions(incidents["address_code"], alone["code"])
        row = np.flatnonzero((place >= 0) & not_default)
        odds = np.full(len(row), log_odds(1 - settings.code_error))
        target = alone.index.to_numpy()[place[row]]
        parts.append(Named(row, target, odds, np.full(len(row), BY_CODE)))
    for named in by_names:
        kept = not_default[named.incident]
        row, target, odds, sign = named
        parts.append(Named(row[kept], target[kept], odds[kept], sign[kept]))
    return agreed(parts, settings.confusable)


def _likelihoods(
    incident: Integers,
    apart: Floats,
    extent_m: Floats,
    sources: Sources,
    settings: EvidenceSettings,
) -> tuple[Floats, Floats, Floats]:
    """Return densities of coordinates: address right, right but coordinates lost, address wrong."""
    extent = extent_m[incident]
    near = sources.near("address", incident, apart, extent)
    share = sources.values("address", "outliers")[incident]
    area = sources.values("address", "area_m2")[incident]
    beside = sources.near("address", incident, apart, np.hypot(settings.wrong_near_m, extent))
    far = settings.wrong_near * share + (1 - settings.wrong_near)
    return near, share / area, settings.wrong_near * beside + far / area


def _of_all(count: int, choice: Choice, values: npt.NDArray[np.generic]) -> Floats:
    """Return values of the incidents that have a candidate as a column of all, 0 for the others."""
    column = np.zeros(count)
    column[choice.incident] = values
    return column


def _trusted(stands: Flags, sources: Sources, settings: EvidenceSettings) -> Flags:
    """Let the address or the coordinates of sources stand that are trusted for them."""
    for number, name in enumerate(sources.names):
        if name in settings.trust:
            stands = np.where(sources.number == number, settings.trust[name] == "address", stands)
    return stands
