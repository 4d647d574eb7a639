"""Finding what the sources have delivered: files and folders, their dates, their order.

One match of a source's path is one delivery: a file with the files that belong to it (a
Shapefile's .dbf), a zip archive, or a file geodatabase, which is a folder. Another folder is a
delivery, of all the datasets in it, where the path says so by ending in "/" or by being that
folder.
"""

from __future__ import annotations

import calendar
import datetime as dt
import glob
import os
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from blockdata.config import Config, Source
from blockdata.errors import ConfigError, SourceError
from blockdata.store import delivered, files
from blockdata.store.batch import Delivery
from blockdata.store.decisions import decision_files
from blockdata.store.delivered import Stamp
from blockdata.store.layout import Layout

DECISIONS = "decisions"
"""Name under which decisions take their place among the sources, after all others."""

_VARIABLE = re.compile(r"\$\{(\w+)\}")
_MONTH_DIGITS, _DAY_DIGITS = 6, 8


@dataclass(frozen=True)
class Found:
    """A delivery, the file or folder it lies in, and what shows that this is written to."""

    delivery: Delivery
    path: Path
    stamp: Stamp | None = None

    def numbered(self, seq: int) -> Found:
        """Return the same with its place in the order of application."""
        return replace(self, delivery=replace(self.delivery, seq=seq))

    def check_unchanged(self) -> None:
        """Make sure that what has been read is what has been hashed.

        Raises
        ------
        SourceError
            Reason "changed_while_read".
        """
        if self.stamp is not None and _stamp(self.path) != self.stamp:
            raise delivered.changed_while_read(self.path)


DayOfColumn = Callable[[Source, Path, str], dt.date]
"""Reads a file and returns the latest day of one of its columns."""


def discover(
    config: Config, layout: Layout, day_of_column: DayOfColumn
) -> tuple[list[Found], list[tuple[Source, SourceError]]]:
    """Return every delivery that lies ready, in the order of the law.

    Parameters
    ----------
    config : Config
    layout : Layout
        Its decisions are deliveries too.
    day_of_column : callable
        For sources that are dated by a column.

    Returns
    -------
    list of Found
        Sorted by date, order of the sources, and name.
    list of (Source, SourceError)
        Sources without a file and files without a date.

    Raises
    ------
    ConfigError
        If a path names an environment variable that is not set.
    """
    found, problems = [], []
    for source in config.sources:
        paths = source_files(config, source)
        if not paths:
            error = SourceError(
                "no file is there",
                reason="missing_file",
                where=f"source {source.name} ({source.path})",
                next_step="Deliver the file, or correct path in the configuration.",
            )
            problems.append((source, error))
        for path in paths:
            try:
                found.append(_found(config, source, path, day_of_column))
            except SourceError as error:
                problems.append((source, error))
    found += [_decision_file(path) for path in decision_files(layout)]
    return sorted(found, key=lambda f: position(config, f.delivery)), problems


def source_files(config: Config, source: Source) -> list[Path]:
    """Return a source's deliveries, sorted by path; what belongs to one of them is none."""
    pattern = _VARIABLE.sub(_variable(source), source.path)
    found = glob.glob(pattern, root_dir=config.folder, recursive=True)
    paths = {config.folder / name for name in found}
    folders = pattern.endswith(("/", os.sep)) or paths == {config.folder / pattern}
    return sorted(path for path in paths if _is_delivery(path, folders=folders))


def _is_delivery(path: Path, *, folders: bool) -> bool:
    if delivered.is_noise(path.name) or delivered.is_part(path):
        return False
    if path.is_dir():
        return folders or path.suffix.lower() == ".gdb"
    return path.is_file()


def _variable(source: Source) -> Callable[[re.Match[str]], str]:
    def value(match: re.Match[str]) -> str:
        name = match.group(1)
        if name not in os.environ:
            raise ConfigError(
                f"environment variable {name} is not set",
                where=f"source {source.name}: path",
                next_step=f"Set {name} to the folder or file.",
            )
        return glob.escape(os.environ[name])

    return value


def position(config: Config, delivery: Delivery) -> tuple[dt.date, int, str]:
    """Return a delivery's place in the order: date, order of the sources, name."""
    names = [s.name for s in config.sources]
    rank = names.index(delivery.source) if delivery.source in names else len(names)
    return (delivery.delivered_on, rank, delivery.file)


def _found(config: Config, source: Source, path: Path, day_of_column: DayOfColumn) -> Found:
    stamp = _stamp(path)
    day = _date_of(source, path, day_of_column)
    delivery = Delivery(source.name, _label(config.folder, path), day, source.mode, _sha256(path))
    found = Found(delivery, path, stamp)
    found.check_unchanged()
    return found


def _sha256(path: Path) -> str:
    try:
        return delivered.sha256_of_delivery(path)
    except OSError as error:
        raise delivered.unreadable_file(path, error) from None


def _stamp(path: Path) -> Stamp:
    try:
        return delivered.stamp_of(path)
    except OSError as error:
        raise delivered.unreadable_file(path, error) from None


def _label(folder: Path, path: Path) -> str:
    """Name a file below the configuration's folder; a base never holds a machine's paths."""
    try:
        return path.resolve().relative_to(folder).as_posix()
    except ValueError:
        return path.name


def _date_of(source: Source, path: Path, day_of_column: DayOfColumn) -> dt.date:
    rule = source.date
    if rule.on is not None:
        return rule.on
    if rule.column is not None:
        return day_of_column(source, path, rule.column)
    match = re.search(rule.name or "", path.name)
    day = _day_from_digits(re.sub(r"\D", "", match.group(1) or "")) if match else None
    if day is None:
        raise SourceError(
            f"the file's name holds no date that matches {rule.name!r}",
            reason="no_date",
            where=f"source {source.name}, file {path.name}",
            next_step="Rename the file or correct date.name in the configuration.",
        )
    return day


def _day_from_digits(digits: str) -> dt.date | None:
    """Read YYYYMMDD, or YYYYMM as the month's last day, which is when a month is complete."""
    try:
        if len(digits) == _MONTH_DIGITS:
            year, month = int(digits[:4]), int(digits[4:])
            return dt.date(year, month, calendar.monthrange(year, month)[1])
        if len(digits) == _DAY_DIGITS:
            return dt.datetime.strptime(digits, "%Y%m%d").date()
    except ValueError:
        pass
    return None


def _decision_file(path: Path) -> Found:
    # The name is given by the base itself: YYYYMMDD-NNNN.jsonl.
    day = dt.datetime.strptime(path.name[:_DAY_DIGITS], "%Y%m%d").date()
    return Found(Delivery(DECISIONS, path.name, day, "delta", files.sha256_of(path)), path)
