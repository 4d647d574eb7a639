"""The city's configuration: one TOML file, read once, checked whole, never changed afterwards."""

from blockdata.config.addresses import Address
from blockdata.config.analyses import Cameras, Chronic, DefaultLocations, Episodes, Hotspots
from blockdata.config.cases import Calendar, Chains, Duplicates, Linking, Responsibility
from blockdata.config.causes import Causes, Effects
from blockdata.config.city import BaseFolder, City, CodeTables, Keys, People
from blockdata.config.gathering import Concentration, Emerging, NearRepeat
from blockdata.config.grids import Drafting, Grid, GridCheck, PopulationRaster
from blockdata.config.monthly import Monthly
from blockdata.config.patterns import Rises, Scan
from blockdata.config.root import Config, load_config, parse_config
from blockdata.config.scores import Indicators, Scorecard
from blockdata.config.sources import DateRule, Source
from blockdata.config.tasks import Tasks

__all__ = [
    "Address",
    "BaseFolder",
    "Calendar",
    "Cameras",
    "Causes",
    "Chains",
    "Chronic",
    "City",
    "CodeTables",
    "Concentration",
    "Config",
    "DateRule",
    "DefaultLocations",
    "Drafting",
    "Duplicates",
    "Effects",
    "Emerging",
    "Episodes",
    "Grid",
    "GridCheck",
    "Hotspots",
    "Indicators",
    "Keys",
    "Linking",
    "Monthly",
    "NearRepeat",
    "People",
    "PopulationRaster",
    "Responsibility",
    "Rises",
    "Scan",
    "Scorecard",
    "Source",
    "Tasks",
    "load_config",
    "parse_config",
]
