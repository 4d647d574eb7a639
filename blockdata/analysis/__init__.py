"""Statistics on frames and arrays: no connection, no clock, nothing mutated."""

from blockdata.analysis.coverage import coverage_gaps
from blockdata.analysis.exposure import (
    EXPOSURE_ORDER,
    EXPOSURE_WORDS,
    Exposure,
    choose_exposure,
)
from blockdata.analysis.fdr import benjamini_hochberg, bh_qvalues, by_qvalues
from blockdata.analysis.hotspots import hot_spots
from blockdata.analysis.profile import cell_profile
from blockdata.analysis.reasons import Reason, describe_reason
from blockdata.analysis.recurring import recurring_test

__all__ = [
    "EXPOSURE_ORDER",
    "EXPOSURE_WORDS",
    "Exposure",
    "Reason",
    "benjamini_hochberg",
    "bh_qvalues",
    "by_qvalues",
    "cell_profile",
    "choose_exposure",
    "coverage_gaps",
    "describe_reason",
    "hot_spots",
    "recurring_test",
]
