"""The city's configuration: one TOML file, read once, checked whole, never changed afterwards."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
import tomllib
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from blockdata.errors import ConfigError
from blockdata.records import Catalogue, Geometry, Held, Kind, Type
from blockdata.records import Field as RecordField
from blockdata.records.codes import INCIDENT_STEP
from blockdata.records.profiles import ChangeFlag, with_profile

if TYPE_CHECKING:
    import shapely

    from blockdata.crs.local import LocalSystem

Contract = Literal["evolve", "freeze", "quarantine"]
Mode = Literal["full", "delta", "period"]


class _Section(BaseModel):
    # An input in an error's text could be a parameter of a local coordinate system.
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


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
    outline: str | None = Field(
        default=None, description="GeoJSON file of the district's border; sources are held to it."
    )
    outline_crs: str = "EPSG:4490"

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


class Source(_Section):
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
    columns: dict[str, str] = {}
    profile_columns: dict[str, str] = Field(
        default={}, description="Columns of the profile; not to be given."
    )
    values: dict[str, dict[str, str]] = {}
    constants: dict[str, str] = {}
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


class CodeTables(_Section):
    """What this city knows better than the national tables of classes."""

    local_minors_from: dict[str, str] = Field(
        default={}, description="Edition: first minor number that is the city's own."
    )


class GridCheck(_Section):
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


class Grid(_Section):
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


class PopulationRaster(_Section):
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


class Drafting(_Section):
    """What proposed grids aim at."""

    target_area_m2: float = Field(default=10_000, gt=0)
    cross_main_roads: bool = Field(default=False, description="Unit grids may span main roads.")
    sites_layer: str | None = Field(
        default="extended", description="Layer of large single-owner sites, which stay whole."
    )
    incident_days: int = Field(default=365, ge=1, description="Days whose incidents are the load.")


class People(_Section):
    """Atoms: how many people the smallest published figure covers, and how it is rounded."""

    minimum: int = Field(default=30, ge=10)
    round_to: int = Field(default=5, ge=1)


class Episodes(_Section):
    """When reports speak of one occurrence."""

    gap_days: int = Field(default=7, ge=0)


class DefaultLocations(_Section):
    """Places where a source puts what it cannot place: found by rule, or known to people."""

    min_incidents: int = Field(default=20, ge=2)
    min_share: float = Field(default=0.0025, ge=0, le=1)
    min_overlap: float = Field(default=0.9, gt=0)
    min_ratio: float = Field(default=3.0, ge=1)
    known: tuple[str, ...] = Field(default=(), description="Address texts that always are one.")
    never: tuple[str, ...] = Field(default=(), description="Address texts that never are one.")


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


class Cameras(_Section):
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


class _CodeSegment(_Section):
    name: str
    width: int = Field(ge=1)
    alphabet: str = Field(
        default="digits", min_length=1, description="digits, digits_letters, or the characters."
    )
    level: str | None = Field(default=None, description="What a code is that ends here.")
    filler: Literal["", "*", "0"] = ""
    written: bool = True
    leading_zero: bool = True


class _CodeScheme(_Section):
    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    segments: tuple[_CodeSegment, ...] = Field(min_length=1)
    check: Literal["iso7064_mod11_2", "iso7064_mod11_10", "iso7064_mod37_36"] | None = None


class Address(_Section):
    """What this city's addresses are known by, and when the parser learns from them."""

    fit_from: int = Field(
        default=50_000, ge=1, description="Addresses from which on the city has its own parser."
    )
    refit_share: float = Field(
        default=0.05, gt=0, description="Share of changed addresses at which it learns anew."
    )
    scheme: str | None = Field(
        default=None, description="Scheme of the library's codes; they are held to it."
    )
    code_schemes: tuple[_CodeScheme, ...] = Field(
        default=(), alias="code_scheme", description="Code schemes beside those of the standards."
    )


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
    codes: CodeTables = CodeTables()
    address: Address = Address()
    grid: Grid = Grid()
    drafting: Drafting = Drafting()
    people: People = People()
    population_raster: PopulationRaster | None = None
    default_locations: DefaultLocations = DefaultLocations()
    episodes: Episodes = Episodes()
    hotspots: Hotspots = Hotspots()
    chronic: Chronic = Chronic()
    cameras: Cameras = Cameras()
    kinds: tuple[_KindAddition, ...] = ()
    fields: dict[str, tuple[_FieldAddition, ...]] = {}
    precedence: dict[str, dict[str, tuple[str, ...]]] = Field(
        default={}, description="Kind, field: sources in order of trust; default: order of sources."
    )
    crs: dict[str, dict[str, Any]] = Field(
        default={}, repr=False, exclude=True, description="The city's own coordinate systems."
    )
    folder: Path = Field(default=Path(), exclude=True)

    @field_validator("crs")
    @classmethod
    def _systems_are_right(cls, value: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
        if value:
            from blockdata.crs.settings import local_systems

            local_systems(value, Path(), read_files=False)
        return value

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

    @cached_property
    def local_systems(self) -> Mapping[str, LocalSystem]:
        """The city's own coordinate systems by name; the files that hold them are read now."""
        from blockdata.crs.settings import local_systems

        return local_systems(self.crs, self.folder)

    @cached_property
    def outline(self) -> shapely.Geometry | None:
        """The district's outline in the base's coordinate system; its file is read now."""
        if self._outline_text is None:
            return None
        from blockdata.crs.settings import outline_in

        return outline_in(self._outline_text, self.city.outline_crs, self.city.crs)

    @cached_property
    def _outline_text(self) -> str | None:
        if self.city.outline is None:
            return None
        try:
            return (self.folder / self.city.outline).read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError("the file cannot be read", where="[city] outline") from error

    @cached_property
    def files_fingerprint(self) -> str:
        """SHA-256 over what loading takes from files beside the configuration."""
        digests = sorted((name, system.digest) for name, system in self.local_systems.items())
        return hashlib.sha256(json.dumps([digests, self._outline_text]).encode()).hexdigest()

    @cached_property
    def _raster_digest(self) -> str:
        """SHA-256 of the population raster; empty where there is none that can be read."""
        if self.population_raster is None:
            return ""
        try:
            with (self.folder / self.population_raster.path).open("rb") as stream:
                return hashlib.file_digest(stream, "sha256").hexdigest()
        except OSError:
            return ""

    def fingerprint(self, *sections: str) -> str:
        """Return a SHA-256 over the named sections, so that a step knows whether they changed.

        The section of the population raster stands for the file's content too.
        """
        content = self.model_dump(mode="json", by_alias=False, include=set(sections))
        if content.get("population_raster") is not None:
            content["population_raster"]["sha256"] = self._raster_digest
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
    if source.steps and kind.name != "incident_step":
        raise ValueError(f"source {source.name!r}: steps are told of kind incident_step alone")
    if unknown := sorted(set(source.steps.values()) - set(INCIDENT_STEP)):
        raise ValueError(
            f"source {source.name!r}: there is no step {unknown[0]!r}, "
            f"only {', '.join(INCIDENT_STEP)}"
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
        return Config.model_validate(raw | {"folder": folder}, context={"folder": folder})
    except ValidationError as error:
        raise ConfigError("; ".join(map(_told, error.errors())), where=where) from error
    except ConfigError:
        raise
    except ValueError as error:
        raise ConfigError(str(error), where=where) from error


def _told(error: Any) -> str:
    place = ".".join(str(part) for part in error["loc"]) or "file"
    return f"[{place}] {error['msg']}"
