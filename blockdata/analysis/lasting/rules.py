"""What the analysis of lasting problems may be told: lengths of time, levels, least numbers."""

from __future__ import annotations

from dataclasses import dataclass

from blockdata.analysis.checks import require_share
from blockdata.errors import AnalysisError

__all__ = ["STEP_DAYS", "LastingRules"]

STEP_DAYS = 30
"""Length of a month. Months are counted back from `as_of` in steps of equal length, so that neither
the calendar nor the time zone changes how many a place can have."""


@dataclass(frozen=True)
class LastingRules:
    """Settings of `lasting_problems`.

    Parameters
    ----------
    window_days : int
        How far back episodes count; rounded down to whole months of 30 days, at least 6.
    recur_days : int
        A return counts if it came within so many days of the closing.
    alpha : float
        False discovery rate of the list.
    interval : float
        Probability that the interval of the excess holds.
    min_total : int
        A category with fewer episodes in a kind of place is not tested.
    min_fit : int
        From so many episodes at 20 or more places on, a regression is fitted; below, episodes are
        expected in proportion to exposure and days.
    min_returns : int
        A problem that came back fewer times is not listed.

    Raises
    ------
    AnalysisError

    Examples
    --------
    >>> LastingRules(window_days=365).months
    12
    """

    window_days: int = 720
    recur_days: int = 90
    alpha: float = 0.05
    interval: float = 0.9
    min_total: int = 5
    min_fit: int = 50
    min_returns: int = 2

    def __post_init__(self) -> None:
        """Refuse what does not fit together."""
        require_share(self.alpha, "LastingRules alpha")
        require_share(self.interval, "LastingRules interval")
        least = min(self.recur_days, self.min_total, self.min_fit, self.min_returns)
        if self.window_days < 6 * STEP_DAYS or least < 1 or self.recur_days >= self.window_days:
            raise AnalysisError(
                "settings do not fit",
                where="LastingRules",
                allowed="window_days >= 180, 0 < recur_days < window_days, least numbers >= 1",
            )

    @property
    def months(self) -> int:
        """Months of 30 days in the window."""
        return self.window_days // STEP_DAYS
