"""What a loader hands to the store: typed rows, rejected rows, and how the file looked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

import pandas as pd
import pyarrow as pa

from blockdata.config import Source
from blockdata.records import Kind

if TYPE_CHECKING:
    import shapely

    from blockdata.crs.local import LocalSystem
    from blockdata.records.looks import Look

REJECTED_COLUMNS = (
    "row_number",
    "source_id",
    "field",
    "reason",
    "value",
    "raw",
    "private_raw",
)
"""Columns of `Batch.rejected`; see there."""


@dataclass(frozen=True)
class Delivery:
    """One input of a source, found and dated but not yet applied."""

    source: str
    file: str
    delivered_on: dt.date
    mode: str
    sha256: str
    seq: int = 0

    @property
    def identity(self) -> tuple[str, str, str, str]:
        """What tells this delivery from every other."""
        return (self.source, self.file, self.delivered_on.isoformat(), self.sha256)


@dataclass(frozen=True)
class LoadRequest:
    """What a loader is asked for: one file of one source, and how the base wants it.

    Parameters
    ----------
    source : Source
        The source's part of the configuration.
    kind : Kind
    path : Path or None
        The file; None where rows come as values.
    crs : str
        The base's projected coordinate system.
    time_zone : str
        IANA name; local times are read in it.
    extent : tuple of float, optional
        West, south, east, north in degrees; geometries wholly outside are rejected.
    secret : bytes, optional
        Secret for pseudonyms; without it, fields held as pseudonyms stay empty.
    set_aside : bool, default False
        Whether every row is to be rejected with the reason "set_aside".
    systems : mapping of str to LocalSystem
        The city's own coordinate systems, by the name that a source's `crs` may give.
    outline : Polygon or MultiPolygon, optional
        The district, in the base's CRS; a file whose points lie shifted against it is suspected
        of another CRS.
    """

    source: Source
    kind: Kind
    path: Path | None
    crs: str
    time_zone: str
    extent: tuple[float, float, float, float] | None = None
    secret: bytes | None = None
    set_aside: bool = False
    systems: Mapping[str, LocalSystem] = field(default_factory=dict, repr=False)
    outline: shapely.Geometry | None = field(default=None, repr=False)


class Doubt(NamedTuple):
    """What a loader suspects of a file and does not know; told beside what it loads.

    Parameters
    ----------
    code : str
        Short name of the rule.
    zh, en : str
        A sentence without any value of the file.
    """

    code: str
    zh: str
    en: str


@dataclass(frozen=True)
class Batch:
    """The rows of one delivery.

    Parameters
    ----------
    kind : Kind
    rows : pa.Table
        Accepted rows, one per key: `source_id`, `row_number`, `removes` (bool: a delta's row that
        removes), `stated_from`, `stated_to` (date: the thing's own validity), the kind's fields
        of every holding (typed, a missing one null) and `geom` (WKB in the base's CRS) where the
        kind has a geometry.
    rows_read : int
        Data rows in the file, bad ones included.
    merged : int
        Rows that repeat another row of the file, key and content.
    rejected : pd.DataFrame
        One row per violation: `row_number`, `source_id` (null if unreadable), `field`,
        `reason`, `value` (masked; a placeholder for fields that are not open), `raw` (JSON of the
        mapped columns by field, masked; null for private kinds), `private_raw` (the same as it
        came, or null where masking changed nothing).
    period : tuple of date, optional
        First day and the day after the last day that a period delivery is complete for.
    columns : tuple of str
        The file's column names.
    unmapped : tuple of str
        Columns that no field takes.
    looks : mapping of str to Look
        What the first of them seem to hold, as far as the loader looked; never a value.
    dropped : mapping of str to str
        Columns left out on purpose, with the reason.
    absent : tuple of str
        Columns that the configuration names and the file does not have.
    encoding : str, optional
    doubts : tuple of Doubt
    """

    kind: Kind
    rows: pa.Table
    rows_read: int
    merged: int = 0
    rejected: pd.DataFrame = field(
        default_factory=lambda: pd.DataFrame(columns=list(REJECTED_COLUMNS))
    )
    period: tuple[dt.date, dt.date] | None = None
    columns: tuple[str, ...] = ()
    unmapped: tuple[str, ...] = ()
    looks: dict[str, Look] = field(default_factory=dict)
    dropped: dict[str, str] = field(default_factory=dict)
    absent: tuple[str, ...] = ()
    encoding: str | None = None
    doubts: tuple[Doubt, ...] = ()

    @property
    def rows_rejected(self) -> int:
        """How many rows were rejected."""
        return int(self.rejected["row_number"].nunique())


@dataclass
class Counts:
    """What became of a delivery's rows: read = loaded + merged + quarantined."""

    rows_read: int = 0
    inserted: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0
    merged: int = 0
    quarantined: int = 0
    closed: int = 0

    @property
    def loaded(self) -> int:
        """Rows that are in the base now, or removed something from it."""
        return self.inserted + self.changed + self.unchanged + self.removed

    def add(self, other: Counts) -> None:
        """Add another delivery's numbers."""
        for name in (f.name for f in fields(self)):
            setattr(self, name, getattr(self, name) + getattr(other, name))

    def as_told(self) -> dict[str, int]:
        """Return the numbers as a manifest tells them."""
        told = {"read": self.rows_read, "loaded": self.loaded}
        rest = ("merged", "quarantined", "inserted", "changed", "unchanged", "removed", "closed")
        return told | {name: getattr(self, name) for name in rest}

    @property
    def balanced(self) -> bool:
        """Whether no row was lost on the way."""
        return self.rows_read == self.loaded + self.merged + self.quarantined


class Loader(Protocol):
    """What a package offers under the entry-point group `blockdata.loaders`.

    The entry point's name is the record kind it loads, or a name that a source gives as its
    `loader`; "standard" loads every other kind.
    """

    def load(self, request: LoadRequest) -> Batch:
        """Read, map, convert and check one file.

        Raises
        ------
        SourceError
            If the file as a whole cannot be used.
        """

    def load_values(self, request: LoadRequest, rows: Sequence[Mapping[str, str]]) -> Batch:
        """Convert and check rows that are given as texts by field name (`Batch.rejected`'s raw)."""

    def latest_day(self, request: LoadRequest, column: str) -> dt.date:
        """Return the latest day in a source column, for deliveries that are dated by one.

        Raises
        ------
        SourceError
            If the column is missing or holds no date.
        """
