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
from blockdata.store.ids import mint
from blockdata.store.session import Session
from blockdata.store.target import Target

_ANY_SOURCE = "*"


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
    session.lend("incoming", batch.rows)
    session.lend("unreadable", _rejected_keys(batch))
    counts.removed = pc.sum(batch.rows["removes"]).as_py() or 0
    _give_ids(session, target)
    if target.merges or session.value(f"SELECT EXISTS (FROM {target.current(session)})"):
        _apply_to_what_stands(session, target, batch, counts)
    else:
        _apply_first(session, target, counts)
    side.write_side_tables(session, target)
    if target.kind.private:
        _forget_ids_of_the_gone(session, target)
    return counts


def _apply_to_what_stands(session: Session, target: Target, batch: Batch, counts: Counts) -> None:
    standing = merging.stage_standing(session, target)
    _set_apart_foreign_rows(session, target, counts)
    _drop_doubles(session, standing, counts)
    _stage_spoken(session, target)
    _stage_closings(session, target, batch, standing)
    if target.merges:
        merging.merge_contributions(session, target, counts)
    _override(session, target)
    _compare(session, target, None if target.merges else counts)
    _write(session, target, counts)


def _apply_first(session: Session, target: Target, counts: Counts) -> None:
    """Apply rows where none of the kind stands: nothing to compare with, nothing to close.

    A first run is made of such deliveries, and a small one takes its time in statements.
    """
    _drop_doubles(session, target.current(session), counts)
    _stage_spoken(session, target)
    session.run("CREATE OR REPLACE TEMP TABLE closing (id VARCHAR)")
    _override(session, target)
    session.run(
        "CREATE OR REPLACE TEMP TABLE verdict AS SELECT id, 'inserted' AS what FROM temp.spoken"
    )
    counts.inserted = session.number("SELECT count(*) FROM temp.verdict")
    _stage_new_states(session, target)
    session.run(f"INSERT INTO {target.current(session)} BY NAME FROM temp.state")


def apply_overrides(session: Session, target: Target) -> int:
    """Apply decided values to the rows that stand now; later deliveries meet them anyway.

    Returns
    -------
    int
        How many rows changed.
    """
    counts = Counts()
    ids = sorted({identifier for identifier, _, _ in target.overrides})
    session.stage("wanted", pa.table({"id": pa.array(ids, pa.string())}))
    _stage_again(session, target, "c.id IN (FROM temp.wanted)")
    session.run("CREATE OR REPLACE TEMP TABLE closing (id VARCHAR)")
    _override(session, target)
    _compare(session, target, counts)
    _write(session, target, Counts())
    return counts.changed


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
        merging.move_contributions(session, target, gone, kept)
    else:
        session.run("CREATE OR REPLACE TEMP TABLE closing AS SELECT ?::VARCHAR AS id", [gone])
        _stage_again(session, target, "false")
    _compare(session, target, None)
    _write(session, target, Counts())
    side.forget_closed(session, target.kind)
    return True


def _stage_again(session: Session, target: Target, condition: str) -> None:
    """Stage as `ided` rows that stand now, as if a delivery had brought them again."""
    session.run(
        "CREATE OR REPLACE TEMP TABLE ided AS SELECT c.*, c.valid_from AS stated_from, "
        f"c.valid_to AS stated_to, false AS removes FROM {target.current(session)} c "
        f"WHERE {condition}"
    )


def _rejected_keys(batch: Batch) -> pa.Table:
    """Return keys of rejected rows: their records are not gone, only their news is unreadable."""
    keys = batch.rejected["source_id"].dropna().unique().tolist()
    return pa.table({"source_id": pa.array([str(k) for k in keys], pa.string())})


