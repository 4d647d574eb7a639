"""How far a proposal may go."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["RepairSettings"]


@dataclass(frozen=True)
class RepairSettings:
    """How far a proposal may go.

    Parameters
    ----------
    snap_m : float, default 1.0
        Gaps and overlaps that are nowhere wider are closed by moving vertices on the neighbours'
        borders, where that suffices.
    most : int, default 50
        So many faults at most are looked at, the largest first: each proposal is tried out.

    Examples
    --------
    >>> RepairSettings().snap_m
    1.0
    """

    snap_m: float = 1.0
    most: int = 50
