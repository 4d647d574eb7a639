"""Incidents linked to what they are about by weighing evidence, with probabilities."""

from blockdata.link.evidence.known import Known
from blockdata.link.evidence.linking import Linked, link_by_evidence
from blockdata.link.evidence.model import EvidenceModel, fit_evidence
from blockdata.link.evidence.position_error import PositionError
from blockdata.link.evidence.settings import EvidenceSettings

__all__ = [
    "EvidenceModel",
    "EvidenceSettings",
    "Known",
    "Linked",
    "PositionError",
    "fit_evidence",
    "link_by_evidence",
]
