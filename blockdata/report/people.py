"""What the report says of people: counts over atoms, and how they are made."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pandas as pd

from blockdata.engines import feeds
from blockdata.grid import layer_total
from blockdata.store.session import Session

__all__ = ["LayerPeople", "PeopleSection", "people_section"]


@dataclass(frozen=True)
class LayerPeople:
    """People of one layer: cells, cells that share an atom with others, and the total."""

    layer: str
    cells: int
    shared: int
    total: int | None


@dataclass(frozen=True)
class PeopleSection:
    """Atoms and what they add up to; no atoms where `atoms` is 0."""

    atoms: int
    drawn_on: str
    settled_on: str
    layers: list[LayerPeople]


def people_section(session: Session, day: dt.date) -> PeopleSection:
    """Return what is published of people.

    Parameters
    ----------
    session : Session
    day : date
        The last day that is known whole; cells are those that stand on it.

    Returns
    -------
    PeopleSection
        Totals count each atom that reaches into a layer once.
    """
    atoms = session.read("atom").to_pandas()
    if atoms.empty:
        return PeopleSection(0, "", "", [])
    figures = session.read("atom_figure").to_pandas()
    profile = session.read("profile").to_pandas()
    where = pd.concat([feeds.cells_on(session, k, day) for k in ("building", "address")])
    where = where.rename(columns={"id": "building"})
    drawn, settled = feeds.atoms_dates(session)
    layers = [
        LayerPeople(
            str(layer),
            len(cells),
            int(cells["people_shared"].eq(True).sum()),
            layer_total(atoms, figures, where.loc[where["layer"] == layer, ["building", "cell"]]),
        )
        for layer, cells in profile.groupby("layer", sort=True)
    ]
    return PeopleSection(len(figures), str(drawn or "—"), str(settled or "—"), layers)
