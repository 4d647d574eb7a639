"""Incidents to places: links, the place of an incident, episodes."""

from blockdata.link.defaults import default_locations
from blockdata.link.episodes import build_episodes
from blockdata.link.links import link_incidents
from blockdata.link.places import PLACE_ORDER, place_of

__all__ = ["PLACE_ORDER", "build_episodes", "default_locations", "link_incidents", "place_of"]
