"""What sources call their cases, as classes of code tables, and what such cases are about."""

from blockdata.link.categories.catalogue import national_catalogue
from blockdata.link.categories.classes import (
    CAMERA_CLASS,
    classes_of_categories,
    names_of_component_classes,
)
from blockdata.link.categories.mapping import map_categories
from blockdata.link.categories.suggesting import suggest

__all__ = [
    "CAMERA_CLASS",
    "classes_of_categories",
    "map_categories",
    "names_of_component_classes",
    "national_catalogue",
    "suggest",
]
