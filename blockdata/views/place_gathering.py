"""Gathering what a base knows of one place of any kind."""

from __future__ import annotations

import pandas as pd

from blockdata.engines import (
    case_lookups,
    evidence_feeds,
    feeds,
    hot_feeds,
    lookups,
    place_feeds,
    standing_feeds,
)
from blockdata.errors import AnalysisError
from blockdata.records import Kind
from blockdata.records.code_tables import COMPONENT, name_of
from blockdata.report.chronic_words import place_called
from blockdata.report.evidence import Asking
from blockdata.store.session import Session
from blockdata.views.place import CLASS_NAME, Place
from blockdata.views.problems.evidence import PlaceEvidence, gathered_at
from blockdata.views.results import Facts

__all__ = ["place_of"]

_HIDDEN = frozenset(
    {
        *("source", "source_id", "match_method", "first_delivery", "last_delivery", "geom"),
        *("staff", "households"),
    }
)
"""Columns about the row and not about the place, and figures of people."""

_NEWEST = 200


def place_of(session: Session, facts: Facts, identifier: str) -> Place:
    """Gather what a base knows of a place.

    Parameters
    ----------
    session : Session
    facts : Facts
    identifier : str
        Id of a record of any kind that stands somewhere: an address (those below it and their
        buildings are part of it), a building (so are its addresses), a component, an entity, a
        camera, a grid, an area ...

    Returns
    -------
    Place

    Raises
    ------
    AnalysisError
        If there is no such place, or an earlier version made the snapshot.
    """
    for table in ("case_course", "contradiction", "chain"):
        case_lookups.require_table(session, table)
    kind = place_feeds.kind_of(session, identifier)
    if kind is None:
        raise AnalysisError(
            f"no place has the id {identifier!r}",
            where="place",
            next_step="Match a text with base.match([...]) to learn its address.",
        )
    record = place_feeds.record_of(session, kind, identifier)
    sections = {kind.name: _told(_with_class_names(kind, record))}
    wide = kind.name in ("grid", "area")
    within = _addresses(session, kind, identifier)
    sections["alias"] = place_feeds.aliases_of(session, _aliased(kind, identifier, within))
    sections["cell"] = place_feeds.cells_of(session, identifier)
    sections |= _standing(session, kind, identifier, within)
    things = [i for frame in sections.values() if "id" in frame for i in frame["id"]]
    targets = sorted({identifier, *within, *things})
    most = _NEWEST if wide else None
    evidence = _evidence(session, facts, identifier)
    # What counts for an entity is told of it by its address, and linked to that alone.
    counted = [] if evidence is None or wide else evidence.reports["incident"].tolist()
    incidents, incident_count = place_feeds.incidents_at(session, targets, counted, most)
    episodes = lookups.episodes_at(session, targets)
    sections["incident"] = _told(incidents)
    sections["episode"] = _told(episodes if most is None else episodes.tail(most))
    sections |= _results(session, identifier, targets, sections, record)
    sections["link"] = place_feeds.links_to(session, targets)
    ids = incidents["id"].tolist()
    sections["chain"] = place_feeds.chains_of(session, ids)
    sections["contradiction"] = place_feeds.contradictions_of(session, ids)
    return Place(
        id=identifier,
        text=_text(kind, record, identifier),
        sections={name: frame for name, frame in sections.items() if len(frame)},
        words=facts.words,
        kind=kind.name,
        counts={"incident": incident_count, "episode": len(episodes)},
        evidence=evidence,
        time_zone=facts.config.city.time_zone,
    )


def _text(kind: Kind, record: pd.DataFrame, identifier: str) -> str:
    """Return what a place is called: an address by its text, all else by name, code or id."""
    row = record.iloc[0].to_dict()
    if kind.name == "address":
        return str(row["full_text"])
    code = row.get("code", row.get("uscc"))
    # A sole trader has no name here: what it is says more than its number.
    name = row.get("entity_type") if pd.isna(row.get("name")) else row["name"]
    return place_called({"place_kind": kind.name, "place": identifier, "name": name, "code": code})


