"""Cameras as street furniture with a field of view: what they cover, by whom, and what is blind."""

from blockdata.analysis.cameras.blind import (
    MOST_COVERED,
    blind_cells,
    points_along,
    with_shares,
)
from blockdata.analysis.cameras.ground import Ground, ground_of
from blockdata.analysis.cameras.owners import INDUSTRIES, OWNER_WORDS, owner_groups
from blockdata.analysis.cameras.rules import SightRules
from blockdata.analysis.cameras.scene import Scene
from blockdata.analysis.cameras.sites import Ranked, best_shared, best_sites, with_looks
from blockdata.analysis.cameras.siting import Chosen, choose_most, points_to_gain
from blockdata.analysis.cameras.standing import Stands, building_heights, stands_of
from blockdata.analysis.cameras.survey import ALL_OWNERS, Survey, survey

__all__ = [
    "ALL_OWNERS",
    "INDUSTRIES",
    "MOST_COVERED",
    "OWNER_WORDS",
    "Chosen",
    "Ground",
    "Ranked",
    "Scene",
    "SightRules",
    "Stands",
    "Survey",
    "best_shared",
    "best_sites",
    "blind_cells",
    "building_heights",
    "choose_most",
    "ground_of",
    "owner_groups",
    "points_along",
    "points_to_gain",
    "stands_of",
    "survey",
    "with_looks",
    "with_shares",
]
