"""What incidents of cells can be measured against, as the base has it: one rule for all who ask.

People are published figures of atoms only. Records are those that stand on a day.
"""

from __future__ import annotations

import datetime as dt
from types import MappingProxyType
from typing import Any

import pandas as pd

from blockdata.analysis.street_length import street_lengths_m
from blockdata.config import Grid
from blockdata.engines import feeds
from blockdata.grid import cell_figures
from blockdata.link.order import is_in
from blockdata.store.connection import quote
from blockdata.store.session import Session

__all__ = [
    "COUNTED",
    "exposure_candidates",
    "people_by_cell",
    "records_by_cell",
    "standing_points",
    "street_length_m",
]

COUNTED = MappingProxyType(
    {
        "addresses": "address",
        "buildings": "building",
        "legal_entities": "legal_entity",
        "components": "component",
    }
)
"""Exposures that are numbers of records, and the kind of these."""


def exposure_candidates(
    session: Session, grid: Grid, cells: list[str], day: dt.date
) -> dict[str, pd.Series[Any] | None]:
    """Return what a base has to measure incidents against, for `choose_exposure`.

    Parameters
    ----------
    session : Session
    grid : Grid
    cells : list of str
        All cells of one layer. The table `profile` must be there.
    day : date
        On which cells and records stand.

    Returns
    -------
    dict of str to Series indexed by cell, or None where the base has no source
        people, addresses, street_length_m.
    """
    profile = session.read("profile").to_pandas().set_index("cell").reindex(cells)
    return {
        "people": profile["people"] if profile["people"].notna().any() else None,
        "addresses": records_by_cell(session, "address", cells, day),
        "street_length_m": street_length_m(session, grid, cells, day),
    }


def records_by_cell(
    session: Session, kind: str, cells: list[str], day: dt.date
) -> pd.Series[Any] | None:
    """Return how many records of a kind stand in each cell that has any, or None without any.

    Parameters
    ----------
    session : Session
    kind : str
    cells : list of str
        Of one layer.
    day : date
    """
    if not feeds.has_rows(session, kind):
        return None
    counted = feeds.counts_by_cell(session, kind, day)
    there: pd.Series[Any] = counted[counted["cell"].isin(cells)].set_index("cell")["count"]
    return None if there.empty else there


def street_length_m(
    session: Session, grid: Grid, cells: list[str], day: dt.date
) -> pd.Series[Any] | None:
    """Return the length of streets in each cell, or None without streets or polygons.

    A street on a border counts for half on each side.

    Parameters
    ----------
    session : Session
    grid : Grid
    cells : list of str
    day : date
        On which the cells stand.
    """
    areas = feeds.cells_standing(session, grid.all_layers, grid.area_levels, day)
    areas = areas[areas["id"].isin(cells)].rename(columns={"id": "cell"})
    lines = feeds.streets(session)
    if areas.empty or lines.empty:
        return None
    return street_lengths_m(areas, lines["geom"].to_numpy(dtype=object))


def people_by_cell(session: Session, cells: pd.DataFrame, day: dt.date) -> pd.DataFrame:
    """Return the published people of cells: sums of atoms, each told as what it is.

    Parameters
    ----------
    session : Session
    cells : DataFrame with layer, cell
        All cells of the layers that are asked for; legal layers alone, for atoms are whole inside
        these only.
    day : date

    Returns
    -------
    DataFrame
        cell, people, shared (the figure is that of an atom that neighbours share); empty where
        there are no atoms.
    """
    atoms = session.read("atom").to_pandas()
    if atoms.empty:
        return pd.DataFrame({"cell": [], "people": [], "shared": []})
    figures = session.read("atom_figure").to_pandas()[["atom", "people"]]
    where = pd.concat([feeds.cells_on(session, k, day) for k in ("building", "address")])
    where = where[is_in(where["id"], atoms["building"])].rename(columns={"id": "building"})
    parts = [
        cell_figures(
            atoms[["building", "atom"]],
            figures,
            where.loc[where["layer"] == layer, ["building", "cell"]],
            group["cell"].tolist(),
        )
        for layer, group in cells.groupby("layer", sort=True)
    ]
    return pd.concat(parts, ignore_index=True) if parts else atoms.head(0)


def standing_points(session: Session, kind: str, day: dt.date) -> pd.DataFrame:
    """Return x, y of the records of a kind that stand on a day, by id.

    What only a description locates is left out, as it is from cells.
    """
    return session.frame(
        f"SELECT x, y FROM {quote('base', kind)} WHERE x IS NOT NULL "
        f"AND located_by <> 'description' AND {feeds.VALID} ORDER BY id",
        {"day": day},
    )
