"""Which records want a hand: what is wrong with them, gathered by record and grid."""

from __future__ import annotations

import pandas as pd

from blockdata.analysis.tasks import gather_upkeep, twins
from blockdata.batch.findings import Finding
from blockdata.batch.steps import Context
from blockdata.engines import conflict_feeds, hot_feeds, task_feeds, upkeep_feeds
from blockdata.grid.rasters import HOME_WORDS
from blockdata.store import derived
from blockdata.store.session import Session

__all__ = ["write_upkeep"]


def write_upkeep(
    session: Session, context: Context, grids: pd.DataFrame, cells: pd.DataFrame
) -> None:
    """Write the records that want a hand, with the reasons; what a list has no room for is told.

    Parameters
    ----------
    session : Session
    context : Context
    grids, cells : DataFrame
        As from `task_feeds.standing_grids` and `task_feeds.cells_in_grids`.
    """
    found = _upkeep(session, context)
    known = upkeep_feeds.described(session, found)
    known["grid"] = task_feeds.grid_of_points(grids, known["x"], known["y"])
    shaped = cells.rename(columns={"cell": "id"}).assign(kind="grid", building=None)
    facts = pd.concat([known, shaped.drop(columns="code")], ignore_index=True)
    facts = facts.drop_duplicates(["kind", "id"])
    told = found.merge(facts, on=["kind", "id"], how="left")
    tasks, left = gather_upkeep(told, context.config.tasks.upkeep_per_grid)
    if left:
        context.tell(
            Finding(
                "upkeep_left_out",
                "upkeep_task",
                f"另有 {left} 条登记维护任务因每格上限未列出",
                f"{left} more records want upkeep: lists have an upper limit per grid",
                left,
                warns=False,
            )
        )
    derived.write_result(session, "upkeep_task", tasks.assign(task_on=context.as_of))


def _upkeep(session: Session, context: Context) -> pd.DataFrame:
    """Gather every reason for upkeep: kind, id, reason, zh, en."""
    settings, day = context.config.tasks, context.last_day
    finest = hot_feeds.candidate_layers(session, context.config.grid, day)[:1]
    layer = finest[0] if finest else ""
    cells = upkeep_feeds.disagreeing_cells(session, layer)
    raster = context.config.population_raster
    words = (raster.home_words if raster else ()) or HOME_WORDS
    double = twins(upkeep_feeds.components(session, day), settings.twin_m)
    number = double.pop("others").astype(str)
    parts = [
        upkeep_feeds.unmatched(session),
        upkeep_feeds.coarse_addresses(session),
        upkeep_feeds.stale(session, settings.stale_days, day),
        upkeep_feeds.quarantined(session),
        conflict_feeds.contradicted(session),
        conflict_feeds.differing(session, context.config.precedence),
        upkeep_feeds.defects(session),
        double.assign(
            kind="component",
            reason="twice",
            zh="同一位置另有 " + number + " 个同类部件，疑似重复登记",
            en=number
            + " more component(s) of its class stand at its place, perhaps recorded twice",
        ),
        cells,
        upkeep_feeds.homes_in(session, cells["id"].tolist(), words),
        upkeep_feeds.cells_without_components(session, layer),
    ]
    columns = ["kind", "id", "reason", "zh", "en"]
    return pd.concat([part[columns].astype("object") for part in parts], ignore_index=True)
