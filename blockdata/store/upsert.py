"""Applying one delivery to a kind: ids, changes, closings, history, side tables.

A current row that a delivery repeats is not touched. A row that changed moves to the history
and a new state takes its place under the same id. A full delivery closes what it no longer has.
"""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from blockdata.records import Held, Kind
from blockdata.records.tables import Table, content_columns, current_table, side_table
from blockdata.store import schema
from blockdata.store.batch import Batch, Counts, Delivery
from blockdata.store.connection import quote
from blockdata.store.ids import mint
from blockdata.store.session import Session

_ANY_SOURCE = "*"


@dataclass(frozen=True)
class Target:
    """Where the rows of a delivery go, and how the sources of the kind rank.

    Parameters
    ----------
    kind : Kind
    delivery : Delivery
    sources : tuple of str
        All sources of the kind, most trusted first.
    precedence : mapping of field name to tuple of str
        Fields for which the sources rank differently.
    overrides : tuple of (id, field, value)
        Decided values, typed, that stand above what sources deliver.
    """

    kind: Kind
    delivery: Delivery
    sources: tuple[str, ...]
    precedence: dict[str, tuple[str, ...]]
    overrides: tuple[tuple[str, str, object], ...] = ()

    @property
    def merges(self) -> bool:
        """Whether rows of several sources become one."""
        return schema.merges(self.kind, self.sources)

    @property
    def content(self) -> tuple[str, ...]:
        """Names of the columns that a delivery fills in the kind's table."""
        return tuple(c.name for c in content_columns(self.kind))


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
        Without the quarantined rows' fate, which the caller keeps; `quarantined` is counted.
    """
    counts = Counts(rows_read=batch.rows_read, merged=batch.merged, quarantined=batch.rows_rejected)
    session.stage("incoming", batch.rows)
    session.stage("unreadable", _rejected_keys(batch))
    counts.removed = _number(session, "SELECT count(*) FROM temp.incoming WHERE removes")
    _give_ids(session, target)
    _set_apart_foreign_rows(session, target, counts)
    _drop_doubles(session, counts)
    session.run("CREATE OR REPLACE TEMP TABLE spoken AS FROM temp.ided WHERE NOT removes")
    if target.merges:
        _merge_contributions(session, target, batch, counts)
    else:
        _stage_closings(session, target, batch, _current(session, target))
    _override(session, target)
    _compare(session, target, None if target.merges else counts)
    _write(session, target, counts)
    _write_side_tables(session, target)
    return counts


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
    _stage_standing(session, target, "c.id IN (FROM temp.wanted)")
    session.run("CREATE OR REPLACE TEMP TABLE closing (id VARCHAR)")
    _override(session, target)
    _compare(session, target, counts)
    _write(session, target, Counts())
    return counts.changed


def _stage_standing(session: Session, target: Target, condition: str) -> None:
    """Stage as `ided` rows that stand now, as if a delivery had brought them again."""
    session.run(
        "CREATE OR REPLACE TEMP TABLE ided AS SELECT c.*, c.valid_from AS stated_from, "
        f"c.valid_to AS stated_to, false AS removes FROM {_current(session, target)} c "
        f"WHERE {condition}"
    )


def merge_into(session: Session, target: Target, gone: str, kept: str) -> bool:
    """Make two records one: the keys of `gone` lead to `kept` from now on.

    Returns
    -------
    bool
        Whether both were there.
    """
    current = _current(session, target)
    there = session.value(f"SELECT count(*) FROM {current} WHERE id IN (?, ?)", [gone, kept])
    if there != 2 or gone == kept:
        return False
    registry = quote(session.part_of(target.kind), "id_registry")
    session.run(
        f"UPDATE {registry} SET id = ? WHERE id = ? AND kind = ?", [kept, gone, target.kind.name]
    )
    if target.merges:
        table = quote(session.part_of(target.kind), schema.contribution_table(target.kind).name)
        session.run(f"UPDATE {table} SET id = ? WHERE id = ?", [kept, gone])
        session.run(
            "CREATE OR REPLACE TEMP TABLE touched AS FROM (VALUES (?), (?)) t(id)", [gone, kept]
        )
        _stage_merged(session, target, table)
    else:
        session.run("CREATE OR REPLACE TEMP TABLE closing AS SELECT ?::VARCHAR AS id", [gone])
        _stage_standing(session, target, "false")
    _compare(session, target, None)
    _write(session, target, Counts())
    return True


def _current(session: Session, target: Target) -> str:
    return quote(session.part_of(target.kind), target.kind.name)


def _give_ids(session: Session, target: Target) -> None:
    """Stage `ided`: the incoming rows with their id and first delivery."""
    kind, delivery = target.kind, target.delivery
    registry = quote(session.part_of(kind), "id_registry")
    key = quote(kind.natural_key) if kind.natural_key else "source_id"
    source = _ANY_SOURCE if kind.natural_key else delivery.source
    unknown = session.rows(
        f"SELECT DISTINCT {key} FROM temp.incoming i WHERE NOT removes AND NOT EXISTS "
        f"(FROM {registry} r WHERE r.kind = ? AND r.source = ? AND r.key = i.{key}) ORDER BY 1",
        [kind.name, source],
    )
    keys = [str(row[0]) for row in unknown]
    session.append(
        "id_registry",
        pa.table(
            {
                "kind": pa.array([kind.name] * len(keys), pa.string()),
                "source": pa.array([source] * len(keys), pa.string()),
                "key": pa.array(keys, pa.string()),
                "id": [
                    mint(kind.prefix, kind.name, delivery.source, k, delivery.sha256) for k in keys
                ],
                "first_delivery": pa.array([delivery.seq] * len(keys), pa.int64()),
            }
        ),
        session.part_of(kind),
    )
    session.run(
        "CREATE OR REPLACE TEMP TABLE ided AS SELECT r.id, r.first_delivery, ? AS source, i.* "
        f"FROM temp.incoming i JOIN {registry} r "
        f"ON r.kind = ? AND r.source = ? AND r.key = i.{key}",
        [delivery.source, kind.name, source],
    )


def _number(session: Session, sql: str) -> int:
    return int(str(session.value(sql)))


def _set_apart_foreign_rows(session: Session, target: Target, counts: Counts) -> None:
    """Leave out rows whose id, after a decided merge, another key of the base already carries."""
    if target.kind.natural_key is not None:
        return
    found = session.rows(
        f"SELECT i.source_id FROM temp.ided i JOIN {_current(session, target)} c ON c.id = i.id "
        "WHERE c.source <> i.source OR c.source_id <> i.source_id"
    )
    counts.merged += len(found)
    for (source_id,) in found:
        session.run("DELETE FROM temp.ided WHERE source_id = ?", [source_id])


def _drop_doubles(session: Session, counts: Counts) -> None:
    """Of several keys of one delivery that share an id, keep the first by key."""
    doubles = (
        "SELECT id, source_id FROM temp.ided WHERE NOT removes "
        "QUALIFY row_number() OVER (PARTITION BY id ORDER BY source_id) > 1"
    )
    found = session.rows(doubles)
    counts.merged += len(found)
    for identifier, source_id in found:
        session.run("DELETE FROM temp.ided WHERE id = ? AND source_id = ?", [identifier, source_id])


def _stage_closings(session: Session, target: Target, batch: Batch, table: str) -> None:
    """Stage `closing`: ids of this source that the delivery removes or no longer has."""
    delivery = target.delivery
    gone = (
        f"SELECT c.id FROM {table} c WHERE c.source = $source AND c.source_id NOT IN "
        "(SELECT source_id FROM temp.incoming) AND c.source_id NOT IN (FROM temp.unreadable)"
    )
    removed = "SELECT id FROM temp.ided WHERE removes"
    statement = {
        "delta": removed,
        "full": f"{removed} UNION {gone}",
        "period": f"{removed} UNION {gone} AND valid_from >= $first AND valid_from < $end",
    }[delivery.mode]
    values: dict[str, object] = {}
    if delivery.mode != "delta":
        values["source"] = delivery.source
    if delivery.mode == "period":
        first, end = batch.period or (delivery.delivered_on, delivery.delivered_on)
        values |= {"first": first, "end": end}
    session.con.execute(f"CREATE OR REPLACE TEMP TABLE closing AS {statement}", values)


def _rejected_keys(batch: Batch) -> pa.Table:
    """Return keys of rejected rows: their records are not gone, only their news is unreadable."""
    keys = batch.rejected["source_id"].dropna().unique().tolist()
    return pa.table({"source_id": pa.array([str(k) for k in keys], pa.string())})


def _merge_contributions(session: Session, target: Target, batch: Batch, counts: Counts) -> None:
    """Record what this source says, and stage as `ided` what all sources together say."""
    table = quote(session.part_of(target.kind), schema.contribution_table(target.kind).name)
    source = target.delivery.source
    _stage_closings(session, target, batch, _as_contribution_rows(table))
    columns = (*target.content, "stated_from", "stated_to")
    differs = " OR ".join(f"i.{quote(c)} IS DISTINCT FROM c.{quote(c)}" for c in columns)
    for what, number in session.rows(
        "SELECT CASE WHEN o.id IS NOT NULL THEN 'merged' WHEN c.id IS NULL THEN 'inserted' "
        f"WHEN {differs} THEN 'changed' ELSE 'unchanged' END AS what, count(*) FROM temp.spoken i "
        f"LEFT JOIN {table} c ON c.id = i.id AND c.source = ? "
        f"LEFT JOIN (SELECT DISTINCT id FROM {table} WHERE source <> ?) o ON o.id = i.id "
        "GROUP BY what",
        [source, source],
    ):
        setattr(counts, str(what), getattr(counts, str(what)) + int(str(number)))
    session.run(
        f"CREATE OR REPLACE TEMP TABLE touched AS SELECT id FROM temp.closing UNION "
        f"SELECT i.id FROM temp.ided i LEFT JOIN {table} c ON c.id = i.id AND c.source = ? "
        f"WHERE NOT i.removes AND (c.id IS NULL OR {differs})",
        [source],
    )
    session.run(f"DELETE FROM {table} WHERE source = ? AND id IN (FROM temp.touched)", [source])
    session.run(
        f"INSERT INTO {table} BY NAME SELECT id, ? AS source, source_id, "
        f"{', '.join(quote(c) for c in columns)} FROM temp.ided "
        "WHERE NOT removes AND id IN (FROM temp.touched)",
        [source],
    )
    _stage_merged(session, target, table)


def _as_contribution_rows(table: str) -> str:
    return f"(SELECT id, source, source_id, stated_from AS valid_from FROM {table})"


def _stage_merged(session: Session, target: Target, table: str) -> None:
    """Stage `ided` and `closing` anew, for the things whose contributions changed."""
    picks = ", ".join(
        f"first({quote(c)} ORDER BY {_rank(target, c)}, source_id) FILTER ({quote(c)} IS NOT NULL) "
        f"AS {quote(c)}"
        for c in (*target.content, "stated_from", "stated_to")
    )
    best = f"{_rank(target, '')}, source_id"
    registry = quote(session.part_of(target.kind), "id_registry")
    session.run(
        "CREATE OR REPLACE TEMP TABLE ided AS SELECT m.*, r.first_delivery, false AS removes "
        f"FROM (SELECT id, first(source ORDER BY {best}) AS source, "
        f"first(source_id ORDER BY {best}) AS source_id, {picks} FROM {table} "
        "WHERE id IN (FROM temp.touched) GROUP BY id) m "
        f"JOIN (SELECT id, min(first_delivery) AS first_delivery FROM {registry} WHERE kind = ? "
        "GROUP BY id) r ON r.id = m.id",
        [target.kind.name],
    )
    session.run(
        "CREATE OR REPLACE TEMP TABLE closing AS SELECT id FROM temp.touched "
        "WHERE id NOT IN (SELECT id FROM temp.ided)"
    )


def _rank(target: Target, column: str) -> str:
    """Return SQL that ranks a contribution's source for a column, most trusted first."""
    order = tuple(s for s in target.precedence.get(column, ()) if s in target.sources)
    ranked = (*order, *(s for s in target.sources if s not in order))
    # The configuration admits only lower-case letters, digits and underscores in these names.
    cases = " ".join(f"WHEN '{s}' THEN {n}" for n, s in enumerate(ranked))
    return f"CASE source {cases} ELSE {len(ranked)} END"


