"""The step that scans every category for what gathers in place and time up to tonight."""

from __future__ import annotations

import pandas as pd

from blockdata.analysis.scan import Prospect, scan_categories
from blockdata.batch.hot_spots import layer_tested
from blockdata.batch.steps import Context
from blockdata.batch.watching import watched
from blockdata.config import Scan
from blockdata.engines import pattern_feeds
from blockdata.store import derived
from blockdata.store.session import Session

__all__ = ["find_clusters"]


def find_clusters(session: Session, context: Context) -> None:
    """Scan the cells of the layer that hot spots are looked for on, by a point inside each.

    Of a layer without polygons nothing is scanned: the search for hot spots has said so.
    """
    layer = layer_tested(session, context)
    settings = context.config.scan
    derived.clear_result(session, "cluster", "cluster_place")
    if layer is None:
        return
    points = pattern_feeds.cell_points(session, layer, context.last_day)
    seen = watched(session, context, layer, days=settings.past_days, window_days=settings.days)
    cases = seen.events[seen.events["place"].isin(points["cell"])]
    if cases.empty:
        return
    end = pd.Timestamp(context.as_of)
    clusters, cells = scan_categories(
        cases,
        points.rename(columns={"cell": "place"}),
        period=(end - pd.Timedelta(days=settings.past_days), end - pd.Timedelta(days=1)),
        gaps=seen.gaps,
        prospect=_prospect(settings),
    )
    derived.write_result(session, "cluster", clusters.assign(layer=layer))
    derived.write_result(session, "cluster_place", cells.assign(layer=layer))


def _prospect(settings: Scan) -> Prospect:
    return Prospect(
        max_days=settings.days,
        max_radius_m=settings.radius_m,
        alpha=settings.alpha,
        min_recent=settings.min_recent,
        replications=settings.replications,
        stop_after=settings.stop_after,
    )
