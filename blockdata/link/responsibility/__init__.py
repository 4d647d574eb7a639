"""Which unit answers for a case, until when, and where nobody or two of them do."""

from blockdata.link.responsibility.allowances import allowed_hours, paused_hours
from blockdata.link.responsibility.bodies import departments_of_bodies
from blockdata.link.responsibility.borders import near_borders
from blockdata.link.responsibility.disputes import disputed_borders, disputed_duties, ownerless
from blockdata.link.responsibility.limits import limits_of_cases
from blockdata.link.responsibility.progress import LightSettings, due_soon, lights
from blockdata.link.responsibility.ranking import REASONS, rank_units

__all__ = [
    "REASONS",
    "LightSettings",
    "allowed_hours",
    "departments_of_bodies",
    "disputed_borders",
    "disputed_duties",
    "due_soon",
    "lights",
    "limits_of_cases",
    "near_borders",
    "ownerless",
    "paused_hours",
    "rank_units",
]