def _override(session: Session, target: Target) -> None:
    for identifier, name, value in target.overrides:
        session.run(f"UPDATE temp.ided SET {quote(name)} = ? WHERE id = ?", [value, identifier])


def _compare(session: Session, target: Target, counts: Counts | None) -> None:
    """Stage `verdict`: for every incoming row whether it is new, changed or repeated."""
    differs = " OR ".join(f"i.{quote(c)} IS DISTINCT FROM c.{quote(c)}" for c in target.content)
    stated_end = "" if target.kind.private else " OR c.valid_to IS DISTINCT FROM i.stated_to"
    moved = "c.source IS DISTINCT FROM i.source OR c.source_id IS DISTINCT FROM i.source_id"
    session.run(
        "CREATE OR REPLACE TEMP TABLE verdict AS SELECT i.id, CASE WHEN c.id IS NULL THEN "
        f"'inserted' WHEN {differs}{stated_end} OR {moved} THEN 'changed' ELSE 'unchanged' END "
        f"AS what FROM temp.ided i LEFT JOIN {_current(session, target)} c ON c.id = i.id "
        "WHERE NOT i.removes"
    )
    if counts is None:
        return
    for what, number in session.rows("SELECT what, count(*) FROM temp.verdict GROUP BY what"):
        setattr(counts, str(what), int(str(number)))


