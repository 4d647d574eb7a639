"""Decided geometries: each holds for one delivered geometry, and gives way when another comes.

A decision "reshape" says: where the source brings the geometry with this hash, the record has that
one instead. A later delivery that repeats the geometry changes nothing, whatever the order of
runs; one that brings another geometry is newer than the decision, and holds.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import pyarrow as pa

from blockdata.errors import DecisionError
from blockdata.records import Kind
from blockdata.records.wkb import shape_digest
from blockdata.store.connection import quote
from blockdata.store.session import Session

__all__ = [
    "Reshape",
    "lend_reshaped",
    "parse_reshape",
    "reshape_of_now",
    "reshape_value",
    "reshapes_of",
]

_VALUE = re.compile(r"([0-9a-f]{16}):((?:[0-9a-f]{2})*)")
_PLANE = re.compile(r"|01(?:0[1-7])000000[0-9a-f]+")


class Reshape(NamedTuple):
    """A decided geometry.

    Parameters
    ----------
    id : str
        The record's.
    before : str
        Hash of the delivered geometry that it was decided of.
    shape : bytes or None
        WKB of the new one; None where another record has taken the ground in.
    """

    id: str
    before: str
    shape: bytes | None


def reshape_value(before: str, wkb: bytes | None) -> str:
    """Return the value of a decision "reshape".

    Parameters
    ----------
    before : str
        `blockdata.records.wkb.shape_digest` of the geometry as delivered.
    wkb : bytes or None
        The new geometry, plane and little-endian as the base stores it; None for none.

    Examples
    --------
    >>> reshape_value("10a39f36ce6fbfdb", None)
    '10a39f36ce6fbfdb:'
    """
    return f"{before}:{(wkb or b'').hex()}"


def parse_reshape(subject: str, value: str) -> Reshape:
    """Read the value of a decision "reshape"; see `reshape_value`.

    Raises
    ------
    DecisionError
        If it is not a hash and a geometry.

    Examples
    --------
    >>> parse_reshape("grd1", "10a39f36ce6fbfdb:").shape is None
    True
    """
    found = _VALUE.fullmatch(value)
    if found is None or not _PLANE.fullmatch(found[2]) or not _is_geometry(found[2]):
        raise DecisionError(
            "the value is no hash and geometry",
            where=f"decision 'reshape' of {subject}",
            allowed="<16 hexadecimal digits>:<plane little-endian WKB in hexadecimal, or nothing>",
        )
    return Reshape(subject, found[1], bytes.fromhex(found[2]) or None)


def _is_geometry(hexadecimal: str) -> bool:
    if not hexadecimal:
        return True
    import shapely  # half of all runs have no such decision

    shape = shapely.from_wkb(hexadecimal, on_invalid="ignore")
    return shape is not None and bool(shape.is_valid) and not shape.is_empty


def reshapes_of(session: Session, kind: Kind) -> tuple[Reshape, ...]:
    """Return the decided geometries of a kind that hold, by id; the last of each record."""
    if kind.geometry is None:
        return ()
    rows = session.rows(
        "SELECT subject, value FROM base.decision WHERE verb = 'reshape' "
        "AND starts_with(subject, ?) ORDER BY seq",
        [kind.prefix],
    )
    last = {str(subject): value for subject, value in rows}
    return tuple(
        parse_reshape(subject, str(value))
        for subject, value in sorted(last.items(), key=lambda item: item[0])
        if value is not None
    )


def reshape_of_now(session: Session, kind: Kind, subject: str, value: str) -> Reshape | None:
    """Return what a decision does to a record as it stands now; None if it is not about that.

    A record that stands as an earlier decision on the same delivered geometry has left it is
    taken further by a later one.

    Returns
    -------
    Reshape or None
        `before` is the hash of the geometry that stands; None too where the new one stands.
    """
    wanted = parse_reshape(subject, value)
    table = quote(session.part_of(kind), kind.name)
    stands = session.rows(f"SELECT geom FROM {table} WHERE id = ?", [subject])
    if not stands:
        return None
    now = _bytes(stands[0][0])
    earlier = {
        parse_reshape(subject, str(v)).shape
        for (v,) in session.rows(
            "SELECT value FROM base.decision WHERE verb = 'reshape' AND subject = ? "
            "AND starts_with(value, ?)",
            [subject, f"{wanted.before}:"],
        )
    }
    fits = shape_digest(now) == wanted.before or now in earlier
    if not fits or now == wanted.shape:
        return None
    return Reshape(subject, shape_digest(now), wanted.shape)


def _bytes(value: object) -> bytes | None:
    return bytes(value) if isinstance(value, bytes | bytearray | memoryview) else None


def lend_reshaped(session: Session, reshapes: tuple[Reshape, ...]) -> None:
    """Lend `ided` anew, with decided geometries where those come that they were decided of."""
    if not reshapes:
        return
    values = {
        "id": pa.array([r.id for r in reshapes], pa.string()),
        "before": pa.array([r.before for r in reshapes], pa.string()),
        "shape": pa.array([r.shape for r in reshapes], pa.binary()),
    }
    session.lend("reshaped", pa.table(values))
    rows = session.arrow(
        "SELECT i.* REPLACE (CASE WHEN d.id IS NOT NULL "
        "AND left(sha256(coalesce(i.geom, ''::BLOB)), 16) = d.before "
        "THEN d.shape ELSE i.geom END AS geom) "
        "FROM temp.ided i LEFT JOIN temp.reshaped d ON d.id = i.id"
    )
    session.lend("ided", rows)
