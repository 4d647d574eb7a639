"""Legal entities; the registered name of a sole trader is often a person's and is held apart."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from blockdata.records.identifiers import is_uscc
from blockdata_loaders.arrays import BoolArray, flags
from blockdata_loaders.standard import Columns, StandardLoader

__all__ = ["LegalEntityLoader", "loader"]

_SOLE_TRADER = "92"
"""First characters of a sole trader's unified social credit code (GB 32100)."""


class LegalEntityLoader(StandardLoader):
    """Loads legal entities; moves the names of sole traders to the steward's file."""

    def after_conversion(self, columns: Columns) -> Columns:
        """Move `name` to `trader_name` where the code is a sole trader's."""
        sole = pc.fill_null(pc.starts_with(columns["uscc"], _SOLE_TRADER), False)
        nothing = pa.scalar(None, pa.string())
        moved = pc.if_else(sole, pc.coalesce(columns["name"], columns["trader_name"]), nothing)
        return columns | {
            "name": pc.if_else(sole, nothing, columns["name"]),
            "trader_name": pc.coalesce(moved, columns["trader_name"]),
        }

    def hidden_cells(self, columns: Mapping[str, pa.Array]) -> dict[str, BoolArray]:
        """Hide names unless a valid code says that they are no sole trader's."""
        codes = columns["uscc"]
        sole = flags(pc.starts_with(codes, _SOLE_TRADER))
        return {"name": sole | ~is_uscc(codes)}


loader = LegalEntityLoader()
