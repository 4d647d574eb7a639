"""What the report says of a population raster: how far it and the register agree."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from blockdata.engines import report_feeds
from blockdata.grid.rasters.compare import DISAGREEMENTS
from blockdata.report.words import Words, whole
from blockdata.store.session import Session

__all__ = ["RasterCell", "RasterLayer", "RasterSection", "raster_section"]

_MOST_LISTED = 10


@dataclass(frozen=True)
class RasterLayer:
    """One layer: cells, those with data, people of the raster, its ratio to the register.

    `disagree` counts cells, `without_homes` people in cells without a building to live in; "—"
    where the layer is not compared.
    """

    layer: str
    cells: str
    with_data: str
    people: str
    ratio: str
    disagree: str
    without_homes: str


@dataclass(frozen=True)
class RasterCell:
    """One cell in which raster and register disagree."""

    layer: str
    name: str
    code: str
    raster: str
    register: str
    shared: bool
    said: str


@dataclass(frozen=True)
class RasterSection:
    """Layers, and the cells that disagree most; empty without a raster."""

    layers: list[RasterLayer]
    cells: list[RasterCell]


def raster_section(session: Session, words: Words) -> RasterSection:
    """Return what is told of a population raster.

    Parameters
    ----------
    session : Session
    words : Words

    Returns
    -------
    RasterSection
        Cells of all layers, the largest unexplained difference first.
    """
    table = session.read("raster_population").to_pandas()
    layers = [_layer(str(name), part) for name, part in table.groupby("layer", sort=True)]
    apart = table[table["unexplained"].fillna(0) != 0]
    order = apart["unexplained"].abs().sort_values(ascending=False, kind="stable").index
    worst = apart.loc[order].head(_MOST_LISTED)
    names = report_feeds.place_names(session, worst["cell"].tolist()).set_index("id")
    return RasterSection(layers, [_cell(row, names, words) for row in worst.to_dict("records")])


def _layer(name: str, cells: pd.DataFrame) -> RasterLayer:
    people, scaled = float(cells["people"].sum()), float(cells["scaled"].fillna(0).sum())
    compared = cells["disagreement"].notna().any()
    bare = cells.loc[cells["has_homes"].eq(False), "people"].sum()
    return RasterLayer(
        layer=name,
        cells=whole(len(cells)),
        with_data=whole(int((cells["data_share"] > 0).sum())),
        people=whole(round(people)),
        ratio=f"{people / scaled:.2f}" if compared and scaled > 0 else "—",
        disagree=whole(int((cells["unexplained"].fillna(0) != 0).sum())) if compared else "—",
        without_homes=whole(round(bare)) if cells["has_homes"].notna().any() else "—",
    )


def _cell(row: dict[str, object], names: pd.DataFrame, words: Words) -> RasterCell:
    cell = str(row["cell"])
    known = names.loc[cell] if cell in names.index else pd.Series(dtype=object)
    name, code = known.get("name"), known.get("code")
    return RasterCell(
        layer=str(row["layer"]),
        name=cell if name is None or pd.isna(name) else str(name),
        code="" if code is None or pd.isna(code) else str(code),
        raster=whole(round(float(str(row["scaled"])))),
        register=whole(round(float(str(row["register"])))),
        shared=row["shared"] is True,
        said=words.t(*DISAGREEMENTS[str(row["disagreement"])]),
    )
