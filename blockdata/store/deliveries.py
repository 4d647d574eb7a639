"""What came in: the record of every delivery, in the order of application."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

import pyarrow as pa

from blockdata.store.batch import Counts, Delivery
from blockdata.store.connection import quote
from blockdata.store.session import Session

ACCEPTED, SET_ASIDE = "accepted", "set_aside"


def applied(session: Session) -> list[Delivery]:
    """Return the deliveries that the base holds, in order."""
    return [
        Delivery(str(source), str(file), _day(day), str(mode), str(sha256), int(str(seq)))
        for source, file, day, mode, sha256, seq in session.rows(
            "SELECT source, file, delivered_on, mode, sha256, seq FROM base.delivery ORDER BY seq"
        )
    ]


def _day(value: object) -> dt.date:
    assert isinstance(value, dt.date)
    return value


def record(
    session: Session,
    delivery: Delivery,
    counts: Counts,
    *,
    private: bool = False,
    status: str = ACCEPTED,
    note: str | None = None,
) -> None:
    """Write a delivery's record.

    How many rows about people came and went is told by the run's manifest alone: in open data
    such numbers would change nightly and be exact.
    """
    row: dict[str, object] = {
        "seq": delivery.seq,
        "source": delivery.source,
        "file": delivery.file,
        "delivered_on": delivery.delivered_on,
        "mode": delivery.mode or None,
        "sha256": delivery.sha256,
        "status": status,
        "note": note,
        **({} if private else asdict(counts)),
    }
    names, marks = ", ".join(map(quote, row)), ", ".join("?" * len(row))
    session.run(f"INSERT INTO base.delivery ({names}) VALUES ({marks})", list(row.values()))


@dataclass
class ColumnsSeen:
    """The columns that each source has delivered so far, read once and written once a run."""

    known: dict[str, set[str]] | None = None
    new: list[tuple[str, str, int]] = field(default_factory=list)

    def drift(
        self, session: Session, delivery: Delivery, columns: Sequence[str]
    ) -> tuple[list[str], list[str]]:
        """Compare a file's columns with those the source has had.

        Returns
        -------
        tuple of list of str
            New columns and missing columns; both empty for a source's first delivery.
        """
        if self.known is None:
            self.known = {}
            for source, name in session.rows("SELECT source, column_name FROM base.source_column"):
                self.known.setdefault(str(source), set()).add(str(name))
        before = self.known.get(delivery.source, set())
        new = [c for c in columns if c not in before]
        return (new, sorted(before - set(columns))) if before else ([], [])

    def remember(self, delivery: Delivery, columns: Sequence[str]) -> None:
        """Take a file's columns for known from now on; `drift` has been asked before."""
        if self.known is None:
            self.known = {}
        known = self.known.setdefault(delivery.source, set())
        new = [c for c in columns if c not in known]
        self.new += [(delivery.source, name, delivery.seq) for name in new]
        known.update(new)

    def write(self, session: Session) -> None:
        """Write the columns that are new in this run."""
        if not self.new:
            return
        source, name, seq = zip(*self.new, strict=True)
        rows = {
            "source": pa.array(source, pa.string()),
            "column_name": pa.array(name, pa.string()),
            "first_delivery": pa.array(seq, pa.int64()),
        }
        session.append("source_column", pa.table(rows))
        self.new = []
