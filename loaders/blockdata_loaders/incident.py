"""Incidents; a caller is the pseudonym of a phone number, however the number was written."""

from __future__ import annotations

from blockdata_loaders.standard import StandardLoader

__all__ = ["IncidentLoader", "loader"]


class IncidentLoader(StandardLoader):
    """Loads incidents."""

    phones = frozenset({"caller"})


loader = IncidentLoader()
