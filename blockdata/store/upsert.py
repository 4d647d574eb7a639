"""Applying one delivery to a kind: ids, changes, closings, history, side tables.

A current row that a delivery repeats is not touched. A row that changed moves to the history
and a new state takes its place under the same id. A full delivery closes what it no longer has.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from blockdata.records.tables import current_table
from blockdata.store import merging, side
from blockdata.store.batch import Batch, Counts, Delivery
from blockdata.store.connection import quote
from blockdata.store.incoming import identified
from blockdata.store.reshapes import lend_reshaped
from blockdata.store.session import Session
from blockdata.store.target import Target

_WHO = ("source", "source_id")
_NOBODY = pa.table({"id": pa.array([], pa.string())})
_NO_STATE = pa.table({"id": pa.array([], pa.string()), "valid_from": pa.array([], pa.date32())})
_LENT = ("incoming", "ided", "spoken", "state")
"""What the statements of a delivery read that is as long as the delivery; it goes with it."""


def apply_batch(session: Session, target: Target, batch: Batch) -> Counts:
    """Apply a delivery's rows to the base.

    Parameters
    ----------
    session : Session
    target : Target
    batch : Batch

    Returns
    -------
    Counts
        What became of the rows; they balance.
    """
    counts = Counts(rows_read=batch.rows_read, merged=batch.merged, quarantined=batch.rows_rejected)
    counts.removed = pc.sum(batch.rows["removes"]).as_py() or 0
    rows, are_new = identified(session, target, batch)
    are_new = are_new and not target.merges and not target.overrides and not target.reshapes
    apply = _apply_new if are_new else _apply_to_what_stands
    closing = apply(session, target, batch, rows, counts)
    side.write_side_tables(session, target, closing, are_new=are_new)
    if target.kind.private and closing.num_rows:
        _forget_ids_of_the_gone(session, target)
    session.take_back(*_LENT)
    return counts


def _apply_new(
    session: Session, target: Target, batch: Batch, rows: pa.Table, counts: Counts
) -> pa.Table:
    """Apply rows whose things nobody has delivered before: there is nothing to compare with.

    A first delivery is of such rows alone, and so is the news of every month.

    Returns
    -------
    pa.Table
        id of what this source no longer has.
    """
    counts.inserted = rows.num_rows
    session.lend("spoken", rows)
    standing = merging.standing_of(session, target)
    closing = _closings(session, target, batch, standing, removes=False)
    session.lend("state", _NO_STATE)
    _let_go(session, target, closing, counts)
    session.run(
        f"INSERT INTO {target.current(session)} BY NAME SELECT {_state(target, 'NULL::DATE')} "
        "FROM temp.spoken i"
    )
    return closing


def _apply_to_what_stands(
    session: Session, target: Target, batch: Batch, rows: pa.Table, counts: Counts
) -> pa.Table:
    """Apply rows of which some may repeat, change or remove what stands; see `_apply_new`."""
    session.lend("incoming", batch.rows)
    session.lend("unreadable", _rejected_keys(batch))
    standing = merging.standing_of(session, target)
    rows = pa.concat_tables([rows, *merging.removed_by_key(session, target, batch, standing)])
    rows = _without_foreign_rows(session, target, rows, counts)
    rows = _without_doubles(session, standing, rows, counts)
    session.lend("ided", rows)
    session.lend("spoken", rows.filter(pc.invert(rows["removes"])))
    closing = _closings(session, target, batch, standing, removes=True)
    if target.merges:
        closing = merging.merge_contributions(session, target, closing, counts)
    _override(session, target)
    changes = _write(session, target, closing, counts)
    if not target.merges:
        counts.inserted, counts.changed, counts.unchanged = changes
    return closing


def apply_overrides(session: Session, target: Target) -> int:
    """Apply decided values and geometries to the rows that stand; later deliveries meet them.

    Returns
    -------
    int
        How many rows changed.
    """
    ids = sorted({i for i, _, _ in target.overrides} | {r.id for r in target.reshapes})
    _lend_again(session, target, ids)
    _override(session, target)
    _, changed, _ = _write(session, target, _NOBODY, Counts())
    return changed


def merge_into(session: Session, target: Target, gone: str, kept: str) -> bool:
    """Make two records one: the keys of `gone` lead to `kept` from now on.

    Returns
    -------
    bool
        Whether both were there.
    """
    there = session.value(
        f"SELECT count(*) FROM {target.current(session)} WHERE id IN (?, ?)", [gone, kept]
    )
    if there != 2 or gone == kept:
        return False
    session.run(
        f"UPDATE {target.registry(session)} SET id = ? WHERE id = ? AND kind = ?",
        [kept, gone, target.kind.name],
    )
    if target.merges:
        closing = merging.move_contributions(session, target, gone, kept)
    else:
        closing = pa.table({"id": [gone]})
        _lend_again(session, target, [])
    _write(session, target, closing, Counts())
    side.forget_closed(session, target.kind, closing)
    return True


def _lend_again(session: Session, target: Target, ids: list[str]) -> None:
    """Lend as `ided` rows that stand now, as if a delivery had brought them again."""
    rows = session.arrow(
        "SELECT c.*, c.valid_from AS stated_from, c.valid_to AS stated_to, false AS removes "
        f"FROM {target.current(session)} c WHERE c.id IN (SELECT unnest(?::VARCHAR[]))",
        [ids],
    )
    session.lend("ided", rows)


def _rejected_keys(batch: Batch) -> pa.Table:
    """Return keys of rejected rows: their records are not gone, only their news is unreadable."""
    keys = batch.rejected["source_id"].dropna().unique().tolist()
    return pa.table({"source_id": pa.array([str(k) for k in keys], pa.string())})


def _without_foreign_rows(
    session: Session, target: Target, rows: pa.Table, counts: Counts
) -> pa.Table:
    """Leave out rows whose id, after a decided merge, another key of the base already carries.

    When a full delivery no longer has that other key, this one takes its place.
    """
    if target.kind.natural_key is not None:
        return rows
    still_there = "true"
    if target.delivery.mode == "full":
        still_there = (
            "(c.source_id IN (SELECT source_id FROM temp.incoming) "
            "OR c.source_id IN (FROM temp.unreadable))"
        )
    session.lend("ided", rows.select(["id", "source", "source_id", "removes"]))
    found = session.arrow(
        f"SELECT i.source_id, i.removes FROM temp.ided i JOIN {target.current(session)} c "
        "ON c.id = i.id WHERE c.source <> i.source "
        f"OR (c.source_id <> i.source_id AND {still_there})"
    )
    if not found.num_rows:
        return rows
    counts.merged += pc.sum(pc.invert(found["removes"])).as_py()
    return rows.filter(pc.invert(pc.is_in(rows["source_id"], found["source_id"])))


def _without_doubles(session: Session, standing: str, rows: pa.Table, counts: Counts) -> pa.Table:
    """Of a delivery's keys that share an id, keep the one that stands, else the first."""
    ids = rows["id"].filter(pc.invert(rows["removes"]))
    if pc.count_distinct(ids).as_py() == len(ids):
        return rows
    session.lend("ided", rows.select(["id", "source", "source_id", "removes"]))
    found = session.arrow(
        f"SELECT i.source_id FROM temp.ided i LEFT JOIN {standing} c "
        "ON c.id = i.id AND c.source = i.source WHERE NOT i.removes "
        "QUALIFY row_number() OVER (PARTITION BY i.id ORDER BY "
        "(c.source_id IS NOT DISTINCT FROM i.source_id) DESC, i.source_id) > 1"
    )
    counts.merged += found.num_rows
    double = pc.is_in(rows["source_id"], found["source_id"])
    return rows.filter(pc.or_(rows["removes"], pc.invert(double)))