def _write(session: Session, target: Target, counts: Counts) -> None:
    """Move closed and changed rows to the history and write the new states."""
    current = _current(session, target)
    removed = "SELECT id FROM temp.ided WHERE removes"
    counts.closed = _number(
        session,
        f"SELECT count(*) FROM {current} WHERE id IN (FROM temp.closing) AND id NOT IN ({removed})",
    )
    session.run(
        "CREATE OR REPLACE TEMP TABLE leaving AS SELECT id FROM temp.closing "
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
        f"LEFT JOIN {_current(session, target)} c ON c.id = i.id WHERE NOT i.removes"
    )


def _valid_from(target: Target) -> str:
    """Return SQL for the first day of a new state.

    The first state of a thing holds since its stated beginning, or since always; a later one
    since a newly stated beginning, or the day of the delivery. An event keeps its own day.
    """
    if target.kind.time:
        return "i.stated_from"
    day = f"DATE '{target.delivery.delivered_on.isoformat()}'"
    return (
        f"CASE WHEN i.first_delivery = {int(target.delivery.seq)} THEN i.stated_from "
        "WHEN i.stated_from > c.valid_from THEN i.stated_from "
        f"ELSE greatest({day}, c.valid_from) END"
    )


def _keep_history(session: Session, target: Target) -> None:
    kind, delivery = target.kind, target.delivery
    current = current_table(kind)
    columns = ", ".join(
        f"c.{quote(n)}" if n != "valid_to" else f"{_valid_to(delivery)} AS valid_to"
        for n in current.names
    )
    session.run(
        f"INSERT INTO {quote('base', f'{kind.name}_history')} BY NAME SELECT {columns}, "
        f"{int(delivery.seq)} AS closed_by FROM {_current(session, target)} c "
        "LEFT JOIN temp.state s ON s.id = c.id WHERE c.id IN (FROM temp.leaving)"
    )


