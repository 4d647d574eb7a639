"""Reports of one occurrence at one place become one episode; episodes close and come back."""

from blockdata.link.episodes.building import build_episodes
from blockdata.link.episodes.occurrences import place_occurrences
from blockdata.link.episodes.recurrences import recurrences

__all__ = ["build_episodes", "place_occurrences", "recurrences"]
