"""Emerging hot spots: how hot each cell was at each step, its trend, and what it is becoming."""

from blockdata.analysis.emerging.categories import CATEGORIES, emerging_categories
from blockdata.analysis.emerging.hot_spots import EmergingHotSpots, emerging_hot_spots
from blockdata.analysis.emerging.steps import space_time_gi_star
from blockdata.analysis.emerging.trend import mann_kendall

__all__ = [
    "CATEGORIES",
    "EmergingHotSpots",
    "emerging_categories",
    "emerging_hot_spots",
    "mann_kendall",
    "space_time_gi_star",
]
