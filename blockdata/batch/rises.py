"""The step that compares each place and category tonight with its own past."""

from __future__ import annotations

import pandas as pd

from blockdata.analysis import expected
from blockdata.analysis.cube import counts_cube
from blockdata.analysis.surveillance import Watch, surveillance_test
from blockdata.batch.hot_spots import layer_tested
from blockdata.batch.steps import Context
from blockdata.batch.watching import watched
from blockdata.config import Calendar, Rises
from blockdata.engines import feeds
from blockdata.store import derived
from blockdata.store.session import Session

__all__ = ["find_rises"]


def find_rises(session: Session, context: Context) -> None:
    """Say where a category has lately more than the place's own past lets expect.

    The family of tests is all cells of the layer that hot spots are looked for on, all categories
    and all windows of the night. Cells with nothing in a window are tested and not written.
    """
    layer = layer_tested(session, context)
    settings = context.config.rises
    days = settings.past_days + max(settings.windows_days)
    derived.clear_result(session, "rise", "rise_category")
    if layer is None:
        return
    seen = watched(session, context, layer, days=days, window_days=max(settings.windows_days))
    cells = _cells(session, context, layer)
    events = seen.events[seen.events["place"].isin(cells)]
    if events.empty:
        return
    # Days before anything was known are no past.
    end = pd.Timestamp(context.as_of)
    begin = min(events["day"].min(), end - pd.Timedelta(days=1))
    cube = counts_cube(events, start=begin, end=end, places=cells, gaps=seen.gaps)
    found = surveillance_test(cube, end, watch=_watch(settings, context.config.calendar))
    tests = int(found["p"].notna().sum())
    recurrence = (1 / (found["p"] * tests)).clip(lower=1.0)
    found = found.rename(columns={"place": "cell"}).assign(
        layer=layer, tests=tests, recurrence_days=recurrence
    )
    derived.write_result(session, "rise", found[found["count"] > 0])
    derived.write_result(session, "rise_category", _by_category(found))


def _cells(session: Session, context: Context, layer: str) -> list[str]:
    grid = context.config.grid
    names = feeds.cell_names(session, grid.all_layers, grid.area_levels, context.last_day)
    cells: list[str] = names.loc[names["layer"] == layer, "cell"].drop_duplicates().tolist()
    return cells


def _watch(settings: Rises, calendar: Calendar) -> Watch:
    days = expected.Calendar(
        holidays=frozenset(map(pd.Timestamp, calendar.holidays)),
        working_days=frozenset(map(pd.Timestamp, calendar.working_weekends)),
    )
    return Watch(
        windows_days=settings.windows_days,
        past_days=settings.past_days,
        alpha=settings.alpha,
        correction=settings.correction,
        min_total=settings.min_total,
        calendar=days,
    )


def _by_category(found: pd.DataFrame) -> pd.DataFrame:
    """Sum up what was compared, category by category and window by window."""
    grouped = found.groupby(["layer", "category", "window_days"], sort=True)
    return grouped.agg(
        observed_days=("observed_days", "first"),
        count=("count", "sum"),
        expected=("expected", lambda values: values.sum(min_count=1)),
        tested=("p", "count"),
        alarms=("alarm", "sum"),
        reason=("reason", "first"),
    ).reset_index()
