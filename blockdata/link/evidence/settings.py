"""What the weighing of evidence is told, and the few numbers that it has learned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from blockdata.errors import ConfigError

__all__ = ["TRUSTED", "EvidenceSettings"]

TRUSTED = ("address", "coordinates")
"""What a source can be trusted for where its address and its coordinates contradict each other."""


_SHARES = (
    *("code_error", "cell_error", "name_error", "usual_outliers", "wrong_near", "unscored"),
    *("anchor_score", "min_probability", "contradiction"),
)


@dataclass(frozen=True)
class EvidenceSettings:
    """How evidence is weighed.

    Parameters
    ----------
    code_error : float
        Share of stated codes (component, camera, address) that name another thing.
    cell_error : float
        Share of stated cells and areas that are another one.
    name_error : float
        Share of names in address texts that stand for another thing of that name.
    confusable : float
        Among how many things a wrong witness errs: how much weight agreement adds.
    min_error_m : float
        Least standard error of measured coordinates; things are surveyed no better.
    usual_error_m, usual_outliers : float
        Standard error, and share of coordinates that are elsewhere, of a source that has fewer
        than `min_anchors` incidents from which its own can be told.
    min_anchors : int
    anchor_score : float
        From which score on a matched address is sure enough to measure coordinates against.
    address_extent_m : float
        Standard distance of what happens at an address from the address's point.
    level_extent_m : mapping of level to float
        The same of addresses of a wider level than a house.
    unscored : float
        Probability of a matched address without a score.
    wrong_near, wrong_near_m : float
        Of addresses that were matched wrongly: the share that is near the right one, and how
        near (standard distance). Learned from invented districts by
        `python -m benchmarks.linking --only evidence --learn`.
    max_reach_m : float
        Nothing farther from the coordinates is a candidate by position.
    candidates : int
        Most candidates by position.
    min_probability : float
        A link that is less probable is not listed.
    contradiction : float
        From which probability on evidence is reported to contradict itself.
    trust : mapping of source to "address" or "coordinates"
        Which of both stands where they contradict each other; else the more probable of both.

    Examples
    --------
    >>> EvidenceSettings().code_error
    0.005
    """

    code_error: float = 0.005
    cell_error: float = 0.02
    name_error: float = 0.05
    confusable: float = 20.0
    min_error_m: float = 0.5
    usual_error_m: float = 15.0
    usual_outliers: float = 0.05
    min_anchors: int = 30
    anchor_score: float = 0.98
    address_extent_m: float = 8.0
    level_extent_m: Mapping[str, float] = field(
        default_factory=lambda: MappingProxyType({"estate": 60.0, "road": 300.0})
    )
    unscored: float = 0.9
    wrong_near: float = 0.99
    wrong_near_m: float = 45.0
    max_reach_m: float = 150.0
    candidates: int = 8
    min_probability: float = 0.5
    contradiction: float = 0.9
    trust: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        for name in _SHARES:
            if not 0 < getattr(self, name) < 1:
                raise ConfigError(f"{name} is {getattr(self, name)}", allowed="between 0 and 1")
        if unknown := sorted(set(self.trust.values()) - set(TRUSTED)):
            raise ConfigError(
                f"a source is trusted for {unknown[0]!r}", allowed=" or ".join(TRUSTED)
            )
