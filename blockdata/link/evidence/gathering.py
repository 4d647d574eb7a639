"""Links of every kind of target, with what contradicts itself on the way."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
import shapely

from blockdata.link.evidence import contradictions
from blockdata.link.evidence.addresses import AddressAnswers, weigh_addresses
from blockdata.link.evidence.buildings import BY_PLACE, BuildingAnswers, weigh_buildings
from blockdata.link.evidence.cells import Spots, weigh_cells
from blockdata.link.evidence.known import Known
from blockdata.link.evidence.listing import links_of, plain_links
from blockdata.link.evidence.names import NameAnswers, weigh_names
from blockdata.link.evidence.places import COORDINATES, PLACES, Given, Where, where_measured
from blockdata.link.evidence.things import weigh_things
from blockdata.link.evidence.words import encoded
from blockdata.link.order import positions

__all__ = ["Gathered", "gather"]


class Gathered(NamedTuple):
    """Links and contradictions, a frame for each kind of target; and where the incidents are."""

    parts: list[pd.DataFrame]
    contradictions: list[pd.DataFrame]
    where: Where


def gather(given: Given, stated: pd.DataFrame | None) -> Gathered:
    """Weigh the evidence for every kind of target.

    Names come first, for they lead to addresses; addresses before buildings, cells and things,
    for they say where an incident is.

    Parameters
    ----------
    given : Given
    stated : DataFrame or None
        incident, layer, cell.
    """
    names = _weighed_names(given)
    addresses = weigh_addresses(given, [found.to_address for found in names.values()])
    at_thing = _for_things(given, addresses)
    buildings = weigh_buildings(given, addresses)
    at_cell, spots = _for_cells(addresses.where), _spots(given, buildings)
    odd = contradictions.of_address(given, addresses)
    parts = [_address_links(given, addresses), _building_links(given, buildings)]
    for links, found in (
        *(_thing_links(given, kind, at_thing) for kind in ("component", "camera")),
        *(_cell_links(given, layer, (at_cell, spots), stated) for layer in _layers(given.known)),
    ):
        parts.append(links)
        odd.append(found)
    parts += [*_name_links(given, names), _area_links(given), _default_links(given)]
    return Gathered(parts, odd, addresses.where)


def _layers(known: Known) -> list[str]:
    return sorted(known.cells["layer"].dropna().astype(str).unique())


def _for_things(given: Given, addresses: AddressAnswers) -> Where:
    """Return the measured places where there are any: a thing stands beside its address.

    Coordinates that are not to be believed, because the address contradicts them, are none.
    """
    here, told = where_measured(given.incidents, given.sources), addresses.where
    doubted = (addresses.contradicted > 0) & addresses.address_stands
    own = (here.made == COORDINATES) & ~doubted
    return Where(*(np.where(own, a, b) for a, b in zip(here, told, strict=True)))


def _for_cells(where: Where) -> Where:
    """Return the places without those that only a description leads to: it names no cell."""
    described = where.made == PLACES.index("description")
    return where._replace(made=np.where(described, PLACES.index("nowhere"), where.made))


def _spots(given: Given, buildings: BuildingAnswers) -> Spots:
    """Return where the buildings stand that measured places speak for."""
    found = buildings.found
    row = np.flatnonzero((buildings.sign & BY_PLACE) > 0)
    geometries = given.known.buildings["geom"].to_numpy(dtype=object)[found.target[row]]
    middle = shapely.centroid(geometries)
    at = shapely.get_x(middle), shapely.get_y(middle)
    return Spots(found.incident[row], *at, found.probability[row])


def _address_links(given: Given, addresses: AddressAnswers) -> pd.DataFrame:
    ids, incidents = given.known.addresses["id"], given.incidents
    links = links_of(incidents, "address", ids, addresses, "address", addresses.distance_m)
    if "at_crossing" in incidents:
        crossing = incidents["at_crossing"].to_numpy(dtype=bool)[addresses.choice.incident]
        kinds = ["address", "crossing"]
        links["target_kind"] = encoded(kinds, crossing.astype(np.int64))
    return links


def _building_links(given: Given, found: BuildingAnswers) -> pd.DataFrame:
    ids = given.known.buildings["id"]
    return links_of(given.incidents, "building", ids, found, "building", found.distance_m)


def _thing_links(given: Given, kind: str, where: Where) -> tuple[pd.DataFrame, pd.DataFrame]:
    found = weigh_things(given, kind, where)
    ids = given.known.things(kind)["id"]
    links = links_of(given.incidents, kind, ids, found, "thing", found.distance_m)
    return links, contradictions.of_thing(given, kind, found, where)


def _weighed_names(given: Given) -> dict[str, NameAnswers]:
    frames = {"premises": given.known.premises, "legal_entity": given.known.entities}
    address_ids = given.known.addresses["id"]
    return {
        kind: weigh_names(given.incidents, frame, address_ids, given.settings)
        for kind, frame in frames.items()
    }


def _name_links(given: Given, names: dict[str, NameAnswers]) -> list[pd.DataFrame]:
    ids = {"premises": given.known.premises["id"], "legal_entity": given.known.entities["id"]}
    return [
        links_of(given.incidents, kind, ids[kind], found, "name") for kind, found in names.items()
    ]


def _cell_links(
    given: Given, layer: str, places: tuple[Where, Spots], stated: pd.DataFrame | None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    where, spots = places
    named = _stated(given.incidents, stated, layer)
    found = weigh_cells(layer, where, spots, given.known, named, given.settings)
    links = links_of(given.incidents, f"cell:{layer}", found.cells, found, "cell", found.distance_m)
    odd = contradictions.of_cell(given, found, where)
    return _named_by_place(links, where, given.incidents), odd


def _stated(incidents: pd.DataFrame, stated: pd.DataFrame | None, layer: str) -> pd.Series:
    """Return the cell of a layer that each incident's source names; of several the first by id."""
    if stated is None or not (stated["layer"] == layer).any():
        return pd.Series(None, index=incidents.index, dtype="str")
    own = stated[stated["layer"] == layer].sort_values("cell", ignore_index=True)
    place = positions(incidents["id"], own["incident"])
    cells = pd.array(own["cell"].to_numpy(), dtype="str").take(place, allow_fill=True)
    return pd.Series(cells, index=incidents.index)


