"""Hot spots: cells with more incidents than their exposure explains."""

from blockdata.analysis.hotspots.changes import CHANGES, hot_spot_changes
from blockdata.analysis.hotspots.family import HOTSPOT_COLUMNS, hot_spots
from blockdata.analysis.hotspots.model import Choice, Found, Layer, Rules
from blockdata.analysis.hotspots.scale import Scale, choose_scale
from blockdata.analysis.hotspots.scoring import excess_rank, score_counts, score_family
from blockdata.analysis.hotspots.search import search
from blockdata.analysis.hotspots.stability import (
    counts_in_resized,
    other_window_days,
    stability,
)

__all__ = [
    "CHANGES",
    "HOTSPOT_COLUMNS",
    "Choice",
    "Found",
    "Layer",
    "Rules",
    "Scale",
    "choose_scale",
    "counts_in_resized",
    "excess_rank",
    "hot_spot_changes",
    "hot_spots",
    "other_window_days",
    "score_counts",
    "score_family",
    "search",
    "stability",
]
