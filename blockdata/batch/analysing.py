"""Steps that answer the two questions: where problems gather, and which places never get better."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import shapely

from blockdata.analysis import (
    EXPOSURE_WORDS,
    Exposure,
    cell_profile,
    choose_exposure,
    chronic_test,
    coverage_gaps,
    hotspot_test,
    recurring_test,
)
from blockdata.batch.findings import Finding
from blockdata.batch.steps import Context
from blockdata.config import Chronic
from blockdata.engines import feeds
from blockdata.errors import AnalysisError
from blockdata.grid import cell_figures
from blockdata.store import derived
from blockdata.store.session import Session

_COUNTED = {
    "buildings": "building",
    "legal_entities": "legal_entity",
    "components": "component",
    "cameras": "camera",
}
_PREFERRED_LAYERS = ("unit", "responsibility", "community")


def make_profile(session: Session, context: Context) -> None:
    """Count per cell of every layer what lies in it."""
    grid = context.config.grid
    cells = feeds.cell_names(session, grid.all_layers, grid.area_levels, context.last_day)
    counts: dict[str, pd.Series | None] = {}
    for column, kind in _COUNTED.items():
        found = feeds.counts_by_cell(session, kind, context.last_day)
        counts[column] = _series(found, cells) if feeds.has_rows(session, kind) else None
    seen = feeds.incident_counts(session) if feeds.has_rows(session, "incident") else None
    counts["incidents"] = None if seen is None else _series(seen, cells)
    # Atoms are whole inside the legal layers only; over drawn cells they tell nothing.
    told = cells[cells["layer"].isin((*grid.layers, *grid.area_levels))]
    people = people_by_cell(session, told, context.last_day)
    counts["people"] = people.set_index("cell")["people"] if len(people) else None
    profile = cell_profile(cells, counts)
    shared = people.set_index("cell")["shared"] if len(people) else pd.Series(dtype=bool)
    profile = profile.assign(people_shared=profile["cell"].map(shared))
    derived.write_result(session, "profile", profile)


def _series(counts: pd.DataFrame, cells: pd.DataFrame) -> pd.Series:
    return counts[counts["cell"].isin(cells["cell"])].set_index("cell")["count"]


def people_by_cell(session: Session, cells: pd.DataFrame, day: dt.date) -> pd.DataFrame:
    """Return cell, people, shared over all layers; empty where there are no atoms."""
    atoms = session.read("atom").to_pandas()
    if atoms.empty:
        return pd.DataFrame({"cell": [], "people": [], "shared": []})
    figures = session.read("atom_figure").to_pandas()[["atom", "people"]]
    where = pd.concat([feeds.cells_on(session, k, day) for k in ("building", "address")])
    where = where.rename(columns={"id": "building"})
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


def find_hotspots(session: Session, context: Context) -> None:
    """Test every category in every window for cells with more episodes than exposure explains."""
    cells, layer = _layer(session, context)
    _tell_without_geometry(session, context, layer)
    episodes = feeds.episodes_in_cells(session, f"cell:{layer}")
    found = []
    for window_days in context.config.hotspots.windows_days:
        start = context.end - dt.timedelta(days=window_days)
        recent = episodes[episodes["first_reported"] >= start]
        result = _tested(session, context, cells, recent, window_days)
        if result is not None:
            found.append(result.assign(layer=layer, window_days=window_days))
    table = pd.concat(found, ignore_index=True) if found else pd.DataFrame()
    derived.write_result(session, "hotspot", table)


def _tell_without_geometry(session: Session, context: Context, layer: str) -> None:
    """Say so where the tested layer has no polygon: then nothing that needs one is computed."""
    grid = context.config.grid
    shapes = feeds.cells(session, grid.all_layers, grid.area_levels)
    if (shapes["layer"] == layer).any():
        return
    context.tell(
        Finding(
            "no_geometry",
            layer,
            "该层没有图形：地图、街道长度、邻接和距离类统计需要图形，均未计算",
            "this layer has no geometry: maps, street length and statistics of neighbours or "
            "distances need it and were not computed",
            warns=False,
        )
    )


def _layer(session: Session, context: Context) -> tuple[list[str], str]:
    """Return the cells of the layer to test: as configured, else the finest that has cells."""
    grid = context.config.grid
    names = feeds.cell_names(session, grid.all_layers, grid.area_levels, context.last_day)
    wanted = context.config.hotspots.layer
    layers = (wanted,) if wanted else (*_PREFERRED_LAYERS, *grid.all_layers, *grid.area_levels)
    for layer in layers:
        cells = names.loc[names["layer"] == layer, "cell"].tolist()
        if cells:
            return cells, layer
    return [], layers[0]


def _tested(
    session: Session, context: Context, cells: list[str], recent: pd.DataFrame, window_days: int
) -> pd.DataFrame | None:
    if recent.empty or len(cells) == 0:
        return None
    settings = context.config.hotspots
    everything = recent.groupby("cell").size().astype("float64")
    try:
        exposure = exposure_of(session, context, cells, everything)
    except AnalysisError as error:
        context.tell(Finding("no_exposure", "hotspot", f"热点：{error}", str(error)))
        return None
    counts = recent.groupby(["category", "cell"]).size().rename("count").reset_index()
    result = hotspot_test(counts, exposure, alpha=settings.alpha, min_total=settings.min_total)
    _tell_exposure(context, exposure, window_days)
    return result[result["count"] > 0]


def exposure_of(
    session: Session, context: Context, cells: list[str], everything: pd.Series
) -> Exposure:
    """Choose what counts are measured against, from what the base has.

    Parameters
    ----------
    session : Session
    context : Context
    cells : list of str
        All cells of the layer.
    everything : Series indexed by cell
        Episodes of all categories in the window.
    """
    profile = session.read("profile").to_pandas().set_index("cell").reindex(cells)
    people = profile["people"] if profile["people"].notna().any() else None
    addresses = None
    if feeds.has_rows(session, "address"):
        counted = feeds.counts_by_cell(session, "address", context.last_day)
        addresses = counted[counted["cell"].isin(cells)].set_index("cell")["count"]
    return choose_exposure(
        {
            "people": people,
            "addresses": None if addresses is None or addresses.empty else addresses,
            "street_length_m": _street_length_m(session, context, cells),
            "all_incidents": everything.reindex(cells).fillna(0.0),
        },
        cells,
        incidents=everything,
    )


def _street_length_m(session: Session, context: Context, cells: list[str]) -> pd.Series | None:
    """Return the length of streets in each cell; a street on a border counts for half each."""
    grid = context.config.grid
    areas = feeds.cells_standing(session, grid.all_layers, grid.area_levels, context.last_day)
    areas = areas[areas["id"].isin(cells)]
    lines = feeds.streets(session)
    if areas.empty or lines.empty:
        return None
    geoms = areas["geom"].to_numpy(dtype=object)
    street, cell = shapely.STRtree(geoms).query(
        lines["geom"].to_numpy(dtype=object), predicate="intersects"
    )
    line = lines["geom"].to_numpy(dtype=object)[street]
    border = shapely.length(shapely.intersection(line, shapely.boundary(geoms[cell])))
    inside = shapely.length(shapely.intersection(line, geoms[cell]))
    length = inside - border / 2
    total = pd.Series(length, index=areas["id"].to_numpy(dtype=object)[cell])
    return total.groupby(level=0).sum()


def _tell_exposure(context: Context, exposure: Exposure, window_days: int) -> None:
    used = EXPOSURE_WORDS[exposure.name]
    for name, reason in exposure.skipped.items():
        unused = EXPOSURE_WORDS[name]
        context.tell(
            Finding(
                "exposure_fallback",
                name,
                f"近 {window_days} 天的热点以{used[0]}为基数；未用{unused[0]}：{reason.zh}",
                f"hot spots of {window_days} days stand on {used[1]}; "
                f"not on {unused[1]}: {reason.en}",
                warns=False,
            )
        )


def find_chronic(session: Session, context: Context) -> None:
    """Test every place and category for episodes that come back after closing.

    Without any closing time the list is of recurring problems, and is called so.
    """
    settings = context.config.chronic
    episodes = session.read("episode").to_pandas()
    end = pd.Timestamp(context.end)
    if episodes.empty:
        derived.write_result(session, "chronic", pd.DataFrame())
        return
    closed = episodes["closed_at"].notna().any()
    # A community and a manhole are not alike: places are compared with places of their kind.
    found = [
        (_chronic(group, end, settings) if closed else _recurring(group, end, settings)).assign(
            place_kind=kind
        )
        for kind, group in episodes.groupby("place_kind", sort=True)
    ]
    derived.write_result(session, "chronic", pd.concat(found, ignore_index=True))


def _chronic(episodes: pd.DataFrame, end: pd.Timestamp, settings: Chronic) -> pd.DataFrame:
    return chronic_test(
        episodes,
        as_of=end,
        window_days=settings.window_days,
        recur_days=settings.recur_days,
        alpha=settings.alpha,
    ).assign(measure="chronic")


def _recurring(episodes: pd.DataFrame, end: pd.Timestamp, settings: Chronic) -> pd.DataFrame:
    result = recurring_test(
        episodes, as_of=end, window_days=settings.window_days, alpha=settings.alpha
    )
    return result[result["episodes"] > 0].assign(measure="recurring")


def find_gaps(session: Session, context: Context) -> None:
    """List stretches in which a source of incidents was silent for implausibly long."""
    incidents = feeds.report_times(session, context.end)
    reported_on = context.config.city.local_days(incidents["reported_at"])
    found = []
    for source, days in reported_on.groupby(incidents["source"]):
        gaps = coverage_gaps(days, days.min(), pd.Timestamp(context.as_of))
        found.append(
            gaps.rename(columns={"start": "start_on", "end": "end_on"}).assign(source=source)
        )
    table = pd.concat(found, ignore_index=True) if found else pd.DataFrame()
    derived.write_result(session, "coverage_gap", table)
