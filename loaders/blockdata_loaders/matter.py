"""The catalogue of matters (事项): majors are filled from the national tables."""

from __future__ import annotations

import pyarrow.compute as pc

from blockdata_loaders.classes import known_schemes, major_names
from blockdata_loaders.standard import Columns, StandardLoader

__all__ = ["MatterLoader", "loader"]


class MatterLoader(StandardLoader):
    """Loads matters; fills the major class of national codes."""

    def after_conversion(self, columns: Columns) -> Columns:
        """Fill `main_name` where it is empty and the edition lists the code."""
        schemes = known_schemes(columns["scheme"])
        majors = major_names(schemes, columns["matter_kind"], columns["code"])
        return columns | {
            "scheme": schemes,
            "main_name": pc.coalesce(columns["main_name"], majors),
        }


loader = MatterLoader()
