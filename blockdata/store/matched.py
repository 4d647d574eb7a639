"""The memory of matching: which address texts have been matched, and on what their answers depend.

Texts stand here as the numbers that DuckDB's `md5_number_lower` gives, one table in each part,
so that the open file says nothing of texts about people.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from blockdata.records import Kind
from blockdata.store.connection import quote
from blockdata.store.session import Session

_TABLE = "matched"


def forget_matches(session: Session, part: str, kinds: Sequence[Kind]) -> None:
    """Forget what texts have been matched to, so that all rows of a part's kinds are asked anew."""
    session.run(f"DELETE FROM {quote(part, _TABLE)}")
    filled = session.filled(part)
    for kind in kinds:
        answer = "address_id" if kind.private else "match_method"
        for name in sorted(filled.intersection((kind.name, f"{kind.name}_history"))):
            table = quote(part, name)
            session.run(f"UPDATE {table} SET {answer} = NULL WHERE {answer} IS NOT NULL")


def remember_matches(
    session: Session,
    part: str,
    texts: Sequence[str],
    found: npt.NDArray[np.bool_],
    anchors: npt.NDArray[np.int64],
    fuzzy: npt.NDArray[np.bool_],
) -> None:
    """Remember the answers for texts, in place of what was remembered of them.

    Parameters
    ----------
    session : Session
    part : str
    texts : sequence of str, length n
    found : ndarray of bool, shape (n,)
        Whether an address was found.
    anchors : ndarray of int64, shape (n, k)
        What the answers depend on, 0 for nothing. Half of each number is kept: two anchors that
        look alike only have a text matched again for nothing.
    fuzzy : ndarray of bool, shape (n,)
        Whether the answer may depend on anything else in the library too.
    """
    there = anchors != 0
    offsets = np.concatenate([[0], np.cumsum(there.sum(axis=1))]).astype(np.int32)
    lists = pa.ListArray.from_arrays(pa.array(offsets), pa.array(shortened(anchors[there])))
    columns = {"text": pa.array(texts, pa.string()), "found": found, "fuzzy": fuzzy}
    session.lend("_matched", pa.table(columns | {"anchors": lists}))
    table = quote(part, _TABLE)
    key = "md5_number_lower(text)"
    session.run(f"DELETE FROM {table} WHERE text_key IN (SELECT {key} FROM temp._matched)")
    session.run(
        f"INSERT INTO {table} SELECT {key}, found, fuzzy, anchors FROM temp._matched ORDER BY 1"
    )
    session.take_back("_matched")


def forget_gone(session: Session, part: str, kinds: Sequence[Kind]) -> None:
    """Forget the texts that no row of a part's kinds has any more: who left leaves nothing."""
    held = " UNION ".join(
        f"SELECT md5_number_lower({quote(str(kind.address))}) FROM {table} "
        f"WHERE {quote(str(kind.address))} IS NOT NULL"
        for kind in kinds
        for table in _tables(session, kind)
    )
    session.run(f"DELETE FROM {quote(part, _TABLE)} WHERE text_key NOT IN ({held})")


def shortened(anchors: npt.NDArray[np.int64]) -> npt.NDArray[np.uint32]:
    """Return the half of each anchor that is kept.

    Examples
    --------
    >>> shortened(np.array([2**40 + 7])).tolist()
    [7]
    """
    return anchors.astype(np.uint64).astype(np.uint32)


def texts_to_match(
    session: Session, kinds: Sequence[Kind], touched: npt.NDArray[np.uint32]
) -> list[str]:
    """Return the texts of some kinds of one part that are to be matched, distinct and sorted.

    Those that have not been matched, and those whose answer a change of the library can touch.

    Parameters
    ----------
    session : Session
    kinds : sequence of Kind
        All of them held in one part.
    touched : ndarray of uint32
        What depends on the changed rows of the library; empty if nothing has changed.
    """
    selects = [_waiting(session, kind) for kind in kinds]
    if len(touched):
        session.lend("_touched", pa.table({"anchor": touched}))
        selects += [_touched(session, kind) for kind in kinds]
    if not selects:
        return []
    found = session.arrow(f"SELECT DISTINCT t FROM ({' UNION ALL '.join(selects)}) ORDER BY t")
    texts: list[str] = found["t"].to_pylist()
    return texts


def _tables(session: Session, kind: Kind) -> list[str]:
    names = (kind.name,) if kind.private else (kind.name, f"{kind.name}_history")
    return [quote(session.part_of(kind), name) for name in names]


def _waiting(session: Session, kind: Kind) -> str:
    """Return SQL for the texts of a kind that wait for an answer.

    Rows about people do not say that they were asked in vain; the memory does.
    """
    text = quote(str(kind.address))
    waits = "match_method IS NULL"
    if kind.private:
        in_vain = f"SELECT text_key FROM {quote('people', _TABLE)} WHERE NOT found"
        waits = f"address_id IS NULL AND md5_number_lower({text}) NOT IN ({in_vain})"
    return " UNION ALL ".join(
        f"SELECT {text} AS t FROM {table} WHERE {text} IS NOT NULL AND {waits}"
        for table in _tables(session, kind)
    )


def _touched(session: Session, kind: Kind) -> str:
    text = quote(str(kind.address))
    memory = quote(session.part_of(kind), _TABLE)
    keys = (
        f"SELECT text_key FROM (SELECT text_key, unnest(anchors) AS anchor FROM {memory}) "
        f"WHERE anchor IN (FROM temp._touched) UNION SELECT text_key FROM {memory} WHERE fuzzy"
    )
    return " UNION ALL ".join(
        f"SELECT {text} AS t FROM {table} WHERE md5_number_lower({text}) IN ({keys})"
        for table in _tables(session, kind)
    )
