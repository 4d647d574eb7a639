"""From tables to files: coordinates, format and name by the declaration of the source."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from data_samples.district.coordinates import delivered, delivered_shapes
from data_samples.district.formats import File, write_file
from data_samples.district.sizes import DELIVERED, Size
from data_samples.district.sources import SOURCES, Source, source_named

_BY_NAME = {source.name: source for source in SOURCES}


@dataclass(frozen=True)
class Delivery:
    """One file of a source before its format is chosen.

    Parameters
    ----------
    source : str
    day : date
    table : DataFrame
        Columns as delivered, without the coordinates.
    at : ndarray of float, shape (n, 2), optional
        Points in metres of `CRS`; NaN where a row has none.
    shapes : ndarray of geometry, optional
        In metres of `CRS`.
    broken_lines : sequence of str
        Lines after the rows, as they are.
    """

    source: str
    day: dt.date
    table: pd.DataFrame
    at: npt.NDArray[np.float64] | None = None
    shapes: npt.NDArray[np.object_] | None = None
    broken_lines: Sequence[str] = ()


FIRST, SECOND, THIRD = DELIVERED


def write_deliveries(
    folder: Path, size: Size, deliveries: Iterable[Delivery], folder_of_source: str = ""
) -> Iterator[Path]:
    """Write deliveries below a folder; those of sources that the size does without are left out.

    Parameters
    ----------
    folder : Path
    size : str
    deliveries : iterable of Delivery
    folder_of_source : str, optional
        Before the source's name, for a district of a city.

    Yields
    ------
    Path
        Of each file written.
    """
    for delivery in deliveries:
        source = _BY_NAME[delivery.source]
        suffix = source.suffix(size)
        if suffix:
            name = f"{source.stem}_{delivery.day:%Y%m%d}{suffix}"
            path = folder / folder_of_source / source.name / name
            write_file(_file(path, source, delivery))
            yield path


def _file(path: Path, source: Source, delivery: Delivery) -> File:
    table, shapes = delivery.table, delivery.shapes
    if source.crs and shapes is not None:
        shapes = delivered_shapes(shapes, source.crs)
    if source.columns and delivery.at is not None:
        east, north = delivered(delivery.at, source.crs).T
        table = table.assign(**{source.columns[0]: east, source.columns[1]: north})
    crs = source.crs if source.states_crs and source.crs.startswith("EPSG:") else None
    return File(path, table, shapes, crs, source.encoding, source.has_cpg, delivery.broken_lines)


def days_of(source: str, size: Size) -> list[tuple[dt.date | None, dt.date]]:
    """Return each delivery day of a source with the one before it, None before the first."""
    days = source_named(source).days(size)
    return list(zip((None, *days), days, strict=False))


def points(x: pd.Series, y: pd.Series) -> npt.NDArray[np.float64]:  # type: ignore[type-arg]
    """Return coordinates of shape (n, 2)."""
    return np.column_stack([x.to_numpy(), y.to_numpy()])


def dates(values: object) -> list[str | None]:
    """Return days as 2026-11-01, None where there is none."""
    texts = pd.Series(values).dt.strftime("%Y-%m-%d")
    return texts.astype(object).where(texts.notna(), None).tolist()
