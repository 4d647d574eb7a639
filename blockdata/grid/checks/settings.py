"""What a city holds its layers to: tolerances, norms, declared counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["CheckSettings"]


@dataclass(frozen=True)
class CheckSettings:
    """What is a fault of a layer, and how large it must be.

    Parameters
    ----------
    tolerance_m : float, default 0.05
        Overlaps, gaps and overhangs that are nowhere wider are rounding of coordinates.
    cut_tolerance_m : float, default 0.5
        By so much a building or a component may reach over a border before it counts as cut.
    sliver_m2_per_m : float, default 2.0
        A cell with less area per metre of its border is a sliver; a strip has half its width.
    norm_m2 : float, optional
        The area that cells should have; default: the median of their own layer.
    norm_factor : float, default 20.0
        A cell that is smaller than the norm by this factor, or larger, is far from it. Squares of
        water, parks and mountains are large by right, so the default is wide.
    stated_share : float, default 0.01
        By this share a stated area may differ from the geometry's.
    stated_m2 : float, default 1.0
        By so much it may differ in any case.
    carved : mapping of str to str
        Layer that is carved out of another one, as {"extended": "unit"}: it fills the parents
        beside that one and may not overlap it. Other layers without a parent lie over the rest
        and are compared with nothing.
    declared : mapping of str to int
        How many cells a layer has, as the city declares it.
    declared_in : mapping of str to mapping of str to int
        The same by code of the community, for layers that lie in communities.
    crs : str, optional
        The coordinate system of the cells; coordinates that look like degrees, or that lie where
        the system is not used, are then invalid.
    extent : (xmin, ymin, xmax, ymax), optional
        Where cells may lie, in metres; default: wherever `crs` is used.

    Examples
    --------
    >>> CheckSettings().tolerance_m
    0.05
    """

    tolerance_m: float = 0.05
    cut_tolerance_m: float = 0.5
    sliver_m2_per_m: float = 2.0
    norm_m2: float | None = None
    norm_factor: float = 20.0
    stated_share: float = 0.01
    stated_m2: float = 1.0
    carved: Mapping[str, str] = field(default_factory=dict)
    declared: Mapping[str, int] = field(default_factory=dict)
    declared_in: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    crs: str | None = None
    extent: tuple[float, float, float, float] | None = None
