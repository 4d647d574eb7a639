"""Keyed fingerprints of what was said, in the steward's file, so that texts are read once."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa

from blockdata.store import schema
from blockdata.store.session import Session

_PARTS = {"people", "text"}


def has_texts(session: Session) -> bool:
    """Whether texts and their fingerprints are at hand."""
    return set(session.parts) >= _PARTS


def texts_to_print(session: Session) -> pd.DataFrame:
    """Return id, content, address_text, content_hash of the masked texts to be fingerprinted.

    Those without a fingerprint of their own: what the address says is left out of it, so that the
    hash is of both.
    """
    return session.frame(
        "SELECT t.id, t.content, i.address_text, hash(t.content, i.address_text) AS content_hash "
        "FROM text.incident_text t LEFT JOIN base.incident i ON i.id = t.id "
        "LEFT JOIN people.incident_print p ON p.id = t.id WHERE t.content IS NOT NULL AND "
        "p.content_hash IS DISTINCT FROM hash(t.content, i.address_text) ORDER BY t.id"
    )


def write_prints(session: Session, prints: pd.DataFrame) -> None:
    """Keep fingerprints, and forget those of texts that nobody has any more.

    Parameters
    ----------
    session : Session
    prints : DataFrame
        id, content_hash, print (bytes; null where a text has nothing to compare).
    """
    said = "SELECT id FROM text.incident_text WHERE content IS NOT NULL"
    session.run(f"DELETE FROM people.incident_print WHERE id NOT IN ({said})")
    columns = schema.PRINTED
    rows = pa.Table.from_pandas(
        prints[list(columns.names)], schema=columns.arrow_schema(), preserve_index=False
    )
    session.lend("printed", rows)
    session.run("DELETE FROM people.incident_print WHERE id IN (SELECT id FROM temp.printed)")
    session.append(columns.name, rows, "people")
    session.take_back("printed")
