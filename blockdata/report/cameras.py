"""What cameras cover, for the report: shares by owner, and hot cells that nobody sees."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import pandas as pd

from blockdata.analysis.cameras import ALL_OWNERS, MOST_COVERED, blind_cells
from blockdata.engines import camera_feeds, report_feeds
from blockdata.report.hot import cell_labels
from blockdata.report.words import Words, percent, tenth
from blockdata.store.session import Session

__all__ = ["BlindCell", "CameraSection", "OwnerLine", "camera_section"]

_PREFERRED = ("unit", "responsibility", "community")
_LISTED = 20


@dataclass(frozen=True)
class OwnerLine:
    """Coverage by the cameras of one group of owners, or of all."""

    owner: str
    cameras: int
    moving: int
    covered: str
    twice: str
    street: str
    moving_only: str


@dataclass(frozen=True)
class BlindCell:
    """A hot cell that is hardly covered."""

    name: str
    excess: str
    covered: str
    street: str


@dataclass(frozen=True)
class CameraSection:
    """What cameras cover.

    Parameters
    ----------
    layer : str
        Label of the layer whose cells are added up.
    most_covered : str
        Share of land up to which a hot cell is listed as blind.
    owners : list of OwnerLine
        All together first.
    blind : list of BlindCell
        The greatest excess first.
    more : int
        Blind cells that are not listed.
    hot : int
        Hot cells of the layer.
    """

    layer: str
    most_covered: str
    owners: list[OwnerLine]
    blind: list[BlindCell]
    more: int
    hot: int


def camera_section(session: Session, words: Words, day: dt.date) -> CameraSection | None:
    """Return what cameras cover; None where nothing was computed.

    Parameters
    ----------
    session : Session
    words : Words
    day : date
        The last day that is known whole; cells are called by their names of it.

    Returns
    -------
    CameraSection or None
        Of the layer that is tested for hot spots, else of the finest of the usual ones.
    """
    covered, hot = camera_feeds.coverage(session), camera_feeds.hot_cells(session)
    if covered.empty:
        return None
    layers = covered["layer"].unique().tolist()
    layer = next(n for n in (*hot["layer"].unique(), *_PREFERRED, *layers) if n in layers)
    rows = covered[covered["layer"] == layer]
    own_hot = hot[hot["layer"] == layer]
    blind = blind_cells(rows[rows["owner_group"] == ALL_OWNERS], own_hot)
    names = cell_labels(report_feeds.layer_cells(session, layer, day))
    return CameraSection(
        layer=words.layer(layer),
        most_covered=f"{MOST_COVERED:.0%}",
        owners=_owners(rows, camera_feeds.camera_counts(session), words),
        blind=[_blind(row, names) for _, row in blind.head(_LISTED).iterrows()],
        more=max(len(blind) - _LISTED, 0),
        hot=len(own_hot),
    )


def _owners(rows: pd.DataFrame, counts: pd.DataFrame, words: Words) -> list[OwnerLine]:
    sums = rows.groupby("owner_group", sort=True).sum(numeric_only=True)
    known = counts.set_index("owner_group")[["cameras", "moving"]]
    known.loc[ALL_OWNERS] = known.sum()
    lines = []
    for owner in sorted(sums.index, key=lambda name: (name != ALL_OWNERS, name)):
        if owner not in known.index:
            continue
        area = {str(name): round(value) for name, value in sums.loc[owner].items()}
        lines.append(
            OwnerLine(
                owner=words.owner_group(str(owner)),
                cameras=int(known.loc[owner, "cameras"]),
                moving=int(known.loc[owner, "moving"]),
                covered=percent(area["covered_m2"], area["land_m2"]),
                twice=percent(area["covered_twice_m2"], area["land_m2"]),
                street=percent(area["street_covered_m2"], area["street_m2"]),
                moving_only=percent(area["moving_only_m2"], area["land_m2"]),
            )
        )
    return lines


def _blind(row: pd.Series[Any], names: dict[str, str]) -> BlindCell:
    cell = str(row["cell"])
    area = {str(name): round(value) for name, value in row.items() if "_m2" in str(name)}
    return BlindCell(
        name=names.get(cell, cell),
        excess=tenth(float(row["excess"])),
        covered=percent(area["covered_m2"], area["land_m2"]),
        street=percent(area["street_covered_m2"], area["street_m2"]),
    )
