"""The end of every run: its steps, in order."""

from __future__ import annotations

from blockdata.batch.analysing import find_chronic, find_gaps, find_hotspots, make_profile
from blockdata.batch.cameras import find_coverage
from blockdata.batch.layer_checks import check_the_layers
from blockdata.batch.library import check_library
from blockdata.batch.lineage import track_lineage
from blockdata.batch.linking import link, make_episodes
from blockdata.batch.placing import assign_all_cells, locate
from blockdata.batch.raster import people_from_raster
from blockdata.batch.resolving import resolve_addresses
from blockdata.batch.steps import Step

_COMPARED = ("area", "grid", "building", "component")
_PLACING = ("grid", "fields", "kinds", "address")
_SEEN_BY_CAMERAS = (
    *("camera", "building", "street", "land_water", "grid", "area"),
    *("address", "address_alias", "address_change", "name_change"),
)
"""What cameras stand among, and what may say where they stand."""

STEPS = (
    Step("resolve", 2, (), ("fields", "kinds", "address"), resolve_addresses, False, True),
    Step("locate", 2, (), ("fields", "kinds"), locate, uses_as_of=False),
    Step("library", 1, ("address", "building", "street"), ("address",), check_library, False),
    Step("cells", 2, (), ("grid", "fields", "kinds"), assign_all_cells, uses_as_of=False),
    Step("layer_checks", 1, _COMPARED, ("grid",), check_the_layers),
    Step("cameras", 1, _SEEN_BY_CAMERAS, ("cameras", *_PLACING), find_coverage, uses_as_of=False),
    Step("lineage", 1, (), ("grid",), track_lineage),
    Step("link", 3, (), ("grid", "default_locations"), link),
    Step("episodes", 1, (), ("grid", "episodes"), make_episodes),
    Step("profile", 1, (), ("grid", "people"), make_profile),
    Step("hotspots", 1, (), ("grid", "people", "episodes", "hotspots"), find_hotspots),
    Step("chronic", 1, (), ("grid", "episodes", "chronic"), find_chronic),
    Step("gaps", 1, ("incident",), (), find_gaps),
    Step("raster", 1, (), ("grid", "people", "population_raster"), people_from_raster),
)
"""The end of every run, in order; each stands on the records and on the steps before it."""
