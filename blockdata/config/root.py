"""The whole configuration: one TOML file, read once, checked whole, never changed afterwards."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field, ValidationError, field_validator, model_validator

from blockdata.config.additions import FieldAddition, KindAddition
from blockdata.config.addresses import Address
from blockdata.config.analyses import Cameras, Chronic, DefaultLocations, Episodes, Hotspots
from blockdata.config.cases import Calendar, Chains, Duplicates, Linking, Responsibility
from blockdata.config.causes import Causes, Effects
from blockdata.config.city import BaseFolder, City, CodeTables, Keys, People
from blockdata.config.gathering import Concentration, Emerging, NearRepeat
from blockdata.config.grids import Drafting, Grid, PopulationRaster
from blockdata.config.monthly import Monthly
from blockdata.config.patterns import Rises, Scan
from blockdata.config.scores import Indicators, Scorecard, digests_of, own_indicators
from blockdata.config.section import Section
from blockdata.config.sources import Source, check_source
from blockdata.config.tasks import Tasks
from blockdata.errors import ConfigError
from blockdata.records import Catalogue

if TYPE_CHECKING:
    import shapely

    from blockdata.crs.local import LocalSystem


class Config(Section):
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
    categories: dict[str, dict[str, str]] = Field(
        default={},
        description='Source, or "*": its category = "scheme kind code", or "" for none.',
    )
    linking: Linking = Linking()
    duplicates: Duplicates = Duplicates()
    chains: Chains = Chains()
    calendar: Calendar = Calendar()
    responsibility: Responsibility = Responsibility()
    episodes: Episodes = Episodes()
    hotspots: Hotspots = Hotspots()
    rises: Rises = Rises()
    scan: Scan = Scan()
    emerging: Emerging = Emerging()
    near_repeat: NearRepeat = NearRepeat()
    concentration: Concentration = Concentration()
    chronic: Chronic = Chronic()
    causes: Causes = Causes()
    effects: Effects = Effects()
    cameras: Cameras = Cameras()
    indicators: Indicators = Indicators()
    scorecard: Scorecard = Scorecard()
    monthly: Monthly = Monthly()
    tasks: Tasks = Tasks()
    kinds: tuple[KindAddition, ...] = ()
    fields: dict[str, tuple[FieldAddition, ...]] = Field(default={})
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
            check_source(source, catalogue.kind(source.kind))
        self.causes.check_fields(catalogue)
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
    def own_indicators(self) -> Mapping[str, Any]:
        """Indicators and measures of the city's own, and thresholds; their files are read now."""
        return own_indicators(self.folder, self.indicators)

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

        The sections of the population raster and of indicators stand for the content of their
        files too.
        """
        content = self.model_dump(mode="json", by_alias=False, include=set(sections))
        if content.get("population_raster") is not None:
            content["population_raster"]["sha256"] = self._raster_digest
        if "indicators" in content:
            content["indicators"]["sha256"] = digests_of(self.folder, self.indicators.files)
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


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
