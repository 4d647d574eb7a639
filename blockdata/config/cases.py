"""Sections about cases: linking, duplicates, chains, working time, who answers until when."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import Field

from blockdata.config.section import Section


class Linking(Section):
    """How evidence is weighed that says what a case is about."""

    code_error: float = Field(default=0.005, gt=0, lt=1)
    cell_error: float = Field(default=0.02, gt=0, lt=1)
    name_error: float = Field(default=0.05, gt=0, lt=1)
    usual_error_m: float = Field(
        default=15.0, gt=0, description="Of coordinates of a source that tells too little of it."
    )
    usual_outliers: float = Field(default=0.05, gt=0, lt=1)
    min_probability: float = Field(
        default=0.5, gt=0, lt=1, description="A less probable link is not listed."
    )
    contradiction: float = Field(
        default=0.9, gt=0, lt=1, description="From here on evidence is told to contradict itself."
    )
    place_probability: float = Field(
        default=0.9, gt=0, le=1, description="A case counts at a place from this probability on."
    )
    trust: dict[str, Literal["address", "coordinates"]] = Field(
        default={}, description="Source: which of both stands where they contradict each other."
    )


class Duplicates(Section):
    """Within which limits reports can speak of one occurrence."""

    max_gap_hours: float = Field(default=72.0, ge=0)
    max_distance_m: float = Field(default=300.0, ge=0)
    min_probability: float = Field(
        default=0.5, ge=0, le=1, description="Less probable pairs are not kept."
    )
    same_probability: float = Field(
        default=0.75, ge=0, le=1, description="From here on two reports are one occurrence."
    )
    group_probability: float = Field(
        default=0.35, ge=0, le=1, description="Least mean of all pairs between two groups."
    )
    max_span_hours: float = Field(default=96.0, ge=0)
    max_diameter_m: float = Field(default=200.0, ge=0)


class Chains(Section):
    """By what related cases are put together, and how far a chain may reach."""

    families: dict[str, tuple[str, ...]] = Field(
        default={}, description="Cause: the categories that it brings."
    )
    entity_days: float = Field(default=90.0, ge=0)
    component_days: float = Field(default=90.0, ge=0)
    building_days: float = Field(default=35.0, ge=0)
    near_days: float = Field(default=7.0, ge=0)
    batch_days: float = Field(default=60.0, ge=0)
    near_m: float = Field(default=30.0, ge=0)
    min_strength: float = Field(default=0.4, ge=0, le=1)
    min_cases: int = Field(default=4, ge=2)
    max_cases: int = Field(default=60, ge=2)
    max_span_days: float = Field(default=365.0, ge=0)
    max_diameter_m: float = Field(default=100.0, ge=0)
    alpha: float = Field(
        default=0.2, gt=0, lt=1, description="False discovery rate of the chains that are listed."
    )


class Calendar(Section):
    """When the city works: hours of a day, free days of the week, holidays, days worked instead."""

    hours: tuple[tuple[dt.time, dt.time], ...] = (
        (dt.time(8), dt.time(12)),
        (dt.time(14), dt.time(18)),
    )
    weekend: tuple[int, ...] = Field(default=(6, 7), description="1 Monday to 7 Sunday.")
    holidays: tuple[dt.date, ...] = ()
    working_weekends: tuple[dt.date, ...] = Field(
        default=(), description="Days that are worked although they fall on a free day."
    )


class Responsibility(Section):
    """Where a time limit begins, when lights change, how near a border is in dispute."""

    clock_starts: Literal["reported", "accepted", "dispatched"] = Field(
        default="dispatched", description="Step; a case without it starts with the one before."
    )
    yellow_share: float = Field(default=0.8, gt=0)
    red_share: float = Field(default=1.0, gt=0)
    border_m: float = Field(default=20.0, ge=0)
    due_soon_hours: float = Field(default=8.0, ge=0)
    suspension_stops_clock: bool = Field(
        default=True, description="Whether a suspended case uses up none of its limit."
    )
    extension_share: float = Field(
        default=1.0, ge=0, description="Share of its limit that an extension gives to a case."
    )
    max_extensions: int = Field(default=1, ge=0, description="Further extensions give nothing.")
    listed_days: int = Field(
        default=365, ge=1, description="Cases of so many days tell of owners and borders."
    )
