"""Address quality: what is known to be wrong with an address library."""

from blockdata.address.defects.checking import known_defects
from blockdata.address.defects.geometry import Limits
from blockdata.address.defects.listing import DEFECTS, Defect, KnownDefects

__all__ = ["DEFECTS", "Defect", "KnownDefects", "Limits", "known_defects"]
