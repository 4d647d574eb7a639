"""Drafts of grids: proposed, edited by a person in QGIS, checked, and delivered."""

from blockdata.grid.drafting.changes import CHANGES, changes_of
from blockdata.grid.drafting.delivery import grid_delivery, write_delivery
from blockdata.grid.drafting.ground import Ground
from blockdata.grid.drafting.responsibility import ResponsibilityDraft, propose_responsibility
from blockdata.grid.drafting.returned import read_draft, write_draft
from blockdata.grid.drafting.settings import DraftSettings, Load
from blockdata.grid.drafting.summary import UnitSummary, summary_of_units
from blockdata.grid.drafting.units import propose_units

__all__ = [
    "CHANGES",
    "DraftSettings",
    "Ground",
    "Load",
    "ResponsibilityDraft",
    "UnitSummary",
    "changes_of",
    "grid_delivery",
    "propose_responsibility",
    "propose_units",
    "read_draft",
    "summary_of_units",
    "write_delivery",
    "write_draft",
]
