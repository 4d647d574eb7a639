"""What indicators find counted by cell: people, areas, streets, coverage, hot and chronic places.

People are published figures of atoms only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import pandas as pd

from blockdata.analysis.indicators import WHOLE, Facts, Figures
from blockdata.engines import feeds
from blockdata.engines.exposure_feeds import people_by_cell, street_length_m
from blockdata.engines.indicator_asked import THINGS, Asked, indicator_cells
from blockdata.link.order import is_in
from blockdata.store.session import Session

__all__ = ["FIGURES_OF", "chronic_things", "outermost", "shared_cells"]

_COVERED = (
    *("land_m2", "covered_m2", "covered_twice_m2"),
    *("street_m2", "street_covered_m2", "street_covered_twice_m2"),
)


def _whole(rows: pd.DataFrame, **totals: float) -> Figures:
    whole = pd.DataFrame({"layer": [WHOLE], "cell": [WHOLE], **{n: [v] for n, v in totals.items()}})
    return Figures(pd.concat([whole, rows], ignore_index=True))


def _legal_cells(session: Session, asked: Asked) -> pd.DataFrame:
    """Return layer, cell of the layers inside which atoms are whole."""
    cells = indicator_cells(session, asked)
    grid = asked.config.grid
    return cells[cells["layer"].isin((*grid.layers, *grid.area_levels))]


def _people(session: Session, asked: Asked) -> Figures | None:
    """Return the published people of cells, and of the whole base: each atom once."""
    cells = _legal_cells(session, asked)
    people = people_by_cell(session, cells[["layer", "cell"]], asked.day)
    if people.empty:
        return None
    total = session.value("SELECT sum(people)::BIGINT FROM base.atom_figure")
    rows = people.merge(cells[["layer", "cell"]], on="cell")[["layer", "cell", "people", "shared"]]
    rows = rows.astype({"people": "float64", "shared": "bool"})
    return _whole(rows, people=float(str(total)), shared=False)


def shared_cells(subjects: Mapping[str, Facts | Figures]) -> frozenset[str]:
    """Return the cells whose figure of people is that of an atom they share with neighbours.

    Parameters
    ----------
    subjects : mapping of str to Facts or Figures
        As from `indicator_subjects`.
    """
    if "people" not in subjects:
        return frozenset()
    rows = subjects["people"].rows
    return frozenset(rows.loc[rows["shared"].astype(bool), "cell"])


def _areas(session: Session, asked: Asked) -> Figures | None:
    """Return the area of cells; that of the whole base is the widest layer's."""
    grid = asked.config.grid
    shapes = feeds.cells_standing(session, grid.all_layers, grid.area_levels, asked.day)
    if shapes.empty:
        return None
    area = shapes["geom"].map(lambda g: g.area).astype("float64")
    drawn = pd.DataFrame({"layer": shapes["layer"], "cell": shapes["id"], "area_m2": area})
    rows = drawn.groupby(["layer", "cell"])["area_m2"].sum().reset_index()
    return _whole(rows, area_m2=float(rows.groupby("layer")["area_m2"].sum().max()))


def _street_lengths(session: Session, asked: Asked) -> Figures | None:
    """Return the length of streets in cells; of the whole base, of all streets."""
    cells = indicator_cells(session, asked)
    lengths = street_length_m(session, asked.config.grid, cells["cell"].tolist(), asked.day)
    if lengths is None:
        return None
    lines = feeds.streets(session)["geom"]
    drawn = feeds.cells_standing(
        session, asked.config.grid.all_layers, asked.config.grid.area_levels, asked.day
    )
    # A cell that no street reaches has none; a layer without polygons is not known.
    rows = drawn[["layer", "id"]].drop_duplicates().rename(columns={"id": "cell"})
    length = rows["cell"].map(lengths).fillna(0.0).astype("float64")
    return _whole(
        rows.assign(street_length_m=length),
        street_length_m=float(lines.map(lambda g: g.length).sum()),
    )


def _coverage(session: Session, asked: Asked) -> Figures | None:
    """Return what cameras of all owners cover; the whole base by the widest layer."""
    sums = ", ".join(f"sum({n} ORDER BY {n}) AS {n}" for n in _COVERED)
    rows = session.frame(
        f"SELECT layer, cell, {sums} FROM base.cell_coverage WHERE owner_group = 'all' "
        "GROUP BY layer, cell ORDER BY layer, cell"
    )
    if rows.empty:
        return None
    widest = rows.groupby("layer")["land_m2"].sum().idxmax()
    totals = rows.loc[rows["layer"] == widest, list(_COVERED)].sum()
    return _whole(rows, **{str(n): float(v) for n, v in totals.items()})


