"""The measure of what the published lists have brought."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pyarrow as pa

from blockdata.analysis.tasks import busiest_places, list_outcome
from blockdata.batch.tasks import placed_stops
from blockdata.config import Config
from blockdata.engines import task_feeds, task_outcome_feeds
from blockdata.store.schema import TASK_OUTCOME
from blockdata.store.session import Session

__all__ = ["note_task_outcomes"]

_STOP = ["stop_kind", "stop"]
_PLACE = ["place_kind", "place"]
_BEFORE = dt.timedelta(days=90)


def note_task_outcomes(session: Session, earlier: Session, config: Config, as_of: dt.date) -> None:
    """Write down what the published lists have brought since.

    Parameters
    ----------
    session : Session
        Of the run, its steps done.
    earlier : Session
        Of the snapshot that is published.
    config : Config
    as_of : date
        Of the run. A run that looks back, or again at the same day, keeps what was told before of
        that day, and tells nothing new.

    Notes
    -----
    Beside each list stands another of as many cells and as many other places, chosen by the number
    of problems of the 90 days before it, as they were known then.
    """
    since = dt.date.fromisoformat(earlier.meta("as_of") or as_of.isoformat())
    schema = TASK_OUTCOME.arrow_schema()
    rows = schema.empty_table()
    told = pd.DataFrame()
    if since < as_of:
        told = _outcomes(session, earlier, config, (since, as_of))
    elif since == as_of:
        told = task_outcome_feeds.outcomes_on(earlier, as_of)
    if len(told):
        rows = pa.Table.from_pandas(told[schema.names], schema=schema, preserve_index=False)
    session.replace(TASK_OUTCOME.name, rows)


def _outcomes(
    session: Session, earlier: Session, config: Config, days: tuple[dt.date, dt.date]
) -> pd.DataFrame:
    stops = task_outcome_feeds.patrol_of(earlier)
    if stops.empty:
        return stops
    since, until = map(config.city.midnight_utc, days)
    new = _at_stops(
        session, config, task_outcome_feeds.episodes_between(session, since, until), days[1]
    )
    before = task_outcome_feeds.episodes_between(earlier, since - _BEFORE, since)
    past = _at_stops(earlier, config, before, days[0])
    activity = task_outcome_feeds.activity_between(session, since, until)
    signs = activity.merge(task_feeds.stops_of(session, activity), on=_PLACE)
    signs = signs.groupby(_STOP)[["reported", "closed", "handled"]].any().reset_index()
    raw = busiest_places(past, stops)
    told = [
        list_outcome(listed, new, signs).assign(list=name)
        for name, listed in (("patrol", stops), ("raw_count", raw))
    ]
    return pd.concat(told, ignore_index=True).assign(as_of=days[1], since=days[0])


def _at_stops(
    session: Session, config: Config, episodes: pd.DataFrame, day: dt.date
) -> pd.DataFrame:
    """Return grid, stop_kind, stop of episodes, of those that lie in a grid."""
    last = day - dt.timedelta(days=1)
    grids = task_feeds.standing_grids(session, config.tasks.layer, last)
    cells = task_feeds.cells_in_grids(session, config.grid, grids, last)
    told = episodes.merge(task_feeds.stops_of(session, episodes), on=_PLACE)
    placed = placed_stops(session, told[_STOP].drop_duplicates(), grids, cells)
    return told.merge(placed[[*_STOP, "grid"]], on=_STOP).dropna(subset=["grid"])
