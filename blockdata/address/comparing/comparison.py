"""What comparing two address texts gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

__all__ = ["KINDS", "STATES", "Comparison", "ElementEvidence"]

#: exact: the same place; partial: one contains or is near the other, or a part differs; none:
#: different places.
KINDS = ("exact", "partial", "none")

#: How an element stands in two texts; "" where neither has it.
STATES = ("", "left_only", "right_only", "equal", "alike", "conflict")


class ElementEvidence(NamedTuple):
    """One element in two texts: as written on both sides, and how the two stand to each other.

    Examples
    --------
    >>> ElementEvidence("room", "501", "502", "conflict").state
    'conflict'
    """

    element: str
    left: str | None
    right: str | None
    state: str


@dataclass(frozen=True)
class Comparison:
    """Whether two texts name the same place.

    Parameters
    ----------
    kind : str
        One of `KINDS`.
    probability : dict of str to float
        For each kind; they sum to 1.
    evidence : tuple of ElementEvidence
        The elements that at least one text has, widest first.
    reason : str
        Why nothing could be compared (a reason of the parser), else "".

    Examples
    --------
    >>> Comparison("none", {"exact": 0.0, "partial": 0.0, "none": 1.0}, (), "empty").reason
    'empty'
    """

    kind: str
    probability: dict[str, float]
    evidence: tuple[ElementEvidence, ...]
    reason: str = ""
