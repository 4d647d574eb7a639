"""What the counts of cells, streets and places can be measured against."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Unpack

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from blockdata.analysis.exposure import EXPOSURE_ORDER, EXPOSURE_WORDS
from blockdata.analysis.reasons import Reason, describe_reason
from blockdata.analysis.street_length import street_lengths_m
from blockdata.config import Config
from blockdata.engines import exposure_feeds, feeds
from blockdata.engines.cube_feeds import Chosen
from blockdata.errors import AnalysisError
from blockdata.report.words import Words
from blockdata.store.session import Session
from blockdata.views.patterns.asked import Asked, Options, asked_of
from blockdata.views.patterns.counts import counted
from blockdata.views.patterns.ground import Ground, ground_of, named

__all__ = ["EXPOSURES", "Measure", "exposure", "measure", "measures", "unit_words"]

_BY_INCIDENTS = ("all_incidents", "reports")
EXPOSURES = (*EXPOSURE_ORDER[:-1], "buildings", "legal_entities", "components", *_BY_INCIDENTS)
"""Names of exposures."""

_PER_THOUSAND = MappingProxyType(
    {
        "people": ("每千人", "per 1,000 people"),
        "addresses": ("每千个地址", "per 1,000 addresses"),
        "street_length_m": ("每公里街巷", "per kilometre of street"),
        "buildings": ("每千栋建筑", "per 1,000 buildings"),
        "legal_entities": ("每千个单位", "per 1,000 legal entities"),
        "components": ("每千个部件", "per 1,000 components"),
        "all_incidents": ("每千个各类问题", "per 1,000 problems of all categories"),
        "reports": ("每千件同渠道上报", "per 1,000 reports by the same channels"),
    }
)


@dataclass(frozen=True)
class Measure:
    """One exposure of every cell.

    Parameters
    ----------
    name : str
        One of `EXPOSURES`.
    values : Series of float64, indexed by cell
        A cell with none of it has 0; NaN is not known.
    shared : Series of bool, indexed by cell
        Whether the figure is that of an atom of people that neighbouring cells share.
    """

    name: str
    values: pd.Series[float]
    shared: pd.Series[bool]


def unit_words(name: str, words: Words) -> str:
    """Return what a rate by an exposure is told per."""
    return words.t(*_PER_THOUSAND[name])


def exposure(
    session: Session,
    config: Config,
    as_of: dt.date,
    words: Words,
    by: str | gpd.GeoDataFrame = "unit",
    name: str | None = None,
    **options: Unpack[Options],
) -> pd.DataFrame:
    """Return what the incidents of each cell can be measured against.

    Parameters
    ----------
    session : Session
    config : Config
    as_of : date
        End of what is known, exclusive.
    words : Words
    by : str or GeoDataFrame, default "unit"
        As in `cube`; records without a cell of the layer, and with "street" or "segment" those
        farther than `within_m`, count nowhere.
    name : str, optional
        "people" (published figures of atoms; legal layers only), "addresses", "buildings",
        "legal_entities", "components", "street_length_m", "all_incidents" (episodes, or reports
        if `of` says so, of all categories), or "reports" (all reports by the chosen sources and
        channels, which shows how readily people report there). Default: all that the base has.
    of, start, end, sources, channels, within_m
        As in `cube`; they say which incidents "all_incidents" and "reports" count.

    Returns
    -------
    DataFrame, or GeoDataFrame where a cell has a shape
        place, code, name, a column for each exposure (0 where a cell has none, null where it is
        not known), people_shared beside people; sorted by place. `attrs["skipped"]` says why
        there is none of the others.

    Raises
    ------
    AnalysisError
        If the name is unknown or the base has no such exposure for this ground.
    """
    asked = asked_of(session, config, as_of, options)
    ground = ground_of(session, config, asked.day, by, asked.within_m)
    if name is None:
        found, skipped = measures(asked, words, ground, EXPOSURES)
    else:
        found, skipped = {name: measure(asked, words, ground, name)}, {}
    cells = next(iter(found.values())).values.index
    for known in found.values():
        cells = cells.union(known.values.index)
    table = named(session, ground, cells.tolist()).rename(columns={"cell": "place"})
    for known in found.values():
        # Only of places it is not known beforehand which there are: one without a problem has 0.
        table[known.name] = known.values.reindex(cells, fill_value=0.0).to_numpy()
        if known.name == "people":
            table["people_shared"] = known.shared.reindex(cells).to_numpy()
    told = {n: words.t(reason.zh, reason.en) for n, reason in skipped.items()}
    table.attrs["skipped"] = {words.exposure(n): text for n, text in told.items()}
    return with_geometry(table, ground, config.city.crs)


def with_geometry(table: pd.DataFrame, ground: Ground, crs: str) -> pd.DataFrame:
    """Put the shapes of the places beside a table, where there is any."""
    if ground.cells is None:
        return table
    shapes = ground.cells.set_index("cell")["geom"].reindex(table["place"])
    geoms = shapes.to_numpy(dtype=object)
    if shapely.is_missing(geoms).all():
        return table
    drawn: pd.DataFrame = gpd.GeoDataFrame(table, geometry=geoms, crs=crs)
    drawn.attrs = table.attrs
    return drawn


def measures(
    asked: Asked, words: Words, ground: Ground, names: Iterable[str]
) -> tuple[dict[str, Measure], dict[str, Reason]]:
    """Return the exposures that the base has, and why it has not the others."""
    found, skipped = {}, {}
    for name in names:
        known = _measured(asked, words, ground, name)
        if isinstance(known, Measure):
            found[name] = known
        else:
            skipped[name] = known
    return found, skipped


def measure(asked: Asked, words: Words, ground: Ground, name: str) -> Measure:
    """Return one exposure.

    Raises
    ------
    AnalysisError
        If there is no such exposure, or the base has it not for this ground.
    """
    if name not in EXPOSURES:
        raise AnalysisError(
            f"unknown exposure {name!r}", where="patterns exposure", allowed=", ".join(EXPOSURES)
        )
    known = _measured(asked, words, ground, name)
    if isinstance(known, Measure):
        return known
    raise AnalysisError(
        f"nothing can be measured against {EXPOSURE_WORDS[name][1]} here: {known.en}",
        where="patterns exposure",
        next_step="base.patterns.exposure() without a name shows what there is.",
    )


def _measured(asked: Asked, words: Words, ground: Ground, name: str) -> Measure | Reason:
    if name in _BY_INCIDENTS:
        return _incidents(asked, words, ground, name)
    if ground.cells is None:
        return describe_reason("not_of_a_place")
    if name == "people":
        return _people(asked, ground, ground.cells)
    if name == "street_length_m":
        values = _street_length_m(asked, ground, ground.cells)
    else:
        values = _records(asked, ground, ground.cells, exposure_feeds.COUNTED[name])
    if values is None:
        return describe_reason("no_source")
    # Cells that are not listed have none of it.
    index = pd.Index(ground.cells["cell"], name="place")
    full = values.astype("float64").reindex(index, fill_value=0.0)
    return Measure(name, full, pd.Series(False, index=index))


def _incidents(asked: Asked, words: Words, ground: Ground, name: str) -> Measure:
    of = "reports" if name == "reports" else asked.of
    chosen = Chosen(None, asked.chosen.sources, asked.chosen.channels)
    whole = pd.DatetimeIndex([asked.start, asked.end])
    question = replace(asked, of=of, chosen=chosen)
    made = counted(question, words, ground.by, whole, ground=ground).cube
    totals = made.place_totals().sum(axis=0).astype("float64")
    index = made.places.rename("place")
    return Measure(name, pd.Series(totals, index=index), pd.Series(False, index=index))


def _people(asked: Asked, ground: Ground, cells: pd.DataFrame) -> Measure | Reason:
    """Return published figures: atoms are whole inside the legal layers alone."""
    grid = asked.config.grid
    if ground.by not in (*grid.layers, *grid.area_levels):
        return describe_reason("legal_layers_only")
    wanted = cells[["cell"]].assign(layer=ground.by)
    found = exposure_feeds.people_by_cell(asked.session, wanted, asked.day)
    if found.empty or found["people"].isna().all():
        return describe_reason("no_source")
    index = pd.Index(cells["cell"], name="place")
    by_cell = found.set_index("cell").reindex(index)
    people = by_cell["people"].to_numpy(dtype=np.float64, na_value=np.nan)
    shared = by_cell["shared"].to_numpy(dtype=bool)
    return Measure("people", pd.Series(people, index=index), pd.Series(shared, index=index))


def _records(
    asked: Asked, ground: Ground, cells: pd.DataFrame, kind: str
) -> pd.Series[float] | None:
    if not ground.by_points:
        names = cells["cell"].tolist()
        return exposure_feeds.records_by_cell(asked.session, kind, names, asked.day)
    points = exposure_feeds.standing_points(asked.session, kind, asked.day)
    if points.empty:
        return None
    return ground.locate(points["x"], points["y"]).value_counts().astype("float64")


def _street_length_m(asked: Asked, ground: Ground, cells: pd.DataFrame) -> pd.Series[float] | None:
    if ground.along_streets:
        lengths = shapely.length(cells["geom"].to_numpy(dtype=object))
        return pd.Series(lengths, index=cells["cell"].to_numpy())
    lines = feeds.streets(asked.session)
    if lines.empty or shapely.is_missing(cells["geom"].to_numpy(dtype=object)).all():
        return None
    return street_lengths_m(cells, lines["geom"].to_numpy(dtype=object))
