"""How before and after are compared."""

from __future__ import annotations

from dataclasses import dataclass

from blockdata.errors import AnalysisError

__all__ = ["EffectSettings"]


@dataclass(frozen=True)
class EffectSettings:
    """Windows, matching and inference of `intervention_effect`.

    Parameters
    ----------
    pre_days, post_days : int
        Days before the start, and after the end (the start where there is none), that are
        compared.
    min_days : int
        A place observed for fewer days before or after takes no part.
    segments : int
        Parts of equal length into which the time before is cut for matching, so that places with
        the same trend are compared.
    matches : int
        Up to how many places without the intervention are matched with each.
    caliper : float
        How far the square roots of the counts before may lie apart; 0.5 is one standard deviation
        of the square root of a Poisson count.
    apart_m : float
        Places nearer to one with the intervention are left out, for it may have moved the problem
        there; 0: none.
    min_places : int
        Matched places below which there is no estimate.
    min_events : int
        Events before, of matched places, below which there is no estimate.
    level : float
        Confidence of the interval.
    permutations, seed : int
        Of the randomisation test.

    Raises
    ------
    AnalysisError
        If a setting is out of range.

    Examples
    --------
    >>> EffectSettings(pre_days=180).segments
    4
    """

    pre_days: int = 365
    post_days: int = 365
    min_days: int = 90
    segments: int = 4
    matches: int = 5
    caliper: float = 0.5
    apart_m: float = 0.0
    min_places: int = 5
    min_events: int = 20
    level: float = 0.95
    permutations: int = 999
    seed: int = 0

    def __post_init__(self) -> None:
        lengths = min(self.pre_days, self.post_days) >= self.min_days >= self.segments >= 1
        counts = min(self.matches, self.min_places, self.min_events, self.permutations) >= 1
        if not (lengths and counts and self.caliper > 0 and self.apart_m >= 0):
            raise AnalysisError(
                "settings do not fit",
                where="intervention_effect",
                allowed="pre_days and post_days of min_days or more, segments from 1 to min_days, "
                "matches, min_places, min_events and permutations of 1 or more, caliper above 0",
            )
        if not 0 < self.level < 1:
            raise AnalysisError(
                f"{self.level} is no level", where="intervention_effect", allowed="0 < level < 1"
            )
