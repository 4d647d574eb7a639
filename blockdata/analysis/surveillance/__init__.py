"""Surveillance: places that have more of a category tonight than their own past lets expect."""

from blockdata.analysis.surveillance.predictive import predictive_upper_tail
from blockdata.analysis.surveillance.settings import Watch
from blockdata.analysis.surveillance.watch import SURVEILLANCE_COLUMNS, surveillance_test

__all__ = ["SURVEILLANCE_COLUMNS", "Watch", "predictive_upper_tail", "surveillance_test"]
