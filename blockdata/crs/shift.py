"""Whether points lie shifted against the outline that they should fill.

The rules were set on 6,000 invented registers with right coordinates, of any spread and with up to
a tenth of records from over one border or all: 15 came out suspicious, none clear.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

__all__ = ["Shift", "shift_evidence"]

Coordinates = npt.NDArray[np.float64]
_Flags = npt.NDArray[np.bool_]

_CELLS_PER_SHIFT = 4
_FEWEST = 10
_TAIL = 1e-4


@dataclass(frozen=True)
class Shift:
    """What an outline says of two readings of the same points.

    Places are counted, not points: squares a quarter of the shift wide, so that a thousand cases
    at one address are one place.

    Parameters
    ----------
    offset_m : float
        Median distance between the two readings.
    places : int
    outside, outside_otherwise : int
        Places outside the outline as declared, and as read otherwise.
    gained, lost : int
        Places that lie inside only if read otherwise, and only as declared.
    behind_gained : int
        Places in a strip as wide as the shift, inside, next to where the gained ones lie.
    behind_lost : int
        The same next to where the lost ones lie.
    """

    offset_m: float
    places: int
    outside: int
    outside_otherwise: int
    gained: int
    lost: int
    behind_gained: int
    behind_lost: int

    @property
    def suspicious(self) -> bool:
        """Whether the other reading fits the outline better than chance would have it.

        At least ten places are gained, at most half of those outside are left outside, and of
        gained and lost together (McNemar's exact test) so few are lost with p < 0.0001.
        """
        return (
            self.gained >= _FEWEST
            and 2 * self.outside_otherwise <= self.outside
            and _lower_tail(self.lost, self.gained) < _TAIL
        )

    @property
    def clear(self) -> bool:
        """Whether both edges of the outline say the same.

        Besides being suspicious: at most a quarter of those outside are left outside; the points
        run over the one edge about as densely as they stand before it; and they keep a shift's
        distance from the opposite edge, though they stand densely behind it (p < 0.0001). A
        register that takes in a neighbour's places does the first at most.
        """
        return (
            self.suspicious
            and 4 * self.outside_otherwise <= self.outside
            and 2 * self.gained >= self.behind_gained
            and _lower_tail(self.lost, self.behind_lost) < _TAIL
        )


def shift_evidence(
    declared: Coordinates, otherwise: Coordinates, outline: shapely.Geometry
) -> Shift:
    """Compare two readings of the same points with an outline.

    Parameters
    ----------
    declared, otherwise : ndarray of float64, shape (n, 2)
        The points as declared and as they would lie if read in another system, in the base's
        system, metres; rows with a coordinate that is not finite are left out.
    outline : Polygon or MultiPolygon
        In the same system.

    Returns
    -------
    Shift
        All zeros (offset NaN) without points.

    References
    ----------
    McNemar, Q. (1947). Note on the sampling error of the difference between correlated
    proportions. Psychometrika 12, 153-157.

    Examples
    --------
    >>> x, y = (v.ravel() for v in np.meshgrid(np.arange(25, 5000, 50), np.arange(25, 5000, 50)))
    >>> shifted = np.column_stack([x + 400, y + 200])
    >>> shift = shift_evidence(shifted, shifted - [400, 200], shapely.box(0, 0, 5000, 5000))
    >>> round(shift.offset_m), shift.outside_otherwise, shift.lost, shift.clear
    (447, 0, 0, True)
    """
    usable = np.isfinite(declared).all(axis=1) & np.isfinite(otherwise).all(axis=1)
    points, moves = declared[usable], otherwise[usable] - declared[usable]
    if not len(points):
        return Shift(float("nan"), *(0,) * 7)
    offset_m = float(np.median(np.hypot(*moves.T)))
    one = _one_per_place(points, offset_m / _CELLS_PER_SHIFT)
    points, moves = points[one], moves[one]
    shapely.prepare(outline)
    before, here, there, beyond = (_within(outline, points + n * moves) for n in (-1, 0, 1, 2))
    return Shift(
        offset_m,
        places=len(points),
        outside=int((~here).sum()),
        outside_otherwise=int((~there).sum()),
        gained=int((~here & there).sum()),
        lost=int((here & ~there).sum()),
        behind_gained=int((here & ~before).sum()),
        behind_lost=int((here & there & ~beyond).sum()),
    )


def _one_per_place(points: Coordinates, width_m: float) -> npt.NDArray[np.int64]:
    squares = np.floor(points / max(width_m, 1e-3))
    _, first = np.unique(squares, axis=0, return_index=True)
    return np.asarray(first, dtype=np.int64)


def _within(outline: shapely.Geometry, points: Coordinates) -> _Flags:
    return np.asarray(shapely.intersects_xy(outline, *points.T), dtype=np.bool_)


def _lower_tail(few: int, many: int) -> float:
    """Return the probability of so few out of few + many, were both as likely."""
    from scipy.special import bdtr  # only where points lie outside; it takes a while to import

    return float(bdtr(few, few + many, 0.5)) if few + many else 1.0
