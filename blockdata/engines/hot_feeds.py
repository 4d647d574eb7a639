"""What the search for hot spots reads of a base, and what it has found before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pandas as pd

from blockdata.analysis.hotspots import Found, Layer
from blockdata.config import Grid
from blockdata.engines import feeds
from blockdata.engines.exposure_feeds import exposure_candidates
from blockdata.engines.feeds import OWN_FIRST, SHOWN_ADDRESS
from blockdata.store.session import Session

__all__ = [
    "KEY",
    "candidate_layers",
    "cases_behind",
    "changes_on",
    "episodes_since",
    "hot_spots_of",
    "layer_tested",
    "layers_to_read",
    "places_behind",
    "read_layer",
    "standing_in",
]

KEY = ["layer", "window_days", "category", "cell"]
"""What names a hot spot."""

_PREFERRED = ("unit", "responsibility", "community")
_SECONDS_A_DAY = 86_400.0


def candidate_layers(session: Session, grid: Grid, day: dt.date) -> list[str]:
    """Return the layers among which hot spots are looked for, the one with most cells first.

    Parameters
    ----------
    session : Session
    grid : Grid
    day : date
        On which the cells stand.

    Returns
    -------
    list of str
        Unit and responsibility grids and communities, those that have cells; without any of them
        every layer that has. Of layers with as many cells the one named first comes first.
    """
    names = feeds.cell_names(session, grid.all_layers, grid.area_levels, day)
    counted = names["layer"].value_counts()
    usual = [layer for layer in _PREFERRED if layer in counted.index]
    there = usual or [
        layer for layer in (*grid.all_layers, *grid.area_levels) if layer in counted.index
    ]
    return sorted(there, key=lambda layer: -int(counted[layer]))


def layers_to_read(wanted: str | None, there: Sequence[str]) -> list[str]:
    """Return the layers that a search needs: all to choose among, or one and the finest.

    Parameters
    ----------
    wanted : str, optional
        The layer to test.
    there : sequence of str
        As from `candidate_layers`.

    Examples
    --------
    >>> layers_to_read("community", ["unit", "community"]), layers_to_read("unit", ["unit"])
    (['unit', 'community'], ['unit'])
    """
    if wanted is None:
        return list(there)
    return list(dict.fromkeys([*there[:1], wanted]))


def read_layer(
    session: Session,
    grid: Grid,
    layer: str,
    *,
    label: tuple[str, str],
    end: dt.datetime,
    day: dt.date,
    since_days: int,
) -> Layer:
    """Return a layer's cells, what is counted in them and against what.

    Parameters
    ----------
    session : Session
    grid : Grid
    layer : str
    label : tuple of str
        The layer's name in Chinese and in English.
    end : datetime
        as_of in UTC: the windows end here.
    day : date
        The last day that is known; cells are those that stand on it.
    since_days : int
        How many days before the end episodes may have begun; earlier ones are left out.

    Returns
    -------
    Layer
        Episodes bear also episode, place_kind and place; those of cells that stand no more are
        left out.
    """
    names = feeds.cell_names(session, grid.all_layers, grid.area_levels, day)
    cells = names.loc[names["layer"] == layer, ["cell"]].reset_index(drop=True)
    shaped = feeds.cells_standing(session, grid.all_layers, grid.area_levels, day)
    geoms = shaped.drop_duplicates("id").set_index("id")["geom"]
    found = geoms.reindex(cells["cell"])
    cells = cells.assign(geom=found.astype(object).where(found.notna(), None).to_numpy())
    since = end - dt.timedelta(days=since_days)
    episodes = episodes_since(session, (since, end), f"cell:{layer}")
    return Layer(
        layer,
        label,
        cells,
        episodes[episodes["cell"].isin(cells["cell"])].reset_index(drop=True),
        exposure_candidates(session, grid, cells["cell"].tolist(), day),
    )


def episodes_since(
    session: Session, period: tuple[dt.datetime, dt.datetime], target_kind: str | None = None
) -> pd.DataFrame:
    """Return the episodes that began in a period, each with cell and point of its first report.

    Parameters
    ----------
    session : Session
    period : tuple of datetime
        In UTC, the end exclusive.
    target_kind : str, optional
        Kind of the links that tell cells ("cell:unit"); episodes without one are left out.
        Without it there is no cell.

    Returns
    -------
    DataFrame
        episode, category, place_kind, place, x, y, age_days (before the period's end), and cell:
        each of the first report that has one, else of the next by id; sorted by episode. What
        only a description locates has no point, as in cells.
    """
    links = "JOIN base.link l ON l.incident = m.incident AND l.target_kind = $kind "
    cell = f"arg_min(l.target, {OWN_FIRST}) AS cell, "
    frame = session.frame(
        f"SELECT e.episode, e.category, {cell if target_kind else ''}e.first_reported, "
        f"e.place_kind, e.place, arg_min(p.x, {OWN_FIRST}) AS x, arg_min(p.y, {OWN_FIRST}) AS y "
        "FROM base.episode e JOIN base.episode_member m ON m.episode = e.episode "
        f"{links if target_kind else ''}"
        "LEFT JOIN base.incident_place p ON p.incident = m.incident "
        "AND p.made IS DISTINCT FROM 'description' "
        "WHERE e.first_reported >= $since GROUP BY ALL ORDER BY e.episode",
        {"since": period[0]} | ({"kind": target_kind} if target_kind else {}),
    )
    age = (pd.Timestamp(period[1]) - frame["first_reported"]).dt.total_seconds() / _SECONDS_A_DAY
    return frame.assign(age_days=age).drop(columns="first_reported")


def cases_behind(session: Session, found: Found, layer: Layer) -> pd.DataFrame:
    """Return the cases behind each hot spot, and where each episode counts.

    Parameters
    ----------
    session : Session
    found : Found
    layer : Layer
        That which was tested, as from `read_layer`.

    Returns
    -------
    DataFrame
        layer, window_days, category, cell, episode, incident, place_kind, place; sorted.
    """
    hot = found.frame.loc[found.frame["hot"], ["window_days", "category", "cell"]]
    counted = hot.merge(layer.episodes, on=["category", "cell"])
    counted = counted[counted["age_days"] <= counted["window_days"]]
    members = session.frame(
        "SELECT episode, incident FROM base.episode_member "
        "WHERE episode IN (SELECT unnest($wanted::VARCHAR[])) ORDER BY ALL",
        {"wanted": sorted(set(counted["episode"]))},
    )
    cases = counted.merge(members, on="episode").assign(layer=found.layer)
    return cases.sort_values([*KEY, "episode", "incident"], ignore_index=True)[
        [*KEY, "episode", "incident", "place_kind", "place"]
    ]


def layer_tested(session: Session) -> str | None:
    """Return the layer that the last search for hot spots tested; None before any."""
    layer = session.value("SELECT choice FROM base.hotspot_choice WHERE topic = 'layer' LIMIT 1")
    return None if layer is None else str(layer)


def hot_spots_of(session: Session) -> pd.DataFrame:
    """Return layer, window_days, category, cell, count, excess, hot of all that was tested."""
    return session.frame(
        "SELECT layer, window_days, category, cell, count, excess, hot FROM base.hotspot "
        "ORDER BY ALL"
    )


def changes_on(session: Session, as_of: dt.date) -> pd.DataFrame:
    """Return what became of hot spots, as the run of a day has found; empty before any run."""
    if not session.rows(
        "SELECT 1 FROM duckdb_tables() WHERE database_name = 'base' "
        "AND table_name = 'hotspot_change'"
    ):
        return pd.DataFrame()
    return session.frame(
        "SELECT * EXCLUDE (as_of) FROM base.hotspot_change WHERE as_of = $as_of "
        "ORDER BY layer, window_days, category, cell",
        {"as_of": as_of},
    )


_STANDING = (
    *("building", "legal_entity", "premises", "component", "camera"),
    *("hazard", "resource", "shanty"),
)


def standing_in(session: Session, cells: Sequence[str]) -> pd.DataFrame:
    """Return cell, kind, count of what stands in some cells now, and their published people.

    Parameters
    ----------
    session : Session
    cells : sequence of str

    Returns
    -------
    DataFrame
        Sorted by cell and kind; the kind of people is "people".
    """
    return session.frame(
        "SELECT cell, kind, count(DISTINCT id) AS count FROM base.cell_of "
        "WHERE cell IN (SELECT unnest($cells::VARCHAR[])) AND valid_to IS NULL "
        "AND kind IN (SELECT unnest($kinds::VARCHAR[])) GROUP BY ALL UNION ALL "
        "SELECT cell, 'people', people FROM base.profile "
        "WHERE cell IN (SELECT unnest($cells::VARCHAR[])) AND people IS NOT NULL ORDER BY 1, 2",
        {"cells": sorted(set(cells)), "kinds": list(_STANDING)},
    )


def places_behind(session: Session, cases: pd.DataFrame) -> pd.DataFrame:
    """Return the places at which the cases of hot spots lie, those with most first.

    Parameters
    ----------
    session : Session
    cases : DataFrame
        As from `cases_behind`.

    Returns
    -------
    DataFrame
        layer, window_days, category, cell, name, episodes. A flat is told as its building; what
        has no name, or is but a cell, is left out.
    """
    names = session.frame(
        f"SELECT id AS place, {SHOWN_ADDRESS} AS name "
        "FROM base.address WHERE id IN (SELECT unnest($ids::VARCHAR[])) "
        "UNION ALL SELECT id, name FROM base.building "
        "WHERE id IN (SELECT unnest($ids::VARCHAR[])) UNION ALL "
        "SELECT id, coalesce(name, code) FROM base.component "
        "WHERE id IN (SELECT unnest($ids::VARCHAR[])) ORDER BY 1",
        {"ids": sorted(set(cases["place"].dropna()))},
    )
    named = cases.merge(names.dropna(), on="place")
    counted = named.groupby([*KEY, "name"])["episode"].nunique().rename("episodes").reset_index()
    order = [*KEY, "episodes", "name"]
    return counted.sort_values(
        order, ascending=[True] * len(KEY) + [False, True], ignore_index=True
    )[[*KEY, "name", "episodes"]]
