"""The step that checks the layers of cells, and proposes what would mend their faults."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

import numpy as np
import pandas as pd
import shapely

from blockdata.batch.findings import Finding
from blockdata.batch.steps import Context
from blockdata.config import Config
from blockdata.crs import bounds_in
from blockdata.engines import layer_feeds
from blockdata.grid.checks import FAULTS, CheckSettings, check_layers
from blockdata.grid.repairs import propose_repairs, stored
from blockdata.store import derived
from blockdata.store.session import Session

__all__ = ["COMMUNITIES", "Checked", "check_settings", "check_the_layers", "checked"]

COMMUNITIES = "community"
"""The level of areas whose borders unit and responsibility grids keep to."""

_FOR_LATER = frozenset(
    {"cuts_building", "cuts_component", "sliver", "area_far_from_norm", "stated_area"}
)
"""Faults that count nothing twice and leave nothing out; the others make numbers wrong."""


class Checked(NamedTuple):
    """Layers, what is wrong with them, and all that this was found with.

    Parameters
    ----------
    cells, buildings, components : DataFrame
        As `check_layers` had them.
    found : DataFrame
    parents : dict of str to str
    settings : CheckSettings
    """

    cells: pd.DataFrame
    buildings: pd.DataFrame
    components: pd.DataFrame
    found: pd.DataFrame
    parents: dict[str, str]
    settings: CheckSettings

    def proposals(self) -> pd.DataFrame:
        """Return what would mend the faults; see `propose_repairs`."""
        return propose_repairs(
            self.cells,
            self.found,
            parents=self.parents,
            communities=COMMUNITIES,
            buildings=self.buildings,
            components=self.components,
            checks=self.settings,
        )


def check_settings(config: Config) -> CheckSettings:
    """Return what a city holds its layers to."""
    grid, city = config.grid, config.city
    return CheckSettings(
        **grid.check.model_dump(),
        carved={"extended": "unit"} if grid.extended == "carved" else {},
        declared=grid.declared,
        declared_in=grid.declared_in,
        crs=city.crs,
        extent=None if city.extent is None else bounds_in(city.extent, city.crs, "[city] extent"),
    )


def checked(
    session: Session,
    config: Config,
    day: dt.date,
    *,
    draft: pd.DataFrame | None = None,
) -> Checked:
    """Check the layers that stand on a day.

    Parameters
    ----------
    session : Session
    config : Config
    day : date
    draft : DataFrame, optional
        id, layer, geom, and what else is known: takes the place of the base's cells of its layers,
        and only its layers are checked.
    """
    grid = config.grid
    levels = sorted({COMMUNITIES, *grid.parents.values()} - set(grid.layers))
    cells = layer_feeds.cells_to_check(session, grid.layers, levels, day)
    layers = set(grid.layers)
    if draft is not None:
        layers = set(draft["layer"])
        cells = pd.concat([cells[~cells["layer"].isin(layers)], draft], ignore_index=True)
    buildings = layer_feeds.things_with_extent(session, "building", day)
    components = layer_feeds.things_with_extent(session, "component", day)
    settings, parents = check_settings(config), dict(grid.parents)
    found = check_layers(
        cells,
        parents=parents,
        communities=COMMUNITIES,
        buildings=buildings,
        components=components,
        settings=settings,
        layers=layers,
    )
    return Checked(cells, buildings, components, found, parents, settings)


def check_the_layers(session: Session, context: Context) -> None:
    """List the faults of all layers that stand on the last day, and what would mend them."""
    result = checked(session, context.config, context.last_day)
    derived.write_result(session, "layer_defect", _stored(result.found))
    derived.write_result(session, "layer_repair", _stored(result.proposals()))
    for (layer, finding), own in result.found.groupby(["layer", "finding"], sort=True):
        _tell(context, str(layer), str(finding), len(own))
    outdated = layer_feeds.outdated_reshapes(session)
    if outdated:
        context.tell(
            Finding(
                "reshape_outdated",
                ", ".join(outdated[:5]),
                f"{len(outdated)} 处已决定的边界不再适用：来源送来了新的图形，以新图形为准",
                f"{len(outdated)} decided geometries no longer hold: "
                "their source has brought another one, and that stands",
                len(outdated),
            )
        )


def _tell(context: Context, layer: str, finding: str, count: int) -> None:
    zh, en = FAULTS[finding]
    context.tell(
        Finding(
            "layer_defect",
            f"{layer}: {finding}",
            f"网格层 {layer}：{zh}（{count}）",
            f"Layer {layer}: {en} ({count})",
            count,
            warns=finding not in _FOR_LATER,
        )
    )


def _stored(frame: pd.DataFrame) -> pd.DataFrame:
    shapes = frame["geom"].to_numpy(dtype=object)
    wkb = np.empty(len(shapes), dtype=object)
    wkb[:] = [None if s is None else stored(shapely.force_2d(s)) for s in shapes]
    return frame.assign(geom=pd.Series(wkb, index=frame.index, dtype=object))
