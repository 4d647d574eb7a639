"""The parser of a base: the city's own, kept in its snapshot, or the one that is shipped."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from blockdata.engines import feeds
from blockdata.store.session import Session

if TYPE_CHECKING:
    from blockdata.address.parser import FitReport, Parser

_MOST_LEARNED_FROM = 200_000
_KEPT = "parser"


def library_size(session: Session) -> int:
    """Return how many addresses the library has."""
    return session.number(
        "SELECT count(*) FROM base.address WHERE source <> ?", [feeds.PROVISIONAL]
    )


def changes_since(session: Session, sources: Sequence[str], seq: int) -> int:
    """Return how many rows deliveries of some sources have changed after a delivery."""
    return session.number(
        "SELECT coalesce(sum(inserted + changed + removed + closed), 0)::BIGINT "
        "FROM base.delivery WHERE seq > ? AND source IN (SELECT unnest(?::VARCHAR[]))",
        [seq, list(sources)],
    )


def version_of(session: Session) -> str:
    """Return the version of the kept parser, "" without one."""
    return str(session.value("SELECT version FROM base.parser") or "")


def learned_after(session: Session) -> int:
    """Return the delivery after which the kept parser learned; -1 without one."""
    return session.number("SELECT coalesce(max(delivery), -1) FROM base.parser")


def newest_delivery(session: Session) -> int:
    """Return the number of the newest delivery, 0 before the first."""
    return session.number("SELECT coalesce(max(seq), 0) FROM base.delivery")


def library_sample(session: Session) -> pa.Table:
    """Return id, text and elements of the library's addresses; of a very large one, a sample.

    Which addresses are in the sample depends on their ids alone.
    """
    elements = ", ".join(feeds.ELEMENTS)
    return session.arrow(
        f"SELECT id, full_text AS text, {elements} FROM base.address WHERE source <> ? "
        "AND coalesce(status, 'in_use') <> 'abandoned' ORDER BY md5(id), id LIMIT ?",
        [feeds.PROVISIONAL, _MOST_LEARNED_FROM],
    )


def learned_from(session: Session, seq: int, library: str) -> bool:
    """Whether the kept parser learned from a library of this digest; if so, note the delivery."""
    if session.value("SELECT library FROM base.parser") != library:
        return False
    session.run("UPDATE base.parser SET delivery = ?", [seq])
    return True


def keep_parser(
    session: Session, seq: int, library: str, parser: Parser, report: FitReport
) -> None:
    """Put a parser into the base in place of the one before.

    Parameters
    ----------
    session : Session
    seq : int
        The delivery after which the library was as the parser learned it.
    library : str
        Digest of that library.
    parser : Parser
    report : FitReport
        How well it reads addresses that it has not learned from.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "parser"
        parser.save(path)
        model = path.read_bytes()
    accuracy = json.dumps(report.frame().to_dict("records"), ensure_ascii=False)
    row = {"version": parser.version, "delivery": seq, "library": library, "accuracy": accuracy}
    session.run("DELETE FROM base.parser")
    session.append("parser", pa.Table.from_pylist([row | {"model": model}]))
    session.kept.pop(_KEPT, None)


def parser_of(session: Session) -> Parser:
    """Return the parser that a base reads addresses with: its own, else the shipped one."""
    kept = session.kept.get(_KEPT)
    if kept is None:
        kept = session.kept[_KEPT] = _read_parser(session)
    return kept  # type: ignore[return-value]


def _read_parser(session: Session) -> Parser:
    from blockdata.address.parser import Parser

    model = session.value("SELECT model FROM base.parser")
    if not isinstance(model, bytes):
        return Parser.shipped()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "parser"
        path.write_bytes(model)
        return Parser.load(path)
