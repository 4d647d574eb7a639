"""The sections of sources: what each delivers, where, how often and by which contract."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationInfo, model_validator

from blockdata.config.section import Section
from blockdata.records import Kind
from blockdata.records.codes import INCIDENT_STEP
from blockdata.records.profiles import ChangeFlag, with_profile

Contract = Literal["evolve", "freeze", "quarantine"]
Mode = Literal["full", "delta", "period"]


class DateRule(Section):
    """Where a delivery's date stands: in the file's name, in a column, or here."""

    name: str | None = Field(default=None, description="Regular expression with a date in group 1.")
    column: str | None = Field(default=None, description="Source column; its latest day counts.")
    on: dt.date | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> DateRule:
        given = [v for v in (self.name, self.column, self.on) if v is not None]
        if len(given) != 1:
            raise ValueError("give exactly one of name, column, on")
        if self.name is not None and re.compile(self.name).groups < 1:
            raise ValueError("date.name needs a group around the date")
        return self


class Source(Section):
    """One source: what it delivers, where, how often and by which contract."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    profile: str | None = Field(
        default=None, description="Layout of a known system; what the source says stands above it."
    )
    kind: str
    path: str
    loader: str | None = Field(
        default=None, description="Name under which a package offers the loader; else the kind's."
    )
    date: DateRule
    mode: Mode = "full"
    contract: Contract = "evolve"
    key: tuple[str, ...] = ()
    columns: dict[str, str] = Field(default={})
    profile_columns: dict[str, str] = Field(
        default={}, description="Columns of the profile; not to be given."
    )
    values: dict[str, dict[str, str]] = Field(default={})
    constants: dict[str, str] = Field(default={})
    change: ChangeFlag | None = None
    period: Literal["day", "month"] = "day"
    crs: str | None = Field(
        default=None,
        description='"EPSG:n", WKT, "GCJ-02", "BD-09", or the name of a system under [crs].',
    )
    swapped: bool = Field(default=False, description="x is the northing, or lon the latitude.")
    control: dict[str, tuple[float, float]] = Field(
        default={}, description="Key or name of a record: its true longitude and latitude."
    )
    control_within_m: float = Field(default=20, gt=0)
    trust_crs: bool = Field(
        default=False, description="The crs is known to be right and is held against nothing."
    )
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    layer: str | None = None
    missing: tuple[str, ...] = ()
    distinct: bool = Field(
        default=False, description="Rows that repeat a key with the same content are expected."
    )
    steps: dict[str, str] = Field(
        default={},
        description="Of incident_step, for files with one row per case: column of a time = step.",
    )

    @model_validator(mode="before")
    @classmethod
    def _with_profile(cls, raw: Any, info: ValidationInfo) -> Any:
        # A source that a snapshot recorded has taken in its profile, whose file may be gone.
        if not (isinstance(raw, dict) and raw.get("profile")) or "profile_columns" in raw:
            return raw
        return with_profile(raw, (info.context or {}).get("folder", Path()))


def check_source(source: Source, kind: Kind) -> None:
    """Hold what a source says against the kind that it delivers.

    Raises
    ------
    ValueError
        If it names a field or a step that there is none of.
    """
    allowed = {f.name for f in kind.fields}
    for where, names in (
        ("key", source.key),
        ("constants", source.constants),
        ("values", source.values),
    ):
        if unknown := sorted(set(names) - allowed):
            raise ValueError(
                f"source {source.name!r}: {where} names {unknown[0]!r}, "
                f"but {kind.name} has {', '.join(sorted(allowed))}"
            )
    if source.steps and kind.name != "incident_step":
        raise ValueError(f"source {source.name!r}: steps are told of kind incident_step alone")
    if unknown := sorted(set(source.steps.values()) - set(INCIDENT_STEP)):
        raise ValueError(
            f"source {source.name!r}: there is no step {unknown[0]!r}, "
            f"only {', '.join(INCIDENT_STEP)}"
        )
    if source.mode == "period" and kind.time is None:
        raise ValueError(f"source {source.name!r}: mode 'period' needs a kind with a time")