def _named_by_place(links: pd.DataFrame, where: Where, incidents: pd.DataFrame) -> pd.DataFrame:
    """Name links to cells after what the place was made of, where the source names none."""
    row = positions(links["incident"], incidents["id"])
    by_place = (links["method"] == "place").to_numpy()
    names = [*PLACES, "stated"]
    code = np.where(by_place, where.made[row], len(PLACES)) if len(links) else row
    return links.assign(method=encoded(names, code))


def _area_links(given: Given) -> pd.DataFrame:
    incidents = given.incidents
    words = ("area", "source", "the source names the area")
    rows = incidents[incidents["area_id"].notna()] if "area_id" in incidents else incidents[:0]
    target = rows["area_id"] if "area_id" in rows else pd.Series(dtype="str")
    return plain_links(rows["id"], target, words, 1 - given.settings.cell_error)


def _default_links(given: Given) -> pd.DataFrame:
    """Say of incidents at a default location where that is; it is evidence of nothing."""
    incidents = given.incidents
    words = ("default_location", "text", "where the source puts what it cannot place")
    if not {"at_default", "address_id"} <= set(incidents):
        return plain_links(pd.Series(dtype="str"), pd.Series(dtype="str"), words, 1.0)
    rows = incidents[incidents["at_default"].astype(bool) & incidents["address_id"].notna()]
    return plain_links(rows["id"], rows["address_id"], words, 1.0)