def _addresses(session: Session, kind: Kind, identifier: str) -> list[str]:
    """Return the addresses that are part of an address or a building."""
    if kind.name == "address":
        return lookups.addresses_within(session, identifier)
    if kind.name != "building":
        return []
    asked = pd.DataFrame({"place_kind": ["building"], "place": [identifier]})
    addresses, _ = standing_feeds.reach_of(session, asked)
    return sorted(set(addresses["address"]))


def _aliased(kind: Kind, identifier: str, within: list[str]) -> list[str]:
    """Return the addresses whose other texts are told: its own, or those of a building."""
    return [identifier] if kind.name == "address" else within


def _standing(
    session: Session, kind: Kind, identifier: str, within: list[str]
) -> dict[str, pd.DataFrame]:
    """Return what stands at a place: rows at addresses, counts in cells and around things."""
    if kind.name in ("grid", "area"):
        inside = hot_feeds.standing_in(session, [identifier])
        return {"standing": inside.drop(columns="cell").assign(relation="in")}
    if kind.name == "legal_entity":
        owned = standing_feeds.owned_by(session, [identifier])
        return {"standing": owned.rename(columns={"role": "relation"})}
    sections: dict[str, pd.DataFrame] = {}
    if kind.name == "address":
        pairs = feeds.buildings_of_addresses(session)
        there = pairs.loc[pairs["address_id"].isin(within), "building"].drop_duplicates()
        sections["building"] = _rows(session, "building", "id", there.tolist())
    elif kind.name == "building":
        sections["address"] = place_feeds.addresses_of(session, within)
    for other in session.catalogue:
        if within and _stands_at_addresses(other):
            sections[other.name] = _rows(session, other.name, "address_id", within)
    return sections


def _stands_at_addresses(kind: Kind) -> bool:
    return bool(kind.address) and not kind.private and kind.name not in ("building", "incident")


def _rows(session: Session, table: str, column: str, values: list[str]) -> pd.DataFrame:
    rows = lookups.rows_with(session, table, column, values)
    return _told(_with_class_names(session.catalogue.kind(table), rows))


def _with_class_names(kind: Kind, rows: pd.DataFrame) -> pd.DataFrame:
    """Return components with the national name of their class after its code."""
    if kind.name != COMPONENT:
        return rows
    keys = zip(rows["scheme"], rows["class_code"], strict=True)
    names = [name_of(str(scheme), COMPONENT, str(code)) for scheme, code in keys]
    after = list(rows.columns).index("class_code") + 1
    named = rows.copy()
    named.insert(after, CLASS_NAME, pd.Series(names, rows.index, dtype="str"))
    return named


def _results(
    session: Session,
    identifier: str,
    targets: list[str],
    sections: dict[str, pd.DataFrame],
    record: pd.DataFrame,
) -> dict[str, pd.DataFrame]:
    """Return what the night found of a place, and what is to be done there."""
    found = {
        "chronic": _told(lookups.chronic_at(session, targets)),
        "hotspot": evidence_feeds.hot_spots_over(session, [identifier]),
    }
    cells = sections["cell"]["cell"].tolist()
    found["indicator"] = place_feeds.indicators_of(session, [identifier, *cells])
    found |= place_feeds.tasks_at(session, targets)
    row = record.iloc[0].to_dict()
    if "grid" not in sections and "area" not in sections and not pd.isna(row.get("x")):
        found["camera_near"] = place_feeds.cameras_in_range(
            session, float(row["x"]), float(row["y"])
        )
    return found


def _evidence(session: Session, facts: Facts, identifier: str) -> PlaceEvidence | None:
    if not evidence_feeds.has_evidence(session):
        return None
    found = evidence_feeds.chronic_found(session)
    own = found[found["place"] == identifier]
    if own.empty:
        return None
    config = facts.config
    asking = Asking(facts.as_of, config.city, config.chronic, config.episodes)
    return gathered_at(session, own, identifier, asking, facts.words)


def _told(frame: pd.DataFrame) -> pd.DataFrame:
    """Leave out columns that say nothing here, and those about the row and not about the place."""
    told = [c for c in frame.columns if c not in _HIDDEN and frame[c].notna().any()]
    return frame[told]
