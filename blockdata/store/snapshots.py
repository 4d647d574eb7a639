"""Numbered snapshots: worked on beside the published one, published by replacing CURRENT."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from blockdata.errors import SnapshotError, StoreError
from blockdata.records import Catalogue
from blockdata.store import files, schema
from blockdata.store.connection import attach, connect, load_extension, lock_down
from blockdata.store.keys import KeyRing
from blockdata.store.layout import PARTS, Layout
from blockdata.store.session import Session

_ENCRYPTED = ("people", "text")
_TRIES = 5
PEOPLE_KEPT = 2
"""The steward's part is kept for this many of the newest snapshots and no more."""


@dataclass
class Work:
    """The snapshot that a run is making.

    Parameters
    ----------
    session : Session
    copied : str
        How the files of the snapshot before came here: "reflink", "copy" or "new".
    """

    session: Session
    copied: str
    layout: Layout

    def close(self) -> None:
        """Write everything into the files and let go of them."""
        for part in self.session.parts:
            self.session.run(f"CHECKPOINT {part}")
            self.session.run(f"DETACH {part}")
        self.session.con.close()

    def name(self, number: int) -> None:
        """Give the files their final names; they are not published yet."""
        for part, ending in zip(("base", *_ENCRYPTED), ("duckdb", *_ENCRYPTED), strict=True):
            path = _work_file(self.layout, part)
            if path.exists():
                files.move_durably(path, self.layout.part(number, ending))


def _work_file(layout: Layout, part: str) -> Path:
    return layout.work / f"{part}.db"


@contextmanager
def work_on(
    layout: Layout,
    start: int | None,
    keys: KeyRing,
    catalogue: Catalogue,
    *,
    sealed: bool = False,
) -> Iterator[Work]:
    """Open a copy of a snapshot, or an empty base, for a run.

    Parameters
    ----------
    layout : Layout
    start : int or None
        Number of the snapshot to go on from; None begins with nothing.
    keys : KeyRing
        A part that the start does not have and whose key is missing is left out.
    catalogue : Catalogue
    sealed : bool, default False
        Open the open data alone; the encrypted parts go along unopened, without a key.

    Yields
    ------
    Work
        Its files are removed at the end unless they have been named.

    Raises
    ------
    KeyMissingError
        If the start has a part whose key is not at hand: what it holds would be lost.
    """
    files.remove(layout.work)
    (layout.work / "tmp").mkdir(parents=True)
    wanted = () if sealed else _ENCRYPTED
    parts = ("base", *(p for p in wanted if keys.of(p) and schema.tables_of(p, catalogue)))
    copied = _copy_parts(layout, start, parts, None if sealed else keys)
    con = connect(layout.work / "tmp")
    try:
        if len(parts) > 1:
            load_extension(con, "httpfs")
        for part in parts:
            attach(
                con, part, _work_file(layout, part), key=keys.of(part) if part != "base" else None
            )
        session = Session(con, catalogue, parts)
        session.ensure_schema()
        yield Work(session, copied, layout)
    finally:
        con.close()
        files.remove(layout.work)


def _copy_parts(
    layout: Layout, start: int | None, parts: tuple[str, ...], keys: KeyRing | None
) -> str:
    copied = "new"
    for part in ("base", *_ENCRYPTED):
        ending = "duckdb" if part == "base" else part
        if start is None or not (source := layout.part(start, ending)).exists():
            continue
        if part not in parts and keys is not None:
            keys.require(part)
        copied = files.copy_file(source, _work_file(layout, part))
    return copied


def memory_session(catalogue: Catalogue) -> Session:
    """Return an empty base in memory with all its parts, for tests and trials."""
    con = connect()
    parts = ("base", *_ENCRYPTED)
    for part in parts:
        attach(con, part, None)
    session = Session(con, catalogue, parts)
    session.ensure_schema()
    return session


