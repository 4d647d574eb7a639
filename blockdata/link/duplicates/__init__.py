"""Reports of one occurrence: pairs with probability and reasons, groups, an index to ask."""

from blockdata.link.duplicates.columns import REPORT_COLUMNS
from blockdata.link.duplicates.fingerprints import text_fingerprints
from blockdata.link.duplicates.groups import duplicate_groups
from blockdata.link.duplicates.index import DuplicateIndex
from blockdata.link.duplicates.model import DuplicateModel, model_for
from blockdata.link.duplicates.pairs import duplicate_pairs, explain_pair
from blockdata.link.duplicates.places import named_roads, place_keys
from blockdata.link.duplicates.settings import DuplicateSettings
from blockdata.link.duplicates.usual import usual_per_day

__all__ = [
    "REPORT_COLUMNS",
    "DuplicateIndex",
    "DuplicateModel",
    "DuplicateSettings",
    "duplicate_groups",
    "duplicate_pairs",
    "explain_pair",
    "model_for",
    "named_roads",
    "place_keys",
    "text_fingerprints",
    "usual_per_day",
]
