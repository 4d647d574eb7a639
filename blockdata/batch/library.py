"""Steps around the address library: places that texts describe by it, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from blockdata.address.codes import CodeScheme, code_schemes
from blockdata.address.defects import known_defects
from blockdata.address.relative import (
    Description,
    StreetIndex,
    anchor_texts,
    describe_all,
    place_descriptions,
)
from blockdata.batch.findings import Finding
from blockdata.batch.steps import Context
from blockdata.config import Config
from blockdata.engines import feeds, library_feeds
from blockdata.engines.matching import matcher_of
from blockdata.errors import ConfigError
from blockdata.records import Kind
from blockdata.store import derived
from blockdata.store.session import Session

_ANCHOR_RADIUS_M = {"estate": 100.0, "road_no": 15.0, "building": 15.0, "unit": 15.0, "room": 15.0}
"""How far a place may lie from the point of the address that it is described by: half a plot, and
half an estate. What is matched to a road or a community alone says too little to go on from."""


def describe_places(session: Session, kinds: Sequence[Kind]) -> None:
    """Place the texts of some kinds that say where a thing lies from another: 105号对面.

    The anchor is matched with the library like any address, crossings are found by the streets'
    names; records without geometry and address then stand where their text leads.
    """
    texts = library_feeds.relative_texts(session, kinds)
    descriptions = describe_all(texts["text"].tolist())
    leads = np.array([d.relation != "at" or bool(d.streets) for d in descriptions], dtype=bool)
    wanted = texts[leads].reset_index(drop=True)
    if wanted.empty:
        derived.clear_result(session, "described_place")
        return
    kept = [d for d, lead in zip(descriptions, leads, strict=True) if lead]
    anchors = _anchors(session, sorted({*anchor_texts(kept), *(d.target for d in kept)}))
    known = set(anchors["text"])
    kept = [_at_target(d) if d.target in known else d for d in kept]
    placed = place_descriptions(kept, anchors, _streets(session), near=wanted[["x", "y"]])
    derived.write_result(session, "described_place", placed.assign(text=wanted["text"]))


def _at_target(description: Description) -> Description:
    """Return where the thing stands: in 甲路5号附近乙路8号 the second address is the place."""
    return Description("at", (description.target,))


def _anchors(session: Session, texts: Sequence[str]) -> pd.DataFrame:
    """Return text, x, y, radius_m of the anchors that are known well enough to go on from."""
    found = matcher_of(session).match(texts)
    found["radius_m"] = found["level"].map(_ANCHOR_RADIUS_M)
    found = found.dropna(subset=["address_id", "radius_m"])
    points = library_feeds.points_of_addresses(session, found["address_id"].unique().tolist())
    placed = found.merge(points, left_on="address_id", right_on="id")
    return placed[["text", "x", "y", "radius_m"]]


def _streets(session: Session) -> StreetIndex:
    streets, changes = feeds.streets(session), feeds.name_changes(session)
    roads = changes[changes["element"] == "road"]
    former = dict(zip(roads["former"], roads["current"], strict=True))
    return StreetIndex(streets["name"].tolist(), streets["geom"].to_numpy(dtype=object), former)


def scheme_of(config: Config) -> CodeScheme | None:
    """Return how the codes of a city's addresses are built, if it says so.

    Raises
    ------
    ConfigError
        If there is no scheme of this name, or one of the city's own contradicts itself.
    """
    schemes = code_schemes([s.model_dump() for s in config.address.code_schemes])
    name = config.address.scheme
    if name is not None and name not in schemes:
        raise ConfigError(
            f"unknown code scheme {name!r}",
            where="[address] scheme",
            allowed=", ".join(sorted(schemes)),
        )
    return None if name is None else schemes[name]


def check_library(session: Session, context: Context) -> None:
    """List the known defects of the address library."""
    if not feeds.has_address_library(session):
        derived.clear_result(session, "address_defect")
        return
    streets = feeds.streets(session).rename(columns={"geom": "geometry"})
    known = known_defects(
        library_feeds.library_to_check(session),
        buildings=library_feeds.buildings_to_check(session),
        streets=streets if len(streets) else None,
        scheme=scheme_of(context.config),
    )
    derived.write_result(session, "address_defect", known.rows)
    counts = known.counts[known.counts["defects"] > 0]
    columns = (counts[name].tolist() for name in ("code", "defects", "zh", "en"))
    for code, defects, zh, en in zip(*columns, strict=True):
        context.tell(
            Finding(
                "address_defect",
                code,
                f"地址库：{zh}，{defects} 处",
                f"Address library: {en}, {defects} times",
                defects,
                warns=False,
            )
        )
