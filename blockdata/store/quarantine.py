"""Rejected rows: kept with place and reason, masked in the open file, to be listed and replayed."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import pyarrow as pa

from blockdata.store.batch import Batch, Delivery
from blockdata.store.connection import quote
from blockdata.store.ids import mint
from blockdata.store.session import Session

OPEN, REPLAYED, SUPERSEDED, IGNORED = "open", "replayed", "superseded", "ignored"

_PREFIX = "qua"


def keep_rejected(session: Session, delivery: Delivery, batch: Batch) -> None:
    """Write a delivery's rejected rows, masked, and close those that it corrects."""
    _supersede(session, delivery, batch)
    if batch.rejected.empty:
        return
    rejected = batch.rejected
    ids = _ids(delivery, batch)
    count = len(ids)
    settled = _settled(session)
    keys: list[str | None] = [None] * count
    if not batch.kind.private:
        # A person's key is a pseudonym, which open data do not hold.
        keys = _texts(rejected["source_id"])
    session.append(
        "quarantine",
        pa.table(
            {
                "id": ids,
                "delivery": pa.array([delivery.seq] * count, pa.int64()),
                "source": [delivery.source] * count,
                "kind": [batch.kind.name] * count,
                "file": [delivery.file] * count,
                "row_number": pa.array(rejected["row_number"].tolist(), pa.int64()),
                "source_id": pa.array(keys, pa.string()),
                "field": pa.array(_texts(rejected["field"]), pa.string()),
                "reason": rejected["reason"].tolist(),
                "value": pa.array(_texts(rejected["value"]), pa.string()),
                "status": [settled.get(i, OPEN) for i in ids],
            }
        ),
    )
    _keep_raw(session, "base", ids, _texts(rejected["raw"]))


def _settled(session: Session) -> dict[str, str]:
    """Return rejected rows that people have decided about; the same row returns as decided."""
    return {
        str(identifier): str(status)
        for identifier, status in session.rows(
            "SELECT DISTINCT id, status FROM base.quarantine WHERE status IN (?, ?)",
            [REPLAYED, IGNORED],
        )
    }


def keep_originals(session: Session, delivery: Delivery, batch: Batch) -> None:
    """Write rejected rows as they came into the steward's part, where masking changed them.

    Without the steward's key they are not kept.
    """
    if "people" in session.parts and not batch.rejected.empty:
        originals = _texts(batch.rejected["private_raw"])
        _keep_raw(session, "people", _ids(delivery, batch), originals)


def _ids(delivery: Delivery, batch: Batch) -> list[str]:
    """Return ids of rejected rows: of their masked content, so that the same bad row keeps its id.

    A row without readable content, and one about a person, is known by its file and number.
    """
    rejected = batch.rejected
    return [
        mint(_PREFIX, delivery.source, delivery.sha256, delivery.file, str(number))
        if raw is None
        else mint(_PREFIX, delivery.source, key or "", raw)
        for number, key, raw in zip(
            rejected["row_number"],
            _texts(rejected["source_id"]),
            _texts(rejected["raw"]),
            strict=True,
        )
    ]


def _texts(column: pd.Series) -> list[str | None]:
    return [None if pd.isna(v) else str(v) for v in column.tolist()]


def _keep_raw(session: Session, part: str, ids: Sequence[str], raws: Sequence[str | None]) -> None:
    first = {i: raw for i, raw in reversed(list(zip(ids, raws, strict=True))) if raw is not None}
    if not first:
        return
    known = session.rows(
        f"SELECT id FROM {quote(part, 'quarantine_row')} WHERE id IN (SELECT unnest(?::VARCHAR[]))",
        [list(first)],
    )
    kept = {str(row[0]) for row in known}
    rows = sorted(row for row in first.items() if row[0] not in kept)
    columns = {
        "id": pa.array([r[0] for r in rows], pa.string()),
        "raw": pa.array([r[1] for r in rows], pa.string()),
    }
    session.append("quarantine_row", pa.table(columns), part)


def _supersede(session: Session, delivery: Delivery, batch: Batch) -> None:
    """Close earlier rejected rows that this delivery brought again, well or not.

    A full delivery stands for all that its source said before; other deliveries for their keys.
    """
    open_rows = "SELECT 1 FROM base.quarantine WHERE status = ? AND source = ? LIMIT 1"
    if session.value(open_rows, [OPEN, delivery.source]) is None:
        return
    again = "true" if delivery.mode == "full" else "source_id IN (FROM temp.spoken_keys)"
    if batch.kind.private and delivery.mode != "full":
        return  # Their keys are not held here.
    keys = batch.rejected["source_id"].dropna().astype(str).tolist()
    keys += batch.rows.column("source_id").to_pylist()
    session.lend("spoken_keys", pa.table({"source_id": pa.array(keys, pa.string())}))
    session.run(
        f"UPDATE base.quarantine SET status = ? WHERE status = ? AND source = ? AND {again}",
        [SUPERSEDED, OPEN, delivery.source],
    )


def status_of(session: Session, identifier: str) -> str | None:
    """Return the newest status of a rejected row, or None if there is no such row."""
    found = session.value(
        "SELECT status FROM base.quarantine WHERE id = ? ORDER BY delivery DESC LIMIT 1",
        [identifier],
    )
    return None if found is None else str(found)


def set_status(session: Session, identifier: str, status: str) -> None:
    """Set what became of a rejected row."""
    session.run("UPDATE base.quarantine SET status = ? WHERE id = ?", [status, identifier])


def raw_row(session: Session, identifier: str) -> tuple[str, str, str | None] | None:
    """Return kind, source and raw JSON of a rejected row, the original where it is at hand."""
    found = session.rows(
        "SELECT kind, source FROM base.quarantine WHERE id = ? LIMIT 1", [identifier]
    )
    if not found:
        return None
    raw = None
    for part in ("people", "base"):
        if raw is None and part in session.parts:
            raw = session.value(
                f"SELECT raw FROM {quote(part, 'quarantine_row')} WHERE id = ?", [identifier]
            )
    kind, source = found[0]
    return str(kind), str(source), None if raw is None else str(raw)


LISTING = (
    "SELECT id, source, kind, file, row_number, source_id, field, reason, value, status, delivery "
    "FROM base.quarantine WHERE ($source IS NULL OR source = $source) "
    "AND ($status IS NULL OR status = $status) ORDER BY delivery, file, row_number, field"
)
"""The listing of rejected rows; the same for the library, the command and the export."""


def listing(
    session: Session, *, source: str | None = None, status: str | None = OPEN
) -> pd.DataFrame:
    """Return the rejected rows, masked.

    Parameters
    ----------
    session : Session
    source : str, optional
        Only this source's rows.
    status : str, optional
        "open" (the default), "replayed", "superseded", "ignored", or None for all.

    Returns
    -------
    pd.DataFrame
        One row per violation.
    """
    values = {"source": source, "status": status}
    return session.con.execute(LISTING, values).df()
