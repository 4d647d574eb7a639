"""The city's own parser: learned from its address library, and anew when enough of it changed."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa

from blockdata.batch.steps import versions
from blockdata.config import Config
from blockdata.engines import feeds, parsers
from blockdata.store.batch import Delivery
from blockdata.store.session import Session

if TYPE_CHECKING:
    from blockdata.address.parser import FitReport

FIT_VERSION = 1
"""Raised whenever a parser learns something else from the same library than before."""

_TAKEN = "library to learn from"


class TakenLibrary(NamedTuple):
    """The address library as it was after a delivery."""

    seq: int
    rows: pa.Table


def watch_library(session: Session, config: Config, delivery: Delivery) -> None:
    """Take the address library to learn from if enough of it has changed since the last time.

    Looked at after every delivery, so that the parser does not depend on how deliveries are
    grouped into runs.

    Parameters
    ----------
    session : Session
    config : Config
    delivery : Delivery
        The one that has just been applied.
    """
    sources = config.sources_of("address")
    if delivery.source not in sources:
        return
    settings, size = config.address, parsers.library_size(session)
    if size < settings.fit_from:
        return
    taken = _taken(session)
    after = parsers.learned_after(session) if taken is None else taken.seq
    if parsers.changes_since(session, sources, after) >= settings.refit_share * size:
        take_library(session, delivery.seq)


def take_library(session: Session, seq: int) -> bool:
    """Take the address library as it is now to learn from at the end of the run.

    Returns
    -------
    bool
        False without a library.
    """
    if not feeds.has_address_library(session):
        return False
    session.kept[_TAKEN] = TakenLibrary(seq, parsers.library_sample(session))
    return True


def has_taken_library(session: Session) -> bool:
    """Whether there is a library to learn from."""
    return _taken(session) is not None


def _taken(session: Session) -> TakenLibrary | None:
    taken = session.kept.get(_TAKEN)
    return taken if isinstance(taken, TakenLibrary) else None


def learn_parser(session: Session) -> FitReport | None:
    """Fit a parser to the library that was taken, and keep it in the base.

    Returns
    -------
    FitReport or None
        How well it reads addresses that it has not learned from; None without such a library,
        or when the parser that is kept has learned from the very same.
    """
    taken = _taken(session)
    if taken is None:
        return None
    del session.kept[_TAKEN]
    digest = _digest(taken.rows)
    if parsers.learned_from(session, taken.seq, digest):
        return None
    return _learn(session, taken, digest)


def learn_now(session: Session) -> FitReport:
    """Fit a parser to the library as it is, and keep it in the base."""
    rows = parsers.library_sample(session)
    return _learn(session, TakenLibrary(parsers.newest_delivery(session), rows), _digest(rows))


def _learn(session: Session, library: TakenLibrary, digest: str) -> FitReport:
    from blockdata.address.parser import Parser

    parser, report = Parser.fit(library.rows.to_pandas())
    parsers.keep_parser(session, library.seq, digest, parser, report)
    return report


def _digest(rows: pa.Table) -> str:
    """Return a hash of a table's values and of how they are learned from."""
    digest = hashlib.sha256(f"{FIT_VERSION} {sorted(versions().items())}".encode())
    for column in rows.columns:
        for text in column.to_pylist():
            digest.update(b"\0" if text is None else f"{len(text)} {text}".encode())
    return digest.hexdigest()
