"""A result on the map of its cells: inline SVG, drawn without network, script or tiles."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import shapely

from blockdata.report.map import CellMap, draw_cells
from blockdata.report.words import Words

_COLOURS = ("#f2f2ee", "#fdd9b5", "#fdae6b", "#e6550d", "#a63603")
"""Of cells without a finding, then of the classes of excess from low to high."""

_DOT_SHARE = 0.008
"""Radius of a point on the map as a share of the map's longer side."""


@dataclass(frozen=True, repr=False)
class Drawing:
    """A map as inline SVG; a notebook shows it, `str()` gives its text."""

    cells: CellMap
    words: Words

    def __str__(self) -> str:
        drawn = self.cells
        size = f'viewBox="0 0 {drawn.width} {drawn.height}" style="max-width:100%"'
        return "\n".join(
            [
                f'<svg xmlns="http://www.w3.org/2000/svg" role="img" {size}>',
                *(_shape(c.path, c.title, _COLOURS[c.shade]) for c in drawn.cells),
                f'<path d="{drawn.streets}" fill="none" stroke="#9aa0a6" stroke-width="0.7"/>',
                *_scale_bar(drawn),
                "</svg>",
            ]
        )

    def _repr_html_(self) -> str:
        return f"{self}\n<p>{html.escape(self._legend())}</p>"

    def __repr__(self) -> str:
        return self._legend()

    def _legend(self) -> str:
        steps = ", ".join(map(str, self.cells.steps))
        return self.words.t(
            f"颜色越深，比按基数应有的数目多得越多（分级界限：{steps}）",
            f"The darker, the more problems beyond what is expected (classes end at {steps})",
        )


def draw(frame: pd.DataFrame, background: pd.DataFrame, streets: pd.DataFrame) -> CellMap | None:
    """Lay out what a result found on the cells around it.

    Parameters
    ----------
    frame : GeoDataFrame
        category, excess, geometry, name, and cell with hot, or place with status; metres.
    background : DataFrame
        cell, name, geom.
    streets : DataFrame
        geom.

    Returns
    -------
    CellMap or None
        None where nothing has a polygon or a point.
    """
    key = "cell" if "cell" in frame else "place"
    is_found = frame["hot"].astype(bool) if key == "cell" else frame["status"].notna()
    found = frame[is_found & ~shapely.is_missing(np.asarray(frame["geometry"]))]
    excess = found.groupby(key)["excess"].sum()
    marks = found.drop_duplicates(key)
    shapes = pd.DataFrame({"cell": marks[key], "geom": np.asarray(marks["geometry"], dtype=object)})
    others = background[~background["cell"].isin(shapes["cell"])]
    cells = pd.concat([others[["cell", "geom"]], shapes], ignore_index=True)
    cells = cells[~shapely.is_missing(cells["geom"].to_numpy(dtype=object))]
    if cells.empty:
        return None
    names = dict(zip(background["cell"], background["name"], strict=True))
    titles = {str(k): str(v) for k, v in names.items() if pd.notna(v)} | _titles(found, key)
    return draw_cells(_with_area(cells), streets, excess.to_dict(), titles, {})


def _titles(found: pd.DataFrame, key: str) -> dict[str, str]:
    titles = {}
    for place, rows in found.groupby(key):
        name = rows["name"].iloc[0]
        named = str(place) if pd.isna(name) else str(name)
        titles[str(place)] = f"{named}: {', '.join(rows['category'])}"
    return titles


def _with_area(cells: pd.DataFrame) -> pd.DataFrame:
    """Give points and lines a small area, so that they can be seen."""
    geoms: np.ndarray[Any, Any] = cells["geom"].to_numpy(dtype=object)
    west, south, east, north = shapely.total_bounds(geoms)
    radius_m = max(_DOT_SHARE * max(east - west, north - south), 1.0)
    flat = shapely.area(geoms) == 0
    drawn = np.where(flat, shapely.buffer(geoms, radius_m), geoms)
    # The largest first, so that no small place lies hidden under a large one.
    order = np.argsort(-shapely.area(drawn), kind="stable")
    return cells.assign(geom=drawn).iloc[order]


def _shape(path: str, title: str, colour: str) -> str:
    return (
        f'<path d="{path}" fill="{colour}" stroke="#8a8f94" stroke-width="0.6">'
        f"<title>{html.escape(title)}</title></path>"
    )


def _scale_bar(drawn: CellMap) -> list[str]:
    y = drawn.height - 6
    return [
        f'<path d="M14,{y}h{drawn.scale_width}" stroke="#333" stroke-width="2"/>',
        f'<text x="14" y="{y - 4}" font-size="12" fill="#333">{drawn.scale_m} m</text>',
    ]
