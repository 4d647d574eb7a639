"""What is taken for a camera of which the source says too little."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["SightRules"]


@dataclass(frozen=True)
class SightRules:
    """Assumptions under which cameras see.

    Parameters
    ----------
    range_m, height_m, field_angle_deg : float
        Of a fixed or dome camera whose source does not state them.
    vehicle_height_m : float
        Of a camera on a vehicle.
    vertical_angle_deg : float
        Vertical field angle of fixed cameras and those on vehicles: how near they begin to see.
        A dome looks straight down too.
    target_height_m : float
        Of what is to be seen.
    floor_height_m : float
        Height of a floor, where a building's height is unknown and its floors are not.
    wall_m : float
        A camera inside a footprint, lower than the roof, hangs on the nearest outside wall within
        this distance; farther in it is indoors and sees nothing outside.
    route_step_m : float
        Distance between the positions in which a camera on a vehicle is looked at.
    street_width_m : float
        Of a street whose source does not state it.
    lattice_m : float
        Distance between the points at which coverage is counted.

    Examples
    --------
    >>> SightRules(range_m=40).range_m
    40
    """

    range_m: float = 60.0
    height_m: float = 6.0
    field_angle_deg: float = 60.0
    vehicle_height_m: float = 2.0
    vertical_angle_deg: float = 40.0
    target_height_m: float = 1.5
    floor_height_m: float = 3.0
    wall_m: float = 8.0
    route_step_m: float = 10.0
    street_width_m: float = 10.0
    lattice_m: float = 2.0
