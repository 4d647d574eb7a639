"""What links two cases, and how far a chain of them may reach."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields

import numpy as np

from blockdata.errors import ConfigError

__all__ = ["ChainSettings"]

_MICROSECONDS = 86_400_000_000


@dataclass(frozen=True)
class ChainSettings:
    """Rules and limits of chains.

    Parameters
    ----------
    families : mapping of str to tuple of str
        Categories that one cause brings (a shop: fumes, stalls on the pavement, rubbish, noise),
        by the name of the cause. Categories that no family names are related by main category.
    entity_days, component_days, building_days, near_days, batch_days : float
        The longest time between two linked cases about one entity, one component, one building, at
        near points, and between failures of components of one batch.
    near_m : float
        Cases that are no farther apart are at one place, where no building of either is known.
    min_strength : float
        Weaker links are not made.
    min_cases : int
        Fewer linked cases are no chain.
    max_cases : int
        A chain with so many takes no more.
    max_span_days : float
        The longest time between the first and the last case of a chain.
    max_diameter_m : float
        The longest diagonal of the box around a chain's points, along the axes; chains of a
        batch have none.
    alpha : float
        False discovery rate at which a chain counts as more than chance. It decides what is
        listed; no chain's id or members depend on it.

    Raises
    ------
    ConfigError
        If a limit is negative or not finite, or `min_strength` or `alpha` is above 1.

    Examples
    --------
    >>> ChainSettings(entity_days=30).gap_us("entity")
    2592000000000
    """

    families: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    entity_days: float = 90.0
    component_days: float = 90.0
    building_days: float = 35.0
    near_days: float = 7.0
    batch_days: float = 60.0
    near_m: float = 30.0
    min_strength: float = 0.4
    min_cases: int = 4
    max_cases: int = 60
    max_span_days: float = 365.0
    max_diameter_m: float = 100.0
    alpha: float = 0.2

    def __post_init__(self) -> None:
        for name in (f.name for f in fields(self) if f.name != "families"):
            value = getattr(self, name)
            most = 1.0 if name in {"alpha", "min_strength"} else np.inf
            if not (np.isfinite(value) and 0 <= value <= most):
                raise ConfigError(
                    f"{name} is {value}",
                    where="chains",
                    allowed="0 to 1" if most == 1 else "0 or more",
                )

    def gap_us(self, rule: str) -> int:
        """Return the longest time between two cases of a rule, in microseconds."""
        return round(self.gap_days(rule) * _MICROSECONDS)

    def gap_days(self, rule: str) -> float:
        """Return the longest time between two cases of a rule, in days."""
        return float(getattr(self, f"{rule}_days"))

    @property
    def max_span_us(self) -> int:
        """`max_span_days` in microseconds."""
        return round(self.max_span_days * _MICROSECONDS)