def _hotspots(session: Session, asked: Asked) -> Figures | None:
    """Return how many categories are hot in each cell of the layers that were tested.

    Of several windows the longest counts, as in `camera_feeds.hot_cells`.
    """
    rows = session.frame(
        "SELECT layer, cell, count(*) FILTER (coalesce(hot, false))::DOUBLE AS hot_cells "
        "FROM (FROM base.hotspot QUALIFY window_days = max(window_days) OVER (PARTITION BY layer)) "
        "GROUP BY layer, cell ORDER BY layer, cell"
    )
    return None if rows.empty else _whole(rows, hot_cells=float(rows["hot_cells"].sum()))


def chronic_things(session: Session) -> pd.DataFrame | None:
    """Return the things that are chronic and not resolved, none of them twice.

    Only places that are one thing count (`THINGS`, and crossings), for the problems of a cell or an
    area are those of the things in it; and where one thing lies in another, an address in its
    building, an entity or premises at their address, and both are chronic in a category, only the
    larger counts.

    Parameters
    ----------
    session : Session

    Returns
    -------
    DataFrame or None
        place_kind, place, category; None where closings are not known, only that problems recur.
    """
    if session.value("SELECT 1 FROM base.chronic WHERE measure = 'chronic' LIMIT 1") is None:
        return None
    found = session.frame(
        "SELECT place_kind, place, category FROM base.chronic WHERE measure = 'chronic' "
        "AND status IS NOT NULL AND course IS DISTINCT FROM 'resolved' "
        "AND place_kind IN (SELECT unnest($kinds::VARCHAR[])) ORDER BY ALL",
        {"kinds": [*THINGS, "crossing"]},
    )
    return outermost(found, _larger_things(session, found["place"]))


def _chronic(session: Session, asked: Asked) -> Figures | None:
    """Return how many places are chronic in each cell, one count for each category.

    A crossing has no cell: it counts for the whole base alone.
    """
    found = chronic_things(session)
    if found is None:
        return None
    cells = indicator_cells(session, asked)[["layer", "cell"]]
    inside = session.frame(
        "SELECT kind AS place_kind, id AS place, layer, cell FROM base.cell_of "
        f"WHERE id IN (SELECT unnest($ids::VARCHAR[])) AND {feeds.VALID}",
        {"ids": sorted(set(found["place"])), "day": asked.day},
    )
    placed = found.merge(inside.drop_duplicates(), on=["place_kind", "place"])
    count = placed.groupby(["layer", "cell"]).size().rename("places").reset_index()
    rows = cells.merge(count, on=["layer", "cell"], how="left").fillna({"places": 0.0})
    return _whole(rows.astype({"places": "float64"}), places=float(len(found)))


def _larger_things(session: Session, places: pd.Series) -> pd.DataFrame:
    """Return place, larger of places: the building of an address; an entity's address, and its."""
    at = session.frame(
        "SELECT id AS place, address_id AS larger FROM base.legal_entity "
        "WHERE address_id IS NOT NULL UNION ALL SELECT id, address_id FROM base.premises "
        "WHERE address_id IS NOT NULL ORDER BY ALL"
    )
    at = at[is_in(at["place"], places)]
    houses = feeds.buildings_of_addresses(session)
    asked = pd.concat([places, at["larger"]])
    houses = houses[is_in(houses["address_id"], asked)].rename(columns={"building": "larger"})
    own = houses.rename(columns={"address_id": "place"})[["place", "larger"]]
    within = at.rename(columns={"larger": "address_id"}).merge(houses, on="address_id")
    return pd.concat([own, at, within[["place", "larger"]]], ignore_index=True)


def outermost(found: pd.DataFrame, larger: pd.DataFrame) -> pd.DataFrame:
    """Leave out places that lie in another one that is found in the same category.

    Parameters
    ----------
    found : DataFrame
        place (str), category and further columns.
    larger : DataFrame
        place, larger: what each lies in, at any depth.

    Returns
    -------
    DataFrame
        The rows of `found` that stay, in their order.

    Examples
    --------
    >>> found = pd.DataFrame({"place": ["flat", "house", "flat"], "category": ["a", "a", "b"]})
    >>> within = pd.DataFrame({"place": ["flat"], "larger": ["house"]})
    >>> outermost(found, within)[["place", "category"]].values.tolist()
    [['house', 'a'], ['flat', 'b']]
    """
    above = found[["place", "category"]].merge(larger, on="place")
    both = found.rename(columns={"place": "larger"})[["larger", "category"]].drop_duplicates()
    inner = above.merge(both, on=["larger", "category"])
    inner = inner[inner["larger"] != inner["place"]][["place", "category"]].drop_duplicates()
    marked = found.merge(inner, on=["place", "category"], how="left", indicator=True)
    return found[(marked["_merge"] == "left_only").to_numpy()].reset_index(drop=True)


FIGURES_OF: Mapping[str, Callable[[Session, Asked], Figures | None]] = MappingProxyType(
    {
        "people": _people,
        "area": _areas,
        "street_length": _street_lengths,
        "camera_coverage": _coverage,
        "hotspot": _hotspots,
        "chronic": _chronic,
    }
)
"""Subjects that come counted by cell, and what reads each; None where the base has nothing."""
