"""How far the base can be trusted: rows, balances, rejected rows, gaps, findings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from blockdata.engines import report_feeds
from blockdata.report.words import Words, percent, whole
from blockdata.store.session import Session

__all__ = [
    "BALANCE",
    "KindLine",
    "Note",
    "SourceLine",
    "balance_total",
    "kind_lines",
    "notes",
    "quarantine_lines",
    "source_lines",
]

BALANCE = ("read", "loaded", "merged", "quarantined", "closed")
"""Columns of the balance: read = loaded + merged + quarantined; closed stands apart."""

_TOLD_ELSEWHERE = frozenset({"decision_without_effect", "no_exposure"})


@dataclass(frozen=True)
class KindLine:
    """One record kind: rows, how many addresses matched, how many rows stand somewhere."""

    label: str
    rows: str
    match_rate: str
    unmatched: str
    located: str


def kind_lines(session: Session, words: Words) -> list[KindLine]:
    """Return the record kinds that have rows.

    Parameters
    ----------
    session : Session
    words : Words

    Returns
    -------
    list of KindLine
        In the order of the catalogue.
    """
    counts = report_feeds.kind_counts(session)
    lines = []
    for row in counts[counts["rows"] > 0].to_dict("records"):
        kind = session.catalogue.kind(str(row["kind"]))
        placed = kind.geometry is not None or kind.address is not None
        lines.append(
            KindLine(
                label=words.t(kind.zh, kind.en),
                rows=whole(row["rows"]),
                match_rate=percent(row["matched"], row["texts"]),
                unmatched=whole(row["texts"] - row["matched"]) if row["texts"] else "—",
                located=percent(row["located"], row["rows"]) if placed else "—",
            )
        )
    return lines


@dataclass(frozen=True)
class SourceLine:
    """One source: what it delivers, its latest delivery, and its balance in this run if any."""

    name: str
    kind: str
    mode: str
    latest: str
    counts: dict[str, int] | None
    private: bool = False


def source_lines(session: Session, facts: Mapping[str, Any], words: Words) -> list[SourceLine]:
    """Return the sources with the balance of this run's rows.

    Parameters
    ----------
    session : Session
    facts : mapping
        The run's manifest.
    words : Words

    Returns
    -------
    list of SourceLine
        In the order of the manifest; `counts` is None for a source without a new delivery, and
        for sources about people, whose exact numbers are not published.
    """
    private = {k.name for k in session.catalogue if k.private}
    latest = report_feeds.latest_deliveries(session)
    return [
        SourceLine(
            name=name,
            kind=words.kind(str(source.get("kind", ""))),
            mode=words.mode(str(source.get("mode", ""))),
            latest=latest[name].isoformat() if name in latest else "",
            counts=_balance(source) if source.get("kind") not in private else None,
            private=source.get("kind") in private,
        )
        for name, source in facts.get("sources", {}).items()
    ]


def _balance(source: Mapping[str, Any]) -> dict[str, int] | None:
    counts = source.get("counts")
    return {c: int(counts[c]) for c in BALANCE} if counts else None


def balance_total(lines: list[SourceLine]) -> dict[str, int]:
    """Return the sums of the balance over all sources.

    Examples
    --------
    >>> balance_total([])["read"]
    0
    """
    counted = [line.counts for line in lines if line.counts]
    return {column: sum(counts[column] for counts in counted) for column in BALANCE}


def quarantine_lines(session: Session, words: Words) -> list[dict[str, str]]:
    """Return how many rows are set aside, by source, field and reason; never a value.

    Parameters
    ----------
    session : Session
    words : Words

    Returns
    -------
    list of dict
        source, kind, field, reason, count.
    """
    return [
        {
            "source": row["source"],
            "kind": words.kind(row["kind"]),
            "field": "—" if pd.isna(row["field"]) else words.field(row["kind"], row["field"]),
            "reason": words.rejected(row["reason"]),
            "count": whole(row["count"]),
        }
        for row in report_feeds.quarantine_counts(session).to_dict("records")
    ]


@dataclass(frozen=True)
class Note:
    """One finding: its code, what it is about, the sentence, and whether it is a warning."""

    code: str
    subject: str
    text: str
    warns: bool


def notes(facts: Mapping[str, Any], words: Words, *codes: str) -> list[Note]:
    """Return the findings of a run, each once.

    Parameters
    ----------
    facts : mapping
        The run's manifest.
    words : Words
    *codes : str
        Only findings of these codes; without any, those that no other part of the page tells.

    Returns
    -------
    list of Note
        In the order in which they arose, warnings first.
    """
    found = dict.fromkeys(
        Note(
            str(item["code"]),
            str(item["subject"]),
            str(words.t(item["zh"], item["en"])),
            bool(item.get("warns", True)),
        )
        for item in facts.get("findings", ())
        if (item["code"] in codes if codes else item["code"] not in _TOLD_ELSEWHERE)
    )
    return sorted(found, key=lambda note: not note.warns)
