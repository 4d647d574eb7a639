"""People from rasters: per cell, on buildings, and held against the register."""

from blockdata.grid.rasters.buildings import (
    OnBuildings,
    RasterArea,
    people_on_buildings,
    raster_area,
    sum_by_layer,
)
from blockdata.grid.rasters.compare import DISAGREEMENTS, Comparison, compare_with_register
from blockdata.grid.rasters.edges import EDGE_TOLERANCE_M, polygons_in
from blockdata.grid.rasters.floors import HOME_WORDS, floor_areas, home_areas
from blockdata.grid.rasters.people import RasterSettings, people_in_cells
from blockdata.grid.rasters.register import register_bounds
from blockdata.grid.rasters.source import ArrayRaster, PixelWindow, open_raster

__all__ = [
    "DISAGREEMENTS",
    "EDGE_TOLERANCE_M",
    "HOME_WORDS",
    "ArrayRaster",
    "Comparison",
    "OnBuildings",
    "PixelWindow",
    "RasterArea",
    "RasterSettings",
    "compare_with_register",
    "floor_areas",
    "home_areas",
    "open_raster",
    "people_in_cells",
    "people_on_buildings",
    "polygons_in",
    "raster_area",
    "register_bounds",
    "sum_by_layer",
]
