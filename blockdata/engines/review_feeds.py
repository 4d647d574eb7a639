"""What the review workbook reads from a base."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import pyarrow as pa

from blockdata.store.connection import quote
from blockdata.store.session import Session

_NEAREST = """
SELECT t.text, a.id, a.full_text
FROM temp.to_review t JOIN base.address a
  ON contains(a.full_text, t.key) AND coalesce(a.status, 'in_use') <> 'abandoned'
QUALIFY row_number() OVER (
  PARTITION BY t.text
  ORDER BY levenshtein(a.full_text[strpos(a.full_text, t.key):], t.tail), a.id
) <= $most
ORDER BY t.text, levenshtein(a.full_text[strpos(a.full_text, t.key):], t.tail), a.id
"""


def unmatched_texts(session: Session) -> pd.DataFrame:
    """Return text, kinds, count of the address texts of open kinds that no address matches.

    The most frequent first; kinds are Chinese labels.
    """
    selects = [
        f"SELECT {quote(k.address)} AS text, '{k.zh}' AS kind FROM {quote('base', k.name)} "
        "WHERE address_id IS NULL"
        for k in session.catalogue
        if k.address and not k.private
    ]
    frame: pd.DataFrame = session.arrow(
        "SELECT text, string_agg(DISTINCT kind, '、' ORDER BY kind) AS kinds, count(*) AS count "
        f"FROM ({' UNION ALL '.join(selects)}) WHERE text IS NOT NULL GROUP BY text "
        "ORDER BY count DESC, text"
    ).to_pandas()
    return frame


def nearest_addresses(
    session: Session, texts: Sequence[tuple[str, str, str]], most: int
) -> dict[str, list[tuple[str, str]]]:
    """Return addresses that resemble texts, the most similar first.

    Parameters
    ----------
    session : Session
    texts : sequence of (text, key, tail)
        The text, the road, estate or community that a candidate must have in it, and the text
        from there on, which is compared by edit distance; ties go by id.
    most : int
        Candidates per text.

    Returns
    -------
    dict of text to list of (id, full text)
    """
    schema = pa.schema([(name, pa.string()) for name in ("text", "key", "tail")])
    rows = [dict(zip(schema.names, text, strict=True)) for text in texts]
    session.lend("to_review", pa.Table.from_pylist(rows, schema=schema))
    found: dict[str, list[tuple[str, str]]] = {}
    for text, identifier, full_text in session.con.execute(_NEAREST, {"most": most}).fetchall():
        found.setdefault(text, []).append((identifier, full_text))
    return found
