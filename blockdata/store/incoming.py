"""The rows of a delivery with their ids for life."""

from __future__ import annotations

from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from blockdata.store.batch import Batch
from blockdata.store.ids import mint_all
from blockdata.store.session import Session
from blockdata.store.target import Target

__all__ = ["Incoming", "identified"]

_ANY_SOURCE = "*"
_NOTHING = pa.schema(
    [("key", pa.string()), ("id", pa.string()), ("first_delivery", pa.int64())]
).empty_table()


class Incoming(NamedTuple):
    """A delivery's rows whose ids are known now.

    Parameters
    ----------
    rows : pa.Table
        Columns id, first_delivery, source, and those of `Batch.rows`. Removals of what nobody
        has ever delivered are left out.
    are_new : bool
        Whether every row is the first of its own thing, so that nothing it says can stand.
    """

    rows: pa.Table
    are_new: bool


def identified(session: Session, target: Target, batch: Batch) -> Incoming:
    """Give a delivery's rows the ids of their things, and register ids for the new ones.

    Parameters
    ----------
    session : Session
    target : Target
    batch : Batch

    Returns
    -------
    Incoming
    """
    keys = batch.rows[target.kind.natural_key or "source_id"]
    known, speaks = _known(session, target, keys), pc.invert(batch.rows["removes"])
    are_new = known.num_rows == 0 and pc.all(speaks).as_py() is not False
    unknown = keys.filter(speaks)
    if known.num_rows:
        unknown = unknown.filter(pc.invert(pc.is_in(unknown, known["key"])))
    minted = _register(session, target, unknown.drop_null().unique())
    registered = pa.concat_tables([known, minted])
    place = pc.index_in(keys, registered["key"])
    rows = pa.table(
        {
            "id": registered["id"].take(place),
            "first_delivery": registered["first_delivery"].take(place),
            "source": pa.repeat(pa.scalar(target.delivery.source, pa.string()), len(keys)),
            **{name: batch.rows[name] for name in batch.rows.column_names},
        }
    )
    if place.null_count:
        rows = rows.filter(pc.is_valid(rows["id"]))
    return Incoming(rows, are_new and minted.num_rows == rows.num_rows)


def _known(session: Session, target: Target, keys: pa.ChunkedArray) -> pa.Table:
    """Return key, id, first_delivery of the keys that are registered."""
    register = (target.kind.name, _register_source(target))
    if register not in _registers(session, target):
        return _NOTHING
    session.lend("incoming_key", pa.table({"key": keys}))
    return session.arrow(
        f"SELECT key, id, first_delivery FROM {target.registry(session)} WHERE kind = ? "
        "AND source = ? AND key IN (FROM temp.incoming_key)",
        register,
    )


def _registers(session: Session, target: Target) -> set[tuple[str, str]]:
    """Return of which kinds and sources any key has been registered, looked up once."""
    name = f"registers of {session.part_of(target.kind)}"
    kept = session.kept.get(name)
    if not isinstance(kept, set):
        rows = session.rows(f"SELECT DISTINCT kind, source FROM {target.registry(session)}")
        kept = session.kept[name] = {(str(kind), str(source)) for kind, source in rows}
    return kept


def _register_source(target: Target) -> str:
    """Return under which source a kind's keys stand; a natural key belongs to nobody."""
    return _ANY_SOURCE if target.kind.natural_key else target.delivery.source


def _register(session: Session, target: Target, keys: pa.Array) -> pa.Table:
    """Register new keys; return key, id, first_delivery."""
    kind, delivery = target.kind, target.delivery
    if not len(keys):
        return _NOTHING
    ids = mint_all(kind.prefix, (kind.name, delivery.source), keys.to_pylist(), (delivery.sha256,))
    first = pa.repeat(pa.scalar(delivery.seq, pa.int64()), len(keys))
    rows = pa.table({"key": keys, "id": ids, "first_delivery": first})
    session.append(
        "id_registry",
        rows.append_column("kind", _repeated(kind.name, len(keys))).append_column(
            "source", _repeated(_register_source(target), len(keys))
        ),
        session.part_of(kind),
    )
    _registers(session, target).add((kind.name, _register_source(target)))
    return rows


def _repeated(text: str, count: int) -> pa.Array:
    return pa.repeat(pa.scalar(text, pa.string()), count)
