"""What to do tomorrow: where to go, in which order, and which records need a hand.

**Score of a place**, in problems that a visit may meet:

    new problems expected within `horizon_days`
    + `open_weight`     x open problems that are not idle
    + `idle_weight`     x open problems without a report or a step for `idle_days`
    + `overdue_weight`  x overdue cases of the former
    + `due_soon_weight` x cases of the former that are soon due

What is expected is a place's own rate as the chronic list shrinks it (expected per day of the
window, and the excess a year at its end; of a cell the excess alone), or its share of the excess
of the hot cells around it, category by category whichever is greater: the two speak of the same
problems, and so do the rows of an address and its building. Categories too rare to be tested add
nothing.

**List of a grid**: the places with the highest scores; ties by overdue, then open problems, then
by kind and id. **Order**: up to seven stops the shortest of all orders, else nearest neighbour and
the order of the scores, both improved by 2-opt and Or-opt, whichever is shorter: so a route is
never longer than the list walked from top to bottom.
"""

from blockdata.analysis.tasks.choosing import choose_stops
from blockdata.analysis.tasks.outcome import busiest_places, list_outcome
from blockdata.analysis.tasks.routing import route_length_m, shortest_order
from blockdata.analysis.tasks.rules import TaskRules
from blockdata.analysis.tasks.scoring import STOP_REASONS, Evidence, score_stops
from blockdata.analysis.tasks.upkeep import UPKEEP_REASONS, gather_upkeep, twins
from blockdata.analysis.tasks.ways import Route, distances_between, lay_route, start_in
from blockdata.analysis.tasks.wording import why

__all__ = [
    "STOP_REASONS",
    "UPKEEP_REASONS",
    "Evidence",
    "Route",
    "TaskRules",
    "busiest_places",
    "choose_stops",
    "distances_between",
    "gather_upkeep",
    "lay_route",
    "list_outcome",
    "route_length_m",
    "score_stops",
    "shortest_order",
    "start_in",
    "twins",
    "why",
]
