"""Things that several sources speak of: what each says is kept, and merged by trust."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from blockdata.store.batch import Batch, Counts
from blockdata.store.connection import quote
from blockdata.store.session import Session
from blockdata.store.target import Target

_STATED = ("stated_from", "stated_to")


def standing_of(session: Session, target: Target) -> str:
    """Return SQL for what stands of each source: id, source, source_id, stated_from.

    Where sources are merged these are their contributions, and else the current rows.
    """
    if target.merges:
        _backfill(session, target)
        return f"(SELECT id, source, source_id, stated_from FROM {target.contributions(session)})"
    since = "NULL::DATE" if target.kind.private else "valid_from"
    return f"(SELECT id, source, source_id, {since} AS stated_from FROM {target.current(session)})"


def removed_by_key(session: Session, target: Target, batch: Batch, standing: str) -> list[pa.Table]:
    """Return removals that have the source's key and not the natural one, with the id it has."""
    if target.kind.natural_key is None:
        return []
    removals = batch.rows.filter(pc.is_null(batch.rows[target.kind.natural_key]))
    if not removals.num_rows:
        return []
    session.lend("keyless", removals)
    return [
        session.arrow(
            "SELECT c.id, 0::BIGINT AS first_delivery, c.source, i.* "
            f"FROM temp.keyless i JOIN {standing} c ON c.source = ? AND c.source_id = i.source_id "
            "WHERE i.removes",
            [target.delivery.source],
        )
    ]


def _backfill(session: Session, target: Target) -> None:
    """Take rows for contributions that came when their source was the only one of its kind."""
    table = target.contributions(session)
    content = ", ".join(quote(c) for c in target.content)
    stated = "" if target.kind.private else "valid_from AS stated_from, valid_to AS stated_to, "
    session.run(
        f"INSERT INTO {table} BY NAME SELECT id, source, source_id, {stated}{content} "
        f"FROM {target.current(session)} WHERE id NOT IN (SELECT id FROM {table})"
    )


def merge_contributions(
    session: Session, target: Target, closing: pa.Table, counts: Counts
) -> pa.Table:
    """Record what this source says, and lend as `ided` what all sources together say.

    Parameters
    ----------
    session : Session
    target : Target
    closing : pa.Table
        id of what this source no longer has.
    counts : Counts
        Rows are counted by what became of them.

    Returns
    -------
    pa.Table
        id of what no source has any more.
    """
    table, source = target.contributions(session), target.delivery.source
    columns = (*target.content, *_STATED)
    differs = " OR ".join(
        f"i.{quote(c)} IS DISTINCT FROM c.{quote(c)}" for c in (*columns, "source_id")
    )
    for what, number in session.rows(
        "SELECT CASE WHEN o.id IS NOT NULL THEN 'merged' WHEN c.id IS NULL THEN 'inserted' "
        f"WHEN {differs} THEN 'changed' ELSE 'unchanged' END AS what, count(*) FROM temp.spoken i "
        f"LEFT JOIN {table} c ON c.id = i.id AND c.source = ? "
        f"LEFT JOIN (SELECT DISTINCT id FROM {table} WHERE source <> ?) o ON o.id = i.id "
        "GROUP BY what",
        [source, source],
    ):
        setattr(counts, str(what), getattr(counts, str(what)) + int(str(number)))
    session.lend("closing", closing)
    touched = session.arrow(
        "SELECT id FROM temp.closing UNION "
        f"SELECT i.id FROM temp.spoken i LEFT JOIN {table} c ON c.id = i.id AND c.source = ? "
        f"WHERE c.id IS NULL OR {differs}",
        [source],
    )
    session.lend("touched", touched)
    session.run(f"DELETE FROM {table} WHERE source = ? AND id IN (FROM temp.touched)", [source])
    session.run(
        f"INSERT INTO {table} BY NAME SELECT id, source, source_id, "
        f"{', '.join(quote(c) for c in columns)} FROM temp.spoken "
        "WHERE id IN (FROM temp.touched)"
    )
    return _lend_merged(session, target, touched)


def move_contributions(session: Session, target: Target, gone: str, kept: str) -> pa.Table:
    """Give what sources say of one record to another, where they do not speak of that one too.

    Returns what `merge_contributions` does.
    """
    table = target.contributions(session)
    session.run(
        f"DELETE FROM {table} WHERE id = ? AND source IN (SELECT source FROM {table} WHERE id = ?)",
        [gone, kept],
    )
    session.run(f"UPDATE {table} SET id = ? WHERE id = ?", [kept, gone])
    touched = pa.table({"id": [gone, kept]})
    session.lend("touched", touched)
    return _lend_merged(session, target, touched)


def _lend_merged(session: Session, target: Target, touched: pa.Table) -> pa.Table:
    """Lend `ided` anew, for the things whose contributions changed; return those without any."""
    picks = ", ".join(
        f"first({quote(c)} ORDER BY {_rank(target, c)}, source_id) FILTER ({quote(c)} IS NOT NULL) "
        f"AS {quote(c)}"
        for c in (*target.content, *_STATED)
    )
    best = f"{_rank(target, '')}, source_id"
    merged = session.arrow(
        "SELECT m.*, r.first_delivery, false AS removes "
        f"FROM (SELECT id, first(source ORDER BY {best}) AS source, "
        f"first(source_id ORDER BY {best}) AS source_id, {picks} "
        f"FROM {target.contributions(session)} WHERE id IN (FROM temp.touched) GROUP BY id) m "
        "JOIN (SELECT id, min(first_delivery) AS first_delivery "
        f"FROM {target.registry(session)} WHERE kind = ? GROUP BY id) r ON r.id = m.id",
        [target.kind.name],
    )
    session.lend("ided", merged)
    return touched.filter(pc.invert(pc.is_in(touched["id"], merged["id"])))


def _rank(target: Target, column: str) -> str:
    """Return SQL that ranks a contribution's source for a column, most trusted first."""
    order = tuple(s for s in target.precedence.get(column, ()) if s in target.sources)
    ranked = (*order, *(s for s in target.sources if s not in order))
    # The configuration admits only lower-case letters, digits and underscores in these names.
    cases = " ".join(f"WHEN '{s}' THEN {n}" for n, s in enumerate(ranked))
    return f"CASE source {cases} ELSE {len(ranked)} END"
