"""What each incident is about, from all that it has, with how surely."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from blockdata.errors import AnalysisError
from blockdata.link.evidence import contradictions
from blockdata.link.evidence.gathering import gather
from blockdata.link.evidence.known import Known
from blockdata.link.evidence.listing import joined, plain_links, sorted_links
from blockdata.link.evidence.model import EvidenceModel
from blockdata.link.evidence.places import PLACES, Given, Where, sources_of
from blockdata.link.evidence.settings import EvidenceSettings
from blockdata.link.evidence.words import encoded
from blockdata.link.order import positions

__all__ = ["Linked", "link_by_evidence"]


class Linked(NamedTuple):
    """What `link_by_evidence` found.

    Parameters
    ----------
    links : DataFrame
        incident, target_kind, target, method, distance_m, probability, evidence, runner_up,
        runner_up_probability; sorted by incident and target_kind, one row for both.
    contradictions : DataFrame
        incident, first_kind, first, second_kind, second, distance_m, allowed_m, probability,
        stands; sorted by incident.
    places : DataFrame
        id, x, y, error_m, made ("coordinates", "address", "description", "nowhere"): the one
        place each incident is taken to be at, in the order of the incidents.
    """

    links: pd.DataFrame
    contradictions: pd.DataFrame
    places: pd.DataFrame


def link_by_evidence(
    incidents: pd.DataFrame,
    known: Known,
    model: EvidenceModel,
    *,
    stated: pd.DataFrame | None = None,
    decisions: pd.DataFrame | None = None,
    settings: EvidenceSettings | None = None,
) -> Linked:
    """Link incidents to what they are about, weighing all evidence.

    Each witness (code, text, name, coordinates, the source's own cell) has a likelihood; together
    they give probabilities over the candidates of a kind and none of them. Listed is the most
    probable candidate of each kind, if it is probable enough, with the next one.

    ==============  ======================  ====================================================
    target_kind     candidates              evidence
    ==============  ======================  ====================================================
    address         by text and code        score, code, coordinates under the source's error
    building        by address, else place  the address's probability; coordinates
    component       by code, or near and    code, coordinates, density of the class
    camera          of the class
    premises        by name in the text     name, same address, others of that name
    legal_entity    by name in the text     name, same address, others of that name
    cell:<layer>    by place                the law of the place's error, the source's statement
    area            by the source           the source's statement
    ==============  ======================  ====================================================

    What contradicts itself is reported and never averaged: the incident stands at the address or
    at the coordinates, as `EvidenceSettings.trust` says of its source, else at the more probable.

    Parameters
    ----------
    incidents : DataFrame
        Columns id (unique), source, category, x, y (metres, as measured: never taken from the
        address). Where there are any: address_id, match_score, runner_up, runner_up_score,
        address_code, address_text, component_code, camera_code, area_id, described_x,
        described_y, described_radius_m (holds nine in ten), and the flags at_default (its address
        stands for no place), measured_at_default (its coordinates do), at_crossing.
    known : Known
    model : EvidenceModel
        As from `fit_evidence` of all incidents; those given here may be a part of them.
    stated : DataFrame, optional
        incident, layer, cell: cells that sources name.
    decisions : DataFrame, optional
        incident, target_kind, target: what persons decided; a null target means none. They hold
        over all evidence; of several for one incident and kind the last one.
    settings : EvidenceSettings, optional

    Returns
    -------
    Linked
        The same whatever the order of the frames' rows.

    Raises
    ------
    AnalysisError
        If a column is missing.

    Examples
    --------
    >>> incidents = pd.DataFrame({"id": ["i1"], "source": ["patrol"], "category": ["井盖破损"],
    ...                           "x": [3.0], "y": [4.0]})
    >>> things = pd.DataFrame({"id": ["c1", "c2"], "code": ["1", "2"], "x": [3.0, 900.0],
    ...                        "y": [4.5, 900.0], "class_name": ["污水井盖", "路灯"]})
    >>> classes = pd.DataFrame({"category": ["井盖破损"], "kind": ["component"],
    ...                         "class_name": ["污水井盖"]})
    >>> known = Known(components=things, classes=classes)
    >>> from blockdata.link.evidence.model import fit_evidence
    >>> found = link_by_evidence(incidents, known, fit_evidence(incidents, known))
    >>> found.links[["target_kind", "target", "method"]].values.tolist()
    [['component', 'c1', 'nearest_of_class']]
    """
    _require(incidents)
    chosen = settings or EvidenceSettings()
    decided = _decided(decisions)
    ordered = incidents.sort_values("id", ignore_index=True)
    ordered = _with_decided_addresses(ordered, decided)
    given = Given(ordered, known, sources_of(ordered, model, chosen), model, chosen)
    gathered = gather(given, stated)
    likely = [part[part["probability"] >= chosen.min_probability] for part in gathered.parts]
    return Linked(
        sorted_links(_with_decisions(joined(likely), decided, ordered)),
        _sorted_contradictions(gathered.contradictions),
        _places(incidents, ordered, gathered.where),
    )


def _require(incidents: pd.DataFrame) -> None:
    for name in ("id", "source", "category", "x", "y"):
        if name not in incidents:
            raise AnalysisError(f"there is no column {name!r}", where="incidents")


def _decided(decisions: pd.DataFrame | None) -> pd.DataFrame:
    names = ["incident", "target_kind", "target"]
    if decisions is None:
        return pd.DataFrame({name: pd.Series(dtype="str") for name in names})
    return decisions[names].drop_duplicates(["incident", "target_kind"], keep="last")


def _with_decided_addresses(incidents: pd.DataFrame, decided: pd.DataFrame) -> pd.DataFrame:
    """Let decided addresses be those that texts name, so that buildings and cells follow them."""
    own = decided[decided["target_kind"] == "address"]
    place = positions(incidents["id"], own["incident"])
    told = place >= 0
    if not told.any():
        return incidents
    target = own["target"].to_numpy(dtype=object)[place]
    nothing = pd.Series(None, index=incidents.index, dtype=object)
    changed = incidents.assign(
        address_id=np.where(told, target, incidents.get("address_id", nothing)),
        match_score=np.where(told, 1.0, incidents.get("match_score", nothing.astype(float))),
    )
    for name in ("runner_up", "address_code"):
        if name in changed:
            changed[name] = changed[name].astype(object).mask(told)
    if "at_default" in changed:
        changed["at_default"] = changed["at_default"].to_numpy(dtype=bool) & ~told
    return changed


def _with_decisions(
    links: pd.DataFrame, decided: pd.DataFrame, incidents: pd.DataFrame
) -> pd.DataFrame:
    """Put what persons decided in place of what evidence says."""
    own = decided[positions(decided["incident"], incidents["id"]) >= 0]
    if own.empty:
        return links
    key = links["incident"].astype("str") + " " + links["target_kind"].astype("str")
    gone = positions(key, own["incident"].astype("str") + " " + own["target_kind"].astype("str"))
    made = own[own["target"].notna()]
    if made.empty:
        return links[gone < 0]
    words = ("", "decision", "a person decided")
    rows = plain_links(made["incident"], made["target"], words, 1.0)
    rows["target_kind"] = pd.Categorical(made["target_kind"].astype("str").to_numpy())
    return joined([links[gone < 0], rows])


def _sorted_contradictions(parts: list[pd.DataFrame]) -> pd.DataFrame:
    numbers = {"distance_m": "float64", "allowed_m": "float64", "probability": "float64"}
    types = {name: numbers.get(name, "str") for name in contradictions.COLUMNS}
    together = pd.concat([p.astype(types) for p in parts], ignore_index=True)
    keys = ["incident", "first_kind", "first", "second_kind"]
    return together.sort_values(keys, ignore_index=True)


def _places(asked: pd.DataFrame, incidents: pd.DataFrame, where: Where) -> pd.DataFrame:
    row = positions(asked["id"], incidents["id"])
    return pd.DataFrame(
        {
            "id": asked["id"].to_numpy(),
            "x": where.x[row],
            "y": where.y[row],
            "error_m": np.where(where.made[row] > 0, where.sigma_m[row], np.nan),
            "made": encoded(PLACES, where.made[row]),
        }
    )
