"""Keeping tables in the order of place, so that a window on the map reads few blocks."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from blockdata.kernels import hilbert_index
from blockdata.store.connection import quote
from blockdata.store.session import Session

_TOLERATED_SHARE = 0.1
"""A table is written anew when more than this share of its rows is out of order."""


_PLACE = "place_of_row"
_SMALLEST = 10_000
"""A smaller table lies in so few blocks that their order does not matter."""


def recluster(session: Session) -> list[str]:
    """Sort the tables of placed records along a Hilbert curve where they are out of order.

    Parameters
    ----------
    session : Session

    Returns
    -------
    list of str
        Tables that were written anew. Content does not change, only the order of rows.
    """
    done = []
    for kind in session.catalogue:
        if kind.private or not (kind.geometry or kind.address):
            continue
        if _out_of_order(session, kind.name) > _TOLERATED_SHARE:
            _write_in_order(session, kind.name)
            done.append(kind.name)
        session.take_back(_PLACE)
    return done


def _write_in_order(session: Session, table: str) -> None:
    """Write a table anew beside the old one, which costs less than emptying and filling it."""
    old, new = quote("base", table), quote("base", f"{table}_in_order")
    session.run(
        f"CREATE TABLE {new} AS SELECT t.* FROM {old} t "
        f"JOIN temp.{_PLACE} p ON p.row = t.rowid ORDER BY p.place, t.id"
    )
    session.run(f"DROP TABLE {old}")
    session.run(f"ALTER TABLE {new} RENAME TO {quote(table)}")


def _out_of_order(session: Session, table: str) -> float:
    """Return the share of rows that come before their predecessor; lends their places."""
    if session.count(table) < _SMALLEST:
        return 0.0
    rows = session.arrow(f"SELECT rowid AS row, x, y FROM {quote('base', table)} ORDER BY rowid")
    x, y = (rows[c].to_numpy(zero_copy_only=False).astype(float) for c in ("x", "y"))
    place = hilbert_index(x, y)
    session.lend(_PLACE, pa.table({"row": rows["row"], "place": place}))
    return float(np.mean(np.diff(place) < 0))
