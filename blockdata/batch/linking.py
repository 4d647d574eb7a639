"""The step that says what every incident is about, and the one place at which it counts."""

from __future__ import annotations

import pandas as pd

from blockdata.batch.areas import areas_of
from blockdata.batch.findings import Finding
from blockdata.batch.stated import Stated, stated_cells
from blockdata.batch.steps import Context
from blockdata.batch.unplaced import mark_places
from blockdata.config import Config
from blockdata.engines import feeds, link_feeds
from blockdata.link import place_of
from blockdata.link.categories import (
    CAMERA_CLASS,
    classes_of_categories,
    names_of_component_classes,
)
from blockdata.link.evidence import EvidenceSettings, Known, Linked, fit_evidence, link_by_evidence
from blockdata.link.order import is_in, positions
from blockdata.store import derived
from blockdata.store.session import Session

_BLOCK = 2**17
"""Incidents whose links are held at once."""

SUCCESSION = "succession"
_SUCCEEDED = (
    "the cell that the source names has ended; of its successors this one has the largest share "
    "of its buildings, or of its land where it has none"
)


def link(session: Session, context: Context) -> None:
    """Link every incident to what it is about by weighing all evidence of it.

    What all incidents together say of their sources is estimated once; they are then linked in
    blocks, for each has some seven links, and only those of a block are held.
    """
    incidents = link_feeds.incidents_to_link(session, context.end)
    incidents = incidents.assign(area_id=areas_of(session, incidents))
    derived.clear_result(session, "link", "contradiction", "incident_place")
    if incidents.empty:
        return
    stated = stated_cells(session, context, incidents)
    incidents = mark_places(incidents, context)
    known = known_things(session, context)
    settings = evidence_settings(context.config)
    decided = link_feeds.decided_links(session)
    named = _named_cells(stated, context.config)
    named = named[~is_in(_keys(named), _keys(decided))]
    model = fit_evidence(incidents, known, settings)
    contradictory = 0
    for start in range(0, len(incidents), _BLOCK):
        block = incidents.iloc[start : start + _BLOCK]
        found = link_by_evidence(
            block,
            known,
            model,
            stated=_of_block(stated.cells, block["id"]),
            decisions=decided,
            settings=settings,
        )
        further = _further_cells(found.links, _of_block(named, block["id"]))
        derived.append_result(session, "link", found.links)
        derived.append_result(session, "link", further)
        derived.append_result(session, "contradiction", found.contradictions)
        places = _places(context.config, found, further)
        derived.append_result(session, "incident_place", places)
        contradictory += found.contradictions["incident"].nunique()
    _tell_contradictory(context, contradictory)


def known_things(session: Session, context: Context) -> Known:
    """Return what incidents can be about, as it stands on the last known day."""
    grid = context.config.grid
    components = link_feeds.components(session)
    names = names_of_component_classes(components)
    cells = feeds.cells_standing(session, grid.all_layers, grid.area_levels, context.last_day)
    return Known(
        addresses=link_feeds.addresses(session),
        components=components.assign(class_name=names),
        cameras=link_feeds.cameras(session).assign(class_name=CAMERA_CLASS),
        buildings=link_feeds.building_shapes(session),
        buildings_of_address=feeds.buildings_of_addresses(session),
        premises=link_feeds.named_places(session, "premises"),
        entities=link_feeds.named_places(session, "legal_entity"),
        cells=cells.rename(columns={"id": "cell"}),
        classes=classes_of_categories(link_feeds.categories(session), names),
    )


def evidence_settings(config: Config) -> EvidenceSettings:
    """Return how evidence is weighed, as configured."""
    return EvidenceSettings(**config.linking.model_dump(exclude={"place_probability"}))


def _of_block(rows: pd.DataFrame, incidents: pd.Series) -> pd.DataFrame:
    """Return the rows of a block of incidents; both are sorted by incident."""
    begin = rows["incident"].searchsorted(incidents.iloc[0], side="left")
    end = rows["incident"].searchsorted(incidents.iloc[-1], side="right")
    return rows.iloc[int(begin) : int(end)]


def _further_cells(links: pd.DataFrame, named: pd.DataFrame) -> pd.DataFrame:
    """Return the cells that sources name, where nothing else tells a cell of the layer.

    These are cells without a polygon, and the heirs of cells that have ended.
    """
    wanted = links[is_in(links["incident"], named["incident"])]
    return named[~is_in(_keys(named), _keys(wanted))]


def _keys(links: pd.DataFrame) -> pd.Series:
    """Return incident and kind of target as one text."""
    return links["incident"].astype("str") + " " + links["target_kind"].astype("str")


def _named_cells(stated: Stated, config: Config) -> pd.DataFrame:
    """Return the cells that sources name as links: incident, target_kind, target and the rest."""
    going_on = stated.cells.assign(
        method="stated",
        probability=1 - config.linking.cell_error,
        evidence="the source names the cell",
    )
    ended = stated.successions.assign(method=SUCCESSION, evidence=_SUCCEEDED)
    both = pd.concat([going_on, ended], ignore_index=True)
    both = both.drop_duplicates(["incident", "layer"])
    links = both.assign(target_kind="cell:" + both["layer"]).rename(columns={"cell": "target"})
    columns = ["incident", "target_kind", "target", "method", "probability", "evidence"]
    return links.sort_values(["incident", "target_kind"])[columns]


def place_order(config: Config) -> tuple[str, ...]:
    """Return the kinds of target that can be a place: things, then cells from fine to coarse."""
    fine_first = sorted(config.grid.layers, key=lambda layer: layer != "unit")
    cells = (f"cell:{layer}" for layer in fine_first)
    return ("component", "address", "crossing", "building", *cells, "area")


def _places(config: Config, found: Linked, further: pd.DataFrame) -> pd.DataFrame:
    """Return the one place of each incident, and the point that it is taken to be at.

    The share of a successor says how much of the cell it got, not how surely it is the heir.
    """
    columns = ["incident", "target_kind", "target", "probability"]
    sure = found.links["probability"] >= config.linking.place_probability
    believed = [found.links.loc[sure, columns].astype({"target_kind": "str"}), further[columns]]
    places = place_of(pd.concat(believed, ignore_index=True), place_order(config))
    at = found.places.rename(columns={"id": "incident"}).reset_index(drop=True)
    row = positions(at["incident"], places["incident"])
    taken = places.drop(columns="incident").reindex(row).reset_index(drop=True)
    return pd.concat([at, taken], axis=1)


def _tell_contradictory(context: Context, count: int) -> None:
    if count:
        context.tell(
            Finding(
                "contradictory_case",
                "incident",
                f"{count} 件案件的线索互相矛盾（地址、坐标、编码或网格），见关联一节",
                f"{count} cases contradict themselves (address, coordinates, code or cell); see "
                "the section on links",
                count,
                warns=False,
            )
        )
