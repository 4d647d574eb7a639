"""Near repeat: whether events that lie near one another in place do so in time as well."""

from blockdata.analysis.near_repeat.bands import raised_bands
from blockdata.analysis.near_repeat.knox import knox
from blockdata.analysis.near_repeat.pairs import SAME_PLACE
from blockdata.analysis.near_repeat.space_time_k import SpaceTimeK, space_time_k

__all__ = ["SAME_PLACE", "SpaceTimeK", "knox", "raised_bands", "space_time_k"]
