"""The section of the monthly report."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from blockdata.config.section import Section

_Month = Annotated[str, Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")]


class Monthly(Section):
    """What the monthly report shows, and what it hides when it is published."""

    small_count: int = Field(
        default=5, ge=3, description="Published counts of a category in a cell below it are hidden."
    )
    layers: tuple[str, ...] | None = Field(
        default=None, description="Layers that have a table each; default: the levels of areas."
    )
    map_layer: str | None = Field(
        default=None, description="Layer of maps and of the ranking of cells; default: as tested."
    )
    top: int = Field(default=10, ge=1, description="Lines of the rankings.")
    nightly: bool = Field(
        default=True, description="Whether a run writes the report of a month that became whole."
    )
    stated: dict[_Month, dict[str, Annotated[int, Field(ge=0)]]] = Field(
        default={}, description="Month: source = how many cases it says it had, to be compared."
    )