def _valid_to(delivery: Delivery) -> str:
    """Return SQL for the day on which a closed state ceased to hold."""
    day = f"DATE '{delivery.delivered_on.isoformat()}'"
    return (
        f"least(c.valid_to, greatest(coalesce(s.valid_from, {day}), "
        f"coalesce(c.valid_from, DATE '0001-01-01')))"
    )


def _write_side_tables(session: Session, target: Target) -> None:
    """Write the fields that the encrypted files hold."""
    if target.kind.private:
        return
    for part, held in (("people", (Held.PEOPLE, Held.PSEUDONYM)), ("text", (Held.TEXT,))):
        if part in session.parts and target.kind.held_in(*held):
            _write_side(session, side_table(target.kind, *held), part)


def _write_side(session: Session, table: Table, part: str) -> None:
    """Bring a side table in line with what the delivery says; what it repeats is not touched."""
    name = quote(part, table.name)
    fields = table.names[1:]
    said = " OR ".join(f"s.{quote(n)} IS NOT NULL" for n in fields)
    differs = " OR ".join(f"s.{quote(n)} IS DISTINCT FROM t.{quote(n)}" for n in fields)
    session.run(
        f"DELETE FROM {name} t WHERE id IN (FROM temp.closing) "
        f"OR EXISTS (FROM temp.spoken s WHERE s.id = t.id AND ({differs}))"
    )
    columns = ", ".join(f"s.{quote(n)}" for n in table.names)
    session.run(
        f"INSERT INTO {name} BY NAME SELECT {columns} FROM temp.spoken s "
        f"WHERE ({said}) AND s.id NOT IN (SELECT id FROM {name})"
    )
