"""What counts as a candidate, as a pair and as a group."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from blockdata.errors import ConfigError

__all__ = ["DuplicateSettings"]


@dataclass(frozen=True)
class DuplicateSettings:
    """Limits within which two reports can speak of one occurrence.

    Parameters
    ----------
    max_gap_hours : float
        Two reports farther apart in time are never compared.
    max_distance_m : float
        Nor are two with points farther apart, unless component, building or caller are the same.
    min_probability : float
        Pairs below it are not listed.
    same_probability : float
        Pairs from it on are taken for one occurrence.
    group_probability : float
        The least mean probability between the reports of two groups that become one. It is less
        than `same_probability`: of many reports of one occurrence some always say too little to
        be told from chance, each by itself.
    max_span_hours : float
        The longest time between the first and the last report of a group.
    max_diameter_m : float
        The longest diagonal of the box around the points of a group, along the axes; so no two
        of its points are farther apart. Reports without a point do not widen it.

    Raises
    ------
    ConfigError
        If a limit is negative or not finite, or a probability is not between 0 and 1.

    Examples
    --------
    >>> DuplicateSettings(max_gap_hours=48).max_gap_us
    172800000000
    """

    max_gap_hours: float = 72.0
    max_distance_m: float = 300.0
    min_probability: float = 0.05
    same_probability: float = 0.75
    group_probability: float = 0.35
    max_span_hours: float = 96.0
    max_diameter_m: float = 200.0

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            most = 1.0 if field.name.endswith("probability") else np.inf
            if not (np.isfinite(value) and 0 <= value <= most):
                raise ConfigError(
                    f"{field.name} is {value}",
                    where="duplicates",
                    allowed="0 to 1" if most == 1 else "0 or more",
                )

    @property
    def max_gap_us(self) -> int:
        """`max_gap_hours` in microseconds."""
        return round(self.max_gap_hours * 3_600_000_000)

    @property
    def max_span_us(self) -> int:
        """`max_span_hours` in microseconds."""
        return round(self.max_span_hours * 3_600_000_000)
