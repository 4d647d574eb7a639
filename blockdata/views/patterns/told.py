"""What the answers about rises and clusters have in common."""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from blockdata.config import Config
from blockdata.errors import GeometryNeededError
from blockdata.report.words import Words
from blockdata.views.drawing import Drawing, draw
from blockdata.views.results import Facts, Result

__all__ = ["Pattern", "facts_of", "label_of", "local_time"]


@dataclass(frozen=True, repr=False)
class Pattern(Result):
    """A pattern in the incidents.

    Parameters
    ----------
    drawn : DataFrame
        What the map shows: cell, name, category, excess, hot, geometry.
    """

    drawn: pd.DataFrame

    def map(self) -> Drawing:
        """Return a map of what was found, as SVG that needs no network.

        Raises
        ------
        GeometryNeededError
            If no cell has a polygon.
        """
        found = None
        if "geometry" in self.drawn:
            found = draw(self.drawn, self.background, self.streets)
        if found is None:
            raise GeometryNeededError(
                "there is no geometry to draw", next_step="Load cells with polygons."
            )
        return Drawing(found, self.words)


def facts_of(config: Config, as_of: dt.date, words: Words) -> Facts:
    """Return what results need besides their rows."""
    return Facts(config, as_of, (), words, config.city.crs)


def label_of(row: Mapping[Hashable, Any]) -> str:
    """Return what a row's cell is called: by name, else code, else id.

    Examples
    --------
    >>> label_of({"cell": "grd1", "code": "0102", "name": None})
    '0102'
    """
    known = (row[column] for column in ("name", "code", "cell"))
    return str(next(value for value in known if not pd.isna(value)))


def local_time(frame: pd.DataFrame, config: Config) -> pd.DataFrame:
    """Return incidents with `reported_at` in the city's own time."""
    moments = frame["reported_at"].dt.tz_localize("UTC").dt.tz_convert(config.city.time_zone)
    return frame.assign(reported_at=moments.dt.tz_localize(None))
