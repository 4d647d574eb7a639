"""Sections about cells: layers and their checks, drafts, a raster to compare with."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator

from blockdata.config.section import Section


class GridCheck(Section):
    """What is a fault of a layer of cells, and from which size on."""

    tolerance_m: float = Field(
        default=0.05, gt=0, description="What is nowhere wider is rounding of coordinates."
    )
    cut_tolerance_m: float = Field(
        default=0.5, gt=0, description="A building may reach so far over a border."
    )
    sliver_m2_per_m: float = Field(
        default=2.0, ge=0, description="Less area per metre of border makes a sliver."
    )
    norm_m2: float | None = Field(
        default=None, gt=0, description="Area of a cell as it should be; default: the median."
    )
    norm_factor: float = Field(default=20.0, gt=1)
    stated_share: float = Field(default=0.01, ge=0)
    stated_m2: float = Field(default=1.0, ge=0)


class Grid(Section):
    """Layers of cells; areas with a polygon take part as layers named by their level."""

    layers: tuple[str, ...] = ("responsibility", "unit", "extended")
    area_levels: tuple[str, ...] = ("community",)
    h3_resolution: int | None = Field(
        default=None, ge=0, le=15, description="Draw H3 cells of this size as one more layer."
    )
    extended: Literal["over", "carved"] = Field(
        default="over", description="Extended grids lie over the unit grids, or in their place."
    )
    parents: dict[str, str] = Field(
        default={"unit": "responsibility", "responsibility": "community"},
        description="Layer: the layer of grids or level of areas that it fills and nests in.",
    )
    declared: dict[str, int] = Field(
        default={}, description="Layer: how many cells the city says it has."
    )
    declared_in: dict[str, dict[str, int]] = Field(
        default={}, description="Layer, code of the community: how many cells it has there."
    )
    check: GridCheck = GridCheck()

    @field_validator("parents")
    @classmethod
    def _parents_end(cls, value: dict[str, str]) -> dict[str, str]:
        for layer in value:
            seen = {layer}
            while (layer := value.get(layer, "")) and layer not in seen:
                seen.add(layer)
            if layer:
                raise ValueError(f"layer {layer!r} is a parent of itself")
        return value

    @property
    def all_layers(self) -> tuple[str, ...]:
        """The layers of grids, the drawn one among them; people are never told by that one."""
        drawn = () if self.h3_resolution is None else (f"h3_{self.h3_resolution}",)
        return (*self.layers, *drawn)


class PopulationRaster(Section):
    """A raster of population from outside, which the register's figures are held against."""

    path: str = Field(description="GeoTIFF; only the file itself is read.")
    year: int | None = Field(default=None, ge=1900, le=2200, description="Of its people.")
    unit: Literal["count", "per_km2", "per_hectare", "per_m2"] = "count"
    band: int = Field(default=1, ge=1)
    nodata: Literal["unknown", "nobody"] = Field(
        default="unknown", description="What pixels without data are."
    )
    crs: str | None = Field(default=None, description="For a file that names none.")
    uncertainty: float = Field(
        default=0.5, ge=0, le=1, description="Relative error of a cell that is no disagreement."
    )
    least_people: int = Field(default=50, ge=1, description="Smaller differences are not told.")
    home_words: tuple[str, ...] = Field(
        default=(), description="Words of building uses that people live in; empty: the usual."
    )


class Drafting(Section):
    """What proposed grids aim at."""

    target_area_m2: float = Field(default=10_000, gt=0)
    cross_main_roads: bool = Field(default=False, description="Unit grids may span main roads.")
    sites_layer: str | None = Field(
        default="extended", description="Layer of large single-owner sites, which stay whole."
    )
    incident_days: int = Field(default=365, ge=1, description="Days whose incidents are the load.")
