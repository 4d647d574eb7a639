"""What each record is: declarations, code tables, identifiers and what follows from them."""

from blockdata.records.catalogue import CORE, Catalogue
from blockdata.records.field import Field, Geometry, Held, Kind, Type

__all__ = ["CORE", "Catalogue", "Field", "Geometry", "Held", "Kind", "Type"]
