"""What lasting problems are found from: episodes told of every kind of place, and all places.

An episode counts at its own place, and at what that lies in: the building of an address, the
entity that is named, the cell of a layer. What is about a component counts there alone, for
the cell's other problems say nothing of how often a lamp fails.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
import pandas as pd
import shapely

from blockdata.analysis.lasting import rolled_up
from blockdata.engines import feeds
from blockdata.engines.feeds import OWN_FIRST
from blockdata.engines.somewhere import episodes_somewhere
from blockdata.link.order import is_in
from blockdata.store.session import Session

__all__ = ["EXPOSURE_OF", "OWN_KINDS", "all_places", "told_episodes", "told_of_places"]

OWN_KINDS = ("address", "building", "component", "crossing", "premises", "legal_entity")
"""Kinds of place at which episodes stand by themselves and that are one thing."""

EXPOSURE_OF = {
    "address": "addresses",
    "building": "floor_area_m2",
    "cell": "addresses_and_components",
}
"""What the places of a kind are measured by; all others count one each."""

_LEAST_M2 = 20.0
_BELOW_GATE = ("room", "unit", "building")


def told_episodes(session: Session, since: dt.datetime) -> pd.DataFrame:
    """Return the episodes as they stand: place_kind, place, category, episode, and their closing.

    Parameters
    ----------
    session : Session
    since : datetime
        In UTC; episodes that were over before it are left out, for no later closing is theirs.

    Returns
    -------
    DataFrame
        Also first_reported, closed_at, reopenings, administrative_closings; by episode.
    """
    return session.frame(
        "SELECT episode, place_kind, place, category, first_reported, closed_at, reopenings, "
        "administrative_closings FROM base.episode WHERE first_reported >= $since "
        "OR closed_at IS NULL OR closed_at >= $since ORDER BY episode",
        {"since": since},
    )


def told_of_places(
    session: Session, told: pd.DataFrame, layers: Sequence[str], day: dt.date
) -> pd.DataFrame:
    """Tell episodes of every place that has them.

    Parameters
    ----------
    session : Session
    told : DataFrame
        As from `told_episodes`.
    layers : sequence of str
        Layers whose cells are places.
    day : date
        On which cells stand.

    Returns
    -------
    DataFrame
        The columns of `told`; an episode stands once at most for each kind of place.
        What is known by a cell or an area alone counts in the cells of the layers, not as a place
        of its own: a community is no spot; and so does what is somewhere in an estate or a road
        (see `episodes_somewhere`).
    """
    elsewhere = told[told["place_kind"] != "component"]
    told = told[~is_in(told["episode"], episodes_somewhere(session))]
    houses = feeds.buildings_of_addresses(session).drop_duplicates("address_id")
    houses = houses.rename(columns={"address_id": "place", "building": "ancestor"})
    above = rolled_up(told[told["place_kind"] == "address"], houses, place_kind="building")
    entities = _entities_of_episodes(session)
    named = rolled_up(elsewhere, entities, place_kind="legal_entity", key="episode")
    # An entity at which an episode stands by itself is not told of a second time.
    own = told[told["place_kind"].isin(OWN_KINDS) & (told["place_kind"] != "legal_entity")]
    parts = [own, above, named]
    for layer in layers:
        cells = _cells_of_episodes(session, layer, day)
        parts.append(rolled_up(elsewhere, cells, place_kind=f"cell:{layer}", key="episode"))
    return pd.concat(parts, ignore_index=True)


def _cells_of_episodes(session: Session, layer: str, day: dt.date) -> pd.DataFrame:
    """Return episode, ancestor: the cell of the first report that has one, if it stands."""
    return session.frame(
        f"SELECT m.episode, arg_min(l.target, {OWN_FIRST}) AS ancestor "
        "FROM base.episode_member m JOIN base.link l ON l.incident = m.incident "
        "WHERE m.episode IS NOT NULL AND l.target_kind = $kind AND l.target IN "
        f"(SELECT id FROM base.grid WHERE {feeds.VALID} "
        f"UNION ALL SELECT id FROM base.area WHERE {feeds.VALID}) "
        "GROUP BY m.episode ORDER BY m.episode",
        {"kind": f"cell:{layer}", "day": day},
    )


def _entities_of_episodes(session: Session) -> pd.DataFrame:
    """Return episode, ancestor: the entity that a report names, by itself or by its premises.

    That an entity has an address makes it no cause of what is reported there: a busy door would
    make its only tenant a problem. What was reported before the entity came does not count for it.
    """
    return session.frame(
        f"WITH told AS ({_NAMED}), "
        f"named AS (SELECT m.episode, arg_min(t.entity, {OWN_FIRST}) AS entity FROM told t "
        "JOIN base.episode_member m ON m.incident = t.incident WHERE m.episode IS NOT NULL "
        "GROUP BY m.episode) SELECT n.episode, n.entity AS ancestor FROM named n "
        "JOIN base.episode x ON x.episode = n.episode "
        "JOIN base.legal_entity e ON e.id = n.entity "
        "WHERE coalesce(e.founded_on, e.valid_from) IS NULL "
        "OR coalesce(e.founded_on, e.valid_from) <= x.first_reported ORDER BY n.episode"
    )


_NAMED = (
    "SELECT incident, target AS entity FROM base.link WHERE target_kind = 'legal_entity' "
    "UNION ALL SELECT l.incident, e.id FROM base.link l JOIN base.premises p ON p.id = l.target "
    "JOIN base.legal_entity e ON e.uscc = p.uscc WHERE l.target_kind = 'premises'"
)
"""Entities that reports name, by themselves or by their premises."""


def all_places(session: Session, layers: Sequence[str], day: dt.date) -> pd.DataFrame:
    """Return all places of the kinds that a register lists, with or without an episode.

    Parameters
    ----------
    session : Session
    layers : sequence of str
    day : date
        On which cells stand.

    Returns
    -------
    DataFrame
        place_kind, place, exposure, group, since, as `lasting_problems` takes them. The exposure
        of an address is the number of addresses in it, itself among them; of a building its floor
        area (footprint times floors; one each where fewer than half of the buildings have a
        footprint); of a cell the addresses and components that stand in it (one where the layer has
        none at all); of all else one.
        Without an address library addresses have no register: those that texts made are there
        because something was reported.
    """
    blocks = [_components(session), _buildings(session), _entities(session)]
    if feeds.has_address_library(session):
        blocks.append(_addresses(session))
    blocks += [_cells(session, layer, day) for layer in layers]
    kept = [b for b in blocks if len(b)]
    columns = ["place_kind", "place", "exposure", "group", "since"]
    if not kept:
        return pd.DataFrame({c: pd.Series(dtype="str") for c in columns})
    every = pd.concat([b[columns] for b in kept], ignore_index=True)
    return every.astype({"exposure": "float64", "group": "str", "since": "datetime64[us]"})


def _addresses(session: Session) -> pd.DataFrame:
    """Return addresses by how many addresses lie in each, grouped by how far they go."""
    told = session.frame(
        "SELECT id AS place, code, parent_code, valid_from AS since, CASE "
        + " ".join(f"WHEN {level} IS NOT NULL THEN '{level}'" for level in _BELOW_GATE)
        + " ELSE 'gate' END AS \"group\" FROM base.address ORDER BY id"
    )
    inside = _addresses_within(told["code"], told["parent_code"])
    return told.assign(place_kind="address", exposure=inside)


def _addresses_within(code: pd.Series, parent: pd.Series) -> np.ndarray:
    """Return how many addresses lie in each, itself among them; a code's first row counts.

    Counted from below upwards, a level a turn: addresses lie some ten deep.
    """
    index = pd.Index(code)
    once = ~index.duplicated()
    rows = np.flatnonzero(once)
    above = pd.Index(index[once]).get_indexer(pd.Index(parent))
    above = np.where(above >= 0, rows[above], -1)
    count = np.ones(len(index))
    carried = np.arange(len(index))
    for _ in range(_DEEPEST):
        carried = np.where(carried >= 0, above[carried], -1)
        some = carried[carried >= 0]
        if not len(some):
            break
        count += np.bincount(some, minlength=len(index))
    return count


_DEEPEST = 12


def _components(session: Session) -> pd.DataFrame:
    return session.frame(
        "SELECT 'component' AS place_kind, id AS place, 1.0 AS exposure, "
        "coalesce(name, class_code, '') AS \"group\", valid_from AS since "
        "FROM base.component ORDER BY id"
    )


def _entities(session: Session) -> pd.DataFrame:
    """Return the entities that stand, by industry."""
    return session.frame(
        "SELECT 'legal_entity' AS place_kind, id AS place, 1.0 AS exposure, "
        "coalesce(industry, '') AS \"group\", coalesce(founded_on, valid_from) AS since "
        "FROM base.legal_entity WHERE dissolved_on IS NULL ORDER BY id"
    )


def _buildings(session: Session) -> pd.DataFrame:
    """Return buildings by floor area, grouped by use."""
    told = session.frame(
        "SELECT 'building' AS place_kind, id AS place, floors, coalesce(\"use\", '') AS \"group\", "
        "valid_from AS since, geom FROM base.building ORDER BY id"
    )
    ground_m2 = shapely.area(shapely.from_wkb(told["geom"].to_numpy(dtype=object)))
    drawn = ground_m2 > 0
    if not len(told) or drawn.mean() < 0.5:
        return told.assign(exposure=1.0)
    floors = told["floors"].fillna(1).clip(lower=1).to_numpy(dtype=np.float64)
    return told.assign(exposure=floors * np.fmax(ground_m2, _LEAST_M2))


def _cells(session: Session, layer: str, day: dt.date) -> pd.DataFrame:
    """Return the cells of a layer by the addresses and components that stand in each."""
    told = session.frame(
        f"WITH standing AS (SELECT id FROM base.grid WHERE layer = $layer AND {feeds.VALID} "
        f"UNION SELECT id FROM base.area WHERE level = $layer AND {feeds.VALID}), "
        "held AS (SELECT cell, count(*) AS n FROM base.cell_of WHERE layer = $layer "
        f"AND kind IN ('address', 'component') AND {feeds.VALID} GROUP BY cell) "
        "SELECT 'cell:' || $layer AS place_kind, s.id AS place, "
        "coalesce(h.n, 0)::DOUBLE AS exposure, '' AS \"group\", NULL::TIMESTAMP AS since "
        "FROM standing s LEFT JOIN held h ON h.cell = s.id ORDER BY s.id",
        {"layer": layer, "day": day},
    )
    return told if told["exposure"].any() else told.assign(exposure=1.0)
