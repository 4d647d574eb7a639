"""Sections about what rises in a place, and what gathers around several."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from blockdata.config.section import Section


class Rises(Section):
    """How each place and category is watched: windows, past, level."""

    windows_days: tuple[int, ...] = Field(
        default=(1, 7, 28), min_length=1, description="Windows that end at as_of."
    )
    past_days: int = Field(default=728, ge=56, description="The longest past to compare with.")
    alpha: float = Field(
        default=0.05, gt=0, lt=1, description="Over all places, categories and windows of a night."
    )
    correction: Literal["bh", "by"] = "bh"
    min_total: int = Field(
        default=5, ge=1, description="A category with fewer episodes in its past is not tested."
    )
    silent_share: float = Field(
        default=0.2,
        gt=0,
        le=1,
        description="Without sources that bring so much of a category its days are not compared.",
    )

    @model_validator(mode="after")
    def _windows_differ(self) -> Self:
        if min(self.windows_days) < 1 or len(set(self.windows_days)) < len(self.windows_days):
            raise ValueError("windows_days must be different numbers of 1 or more")
        return self


class Scan(Section):
    """How far and how long a cluster may reach, and how sure it must be."""

    radius_m: float = Field(default=500.0, ge=0, description="Largest circle around a cell.")
    days: int = Field(default=28, ge=1, description="Longest stretch of days up to as_of.")
    past_days: int = Field(default=365, ge=57, description="Days that the scan compares with.")
    alpha: float = Field(default=0.05, gt=0, lt=1, description="Over all categories of a night.")
    min_recent: int = Field(
        default=5, ge=2, description="A category with fewer episodes in these days is not scanned."
    )
    replications: int = Field(default=999, ge=99)
    stop_after: int = Field(
        default=10, ge=1, description="Replications as unusual, after which no more are made."
    )
