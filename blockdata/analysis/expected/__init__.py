"""Expected counts: season, weekday, holidays, trend and exposure in a log-linear law."""

from blockdata.analysis.expected.calendar import Calendar, calendar_design
from blockdata.analysis.expected.counts import (
    EXPECTED_COLUMNS,
    CalendarLaw,
    calendar_law,
    expected_counts,
)
from blockdata.analysis.expected.fit import LogLinearFit, fit_log_linear

__all__ = [
    "EXPECTED_COLUMNS",
    "Calendar",
    "CalendarLaw",
    "LogLinearFit",
    "calendar_design",
    "calendar_law",
    "expected_counts",
    "fit_log_linear",
]
