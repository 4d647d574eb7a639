"""All that a base answers of an area that an analyst draws."""

from blockdata.views.inside.area import Area, area_of
from blockdata.views.inside.inside import Inside

__all__ = ["Area", "Inside", "area_of"]