def open_snapshot(
    layout: Layout,
    keys: KeyRing,
    catalogue: Catalogue | None = None,
    number: int | None = None,
    *,
    spatial: bool = True,
) -> tuple[Session, int]:
    """Open a published snapshot for reading.

    Parameters
    ----------
    layout : Layout
    keys : KeyRing
        Parts without a key stay closed and unknown.
    catalogue : Catalogue, optional
    number : int, optional
        Default: the current one, whatever is published meanwhile.
    spatial : bool, default True
        Whether analysts' spatial functions are there; loading them takes longer than the rest.

    Returns
    -------
    tuple of Session and int
        The session reads this snapshot until it is closed, even when retention removes its file.

    Raises
    ------
    SnapshotError
        If nothing is published, or the number is not kept.
    """
    if number is not None and number not in layout.kept_numbers():
        kept = ", ".join(map(str, layout.kept_numbers()))
        raise SnapshotError(f"snapshot {number} is not kept", where=str(layout.root), allowed=kept)
    for _ in range(_TRIES):
        wanted = number if number is not None else layout.require_current()
        try:
            return _open(layout, keys, catalogue or Catalogue(), wanted, spatial=spatial), wanted
        except StoreError:
            # Between reading CURRENT and opening, retention may have removed the file.
            if layout.part(wanted).exists() or number is not None:
                raise
    raise SnapshotError("snapshots change faster than they can be opened", where=str(layout.root))


def _open(
    layout: Layout, keys: KeyRing, catalogue: Catalogue, number: int, *, spatial: bool
) -> Session:
    con = connect()
    try:
        if spatial:
            load_extension(con, "spatial")
        attach(con, "base", layout.part(number), read_only=True)
        parts = ["base"]
        for part in _ENCRYPTED:
            path = layout.part(number, part)
            if keys.of(part) and path.exists():
                attach(con, part, path, key=keys.of(part), read_only=True)
                parts.append(part)
        con.execute("SET search_path = ?", [",".join(f"{p}.main" for p in parts)])
        lock_down(con)
    except BaseException:
        con.close()
        raise
    return Session(con, catalogue, tuple(parts))


def as_of_of(layout: Layout, number: int) -> dt.date:
    """Return the as_of of a kept snapshot, from its manifest.

    Raises
    ------
    SnapshotError
        If the manifest is missing or unreadable.
    """
    path = layout.manifest(number)
    try:
        return dt.date.fromisoformat(json.loads(path.read_text(encoding="utf-8"))["as_of"])
    except (OSError, ValueError, KeyError) as error:
        raise SnapshotError("the snapshot's manifest cannot be read", where=str(path)) from error


def number_as_of(layout: Layout, as_of: dt.date) -> int:
    """Return the newest kept snapshot whose as_of is not later than a day.

    Raises
    ------
    SnapshotError
        If none is that old.
    """
    layout.require_current()
    days = {n: as_of_of(layout, n) for n in layout.kept_numbers()}
    fitting = [n for n, day in days.items() if day <= as_of]
    if not fitting:
        raise SnapshotError(
            f"no kept snapshot has an as_of of {as_of} or earlier",
            where=str(layout.root),
            allowed=", ".join(str(day) for day in sorted(set(days.values()))),
        )
    return max(fitting)


def retire(layout: Layout, keep: int, months: int) -> list[int]:
    """Remove snapshots beyond the policy, and old parts about people.

    Parameters
    ----------
    layout : Layout
    keep : int
        How many of the newest snapshots stay.
    months : int
        For how many of the newest months the last snapshot stays besides.

    Returns
    -------
    list of int
        Numbers whose open data were removed.
    """
    kept = layout.kept_numbers()
    stay = set(kept[-keep:])
    last_of_month: dict[tuple[int, int], int] = {}
    for number in kept:
        try:
            day = as_of_of(layout, number)
        except SnapshotError:
            stay.add(number)  # What cannot be dated is not thrown away.
            continue
        last_of_month[day.year, day.month] = number
    stay |= {last_of_month[m] for m in sorted(last_of_month)[len(last_of_month) - months :]}
    for number in kept[:-PEOPLE_KEPT]:
        files.remove(layout.part(number, "people"))
    gone = [n for n in kept if n not in stay]
    for number in gone:
        for part in PARTS:
            files.remove(layout.part(number, part))
    return gone
