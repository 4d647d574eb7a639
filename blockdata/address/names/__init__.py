"""Names of roads, estates and communities: how alike two are, and the like ones in a vocabulary."""

from blockdata.address.names.index import NameIndex, NearNames, name_similarity
from blockdata.address.names.scoring import WAYS

__all__ = ["WAYS", "NameIndex", "NearNames", "name_similarity"]
