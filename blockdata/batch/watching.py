"""Episodes by day and cell, of sources that told alike before and now: what is watched at night."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pandas as pd

from blockdata.analysis.cube.comparable import comparable_sources
from blockdata.batch.findings import Finding
from blockdata.batch.steps import Context
from blockdata.engines import cube_feeds, pattern_feeds
from blockdata.store.session import Session

__all__ = ["Watched", "watched"]

_WHY = {
    "young": ("开始报送不久，没有往常可比", "began too lately to be compared with its past"),
    "ended": ("早已不再报送", "has long been silent"),
}


@dataclass(frozen=True)
class Watched:
    """What there was on each day.

    Parameters
    ----------
    events : DataFrame
        place (cell), category (str), day (local midnight).
    gaps : DataFrame
        category, start, end (end exclusive): what was not observed.
    """

    events: pd.DataFrame
    gaps: pd.DataFrame


def watched(
    session: Session, context: Context, layer: str, *, days: int, window_days: int
) -> Watched:
    """Read the episodes of the last days in the cells of a layer.

    What sources left out would have changed is told as a finding.

    Parameters
    ----------
    session : Session
    context : Context
    layer : str
    days : int
        So many up to as_of.
    window_days : int
        The longest window that is compared with what was before.

    Returns
    -------
    Watched
    """
    city = context.config.city
    reports = cube_feeds.reports_by_source(session, context.end, cube_feeds.Chosen())
    told = comparable_sources(
        reports.assign(first=city.local_days(reports["first"])),
        cube_feeds.silences(session),
        pd.Timestamp(context.as_of),
        window_days=window_days,
        least_share=context.config.rises.silent_share,
    )
    _tell(context, told.left_out)
    since = city.midnight_utc(context.as_of - dt.timedelta(days=days))
    episodes = pattern_feeds.dated_episodes(session, layer, since, context.end)
    counted = episodes.merge(told.pairs, on=["category", "source"])
    events = pd.DataFrame(
        {
            "place": counted["cell"],
            "category": counted["category"],
            "day": city.local_days(counted["first_reported"]),
        }
    )
    return Watched(events, told.gaps)


def _tell(context: Context, left_out: pd.DataFrame) -> None:
    for (source, why), group in left_out.groupby(["source", "why"], sort=True):
        zh, en = _WHY[str(why)]
        context.tell(
            Finding(
                f"source_{why}",
                str(source),
                f"来源 {source} {zh}：近来是否增多，{len(group)} 个类别只看其他来源",
                f"the source {source} {en}: of {len(group)} categories only the other sources are "
                "compared with before",
                count=len(group),
                warns=False,
            )
        )