def _give_ids(session: Session, target: Target) -> None:
    """Stage `ided`: the incoming rows with their id and first delivery."""
    kind, delivery = target.kind, target.delivery
    registry = target.registry(session)
    key = quote(kind.natural_key) if kind.natural_key else "source_id"
    source = _ANY_SOURCE if kind.natural_key else delivery.source
    unknown = session.rows(
        f"SELECT DISTINCT {key} FROM temp.incoming i WHERE NOT removes AND NOT EXISTS "
        f"(FROM {registry} r WHERE r.kind = ? AND r.source = ? AND r.key = i.{key}) ORDER BY 1",
        [kind.name, source],
    )
    keys = [str(row[0]) for row in unknown]
    ids = [mint(kind.prefix, kind.name, delivery.source, k, delivery.sha256) for k in keys]
    rows = {
        "kind": pa.array([kind.name] * len(keys), pa.string()),
        "source": pa.array([source] * len(keys), pa.string()),
        "key": pa.array(keys, pa.string()),
        "id": pa.array(ids, pa.string()),
        "first_delivery": pa.array([delivery.seq] * len(keys), pa.int64()),
    }
    session.append("id_registry", pa.table(rows), session.part_of(kind))
    session.run(
        "CREATE OR REPLACE TEMP TABLE ided AS SELECT r.id, r.first_delivery, ? AS source, i.* "
        f"FROM temp.incoming i JOIN {registry} r "
        f"ON r.kind = ? AND r.source = ? AND r.key = i.{key}",
        [delivery.source, kind.name, source],
    )


def _set_apart_foreign_rows(session: Session, target: Target, counts: Counts) -> None:
    """Leave out rows whose id, after a decided merge, another key of the base already carries.

    When a full delivery no longer has that other key, this one takes its place.
    """
    if target.kind.natural_key is not None:
        return
    still_there = "true"
    if target.delivery.mode == "full":
        still_there = (
            "(c.source_id IN (SELECT source_id FROM temp.incoming) "
            "OR c.source_id IN (FROM temp.unreadable))"
        )
    found = session.arrow(
        f"SELECT i.source_id, i.removes FROM temp.ided i JOIN {target.current(session)} c "
        "ON c.id = i.id WHERE c.source <> i.source "
        f"OR (c.source_id <> i.source_id AND {still_there})"
    )
    if found.num_rows:
        counts.merged += pc.sum(pc.invert(found["removes"])).as_py()
        session.lend("foreigners", found)
        session.run(
            "DELETE FROM temp.ided WHERE source_id IN (SELECT source_id FROM temp.foreigners)"
        )


def _drop_doubles(session: Session, standing: str, counts: Counts) -> None:
    """Of a delivery's keys that share an id, keep the one that stands, else the first."""
    if not session.value("SELECT count(*) > count(DISTINCT id) FROM temp.ided WHERE NOT removes"):
        return
    found = session.arrow(
        f"SELECT i.source_id FROM temp.ided i LEFT JOIN {standing} c "
        "ON c.id = i.id AND c.source = i.source WHERE NOT i.removes "
        "QUALIFY row_number() OVER (PARTITION BY i.id ORDER BY "
        "(c.source_id IS NOT DISTINCT FROM i.source_id) DESC, i.source_id) > 1"
    )
    counts.merged += found.num_rows
    session.lend("doubles", found)
    session.run("DELETE FROM temp.ided WHERE NOT removes AND source_id IN (FROM temp.doubles)")


def _stage_spoken(session: Session, target: Target) -> None:
    """Stage `spoken`: the rows that say something; merging stages `ided` anew, so it copies."""
    rows = "temp.ided WHERE NOT removes"
    if target.merges:
        session.run(f"CREATE OR REPLACE TEMP TABLE spoken_rows AS FROM {rows}")
        rows = "temp.spoken_rows"
    session.run(f"CREATE OR REPLACE TEMP VIEW spoken AS FROM {rows}")


def _stage_closings(session: Session, target: Target, batch: Batch, standing: str) -> None:
    """Stage `closing`: ids of this source that the delivery removes or no longer has.

    What comes under another key has not gone, and a delivery without a usable row, whose keys
    may all be unreadable, closes nothing.
    """
    delivery = target.delivery
    kept = "(SELECT id FROM temp.spoken)"
    statement = f"SELECT id FROM temp.ided WHERE removes AND id NOT IN {kept}"
    values: dict[str, object] = {}
    if delivery.mode != "delta" and batch.rows.num_rows:
        values["source"] = delivery.source
        statement += (
            f" UNION SELECT c.id FROM {standing} c WHERE c.source = $source "
            "AND c.source_id NOT IN (SELECT source_id FROM temp.incoming) "
            f"AND c.source_id NOT IN (FROM temp.unreadable) AND c.id NOT IN {kept}"
        )
        if delivery.mode == "period":
            first, end = batch.period or (delivery.delivered_on, delivery.delivered_on)
            values |= {"first": first, "end": end}
            statement += " AND c.stated_from >= $first AND c.stated_from < $end"
    session.con.execute(f"CREATE OR REPLACE TEMP TABLE closing AS {statement}", values)


