"""What a relative description says, as typed values."""

from __future__ import annotations

from dataclasses import dataclass

#: How a place lies to what it is described by. `along` is the piece of a street between two others.
RELATIONS = (
    "at",
    "beside",
    "opposite",
    "near",
    "between",
    "crossing",
    "offset",
    "along",
)
#: Azimuth of each wind in degrees, clockwise from grid north.
AZIMUTH_DEG = {
    "北": 0.0,
    "东北": 45.0,
    "东": 90.0,
    "东南": 135.0,
    "南": 180.0,
    "西南": 225.0,
    "西": 270.0,
    "西北": 315.0,
}


@dataclass(frozen=True, slots=True)
class Description:
    """One description: what it refers to and how the place lies to that.

    The texts are pieces of the folded source (NFKC, simplified, without spaces).

    Parameters
    ----------
    relation : str
        One of `RELATIONS`.
    anchors : tuple of str
        Addresses or named places referred to: two for `between`, else one, or none where
        `streets` are the anchor.
    streets : tuple of str
        The sides of a crossing as written, with any division before the name (滨河区延安三路), or
        as one text if nothing stands between the names (延安三路江西路路口). For `along`: the
        street, then the two that bound it.
    direction : str, optional
        A wind of `AZIMUTH_DEG`. None also for 前, 后, 左, 右: from where, nobody knows.
    distance_m : float, optional
        Stated distance in metres.
    approximate : bool
        Whether 约, 余, 左右 or the like make the distance a rough one.
    target : str
        What stands there (铁皮房 in 35栋旁边铁皮房), "" if the text does not say.
    reason : str
        Why the description has no reading: `empty`, `too_long`, `no_anchor`, `vague_distance`,
        or "".

    Examples
    --------
    >>> Description("offset", ("延安三路105号",), direction="东", distance_m=50.0).azimuth_deg
    90.0
    """

    relation: str
    anchors: tuple[str, ...] = ()
    streets: tuple[str, ...] = ()
    direction: str | None = None
    distance_m: float | None = None
    approximate: bool = False
    target: str = ""
    reason: str = ""

    @property
    def azimuth_deg(self) -> float | None:
        """The direction in degrees clockwise from grid north, or None."""
        return None if self.direction is None else AZIMUTH_DEG[self.direction]
