"""The monthly report's figures: months compared, rows balanced, small counts hidden."""

from blockdata.analysis.monthly.balance import BALANCE_COLUMNS, UNPLACED, balance
from blockdata.analysis.monthly.comparison import COMPARED_COLUMNS, compare_months
from blockdata.analysis.monthly.months import Periods, month_of, periods
from blockdata.analysis.monthly.observed import observed_days
from blockdata.analysis.monthly.ranking import overlap, side_by_side
from blockdata.analysis.monthly.suppression import Hidden, hide_small

__all__ = [
    "BALANCE_COLUMNS",
    "COMPARED_COLUMNS",
    "UNPLACED",
    "Hidden",
    "Periods",
    "balance",
    "compare_months",
    "hide_small",
    "month_of",
    "observed_days",
    "overlap",
    "periods",
    "side_by_side",
]