def _closings(
    session: Session, target: Target, batch: Batch, standing: str, *, removes: bool
) -> pa.Table:
    """Return the ids of this source that the delivery removes or no longer has.

    What comes under another key has not gone, and a delivery without a usable row, whose keys
    may all be unreadable, closes nothing.
    """
    delivery, kept = target.delivery, "(SELECT id FROM temp.spoken)"
    values: dict[str, object] = {}
    parts = []
    if removes:
        parts.append(f"SELECT id FROM temp.ided WHERE removes AND id NOT IN {kept}")
    if delivery.mode != "delta" and batch.rows.num_rows and _has_rows(session, target):
        session.lend("incoming", batch.rows)
        session.lend("unreadable", _rejected_keys(batch))
        values["source"] = delivery.source
        parts.append(
            f"SELECT c.id FROM {standing} c WHERE c.source = $source "
            "AND c.source_id NOT IN (SELECT source_id FROM temp.incoming) "
            f"AND c.source_id NOT IN (FROM temp.unreadable) AND c.id NOT IN {kept}"
        )
        if delivery.mode == "period":
            first, end = batch.period or (delivery.delivered_on, delivery.delivered_on)
            values |= {"first": first, "end": end}
            parts[-1] += " AND c.stated_from >= $first AND c.stated_from < $end"
    if not parts:
        return _NOBODY
    return session.con.execute(" UNION ".join(parts), values).to_arrow_table()


def _has_rows(session: Session, target: Target) -> bool:
    return bool(session.value(f"SELECT EXISTS (FROM {target.current(session)})"))


def _override(session: Session, target: Target) -> None:
    """Put decided values in the place of delivered ones, field by field."""
    lend_reshaped(session, target.reshapes)
    for name in sorted({name for _, name, _ in target.overrides}):
        decided = [(i, v) for i, n, v in target.overrides if n == name]
        field_type = next(c.type for c in target.columns if c.name == name)
        values = {
            "id": pa.array([i for i, _ in decided], pa.string()),
            "value": pa.array([v for _, v in decided], field_type),
        }
        session.lend("decided", pa.table(values))
        column = quote(name)
        rows = session.arrow(
            f"SELECT i.* REPLACE (CASE WHEN d.id IS NULL THEN i.{column} ELSE d.value END "
            f"AS {column}) FROM temp.ided i LEFT JOIN temp.decided d ON d.id = i.id"
        )
        session.lend("ided", rows)


