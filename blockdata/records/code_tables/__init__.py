"""National tables of component and matter classes in three editions; see `tables`."""

from blockdata.records.code_tables.classes import (
    InstanceClass,
    Standing,
    class_of_component,
    class_of_matter,
    scheme_named,
    standing,
)
from blockdata.records.code_tables.crosswalk import Crossing, crossing, crosswalk
from blockdata.records.code_tables.names import entries_named, names_of_classes, national_entry
from blockdata.records.code_tables.tables import (
    CJT_214_2007,
    COMPONENT,
    GBT_30428_2_2013,
    GBT_47678_5_2026,
    MATTER,
    SCHEMES,
    CodeEntry,
    CodeTable,
    code_table,
    entry_of,
    name_of,
)

__all__ = [
    "CJT_214_2007",
    "COMPONENT",
    "GBT_30428_2_2013",
    "GBT_47678_5_2026",
    "MATTER",
    "SCHEMES",
    "CodeEntry",
    "CodeTable",
    "Crossing",
    "InstanceClass",
    "Standing",
    "class_of_component",
    "class_of_matter",
    "code_table",
    "crossing",
    "crosswalk",
    "entries_named",
    "entry_of",
    "name_of",
    "names_of_classes",
    "national_entry",
    "scheme_named",
    "standing",
]
