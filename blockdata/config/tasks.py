"""Section about tasks: what a patrol is sent to tomorrow, and what the registers need."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator

from blockdata.config.section import Section

_STALE_DAYS = {
    "component": 1825,
    "camera": 1825,
    "building": 3650,
    "legal_entity": 730,
    "premises": 365,
    "hazard": 365,
    "resource": 365,
    "shanty": 730,
}


class Tasks(Section):
    """How many stops a list has, what makes a place one, and when a record is out of date."""

    layer: str = Field(
        default="responsibility", description="Layer of grids that have a list each, or a level."
    )
    stops_per_grid: int = Field(default=20, ge=1, le=200)
    cells_per_grid: int = Field(
        default=5, ge=0, description="Stops of a list that are whole cells, at most."
    )
    max_route_m: float | None = Field(
        default=None, gt=0, description="A longer route loses its last-ranked stops."
    )
    horizon_days: int = Field(
        default=7, ge=1, description="New problems of so many days count in the score."
    )
    idle_days: int = Field(
        default=30, ge=1, description="An open problem without report or step for so long is idle."
    )
    unseen_days: int = Field(
        default=30, ge=1, description="A chronic place where nobody handled or checked for so long."
    )
    open_weight: float = Field(
        default=1.0, ge=0, description="Of an open problem that is not idle."
    )
    idle_weight: float = Field(default=0.25, ge=0, description="Of an open problem that is idle.")
    overdue_weight: float = Field(default=0.5, ge=0, description="More for each overdue case.")
    due_soon_weight: float = Field(default=0.5, ge=0, description="More for each case soon due.")
    reach_m: float = Field(
        default=300.0, ge=0, description="A stop so far from any street is reached straight."
    )
    stations: dict[str, tuple[float, float]] = Field(
        default={}, description="Grid code: x, y in metres where its patrol starts."
    )
    upkeep_per_grid: int = Field(
        default=100,
        ge=1,
        description="Upkeep tasks of a grid that are listed; the rest is counted.",
    )
    twin_m: float = Field(
        default=0.5, ge=0, description="Components of one class so near are one recorded twice."
    )
    stale_days: dict[str, int] = Field(
        default=_STALE_DAYS,
        description="Kind: days after which a record wants to be checked again.",
    )
    csv_encoding: Literal["utf-8-sig", "gb18030"] = "utf-8-sig"

    @field_validator("stale_days")
    @classmethod
    def _kinds_are_registers(cls, value: dict[str, int]) -> dict[str, int]:
        if unknown := sorted(set(value).difference(_STALE_DAYS)):
            raise ValueError(f"{unknown[0]!r} is no register; allowed: {', '.join(_STALE_DAYS)}")
        if min(value.values(), default=1) < 1:
            raise ValueError("days must be 1 or more")
        return value
