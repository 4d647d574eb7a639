"""Sections about what becomes of hot places, what repeats near by, and how much gathers where."""

from __future__ import annotations

from itertools import pairwise
from typing import Literal, Self

from pydantic import Field, model_validator

from blockdata.config.section import Section

Reference = Literal["entire", "neighbourhood", "step"]


class Emerging(Section):
    """Over how many weeks cells are watched, and what a week's neighbourhood is compared with."""

    weeks: int = Field(default=52, ge=2, description="Weeks up to as_of.")
    min_weeks: int = Field(default=10, ge=2, description="With fewer nothing is told.")
    lag_weeks: int = Field(
        default=1, ge=0, description="Weeks before that belong to a neighbourhood."
    )
    references: tuple[Reference, ...] = ("entire", "neighbourhood", "step")
    alpha: float = Field(default=0.05, gt=0, lt=1)
    min_total: int = Field(
        default=20, ge=1, description="A category with fewer episodes in these weeks is left out."
    )
    by_exposure: bool = Field(
        default=True, description="Whether counts are held against exposure; else as they are."
    )


class NearRepeat(Section):
    """In which bands of distance and of days pairs of episodes are counted."""

    window_days: int = Field(default=365, ge=1)
    distances_m: tuple[float, ...] = Field(
        default=(100.0, 200.0), min_length=1, description="Ends of the bands; one spot is its own."
    )
    days: tuple[int, ...] = Field(
        default=(7, 14, 21, 28), min_length=1, description="Ends of the bands, each part of it."
    )
    permutations: int = Field(default=999, ge=99)
    fewer_permutations: int = Field(
        default=99, ge=19, description="Of a category with very many pairs."
    )
    max_pairs: int = Field(
        default=20_000_000, ge=1_000, description="With more the window of the category is halved."
    )
    min_total: int = Field(default=20, ge=2, description="With fewer episodes nothing is tested.")
    alpha: float = Field(default=0.05, gt=0, lt=1)
    min_ratio: float = Field(
        default=1.2, ge=1, description="Told is what is so many times as frequent as by chance."
    )

    @model_validator(mode="after")
    def _bands_rise(self) -> Self:
        for name in ("distances_m", "days"):
            ends = getattr(self, name)
            if ends[0] <= 0 or any(b <= a for a, b in pairwise(ends)):
                raise ValueError(f"{name} must rise from above 0")
        return self


class Concentration(Section):
    """Of how many days episodes are shared out among places."""

    window_days: int = Field(default=365, ge=1)