def _write(
    session: Session, target: Target, closing: pa.Table, counts: Counts
) -> tuple[int, int, int]:
    """Move closed and changed rows to the history and write the new states.

    Returns
    -------
    tuple of int
        How many rows of `ided` were inserted, changed and unchanged.
    """
    compared = session.arrow(
        f"SELECT {_verdict(target)} AS what, {_state(target, 'c.valid_from')} FROM temp.ided i "
        f"LEFT JOIN {target.current(session)} c ON c.id = i.id "
        "WHERE NOT i.removes AND what <> 'unchanged'"
    )
    changed = compared.filter(pc.equal(compared["what"], "changed")).select(["id"])
    state = compared.drop_columns("what")
    session.lend("state", state)
    _let_go(session, target, closing, counts, changed)
    if state.num_rows:
        session.run(f"INSERT INTO {target.current(session)} BY NAME FROM temp.state")
    said = session.number("SELECT count(*) FROM temp.ided WHERE NOT removes")
    return state.num_rows - changed.num_rows, changed.num_rows, said - state.num_rows


def _let_go(
    session: Session,
    target: Target,
    closing: pa.Table,
    counts: Counts,
    changed: pa.Table = _NOBODY,
) -> None:
    """Move the rows that are closed or changed to the history; count those that are closed."""
    if not closing.num_rows + changed.num_rows:
        return
    current = target.current(session)
    session.lend("leaving", pa.concat_tables([closing, changed]))
    if closing.num_rows:
        session.lend("closing", closing)
        removed = "AND id NOT IN (SELECT id FROM temp.ided WHERE removes)" * bool(counts.removed)
        counts.closed = session.number(
            f"SELECT count(*) FROM {current} WHERE id IN (FROM temp.closing) {removed}"
        )
    if not target.kind.private:
        _keep_history(session, target)
    session.run(f"DELETE FROM {current} WHERE id IN (FROM temp.leaving)")


def _verdict(target: Target) -> str:
    """Return SQL that tells whether an incoming row is new, changed or repeated."""
    differs = [f"c.{quote(n)} IS DISTINCT FROM i.{quote(n)}" for n in (*target.content, *_WHO)]
    if not target.kind.private:
        differs.append("c.valid_to IS DISTINCT FROM i.stated_to")
    return (
        f"CASE WHEN c.id IS NULL THEN 'inserted' WHEN {' OR '.join(differs)} THEN 'changed' "
        "ELSE 'unchanged' END"
    )


def _state(target: Target, valid_before: str) -> str:
    """Return SQL for the columns of an incoming row's state, with its validity."""
    columns = [f"i.{name}" for name in ("id", *_WHO)]
    if not target.kind.private:
        columns += [
            "i.first_delivery",
            f"{_valid_from(target, valid_before)} AS valid_from",
            "i.stated_to AS valid_to",
        ]
    columns.append(f"{int(target.delivery.seq)}::BIGINT AS last_delivery")
    return ", ".join([*columns, *(f"i.{quote(name)}" for name in target.content)])


def _valid_from(target: Target, before: str) -> str:
    """Return SQL for the first day of a new state, given that of the state before.

    The first state of a thing holds since its stated beginning, or since always; a later one
    since a newly stated beginning, or the day of the delivery, and never since after its stated
    end. An event keeps its own day.
    """
    if target.kind.time:
        return "i.stated_from"
    day = f"DATE '{target.delivery.delivered_on.isoformat()}'"
    start = (
        f"(CASE WHEN i.first_delivery = {int(target.delivery.seq)} THEN i.stated_from "
        f"WHEN i.stated_from > {before} THEN i.stated_from "
        f"ELSE greatest({day}, {before}) END)"
    )
    return f"CASE WHEN {start} > i.stated_to THEN i.stated_to ELSE {start} END"


def _keep_history(session: Session, target: Target) -> None:
    kind, delivery = target.kind, target.delivery
    current = current_table(kind)
    columns = ", ".join(
        f"c.{quote(n)}" if n != "valid_to" else f"{_valid_to(delivery)} AS valid_to"
        for n in current.names
    )
    session.run(
        f"INSERT INTO {quote('base', f'{kind.name}_history')} BY NAME SELECT {columns}, "
        f"{int(delivery.seq)} AS closed_by FROM {target.current(session)} c "
        "LEFT JOIN temp.state s ON s.id = c.id WHERE c.id IN (FROM temp.leaving)"
    )


def _valid_to(delivery: Delivery) -> str:
    """Return SQL for the day on which a closed state ceased to hold."""
    day = f"DATE '{delivery.delivered_on.isoformat()}'"
    return (
        f"least(c.valid_to, greatest(coalesce(s.valid_from, {day}), "
        f"coalesce(c.valid_from, DATE '0001-01-01')))"
    )


def _forget_ids_of_the_gone(session: Session, target: Target) -> None:
    """Keep no pseudonym of anybody who left: the people's file is current state only."""
    session.run(
        f"DELETE FROM {target.registry(session)} WHERE kind = ? AND id IN (FROM temp.closing) "
        f"AND id NOT IN (SELECT id FROM {target.current(session)})",
        [target.kind.name],
    )
