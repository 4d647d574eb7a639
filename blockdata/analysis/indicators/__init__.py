"""Indicators (体征): a registry of definitions, values per cell and month, and alarms."""

from blockdata.analysis.indicators.alarms import ALARM_COLUMNS, indicator_alarms
from blockdata.analysis.indicators.counting import (
    WHOLE,
    Facts,
    Figures,
    MeasureTable,
    measure_table,
)
from blockdata.analysis.indicators.formula import Formula, parse_formula
from blockdata.analysis.indicators.measures import Measure, parse_measure
from blockdata.analysis.indicators.months import month_numbers, natural_months
from blockdata.analysis.indicators.registry import (
    Indicator,
    Registry,
    load_registry,
    shipped_registry,
)
from blockdata.analysis.indicators.values import VALUE_COLUMNS, indicator_values, mask_untold

__all__ = [
    "ALARM_COLUMNS",
    "VALUE_COLUMNS",
    "WHOLE",
    "Facts",
    "Figures",
    "Formula",
    "Indicator",
    "Measure",
    "MeasureTable",
    "Registry",
    "indicator_alarms",
    "indicator_values",
    "load_registry",
    "mask_untold",
    "measure_table",
    "month_numbers",
    "natural_months",
    "parse_formula",
    "parse_measure",
    "shipped_registry",
]
