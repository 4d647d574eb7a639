"""Sections about what stands behind chronic places, and about what interventions did."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from blockdata.config.section import Section
from blockdata.records import Catalogue
from blockdata.records.field import Held


class Causes(Section):
    """What chronic places may share, and how sure it must be."""

    alpha: float = Field(
        default=0.05, gt=0, lt=1, description="False discovery rate, over all causes of a night."
    )
    correction: Literal["bh", "by"] = "bh"
    min_places: int = Field(
        default=5, ge=2, description="What fewer places share is not tested: nothing repeats."
    )
    bodies: dict[str, tuple[str, ...]] = Field(
        default={},
        description="Kind (component, building, premises): fields of the city's own that name a "
        "body, as maker or property_company. Names that may be a person's are not told.",
    )
    traits: dict[str, tuple[str, ...]] = Field(
        default={},
        description="Kind: fields that tell what things are made of or like; never names.",
    )
    radius_m: float = Field(default=50.0, gt=0, description="Chronic places so near are a pair.")
    permutations: int = Field(default=999, ge=99)

    @model_validator(mode="after")
    def _kinds_fit(self) -> Self:
        for name in (*self.bodies, *self.traits):
            if name not in ("component", "building", "premises"):
                raise ValueError(f"no causes are looked for in fields of {name}")
        return self

    def fields_of(self, kind: str) -> tuple[str, ...]:
        """Return the city's own fields of a kind, those that name bodies first."""
        return (*self.bodies.get(kind, ()), *self.traits.get(kind, ()))

    def check_fields(self, catalogue: Catalogue) -> None:
        """Refuse fields that a kind has not, or that only the steward's file holds.

        Raises
        ------
        ValueError
        """
        for name in (*self.bodies, *self.traits):
            open_fields = {f.name for f in catalogue.kind(name).fields if f.held is Held.OPEN}
            if unknown := sorted(set(self.fields_of(name)) - open_fields):
                raise ValueError(f"[causes] {name} has no open field {unknown[0]!r}")


class Effects(Section):
    """How places before and after an intervention are compared with places like them."""

    pre_days: int = Field(default=365, ge=1, description="Days before the start.")
    post_days: int = Field(default=365, ge=1, description="Days after the end.")
    min_days: int = Field(
        default=60, ge=1, description="A place known for fewer days before or after is left out."
    )
    segments: int = Field(default=4, ge=1, description="Parts of the time before, for the trend.")
    matches: int = Field(default=20, ge=1, description="Places compared with each.")
    caliper: float = Field(default=0.5, gt=0, description="Of square roots of counts before.")
    apart_m: float = Field(
        default=100.0, ge=0, description="Nearer places are not compared with: it may have moved."
    )
    min_places: int = Field(default=1, ge=1, description="With fewer nothing is estimated.")
    min_events: int = Field(default=20, ge=1, description="Problems before, with fewer neither.")
    level: float = Field(default=0.95, gt=0, lt=1, description="Of the interval.")
    permutations: int = Field(default=999, ge=99)
    reach_m: float = Field(
        default=30.0, ge=0, description="How far a point or a line reaches; a point the nearest."
    )
    cell_share: float = Field(
        default=0.9, gt=0, le=1, description="An area reaches a cell that it covers so far."
    )
    source_share: float = Field(
        default=0.2,
        gt=0,
        le=1,
        description="Counted from when all sources that bring so much had begun.",
    )

    @model_validator(mode="after")
    def _lengths_fit(self) -> Self:
        if not min(self.pre_days, self.post_days) >= self.min_days >= self.segments:
            raise ValueError(
                "pre_days and post_days must be min_days or more, and segments at most min_days"
            )
        return self
