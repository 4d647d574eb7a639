"""The step that tells how few places have how much of all problems (80-20)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from blockdata.analysis.concentration import concentration
from blockdata.batch.steps import Context
from blockdata.engines import feeds, gathering_feeds
from blockdata.store import derived
from blockdata.store.session import Session

__all__ = ["TOP_PERCENT", "measure_concentration"]

TOP_PERCENT = (1, 5, 10, 20, 50)
"""Shares of the places, the busiest first, whose share of the episodes is told."""


def measure_concentration(session: Session, context: Context) -> None:
    """Measure how episodes gather, per category and over all, in cells and at places."""
    days = context.config.concentration.window_days
    since = context.config.city.midnight_utc(context.as_of - dt.timedelta(days=days))
    rows = [*_cells(session, context, since), *_places(session, since)]
    derived.write_result(session, "concentration", pd.DataFrame(rows))


def _cells(
    session: Session, context: Context, since: dt.datetime
) -> Iterator[Mapping[str, object]]:
    grid = context.config.grid
    names = feeds.cell_names(session, grid.all_layers, grid.area_levels, context.last_day)
    counted = gathering_feeds.counts_in_cells(session, since)
    counted = counted[counted["cell"].isin(names["cell"])]
    places = names.groupby("layer")["cell"].nunique()
    for layer, rows in counted.groupby("layer", sort=True):
        yield from _of_layer(str(layer), rows, "cell", int(places.get(layer, 0)))


def _places(session: Session, since: dt.datetime) -> Iterator[Mapping[str, object]]:
    counted = gathering_feeds.counts_at_places(session, since)
    places = gathering_feeds.numbers_of_places(session)
    for kind, rows in counted.groupby("place_kind", sort=True):
        yield from _of_layer(str(kind), rows, "place", places[str(kind)])


def _of_layer(
    layer: str, rows: pd.DataFrame, column: str, places: int
) -> Iterator[Mapping[str, object]]:
    """Yield one row over all categories, whose category is null, and one for each."""
    every = rows.groupby(column, sort=True)["count"].sum().to_numpy(dtype=np.int64)
    # Places that are no more had their episodes all the same.
    places = max(places, len(every))
    yield {"layer": layer, "category": None} | _measured(every, places)
    for category, own in rows.groupby("category", sort=True):
        counts = own["count"].to_numpy(dtype=np.int64)
        yield {"layer": layer, "category": str(category)} | _measured(counts, places)


def _measured(counts: npt.NDArray[np.int64], places: int) -> dict[str, object]:
    told: dict[str, object] = {
        "places": places,
        "places_with_any": len(counts),
        "episodes": int(counts.sum()),
    }
    if places < 2:
        return told | {"reason": "one_cell"}
    found = concentration(np.pad(counts, (0, places - len(counts))))
    lorenz = found.lorenz
    top = np.interp(np.array(TOP_PERCENT) / 100, lorenz["place_share"], lorenz["event_share"])
    return told | {
        "gini": found.gini,
        "gini_adjusted": found.gini_adjusted,
        "half_places": round(found.share_with_half * places),
        "share_with_half": found.share_with_half,
        "share_with_80": found.share_with_80,
        **{f"top_{n}": float(share) for n, share in zip(TOP_PERCENT, top, strict=True)},
        "reason": None,
    }
