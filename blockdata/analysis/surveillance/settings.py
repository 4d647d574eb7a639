"""How surveillance looks at the past and when it calls."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from blockdata.analysis.checks import require_share, require_whole
from blockdata.analysis.expected import Calendar
from blockdata.errors import AnalysisError

__all__ = ["Watch"]

FEWEST_WEEKS = 8
WEEK = 7


@dataclass(frozen=True)
class Watch:
    """How surveillance looks at the past and when it calls.

    Parameters
    ----------
    windows_days : tuple of int
        Windows that end at as_of. The past ends before the longest, so that a rise is not part of
        what it is compared with.
    past_days : int
        The longest past, cut down to whole weeks; at least 56.
    alpha : float
        Level of the family: all tested places, categories and windows of one night.
    correction : {"bh", "by"}
        Benjamini and Hochberg, or Benjamini and Yekutieli (any dependence).
    min_total : int
        A category with fewer incidents in its past is not tested.
    calendar : Calendar

    Examples
    --------
    >>> Watch().windows_days
    (1, 7, 28)
    """

    windows_days: tuple[int, ...] = (1, 7, 28)
    past_days: int = 728
    alpha: float = 0.05
    correction: Literal["bh", "by"] = "bh"
    min_total: int = 5
    calendar: Calendar = field(default_factory=Calendar)

    def __post_init__(self) -> None:
        """Refuse settings that name no test.

        Raises
        ------
        AnalysisError
        """
        require_share(self.alpha, "Watch alpha")
        windows = self.windows_days
        for value in (*windows, self.past_days, self.min_total):
            require_whole(value, None, "Watch windows_days, past_days or min_total")
        if (
            not windows
            or min(windows) < 1
            or len(set(windows)) < len(windows)
            or self.past_days < FEWEST_WEEKS * WEEK
            or self.min_total < 1
            or self.correction not in {"bh", "by"}
        ):
            raise AnalysisError(
                "a window, the past, the total or the correction is out of range",
                where="Watch",
                allowed="distinct windows of 1 day or more, 56 days of past, 1 or more, bh or by",
            )
