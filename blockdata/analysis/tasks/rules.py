"""What the choice of stops may be told: lengths, days and weights."""

from __future__ import annotations

from dataclasses import dataclass

from blockdata.errors import AnalysisError

__all__ = ["TaskRules"]


@dataclass(frozen=True)
class TaskRules:
    """Settings of `score_stops` and `choose_stops`.

    Parameters
    ----------
    window_days : int
        Days that the expected counts of places stand for.
    horizon_days : int
        New problems of so many days count.
    idle_days, unseen_days : int
        An open problem without report or step for so long is idle; a chronic place where nothing
        was handled, checked or closed for so long is unseen.
    open_weight, idle_weight, overdue_weight, due_soon_weight : float
        See `blockdata.analysis.tasks`.
    stops_per_grid : int
        At most.
    cells_per_grid : int
        Of these, cells at most.

    Raises
    ------
    AnalysisError

    Examples
    --------
    >>> TaskRules().horizon_days
    7
    """

    window_days: int = 720
    horizon_days: int = 7
    idle_days: int = 30
    unseen_days: int = 30
    open_weight: float = 1.0
    idle_weight: float = 0.25
    overdue_weight: float = 0.5
    due_soon_weight: float = 0.5
    stops_per_grid: int = 20
    cells_per_grid: int = 5

    def __post_init__(self) -> None:
        """Refuse what does not fit."""
        days = min(self.window_days, self.horizon_days, self.idle_days, self.unseen_days)
        weights = (self.open_weight, self.idle_weight, self.overdue_weight, self.due_soon_weight)
        fits = days >= 1 and self.stops_per_grid >= 1 and self.cells_per_grid >= 0
        if not fits or not all(0 <= weight < float("inf") for weight in weights):
            raise AnalysisError(
                "settings do not fit",
                where="TaskRules",
                allowed="days and stops of 1 and more, weights of 0 and more",
            )
