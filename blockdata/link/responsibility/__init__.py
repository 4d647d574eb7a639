"""Which unit answers for a case, until when, and where nobody or two of them do."""

from blockdata.link.responsibility.borders import near_borders
from blockdata.link.responsibility.disputes import disputed_borders, disputed_duties, ownerless
from blockdata.link.responsibility.limits import limits_of_cases
from blockdata.link.responsibility.progress import LightSettings, due_soon, lights
from blockdata.link.responsibility.ranking import REASONS, rank_units

__all__ = [
    "REASONS",
    "LightSettings",
    "disputed_borders",
    "disputed_duties",
    "due_soon",
    "lights",
    "limits_of_cases",
    "near_borders",
    "ownerless",
    "rank_units",
]