def _override(session: Session, target: Target) -> None:
    """Put decided values in the place of delivered ones, field by field."""
    names = sorted({name for _, name, _ in target.overrides})
    for name in names:
        decided = [(i, v) for i, n, v in target.overrides if n == name]
        field_type = next(c.type for c in target.columns if c.name == name)
        rows = {
            "id": pa.array([i for i, _ in decided], pa.string()),
            "value": pa.array([v for _, v in decided], field_type),
        }
        session.stage("decided", pa.table(rows))
        session.run(
            f"UPDATE temp.ided AS i SET {quote(name)} = d.value FROM temp.decided d "
            "WHERE d.id = i.id"
        )


def _compare(session: Session, target: Target, counts: Counts | None) -> None:
    """Stage `verdict`: for every incoming row whether it is new, changed or repeated."""
    differs = " OR ".join(f"i.{quote(c)} IS DISTINCT FROM c.{quote(c)}" for c in target.content)
    stated_end = "" if target.kind.private else " OR c.valid_to IS DISTINCT FROM i.stated_to"
    moved = "c.source IS DISTINCT FROM i.source OR c.source_id IS DISTINCT FROM i.source_id"
    session.run(
        "CREATE OR REPLACE TEMP TABLE verdict AS SELECT i.id, CASE WHEN c.id IS NULL THEN "
        f"'inserted' WHEN {differs}{stated_end} OR {moved} THEN 'changed' ELSE 'unchanged' END "
        f"AS what FROM temp.ided i LEFT JOIN {target.current(session)} c ON c.id = i.id "
        "WHERE NOT i.removes"
    )
    if counts is None:
        return
    for what, number in session.rows("SELECT what, count(*) FROM temp.verdict GROUP BY what"):
        setattr(counts, str(what), int(str(number)))


def _write(session: Session, target: Target, counts: Counts) -> None:
    """Move closed and changed rows to the history and write the new states."""
    current = target.current(session)
    removed = "SELECT id FROM temp.ided WHERE removes"
    counts.closed = session.number(
        f"SELECT count(*) FROM {current} WHERE id IN (FROM temp.closing) AND id NOT IN ({removed})"
    )
    session.run(
        "CREATE OR REPLACE TEMP VIEW leaving AS SELECT id FROM temp.closing "
        "UNION SELECT id FROM temp.verdict WHERE what = 'changed'"
    )
    _stage_new_states(session, target)
    if not target.kind.private:
        _keep_history(session, target)
    session.run(f"DELETE FROM {current} WHERE id IN (FROM temp.leaving)")
    session.run(f"INSERT INTO {current} BY NAME FROM temp.state")


def _stage_new_states(session: Session, target: Target) -> None:
    """Stage `state`: the rows to be inserted, with their validity."""
    content = ", ".join(f"i.{quote(c)}" for c in target.content)
    if target.kind.private:
        validity = ""
    else:
        validity = (
            f"i.first_delivery, {_valid_from(target)} AS valid_from, i.stated_to AS valid_to, "
        )
    session.run(
        f"CREATE OR REPLACE TEMP TABLE state AS SELECT i.id, i.source, i.source_id, "
        f"{validity}{int(target.delivery.seq)} AS last_delivery, {content} "
        f"FROM temp.ided i JOIN temp.verdict v ON v.id = i.id AND v.what <> 'unchanged' "
        f"LEFT JOIN {target.current(session)} c ON c.id = i.id WHERE NOT i.removes"
    )


def _valid_from(target: Target) -> str:
    """Return SQL for the first day of a new state.

    The first state of a thing holds since its stated beginning, or since always; a later one
    since a newly stated beginning, or the day of the delivery, and never since after its stated
    end. An event keeps its own day.
    """
    if target.kind.time:
        return "i.stated_from"
    day = f"DATE '{target.delivery.delivered_on.isoformat()}'"
    start = (
        f"(CASE WHEN i.first_delivery = {int(target.delivery.seq)} THEN i.stated_from "
        "WHEN i.stated_from > c.valid_from THEN i.stated_from "
        f"ELSE greatest({day}, c.valid_from) END)"
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
        f"DELETE FROM {target.registry(session)} WHERE kind = ? "
        f"AND id NOT IN (SELECT id FROM {target.current(session)})",
        [target.kind.name],
    )
