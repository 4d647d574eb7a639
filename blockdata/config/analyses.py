"""Sections of what is computed every night: episodes, hot spots, chronic problems, cameras."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from blockdata.config.section import Section


class Episodes(Section):
    """When reports speak of one occurrence."""

    gap_days: int = Field(default=7, ge=0)
    administrative_s: float = Field(
        default=60, ge=0, description="A closing sooner than this after the report mends nothing."
    )
    administrative_results: tuple[str, ...] = Field(
        default=("行政办结", "自动结案"),
        description="Results of a closing step that say so too.",
    )
    repeat_hours: float = Field(
        default=1, ge=0, description="A report so soon repeats the one before, even a closed one."
    )
    late_hours: float = Field(
        default=24, ge=0, description="Overtaken by newer reports by so much, a report is late."
    )


class DefaultLocations(Section):
    """Places where a source puts what it cannot place: found by rule, or known to people."""

    min_incidents: int = Field(default=20, ge=2)
    min_share: float = Field(default=0.0025, ge=0, le=1)
    min_overlap: float = Field(default=0.9, gt=0)
    min_ratio: float = Field(default=3.0, ge=1)
    min_same_point: int = Field(
        default=5, ge=2, description="Cases at one point, where a source measures elsewhere."
    )
    known: tuple[str, ...] = Field(default=(), description="Address texts that always are one.")
    never: tuple[str, ...] = Field(default=(), description="Address texts that never are one.")


class Hotspots(Section):
    """Which layer and windows the nightly run tests, all in one family of tests."""

    layer: str | None = Field(
        default=None, description="Without it the finest on which a problem place would be found."
    )
    windows_days: tuple[Annotated[int, Field(ge=1)], ...] = Field(default=(28,), min_length=1)
    alpha: float = Field(default=0.05, gt=0, lt=1)
    min_total: int = Field(default=5, ge=1)
    correction: Literal["bh", "by"] = Field(
        default="bh", description="Benjamini-Hochberg, or Benjamini-Yekutieli."
    )


class Chronic(Section):
    """Window, follow-up and level of the chronic list."""

    window_days: int = Field(
        default=720, ge=180, description="How far back problems count, in whole months of 30 days."
    )
    layers: tuple[str, ...] | None = Field(
        default=None, description="Layers whose cells are places; without them the finest."
    )
    recur_days: int = Field(default=90, ge=1, description="A return so soon after closing counts.")
    alpha: float = Field(default=0.05, gt=0, lt=1, description="False discovery rate of the list.")
    interval: float = Field(default=0.9, gt=0, lt=1, description="Of the excess.")
    min_total: int = Field(default=5, ge=1, description="Of a category, to be tested.")
    min_fit: int = Field(default=50, ge=1, description="Of a category, to fit a model.")
    min_returns: int = Field(default=2, ge=1, description="Of a problem, to be listed.")

    @model_validator(mode="after")
    def _follow_up_fits(self) -> Chronic:
        if self.recur_days >= self.window_days:
            raise ValueError("recur_days must be shorter than window_days")
        return self


class Cameras(Section):
    """What is taken for cameras whose source says too little, and whose they are."""

    range_m: float = Field(default=60, gt=0)
    height_m: float = Field(default=6, gt=0)
    vehicle_height_m: float = Field(default=2, gt=0)
    field_angle_deg: float = Field(default=60, gt=0, le=360)
    vertical_angle_deg: float = Field(default=40, gt=0, le=180)
    target_height_m: float = Field(
        default=1.5, ge=0, description="Of what is to be seen: 0 the ground, 1.5 a face."
    )
    floor_height_m: float = Field(default=3, gt=0)
    wall_m: float = Field(
        default=8, ge=0, description="How far inside a footprint a camera on its wall may be."
    )
    route_step_m: float = Field(default=10, gt=0)
    street_width_m: float = Field(default=10, gt=0)
    lattice_m: float = Field(default=2, ge=0.25, le=50)
    own: str = Field(default="city_management", description="The owner group that asks.")
    owner_words: dict[str, tuple[str, ...]] | None = Field(
        default=None, description="Owner group: words in an owner's name; the first group counts."
    )
    owner_industries: dict[str, str] | None = Field(
        default=None, description="Digits 9 and 10 of a device id: owner group."
    )
