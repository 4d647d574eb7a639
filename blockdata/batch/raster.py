"""The step that holds a population raster against the register; without one it writes nothing."""

from __future__ import annotations

import pandas as pd

from blockdata.batch.findings import Finding
from blockdata.batch.steps import Context
from blockdata.config import Config, PopulationRaster
from blockdata.engines import feeds, raster_feeds
from blockdata.errors import AnalysisError, SourceError
from blockdata.grid.rasters import (
    HOME_WORDS,
    compare_with_register,
    people_in_cells,
    register_bounds,
)
from blockdata.grid.rasters.parts import cells_with_homes
from blockdata.kernels import bad_polygons
from blockdata.store import derived
from blockdata.store.session import Session

_TABLE = "raster_population"
_MUCH, _LITTLE = 5.0, 0.2
_PEOPLE_DIGITS, _SHARE_DIGITS = 3, 6


def people_from_raster(session: Session, context: Context) -> None:
    """Sum the raster's people over the cells of every layer and compare them with the register.

    A raster that is missing or cannot be used is told, and the run goes on without it.
    """
    settings = context.config.population_raster
    if settings is None:
        derived.clear_result(session, _TABLE)
        return
    try:
        found = raster_table(session, context.config, context)
    except (SourceError, AnalysisError) as error:
        derived.clear_result(session, _TABLE)
        context.tell(
            Finding("population_raster", "population_raster", f"人口栅格：{error}", str(error))
        )
        return
    derived.write_result(session, _TABLE, found)


def raster_table(session: Session, config: Config, context: Context) -> pd.DataFrame:
    """Return the rows of the result table; see `people_from_raster`.

    Raises
    ------
    SourceError, AnalysisError
        If the raster cannot be used.
    """
    settings = config.population_raster
    if settings is None:
        return pd.DataFrame()
    day, grid = context.last_day, config.grid
    cells = feeds.cells_standing(session, grid.all_layers, grid.area_levels, day)
    # Bad geometry is told by the checks of layers; here it would hide the good cells.
    cells = cells[~bad_polygons(cells["geom"].to_numpy(dtype=object))].drop_duplicates("id")
    people = people_in_cells(
        config.folder / settings.path,
        cells,
        config.city.crs,
        raster_feeds.raster_settings(settings),
    )
    atoms, figures, where = raster_feeds.published(session, day)
    houses, words = raster_feeds.houses(session), settings.home_words or HOME_WORDS
    tables = []
    for layer, part in cells.groupby("layer", sort=True):
        own = people[people["cell"].isin(part["id"])]
        if len(atoms) and layer in (*grid.layers, *grid.area_levels):
            placed = where.loc[where["layer"] == layer, ["building", "cell"]]
            bounds = register_bounds(
                atoms,
                figures,
                placed,
                minimum=config.people.minimum,
                round_to=config.people.round_to,
            )
            own = _compared(
                own, bounds, cells_with_homes(part.set_index("id")["geom"], houses, words), settings
            )
            _tell_ratio(context, str(layer), own)
        tables.append(own.assign(layer=layer))
    return _told(pd.concat(tables, ignore_index=True)) if tables else pd.DataFrame()


def _compared(
    people: pd.DataFrame, bounds: pd.DataFrame, homes: pd.Series, settings: PopulationRaster
) -> pd.DataFrame:
    found = compare_with_register(
        people,
        bounds,
        uncertainty=settings.uncertainty,
        least_people=settings.least_people,
        homes=homes,
    )
    return found.cells.rename(columns={"raster": "people"})


def _tell_ratio(context: Context, layer: str, found: pd.DataFrame) -> None:
    """Say so where the raster has many times the people of the register, or hardly any."""
    scaled = float(found["scaled"].sum())
    ratio = float(found["people"].sum()) / scaled if scaled else 1.0
    if _LITTLE <= ratio <= _MUCH:
        return
    context.tell(
        Finding(
            "population_raster_ratio",
            layer,
            f"人口栅格的总人口是登记人口的 {ratio:.3g} 倍，请检查单位（unit）和年份",
            f"the population raster has {ratio:.3g} times the register's people: check its unit "
            "and year",
        )
    )


def _told(found: pd.DataFrame) -> pd.DataFrame:
    """Return the table sorted, and rounded to what says something."""
    people = ["people", "scaled", "low", "high", "unexplained"]
    there = [name for name in people if name in found]
    digits = dict.fromkeys(there, _PEOPLE_DIGITS) | {"data_share": _SHARE_DIGITS}
    return found.round(digits).sort_values(["layer", "cell"], ignore_index=True)
