"""The city's configuration: one TOML file, read once, checked whole, never changed afterwards."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
import tomllib
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from blockdata.errors import ConfigError
from blockdata.records import Catalogue, Geometry, Held, Kind, Type
from blockdata.records import Field as RecordField

Contract = Literal["evolve", "freeze", "quarantine"]
Mode = Literal["full", "delta", "period"]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class City(_Section):
    """Who and where: name, division code, coordinate system, time zone, language, extent."""

    name: str
    code: str = ""
    crs: str = "EPSG:4549"
    time_zone: str = "Asia/Shanghai"
    lang: Literal["zh", "en"] = "zh"
    extent: tuple[float, float, float, float] | None = Field(
        default=None, description="West, south, east, north in degrees; rows outside are rejected."
    )

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError(f"unknown IANA time zone {value!r}")
        return value

    @property
    def zone(self) -> ZoneInfo:
        """The time zone in which days are counted."""
        return ZoneInfo(self.time_zone)


class BaseFolder(_Section):
    """Where the base lies and how many snapshots are kept."""

    path: str
    keep_snapshots: int = Field(default=14, ge=2)
    keep_months: int = Field(default=12, ge=0)


class Keys(_Section):
    """Files that hold the keys of the encrypted parts; they lie outside the base."""

    people_file: str | None = None
    text_file: str | None = None


class DateRule(_Section):
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


class ChangeFlag(_Section):
    """The column of a delta that says which rows remove."""

    column: str
    removes: tuple[str, ...] = ("D", "删除", "注销", "delete")


class Source(_Section):
    """One source: what it delivers, where, how often and by which contract."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    kind: str
    path: str
    date: DateRule
    mode: Mode = "full"
    contract: Contract = "evolve"
    key: tuple[str, ...] = ()
    columns: dict[str, str] = {}
    values: dict[str, dict[str, str]] = {}
    constants: dict[str, str] = {}
    change: ChangeFlag | None = None
    period: Literal["day", "month"] = "day"
    crs: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    layer: str | None = None
    missing: tuple[str, ...] = ()
    distinct: bool = Field(
        default=False, description="Rows that repeat a key with the same content are expected."
    )


class Grid(_Section):
    """Layers of cells; areas with a polygon take part as layers named by their level."""

    layers: tuple[str, ...] = ("responsibility", "unit", "extended")
    area_levels: tuple[str, ...] = ("community",)


class People(_Section):
    """Atoms: how many people the smallest published figure covers, and how it is rounded."""

    minimum: int = Field(default=30, ge=10)
    round_to: int = Field(default=5, ge=1)


class Episodes(_Section):
    """When reports speak of one occurrence."""

    gap_days: int = Field(default=7, ge=0)


class Hotspots(_Section):
    """Which layer and windows the nightly run tests."""

    layer: str | None = None
    windows_days: tuple[int, ...] = (28,)
    alpha: float = Field(default=0.05, gt=0, lt=1)
    min_total: int = Field(default=5, ge=1)


class Chronic(_Section):
    """Window and follow-up of the chronic list."""

    window_days: int = Field(default=365, ge=1)
    recur_days: int = Field(default=90, ge=1)
    alpha: float = Field(default=0.05, gt=0, lt=1)


class _FieldAddition(_Section):
    name: str
    type: Type
    zh: str
    en: str
    doc: str = ""
    unit: str | None = None
    required: bool = False
    ge: float | None = None
    le: float | None = None
    codes: dict[str, str] | None = None
    identifier: str | None = None
    pattern: str | None = None
    aliases: tuple[str, ...] = ()
    held: Held = Held.OPEN

    def declared(self) -> RecordField:
        return RecordField(**{name: getattr(self, name) for name in type(self).model_fields})


class _KindAddition(_Section):
    name: str
    prefix: str
    zh: str
    en: str
    doc: str = ""
    fields: tuple[_FieldAddition, ...]
    key: tuple[str, ...]
    natural_key: str | None = None
    geometry: Geometry | None = None
    address: str | None = None
    time: str | None = None
    begins: str | None = None
    ends: str | None = None

    def declared(self) -> Kind:
        values = {name: getattr(self, name) for name in type(self).model_fields}
        return Kind(**(values | {"fields": tuple(f.declared() for f in self.fields)}))


class Config(_Section):
    """Everything that one base is built by.

    Read it with `load_config`; sections that are left out take their defaults.
    """

    city: City
    base: BaseFolder
    keys: Keys = Keys()
    sources: tuple[Source, ...] = Field(alias="source")
    grid: Grid = Grid()
    people: People = People()
    episodes: Episodes = Episodes()
    hotspots: Hotspots = Hotspots()
    chronic: Chronic = Chronic()
    kinds: tuple[_KindAddition, ...] = ()
    fields: dict[str, tuple[_FieldAddition, ...]] = {}
    precedence: dict[str, dict[str, tuple[str, ...]]] = Field(
        default={}, description="Kind, field: sources in order of trust; default: order of sources."
    )
    folder: Path = Field(default=Path(), exclude=True)

    @model_validator(mode="after")
    def _sources_fit(self) -> Config:
        names = [s.name for s in self.sources]
        if twice := sorted({n for n in names if names.count(n) > 1}):
            raise ValueError(f"two sources are called {twice[0]!r}")
        catalogue = self.catalogue()
        for source in self.sources:
            _check_source(source, catalogue.kind(source.kind))
        return self

    def catalogue(self) -> Catalogue:
        """Return the record kinds, the city's own among them."""
        return Catalogue().with_additions(
            [k.declared() for k in self.kinds],
            {name: [f.declared() for f in fields] for name, fields in self.fields.items()},
        )

    def sources_of(self, kind: str) -> tuple[str, ...]:
        """Return the names of the sources that deliver a kind, in order of trust."""
        return tuple(s.name for s in self.sources if s.kind == kind)

    @property
    def base_path(self) -> Path:
        """The base's directory."""
        return self.folder / self.base.path

    def fingerprint(self, *sections: str) -> str:
        """Return a SHA-256 over the named sections, so that a step knows whether they changed."""
        content = self.model_dump(mode="json", by_alias=False, include=set(sections))
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _check_source(source: Source, kind: Kind) -> None:
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
    if source.mode == "period" and kind.time is None:
        raise ValueError(f"source {source.name!r}: mode 'period' needs a kind with a time")


def load_config(path: Path | str) -> Config:
    """Read and check a city's configuration.

    Parameters
    ----------
    path : path of a TOML file
        Relative paths in it are taken from its folder.

    Returns
    -------
    Config

    Raises
    ------
    ConfigError
        If the file is missing, is no TOML, or holds a key or a value that is not allowed; the
        text names the key.
    """
    path = Path(path)
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError as error:
        raise ConfigError("no such file", where=str(path)) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"not TOML in UTF-8 ({error})", where=str(path)) from error
    return parse_config(raw, folder=path.resolve().parent, where=str(path))


def parse_config(raw: dict[str, Any], *, folder: Path, where: str = "configuration") -> Config:
    """Check a configuration that is already a dictionary; see `load_config`."""
    try:
        return Config.model_validate(raw | {"folder": folder})
    except ValidationError as error:
        raise ConfigError("; ".join(map(_told, error.errors())), where=where) from error
    except ConfigError:
        raise
    except ValueError as error:
        raise ConfigError(str(error), where=where) from error


def _told(error: Any) -> str:
    place = ".".join(str(part) for part in error["loc"]) or "file"
    return f"[{place}] {error['msg']}"
