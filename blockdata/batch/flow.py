"""The end of every run: its steps, in order."""

from __future__ import annotations

from blockdata.batch.analysing import find_gaps, make_profile
from blockdata.batch.cameras import find_coverage
from blockdata.batch.categories import map_the_categories
from blockdata.batch.causes import find_causes
from blockdata.batch.chains import write_chains
from blockdata.batch.clusters import find_clusters
from blockdata.batch.concentration import measure_concentration
from blockdata.batch.courses import write_courses
from blockdata.batch.duplicates import find_duplicates
from blockdata.batch.effects import find_effects
from blockdata.batch.emerging import find_emerging
from blockdata.batch.episodes import make_episodes
from blockdata.batch.hot_spots import find_hotspots
from blockdata.batch.lasting import find_chronic
from blockdata.batch.layer_checks import check_the_layers
from blockdata.batch.library import check_library
from blockdata.batch.lineage import track_lineage
from blockdata.batch.linking import link
from blockdata.batch.near_repeat import find_near_repeats
from blockdata.batch.placing import assign_all_cells, locate
from blockdata.batch.prints import print_texts
from blockdata.batch.raster import people_from_raster
from blockdata.batch.resolving import resolve_addresses
from blockdata.batch.responsibility import write_responsibility
from blockdata.batch.rises import find_rises
from blockdata.batch.scores import card_units, tell_indicators
from blockdata.batch.steps import Step
from blockdata.batch.tasks import find_tasks

_COMPARED = ("area", "grid", "building", "component")
_PLACING = ("grid", "fields", "kinds", "address")
_SEEN_BY_CAMERAS = (
    *("camera", "building", "street", "land_water", "grid", "area"),
    *("address", "address_alias", "address_change", "name_change"),
)
"""What cameras stand among, and what may say where they stand."""

_MEASURED = ("grid", "indicators", "episodes", "chronic", "responsibility", "sources")

STEPS = (
    Step("resolve", 2, (), ("fields", "kinds", "address"), resolve_addresses, False, True),
    Step("locate", 2, (), ("fields", "kinds"), locate, uses_as_of=False, after=("resolve",)),
    Step("library", 1, ("address", "building", "street"), ("address",), check_library, False),
    Step(
        *("cells", 2, (), ("grid", "fields", "kinds"), assign_all_cells),
        uses_as_of=False,
        after=("locate",),
    ),
    Step("courses", 1, ("incident", "incident_step"), (), write_courses),
    Step("layer_checks", 1, _COMPARED, ("grid",), check_the_layers),
    Step("cameras", 2, _SEEN_BY_CAMERAS, ("cameras", *_PLACING), find_coverage),
    Step("lineage", 1, (), ("grid",), track_lineage, after=("cells",)),
    Step("prints", 1, ("incident",), (), print_texts, uses_as_of=False, writes_people=True),
    Step("categories", 1, ("incident", "matter"), ("categories",), map_the_categories),
    Step(
        *("link", 4, (), ("grid", "default_locations", "linking"), link),
        after=("cells", "lineage", "categories"),
    ),
    Step("duplicates", 1, (), ("duplicates",), find_duplicates, after=("prints", "link")),
    Step(
        *("episodes", 2, (), ("grid", "episodes"), make_episodes),
        after=("courses", "duplicates"),
    ),
    Step("chains", 1, (), ("chains", "linking"), write_chains, after=("episodes",)),
    Step(
        *("responsibility", 1, (), ("grid", "calendar", "responsibility"), write_responsibility),
        after=("courses", "link"),
    ),
    Step("profile", 2, (), ("grid", "people"), make_profile, after=("link",)),
    Step(
        *("hotspots", 3, (), ("grid", "people", "hotspots"), find_hotspots),
        after=("profile", "episodes"),
    ),
    Step(
        *("emerging", 1, (), ("grid", "people", "hotspots", "emerging"), find_emerging),
        after=("hotspots",),
    ),
    Step("near_repeat", 1, (), ("near_repeat",), find_near_repeats, after=("episodes",)),
    Step(
        *("concentration", 1, (), ("grid", "concentration"), measure_concentration),
        after=("episodes",),
    ),
    Step("chronic", 3, (), ("grid", "chronic"), find_chronic, after=("link", "episodes")),
    Step(
        *("causes", 1, (), ("causes", "fields", "kinds"), find_causes),
        uses_as_of=False,
        after=("cells", "chronic"),
    ),
    Step("effects", 1, (), ("grid", "effects"), find_effects, after=("cells", "link", "episodes")),
    Step("gaps", 1, ("incident",), (), find_gaps),
    Step(
        *("rises", 1, (), ("grid", "hotspots", "calendar", "rises"), find_rises),
        after=("hotspots", "episodes", "gaps"),
    ),
    Step(
        *("clusters", 1, (), ("grid", "hotspots", "rises", "scan"), find_clusters),
        after=("hotspots", "episodes", "gaps"),
    ),
    Step(
        *("raster", 1, (), ("grid", "people", "population_raster"), people_from_raster),
        after=("cells",),
    ),
    Step(
        *("indicators", 1, (), _MEASURED, tell_indicators),
        after=(
            *("cells", "categories", "profile", "hotspots", "chronic", "gaps"),
            *("cameras", "responsibility", "episodes", "courses"),
        ),
    ),
    Step("scorecard", 1, (), (*_MEASURED, "scorecard"), card_units, after=("indicators",)),
    Step(
        *("tasks", 2, ("delivery",)),
        ("grid", "tasks", "chronic", "population_raster", "precedence", "kinds", "fields"),
        find_tasks,
        after=(
            *("cells", "courses", "library", "layer_checks", "link", "episodes", "profile"),
            *("responsibility", "hotspots", "chronic", "raster"),
        ),
    ),
)
"""The end of every run, in order; each stands on the records and on the steps before it."""
