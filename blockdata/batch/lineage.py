"""The step that records what became of cells on every day on which a layer was redrawn."""

from __future__ import annotations

import pandas as pd

from blockdata.batch.findings import Finding
from blockdata.batch.steps import Context
from blockdata.engines import feeds, lineage_feeds
from blockdata.grid.lineage import CHANGES, derive_lineage, people_of_buildings, with_shares
from blockdata.store import derived
from blockdata.store.session import Session

_MEASURES = ("buildings", "floor_area", "people")
_DIGITS = 9


def track_lineage(session: Session, context: Context) -> None:
    """Write the lineage of every layer up to the last known day, and say what changed last."""
    _tell_buildings_apart(session, context)
    grid = context.config.grid
    cells = feeds.cells(session, grid.layers, grid.area_levels)
    rows = derive_lineage(cells)
    rows = rows[rows["changed_on"] <= pd.Timestamp(context.last_day)].reset_index(drop=True)
    if len(rows):
        rows = with_shares(rows, cells, things_moved(session))
        shares = ["share_area", "share_of_new", *(f"share_{name}" for name in _MEASURES)]
        rows[shares] = rows[shares].round(_DIGITS)
        _tell_changes(context, rows)
    derived.write_result(session, "grid_lineage", rows)


def things_moved(session: Session) -> pd.DataFrame:
    """Return the points by which cells are shared out: x, y, validity and a column per measure.

    Buildings by number and floor area, people as published figures spread over buildings.
    """
    buildings = lineage_feeds.building_states(session)
    floors = buildings.drop_duplicates("id", keep="last").set_index("id")["floor_area_m2"]
    people = people_of_buildings(
        lineage_feeds.drawing(session), lineage_feeds.atom_figures_shown(session), floors
    )
    homes = people.merge(feeds.coordinates(session), left_on="building", right_on="id")
    counted = buildings.assign(buildings=1.0, floor_area=buildings["floor_area_m2"], people=0.0)
    lived = homes.assign(buildings=0.0, floor_area=0.0, valid_from=None, valid_to=None)
    columns = ["x", "y", "valid_from", "valid_to", *_MEASURES]
    both = [counted[columns].astype(object), lived[columns].astype(object)]
    joined = pd.concat(both, ignore_index=True)
    return joined.astype(dict.fromkeys(("x", "y", *_MEASURES), "float64"))


def _tell_changes(context: Context, rows: pd.DataFrame) -> None:
    """Say how many cells changed how, on the last day on which each layer was redrawn."""
    for layer, own in rows.groupby("layer", sort=True):
        last = own["changed_on"].max()
        found = own[own["changed_on"] == last]
        cells = found["old"].fillna(found["new"]).groupby(found["change"]).nunique()
        told = [(CHANGES[name], int(cells[name])) for name in CHANGES if name in cells]
        context.tell(
            Finding(
                "redrawn",
                str(layer),
                f"{last:%Y-%m-%d} 网格调整：" + "，".join(f"{zh} {n} 个" for (zh, _), n in told),
                f"redrawn on {last:%Y-%m-%d}: " + "; ".join(f"{en}, {n}" for (_, en), n in told),
                int(cells.sum()),
                warns=False,
            )
        )


def _tell_buildings_apart(session: Session, context: Context) -> None:
    apart = lineage_feeds.buildings_apart(session)
    if apart:
        context.tell(
            Finding(
                "people_apart",
                "atom",
                f"{apart} 栋新增建筑人数不足以单独发布，未计入人口数",
                f"{apart} new buildings have too few people to be counted apart, and are in no "
                "figure of people",
                apart,
                warns=False,
            )
        )
