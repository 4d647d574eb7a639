"""Components (部件): an id tells its class, and mostly its edition, where the source does not."""

from __future__ import annotations

import pyarrow.compute as pc

from blockdata_loaders.classes import component_classes, known_schemes
from blockdata_loaders.standard import Columns, StandardLoader

__all__ = ["ComponentLoader", "loader"]


class ComponentLoader(StandardLoader):
    """Loads components; fills scheme and class code from the id."""

    def after_conversion(self, columns: Columns) -> Columns:
        """Fill `scheme` and `class_code` where they are empty; what is stated stands."""
        schemes = known_schemes(columns["scheme"])
        told, classes = component_classes(columns["code"], schemes, columns["name"])
        return columns | {
            "scheme": pc.coalesce(schemes, told),
            "class_code": pc.coalesce(columns["class_code"], classes),
        }


loader = ComponentLoader()
