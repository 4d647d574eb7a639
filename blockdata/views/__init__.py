"""What users see of a base: tables, places, results, maps and a summary."""

from blockdata.views.hot_spots import HotSpots
from blockdata.views.place import Place, place_of_address
from blockdata.views.results import Facts, Result, chronic_result
from blockdata.views.summary import Summary, summary_of
from blockdata.views.tables import RecordTable, shapes_of

__all__ = [
    "Facts",
    "HotSpots",
    "Place",
    "RecordTable",
    "Result",
    "Summary",
    "chronic_result",
    "place_of_address",
    "shapes_of",
    "summary_of",
]
