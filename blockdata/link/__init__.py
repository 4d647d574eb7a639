"""Incidents to places: links, the place of an incident, episodes."""

from blockdata.link.defaults import default_locations
from blockdata.link.episodes import build_episodes, recurrences
from blockdata.link.places import PLACE_ORDER, place_of
from blockdata.link.revisions import EpisodeHistory, episode_revisions

__all__ = [
    "PLACE_ORDER",
    "EpisodeHistory",
    "build_episodes",
    "default_locations",
    "episode_revisions",
    "place_of",
    "recurrences",
]
