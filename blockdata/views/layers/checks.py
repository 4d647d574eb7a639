"""Faults of layers of cells, proposals that mend them, and accepting one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from blockdata.batch.answers import check_decision
from blockdata.batch.layer_checks import Checked, checked
from blockdata.config import Config
from blockdata.engines import layer_feeds
from blockdata.errors import AnalysisError, DecisionError, GeometryNeededError
from blockdata.store.decisions import Decision
from blockdata.store.reshapes import reshape_value
from blockdata.store.session import Session

__all__ = ["accept_repair", "check", "repairs"]

_COLUMNS = ("id", "layer", "code", "area_code", "area_m2")


def check(
    session: Session,
    config: Config,
    day: dt.date,
    layers: Sequence[str] | None = None,
    cells: gpd.GeoDataFrame | None = None,
) -> gpd.GeoDataFrame:
    """List what is wrong with the layers of cells that stand on a day, or with a draft.

    Parameters
    ----------
    session : Session
    config : Config
    day : date
    layers : sequence of str, optional
        Only faults of these layers; default: all.
    cells : GeoDataFrame, optional
        A draft, as it comes back from QGIS: a geometry in any stated system, `layer` (one may be
        left out if `layers` names a single one), and `code`, `area_code`, `area_m2`, `id` where
        it has them. It takes the place of the base's cells of its layers; only these are checked.

    Returns
    -------
    GeoDataFrame
        As `blockdata.grid.check_layers` has it, with the geometry of each fault in the base's CRS.
        A cell of a draft without an id is known by its code, else by its row (from 1).

    Raises
    ------
    AnalysisError
        If a draft has no layer, repeats an id, or is empty.
    GeometryNeededError
        If a draft states no coordinate system.
    """
    found = _checked(session, config, day, layers, cells).found
    if layers is not None:
        found = found[found["layer"].isin(list(layers))].reset_index(drop=True)
    return _drawn(found, config)


def repairs(
    session: Session,
    config: Config,
    day: dt.date,
    layers: Sequence[str] | None = None,
    cells: gpd.GeoDataFrame | None = None,
) -> gpd.GeoDataFrame:
    """Propose what would mend the faults; nothing is changed. Parameters as of `check`.

    Returns
    -------
    GeoDataFrame
        As `blockdata.grid.repairs.propose_repairs` has it: one row per cell that a proposal
        changes, with the geometry that it would have. Of the base, `accept_repair` takes the
        proposal's id; a draft takes the geometries.
    """
    proposals = _checked(session, config, day, layers, cells).proposals()
    if layers is not None:
        proposals = proposals[proposals["layer"].isin(list(layers))].reset_index(drop=True)
    return _drawn(proposals, config)


def accept_repair(
    session: Session,
    config: Config,
    proposal: str,
    decided_on: dt.date,
    *,
    note: str | None = None,
) -> list[Decision]:
    """Return the decisions by which the next run mends a fault as the last run proposed.

    Parameters
    ----------
    session : Session
    config : Config
    proposal : str
        Its id in the table `layer_repair`.
    decided_on : date
    note : str, optional

    Returns
    -------
    list of Decision
        One "reshape" for each cell that changes, to be written together. Each holds as long as
        the cell's source brings the geometry that the proposal was made of.

    Raises
    ------
    DecisionError
        If there is no such proposal, or a cell does not stand as it was looked at.
    """
    rows = layer_feeds.repairs_told(session, proposal)
    if rows.empty:
        raise DecisionError(
            f"there is no proposal {proposal!r}",
            where="layer_repair",
            next_step="The last run's proposals stand in the table layer_repair.",
        )
    standing = layer_feeds.mended(session)
    decisions = []
    for row in rows.to_dict("records"):
        cell, shape = str(row["cell"]), _bytes(row["geom"])
        before = layer_feeds.delivered_before(standing.get(cell), str(row["before"]))
        value = reshape_value(before, shape)
        decisions.append(Decision("reshape", cell, value, None, note, decided_on))
    for decision in decisions:
        check_decision(session, decision, config.city.time_zone)
    return decisions


def _bytes(value: object) -> bytes | None:
    return bytes(value) if isinstance(value, bytes | bytearray) else None


def _checked(
    session: Session,
    config: Config,
    day: dt.date,
    layers: Sequence[str] | None,
    cells: gpd.GeoDataFrame | None,
) -> Checked:
    draft = None if cells is None else _draft(cells, config, layers)
    return checked(session, config, day, draft=draft)


def _draft(cells: gpd.GeoDataFrame, config: Config, layers: Sequence[str] | None) -> pd.DataFrame:
    """Return a draft's cells as the checks take them."""
    if cells.crs is None:
        raise GeometryNeededError(
            "the draft states no coordinate system",
            where="cells",
            next_step='Set it, as cells.set_crs("EPSG:4549").',
        )
    placed = cells.to_crs(config.city.crs)
    draft = pd.DataFrame({c: placed[c].to_numpy() for c in _COLUMNS if c in placed})
    draft["geom"] = shapely.force_2d(placed.geometry.to_numpy())
    if "layer" not in draft and layers is not None and len(layers) == 1:
        draft["layer"] = layers[0]
    if draft.empty or "layer" not in draft or draft["layer"].isna().any():
        raise AnalysisError(
            "the draft has no cells, or cells without a layer",
            where="cells",
            allowed="a column 'layer', or one layer in layers",
        )
    return _identified(draft)


def _identified(draft: pd.DataFrame) -> pd.DataFrame:
    number = pd.Series(np.arange(1, len(draft) + 1), index=draft.index).map("row {}".format)
    if "id" in draft:
        ids = draft["id"].astype("str").fillna(number)
        if ids.duplicated().any():
            raise AnalysisError(
                f"{int(ids.duplicated().sum())} cells of the draft repeat an id",
                where="cells",
                next_step="Give each cell an id of its own, or leave the column out.",
            )
        return draft.assign(id=ids)
    code = draft["code"].astype("str") if "code" in draft else pd.Series(pd.NA, draft.index)
    single = code.notna() & ~code.duplicated(keep=False)
    return draft.assign(id=code.where(single, number).astype("str"))


def _drawn(frame: pd.DataFrame, config: Config) -> gpd.GeoDataFrame:
    shapes = gpd.GeoSeries(frame["geom"].to_numpy(dtype=object), crs=config.city.crs)
    rest = frame.drop(columns="geom")
    return gpd.GeoDataFrame(rest, geometry=shapes.to_numpy(), crs=config.city.crs)
