"""Densities of events: on the plane and along streets."""

from blockdata.analysis.density.kernels import bandwidth_by_rule
from blockdata.analysis.density.plane import plane_density
from blockdata.analysis.density.streets import street_density

__all__ = ["bandwidth_by_rule", "plane_density", "street_density"]
