"""What users see of a base: tables, places, results, maps and a summary."""

from blockdata.views.hot_spots import HotSpots
from blockdata.views.place import Place
from blockdata.views.results import Facts, Result
from blockdata.views.summary import Summary, summary_of
from blockdata.views.tables import RecordTable, shapes_of

__all__ = [
    "Facts",
    "HotSpots",
    "Place",
    "RecordTable",
    "Result",
    "Summary",
    "shapes_of",
    "summary_of",
]
